//! Six words from a card: always generated, never chosen.

use std::fmt;

use zeroize::Zeroizing;

/// One word a line, sorted, each known by its first three letters. Part of the format; see `words.md` beside it.
const WORDS: &str = include_str!("../viewer/words.txt");
const COUNT: usize = 6;

/// The list, in its order.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.lines()
}

/// Six words, 60 bits or more. Shown once.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// # Panics
    /// When the operating system has no randomness.
    pub fn generate() -> Self {
        let words: Vec<&str> = WORDS.lines().collect();
        let chosen: Vec<&str> = (0..COUNT).map(|_| words[uniform(words.len())]).collect();
        Self(Zeroizing::new(chosen.join(" ")))
    }

    /// The words, with single spaces between them: for a card, and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A number below `end`, each equally likely.
fn uniform(end: usize) -> usize {
    // SECURITY: what does not divide evenly is thrown away, or the first words would come up more often.
    let fair = (1 << 16) / end * end;
    loop {
        let mut bytes = [0; 2];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        let number = usize::from(u16::from_le_bytes(bytes));
        if number < fair {
            return number % end;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    #[test]
    fn the_list_keeps_its_promises() {
        let words: Vec<&str> = WORDS.lines().collect();
        let source: HashSet<&str> = diceware_wordlists::EFF_SHORT_WORDLIST_2_0.iter().copied().collect();
        assert!(words.len() >= 1024, "{} words are less than 60 bits", words.len());
        assert!(words.is_sorted());
        assert!(words.iter().all(|w| source.contains(w) && w.chars().all(|c| c.is_ascii_lowercase())));
        assert_eq!(
            words.iter().map(|w| &w[..3]).collect::<BTreeSet<_>>().len(),
            words.len(),
            "three letters tell each"
        );
        for cruel in ["euthanize", "opium", "handgun", "widow", "imbecile"] {
            assert!(!words.contains(&cruel), "{cruel}");
        }
    }

    #[test]
    fn every_word_comes_up_and_none_too_often() {
        let end = WORDS.lines().count();
        let mut seen = vec![0u32; end];
        for _ in 0..end * 100 {
            seen[uniform(end)] += 1;
        }
        assert!(seen.iter().all(|&n| (30..=200).contains(&n)), "{:?} to {:?}", seen.iter().min(), seen.iter().max());
    }

    #[test]
    fn six_words() {
        assert_eq!(Passphrase::generate().expose().split(' ').count(), 6);
    }
}
