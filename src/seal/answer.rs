//! Answers: signed by a member, padded, sealed to whom the index names.
//!
//! A member's browser seals them; here they are opened. What comes out is an envelope that nobody has verified yet.

use super::{Identity, OpenError, Recipient, age_file, padding::padded_length};
use crate::{
    keys::{EpochKeys, Keys},
    wire::{ANSWER_SIZE, Answer, Digest, Envelope, SignatureError, SigningKey},
};

/// Every answer is padded to this at least: a vote, a tick and a page of text are alike.
const SMALLEST: usize = 16 * 1024;

/// An answer as it travels, and the name it lies under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAnswer {
    /// SHA-256 of `bytes`.
    pub name: Digest,
    pub bytes: Vec<u8>,
}

/// Why what lies under an answer's name is none.
#[derive(Debug, thiserror::Error)]
pub enum SealedAnswerError {
    #[error("larger than any answer")]
    Size,
    #[error("not what its name says")]
    Name,
    #[error(transparent)]
    Open(OpenError),
    #[error(transparent)]
    Shape(SignatureError),
}

impl SealedAnswer {
    /// Signs, pads and seals, as a browser does it.
    ///
    /// # Panics
    /// Without recipients, which no index allows.
    pub fn seal(answer: &Answer, key: &SigningKey, recipients: &[&Recipient]) -> Self {
        let mut signed = Envelope::sign(answer, key).to_json();
        signed.resize(padded_length(signed.len()).max(SMALLEST), b' ');
        Self::of(age_file::seal_to(recipients, &signed))
    }

    /// Sealed bytes, under their own name.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { name: Digest::of(&bytes), bytes }
    }

    /// Opens it with the practice's keys of whichever epoch; who signed it, the caller has to find out.
    ///
    /// SECURITY: the size is looked at first, then the name; only the practice's own identities are offered, never a
    /// passphrase, which a host could make as costly as it likes.
    pub fn open(&self, keys: &Keys) -> Result<Envelope, SealedAnswerError> {
        self.open_with(keys.newest_first().map(EpochKeys::identity))
    }

    /// The same, with the first of these identities that opens it; there is one at least.
    pub fn open_with(&self, identities: impl IntoIterator<Item = Identity>) -> Result<Envelope, SealedAnswerError> {
        if self.bytes.len() > ANSWER_SIZE {
            return Err(SealedAnswerError::Size);
        }
        if Digest::of(&self.bytes) != self.name {
            return Err(SealedAnswerError::Name);
        }
        let mut failed = None;
        for identity in identities {
            match identity.open(&self.bytes, ANSWER_SIZE as u64) {
                Ok(opened) => return Envelope::parse(&opened).map_err(SealedAnswerError::Shape),
                Err(error) => failed = Some(error),
            }
        }
        Err(SealedAnswerError::Open(failed.expect("there is an identity")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        keys::Root,
        wire::{Said, answer::example as answer},
    };

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn opens_in_every_later_epoch_and_with_no_other_keys() {
        let root = Root::random();
        let answer = answer(Said::Reply { text: "yes".into() });
        let sealed = SealedAnswer::seal(&answer, &key(), &[&root.keys(1).current().identity().recipient()]);
        for epoch in [1, 2, 3] {
            let envelope = sealed.open(&root.keys(epoch)).unwrap();
            assert_eq!(Answer::open(&envelope, &answer.mailbox, &key().verifying_key()).unwrap(), answer);
        }
        assert!(matches!(sealed.open(&Root::random().keys(1)), Err(SealedAnswerError::Open(_))));
    }

    #[test]
    fn a_vote_and_a_page_of_text_have_one_size() {
        let identity = Root::random().keys(1).current().identity();
        // Of what is sealed: the age crate adds a header line of a random length, whatever is in the file.
        let size = |said| {
            let sealed = SealedAnswer::seal(&answer(said), &key(), &[&identity.recipient()]);
            assert!(sealed.bytes.len() <= ANSWER_SIZE);
            identity.open(&sealed.bytes, ANSWER_SIZE as u64).unwrap().len()
        };
        assert_eq!(size(Said::Poll { chosen: vec!["a".into()] }), SMALLEST);
        assert_eq!(size(Said::Reply { text: "x".repeat(9000) }), SMALLEST);
        assert_eq!(size(Said::Withdrawn {}), SMALLEST);
        assert_eq!(size(Said::Reply { text: "ä".repeat(crate::wire::ANSWER_TEXT) }), 4 * SMALLEST);
    }

    #[test]
    fn a_changed_byte_and_a_size_beyond_all_answers_are_refused() {
        let keys = Root::random().keys(1);
        let mut sealed =
            SealedAnswer::seal(&answer(Said::Withdrawn {}), &key(), &[&keys.current().identity().recipient()]);
        *sealed.bytes.last_mut().unwrap() ^= 1;
        assert!(matches!(sealed.open(&keys), Err(SealedAnswerError::Name)));
        assert!(matches!(SealedAnswer::of(sealed.bytes).open(&keys), Err(SealedAnswerError::Open(_))));
        let huge = SealedAnswer::of(vec![b'a'; ANSWER_SIZE + 1]);
        assert!(matches!(huge.open(&keys), Err(SealedAnswerError::Size)));
    }

    proptest! {
        #[test]
        fn whatever_lies_there_is_refused_and_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let keys = Root::random().keys(1);
            prop_assert!(SealedAnswer::of(bytes.clone()).open(&keys).is_err());
            // The same, from behind the practice's own recipient, and behind an age header.
            let sealed = age_file::seal_to(&[&keys.current().identity().recipient()], &bytes);
            prop_assert!(SealedAnswer::of(sealed).open(&keys).is_err());
            let headed = [b"age-encryption.org/v1\n-> X25519 ", bytes.as_slice()].concat();
            prop_assert!(SealedAnswer::of(headed).open(&keys).is_err());
        }
    }
}
