//! What a member sends: signed by the member, sealed to the practice, stored under the digest of its sealed bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AnswerId, BlockId, Digest, Envelope, MailboxId, PageId, Payload, SignatureError, UnixTime, VerifyingKey};

/// Bytes of a sealed answer at most.
pub const ANSWER_SIZE: usize = 256 * 1024;
/// Characters of one text in an answer at most: a sealed answer stays well below [`ANSWER_SIZE`].
pub const ANSWER_TEXT: usize = 16 * 1024;
/// Characters of all texts of an answer together.
pub const ANSWER_TEXTS: usize = 32 * 1024;
/// Earlier answers that one names at most: the newest.
pub const EARLIER: usize = 16;
/// Items of a check-in, prompts of an agenda, chosen options.
const ITEMS: usize = 200;

/// One answer of a member to one block of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Random; what it is known by.
    pub id: AnswerId,
    pub mailbox: MailboxId,
    pub page: PageId,
    pub block: BlockId,
    /// Of the page's document that was read, padded: what the answer answers.
    pub digest: Digest,
    /// The device's own time.
    #[serde(deserialize_with = "super::number::whole")]
    pub time: UnixTime,
    /// Answers of this mailbox that no index has acknowledged yet, newest last: one that never arrives is noticed.
    pub earlier: Vec<AnswerId>,
    /// The answer to the same block that this one takes the place of.
    pub replaces: Option<AnswerId>,
    pub said: Said,
}

/// What was said, by the kind of the block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Said {
    Reply {
        text: String,
    },
    /// Ids of options.
    Poll {
        chosen: Vec<String>,
    },
    /// By the item's id; what was left out is not there.
    Checkin {
        items: BTreeMap<String, Value>,
    },
    /// By the prompt's id.
    Agenda {
        texts: BTreeMap<String, String>,
    },
    /// The answer that it replaces is taken back, and nothing stands in its place.
    Withdrawn {},
}

/// The answer to one item of a check-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Of a scale, or a number.
    Number(f64),
    /// Of a text.
    Text(String),
    /// Ids of options.
    Chosen(Vec<String>),
}

impl Payload for Answer {
    const TYPE: &'static str = "application/vnd.heldspace.answer.v1+json";
}

/// Why an answer was not believed.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error("signed for another mailbox")]
    Mailbox,
    #[error("longer than any answer that heldspace makes")]
    Size,
}

impl Answer {
    /// The answer, if the member with this key signed it for this mailbox, and it is no larger than an answer can be.
    pub fn open(envelope: &Envelope, mailbox: &MailboxId, key: &VerifyingKey) -> Result<Self, AnswerError> {
        let answer: Self = envelope.open(key)?;
        // SECURITY: a host could lay one member's answer into another's folder.
        if answer.mailbox != *mailbox {
            return Err(AnswerError::Mailbox);
        }
        if answer.earlier.len() > EARLIER || !answer.said.is_bounded() {
            return Err(AnswerError::Size);
        }
        Ok(answer)
    }
}

impl Said {
    fn is_bounded(&self) -> bool {
        let (count, texts): (usize, Vec<&str>) = match self {
            Self::Reply { text } => (1, vec![text]),
            Self::Poll { chosen } => (chosen.len(), chosen.iter().map(String::as_str).collect()),
            Self::Checkin { items } => (items.len(), items.iter().flat_map(|(id, value)| value.texts(id)).collect()),
            Self::Agenda { texts } => (texts.len(), texts.iter().flat_map(|(id, text)| [id.as_str(), text]).collect()),
            Self::Withdrawn {} => (0, Vec::new()),
        };
        let lengths = || texts.iter().map(|text| text.chars().count());
        count <= ITEMS && lengths().all(|length| length <= ANSWER_TEXT) && lengths().sum::<usize>() <= ANSWER_TEXTS
    }
}

impl Value {
    fn texts<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        match self {
            Self::Number(_) => vec![id],
            Self::Text(text) => vec![id, text],
            Self::Chosen(chosen) => std::iter::once(id).chain(chosen.iter().map(String::as_str)).collect(),
        }
    }
}

/// An answer for tests, whoever signs it.
#[cfg(test)]
pub(crate) fn example(said: Said) -> Answer {
    Answer {
        id: AnswerId::from_bytes([1; 16]),
        mailbox: MailboxId::from_bytes([2; 16]),
        page: PageId::from_bytes([3; 16]),
        block: "reply".parse().unwrap(),
        digest: Digest::of(b"page"),
        time: 1_795_564_800,
        earlier: Vec::new(),
        replaces: None,
        said,
    }
}

#[cfg(test)]
mod tests {
    use super::{example as answer, *};
    use crate::wire::SigningKey;

    fn opened(answer: &Answer, by: u8, mailbox: u8) -> Result<Answer, AnswerError> {
        let envelope = Envelope::sign(answer, &SigningKey::from_bytes(&[7; 32]));
        let key = SigningKey::from_bytes(&[by; 32]).verifying_key();
        Answer::open(&envelope, &MailboxId::from_bytes([mailbox; 16]), &key)
    }

    #[test]
    fn is_believed_by_the_right_key_in_the_right_mailbox_only() {
        let answer = answer(Said::Reply { text: "yes".into() });
        assert_eq!(opened(&answer, 7, 2).unwrap(), answer);
        assert!(matches!(opened(&answer, 8, 2), Err(AnswerError::Signature(SignatureError::Forged))));
        assert!(matches!(opened(&answer, 7, 3), Err(AnswerError::Mailbox)));
    }

    #[test]
    fn has_a_size_that_no_viewer_exceeds() {
        let long = |length| answer(Said::Reply { text: "ä".repeat(length) });
        assert!(opened(&long(ANSWER_TEXT), 7, 2).is_ok());
        assert!(matches!(opened(&long(ANSWER_TEXT + 1), 7, 2), Err(AnswerError::Size)));
        let items = (0..3).map(|n| (n.to_string(), Value::Text("x".repeat(ANSWER_TEXT - 1)))).collect();
        assert!(matches!(opened(&answer(Said::Checkin { items }), 7, 2), Err(AnswerError::Size)));
        let many = Answer { earlier: vec![AnswerId::from_bytes([1; 16]); EARLIER + 1], ..answer(Said::Withdrawn {}) };
        assert!(matches!(opened(&many, 7, 2), Err(AnswerError::Size)));
    }

    #[test]
    fn reads_as_the_specification_says() {
        let items = [
            ("mood".to_owned(), Value::Number(4.0)),
            ("sleep".to_owned(), Value::Chosen(vec!["badly".into()])),
            ("words".to_owned(), Value::Text("tired".into())),
        ];
        let said = serde_json::to_string(&Said::Checkin { items: items.into() }).unwrap();
        assert_eq!(said, r#"{"kind":"checkin","items":{"mood":4.0,"sleep":["badly"],"words":"tired"}}"#);
        assert_eq!(serde_json::to_string(&Said::Withdrawn {}).unwrap(), r#"{"kind":"withdrawn"}"#);
        assert!(serde_json::from_str::<Said>(r#"{"kind":"reply","text":"a","more":1}"#).is_err());
    }
}
