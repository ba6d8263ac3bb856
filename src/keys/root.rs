//! The root: 32 bytes on paper, from which the whole practice can be made again.

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use super::{EpochKeys, Keys, Secret, derive};
use crate::{
    explain::Explain,
    wire::{Envelope, Epoch, SigningKey, Statement},
};

/// The practice's root. It lives in memory during `init`, `recover` and `keys rotate`, and on paper.
#[derive(Debug)]
pub struct Root(Secret);

/// Why 24 words are no root.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    #[error("a recovery sheet has 24 words, these are {0}")]
    Count(usize),
    #[error("word {} is not in the list", .0 + 1)]
    Unknown(usize),
    #[error("these words don't belong together")]
    Checksum,
}

impl Explain for RootError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Count(_) => "Type all 24 words of the recovery sheet, in order, with a space between them.".into(),
            Self::Unknown(_) => "Look at that word on the sheet again: each is an English word, and its first four letters are enough to tell it from all others.".into(),
            Self::Checksum => "Every word is in the list, but one was read wrongly, or two changed places. Compare them with the sheet one by one.".into(),
        })
    }
}

impl Root {
    pub fn random() -> Self {
        Self(Secret::random())
    }

    /// Reads the 24 words of BIP 39, whatever the spacing and capitals.
    pub fn from_words(words: &str) -> Result<Self, RootError> {
        let words = Zeroizing::new(words.to_lowercase());
        let words: Vec<&str> = words.split_whitespace().map(whole).collect();
        if words.len() != 24 {
            return Err(RootError::Count(words.len()));
        }
        let text = Zeroizing::new(words.join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &text).map_err(|e| match e {
            bip39::Error::UnknownWord(at) => RootError::Unknown(at),
            _ => RootError::Checksum,
        })?;
        let bytes = Zeroizing::new(mnemonic.to_entropy());
        let bytes = bytes.as_slice().try_into().map_err(|_| RootError::Checksum)?;
        Ok(Self(Secret::from_bytes(bytes)))
    }

    /// The 24 words for the recovery sheet.
    ///
    /// # Panics
    /// Never: 32 bytes always make 24 words.
    pub fn to_words(&self) -> Vec<&'static str> {
        Mnemonic::from_entropy_in(Language::English, self.0.expose()).expect("32 bytes are 24 words").words().collect()
    }

    /// Everything in use in `epoch`, with the identities of the epochs before it, so that what they received still opens.
    pub fn keys(&self, epoch: Epoch) -> Keys {
        let root = SigningKey::from_bytes(derive(&self.0, "heldspace root signing", &[]).expose());
        let epochs: Vec<EpochKeys> = (1..=epoch).map(|n| self.epoch(n)).collect();
        let key = epochs.last().expect("an epoch is at least 1").signing_key().verifying_key();
        let statement = Envelope::sign(&Statement { epoch, key }, &root);
        Keys::new(root.verifying_key(), derive(&self.0, "heldspace link", &[]), epochs, statement)
    }

    fn epoch(&self, epoch: Epoch) -> EpochKeys {
        let n = epoch.to_be_bytes();
        EpochKeys {
            epoch,
            identity: derive(&self.0, "heldspace epoch identity", &[&n]),
            signing: derive(&self.0, "heldspace epoch signing", &[&n]),
            sealing: derive(&self.0, "heldspace epoch sealing", &[&n]),
        }
    }
}

/// The word that begins with these four letters or more; else what was given.
fn whole(beginning: &str) -> &str {
    let mut words = Language::English.words_by_prefix_iter(beginning);
    match (words.next(), words.next()) {
        (Some(word), None) if beginning.len() >= 4 => word,
        _ => beginning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_give_the_root_back() {
        let root = Root::random();
        let words = root.to_words();
        let again = Root::from_words(&format!("  {}\n", words.join("  ").to_uppercase())).unwrap();
        assert_eq!(again.0.expose(), root.0.expose());
        let short: Vec<String> = words.iter().map(|word| word.chars().take(4).collect()).collect();
        assert_eq!(Root::from_words(&short.join(" ")).unwrap().0.expose(), root.0.expose());
    }

    #[test]
    fn each_slip_is_told_apart() {
        let words = Root(Secret::from_bytes([3; 32])).to_words();
        assert_eq!(Root::from_words("").unwrap_err(), RootError::Count(0));
        assert_eq!(Root::from_words(&words[1..].join(" ")).unwrap_err(), RootError::Count(23));
        let mut wrong = words.clone();
        wrong[4] = "heldspace";
        assert_eq!(Root::from_words(&wrong.join(" ")).unwrap_err(), RootError::Unknown(4));
        let mut swapped = words;
        swapped.swap(0, 23);
        assert_eq!(Root::from_words(&swapped.join(" ")).unwrap_err(), RootError::Checksum);
    }
}
