//! The two public keys of somebody who stands in, as one word to hand on: what answers are sealed to, and what their passes
//! at the gate are signed with.
//!
//! Bech32, whose checksum finds a slip of the hand; in six words it can be compared on the telephone.

use std::{fmt, str::FromStr};

use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};

use super::{Recipient, key_words::words_of};
use crate::wire::{Digest, VerifyingKey};

const PREFIX: &str = "heldspace-standin-";

/// What opens nothing, and names somebody who stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandInKeys {
    pub recipient: Recipient,
    pub key: VerifyingKey,
}

/// Not such a word, or one that was copied with a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the line that `heldspace standin key` prints, or not all of it")]
pub struct StandInKeysError;

impl StandInKeys {
    /// Six words, for two people on the telephone.
    pub fn words(&self) -> String {
        words_of(&Digest::of(self.to_string().as_bytes()))
    }
}

impl fmt::Display for StandInKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.recipient.to_bytes(), *self.key.as_bytes()].concat();
        let word = bech32::encode::<Bech32>(Hrp::parse_unchecked(PREFIX), &bytes).expect("64 bytes fit Bech32");
        f.write_str(&word)
    }
}

impl FromStr for StandInKeys {
    type Err = StandInKeysError;

    fn from_str(text: &str) -> Result<Self, StandInKeysError> {
        let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| StandInKeysError)?;
        let bytes: Vec<u8> = parsed.byte_iter().collect();
        let is_ours = parsed.hrp() == Hrp::parse_unchecked(PREFIX);
        let (recipient, key) = bytes.split_first_chunk::<32>().filter(|_| is_ours).ok_or(StandInKeysError)?;
        let key: &[u8; 32] = key.try_into().map_err(|_| StandInKeysError)?;
        let key = VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak()).ok_or(StandInKeysError)?;
        Ok(Self { recipient: Recipient::from_bytes(recipient), key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{seal::Identity, wire::SigningKey};

    #[test]
    fn one_word_brings_both_keys_and_every_slip_is_found() {
        let key = SigningKey::from_bytes(&[3; 32]).verifying_key();
        let keys = StandInKeys { recipient: Identity::generate().recipient(), key };
        let word = keys.to_string();
        assert!(word.starts_with("heldspace-standin-1") && !word.contains(' '), "{word}");
        assert_eq!(word.parse(), Ok(keys.clone()));
        assert_eq!(word.to_uppercase().parse(), Ok(keys.clone()));
        for at in PREFIX.len() + 1..word.len() {
            let other = if word.as_bytes()[at] == b'q' { "p" } else { "q" };
            let slip = format!("{}{other}{}", &word[..at], &word[at + 1..]);
            assert_eq!(slip.parse::<StandInKeys>(), Err(StandInKeysError), "{at}");
        }
        for odd in ["", "age1", &word[1..], &word[..word.len() - 1], &keys.recipient.to_string()] {
            assert_eq!(odd.parse::<StandInKeys>(), Err(StandInKeysError), "{odd}");
        }
        let other = StandInKeys { recipient: Identity::generate().recipient(), key };
        assert_ne!(keys.words(), other.words());
        assert_eq!(keys.words().split('-').count(), 6);
    }
}
