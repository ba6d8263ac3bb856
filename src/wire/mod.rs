//! The formats both sides know: bytes and JSON, no I/O.
//!
//! In: bytes from a host or a browser, never trusted. Out: types that are right by construction, or an error that says
//! what was expected. Nothing here knows a file, a socket, a clock or a page. `docs/formats.md` is the specification.

pub(crate) mod answer;
mod audit;
mod day;
mod dsse;
mod head;
mod id;
mod link;
mod mailbox;
pub(crate) mod number;
mod pass;
mod reader;
mod statement;
mod ticket;
mod warrant;

pub use answer::{ANSWER_SIZE, ANSWER_TEXT, ANSWER_TEXTS, Answer, AnswerError, EARLIER, Said, Value};
pub use audit::{AuditFile, AuditFileError, AuditLine, What, chain_start, hour_of};
pub use day::{Day, DayError};
pub use dsse::{Envelope, Payload, SignatureError};
pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use head::{Gate, Head};
pub use id::{
    AnswerId, AttachmentId, BlockId, BlockIdError, Challenge, Digest, IdError, MailboxId, Nonce, ObjectName, PageId,
    ServerId,
};
pub use link::{Link, LinkError, Pepper};
pub use mailbox::{MailboxRecord, TicketRecord};
pub use pass::{PASS_LIFE, Pass, PassError};
pub use reader::{LISTED, Listing, ReaderPass};
pub use statement::Statement;
pub use ticket::{Ticket, TicketError};
pub use warrant::{Greeting, Warrant, WarrantError};

/// A number for a generation of the practice's keys, from 1.
pub type Epoch = u32;
/// A number for a publication; it only grows.
pub type Release = u64;
/// Seconds since 1970-01-01 00:00 UTC.
pub type UnixTime = u64;

/// A verifying key as people hand it on, in a command or a file: 64 hexadecimal digits.
pub fn key_text(key: &VerifyingKey) -> String {
    data_encoding::HEXLOWER.encode(key.as_bytes())
}

/// Reads what [`key_text`] wrote; a weak key is none.
pub fn parse_key(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

/// Serialises as standard base64 with padding, and reads nothing else.
pub(crate) mod base64_bytes {
    use data_encoding::BASE64;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&BASE64.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(d: D) -> Result<T, D::Error> {
        let text = String::deserialize(d)?;
        let bytes = BASE64.decode(text.as_bytes()).map_err(D::Error::custom)?;
        T::try_from(bytes).map_err(|_| D::Error::custom("wrong length"))
    }
}

/// Serialises an Ed25519 verifying key as base64 of its 32 bytes; refuses bytes that are no point, or a weak one.
pub(crate) mod key_base64 {
    use super::VerifyingKey;
    use serde::{Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(key: &VerifyingKey, s: S) -> Result<S::Ok, S::Error> {
        super::base64_bytes::serialize(key.as_bytes(), s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<VerifyingKey, D::Error> {
        let bytes: [u8; 32] = super::base64_bytes::deserialize(d)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(D::Error::custom)?;
        if key.is_weak() { Err(D::Error::custom("a weak key")) } else { Ok(key) }
    }
}

/// The same, for a list of keys.
pub(crate) mod keys_base64 {
    use super::VerifyingKey;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Key(#[serde(with = "super::key_base64")] VerifyingKey);

    pub(crate) fn serialize<S: Serializer>(keys: &[VerifyingKey], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(keys.iter().copied().map(Key))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<VerifyingKey>, D::Error> {
        Ok(Vec::<Key>::deserialize(d)?.into_iter().map(|Key(key)| key).collect())
    }
}
