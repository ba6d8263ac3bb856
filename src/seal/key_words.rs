//! The practice's key as six words that people can compare: on a card, in the browser, on the recovery sheet.
//!
//! `docs/formats.md`, *Key in words*. Public: they open nothing, and tell one practice from another.

use super::passphrase::words;
use crate::wire::{Digest, VerifyingKey};

const COUNT: usize = 6;
const BITS: usize = 10;

/// The first 60 bits of the SHA-256 of the root's verifying key, ten to a word, joined by hyphens so that nobody takes them
/// for the passphrase.
pub fn key_words(root: &VerifyingKey) -> String {
    words_of(&Digest::of(root.as_bytes()))
}

/// The same of any digest.
pub(super) fn words_of(digest: &Digest) -> String {
    let list: Vec<&str> = words().collect();
    numbers(digest).map(|at| list[at]).join("-")
}

/// Where these words stand in the list.
pub fn key_numbers(root: &VerifyingKey) -> [usize; COUNT] {
    numbers(&Digest::of(root.as_bytes()))
}

fn numbers(digest: &Digest) -> [usize; COUNT] {
    let start = u64::from_be_bytes(*digest.as_bytes().first_chunk().expect("a digest is longer"));
    std::array::from_fn(|n| usize::try_from(start >> (64 - BITS * (n + 1)) & 0x3ff).expect("ten bits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Root;

    #[test]
    fn each_practice_has_six_words_of_its_own() {
        // Ten bits find a word only while the list has as many.
        assert_eq!(words().count(), 1 << BITS);
        let (one, other) = (Root::random(), Root::random());
        assert_eq!(key_words(one.keys(1).root()), key_words(one.keys(2).root()), "an epoch changes nothing");
        assert_ne!(key_words(one.keys(1).root()), key_words(other.keys(1).root()));
        assert_eq!(key_words(one.keys(1).root()).split('-').count(), COUNT);
    }
}
