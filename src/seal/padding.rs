//! Padding: sizes must not tell one page from another.

/// Sizes up to this are one of seven powers of two.
const LADDER_END: usize = 256 * 1024;
const SMALLEST: usize = 4 * 1024;

/// The size that something of `length` bytes is padded to: the next power of two from 4 KiB to 256 KiB, above that
/// Padmé (Nikitin et al., 2019), which adds at most 12 %.
pub fn padded_length(length: usize) -> usize {
    if length <= LADDER_END {
        return length.next_power_of_two().max(SMALLEST);
    }
    let exponent = length.ilog2();
    let kept_bits = exponent.ilog2() + 1;
    let step = 1usize << (exponent - kept_bits);
    length.next_multiple_of(step)
}

/// Adds spaces at the end: HTML and JSON do not mind them.
pub fn pad(mut plaintext: Vec<u8>) -> Vec<u8> {
    plaintext.resize(padded_length(plaintext.len()), b' ');
    plaintext
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_seven_sizes_up_to_256_kib() {
        let sizes: std::collections::BTreeSet<_> = (0..=LADDER_END).map(padded_length).collect();
        assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [4096, 8192, 16384, 32768, 65536, 131_072, 262_144]);
    }

    #[test]
    fn padme_never_shrinks_and_adds_an_eighth_at_most() {
        for length in (LADDER_END + 1..40 * LADDER_END).step_by(7919) {
            let padded = padded_length(length);
            assert!(padded >= length && padded - length <= length / 8, "{length} -> {padded}");
            assert_eq!(padded_length(padded), padded);
        }
    }
}
