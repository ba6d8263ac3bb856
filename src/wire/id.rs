//! Opaque names: fixed length, lower-case hex, and nothing else, so that they are safe in a path before any join.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest as _, Sha256};

/// The text is not the expected number of lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {digits} lower-case hexadecimal digits")]
pub struct IdError {
    digits: usize,
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $bytes]);

        impl $name {
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // SECURITY: the one door for names that come from outside; `..`, `%00`, capitals and Unicode stop here.
                HEXLOWER
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or(IdError { digits: 2 * $bytes })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

hex_id!(
    /// A member's place at the host: 16 random bytes that say nothing about anyone.
    MailboxId, 16
);
hex_id!(
    /// The name of a sealed object in the store, derived with the sealing secret: opaque to everyone else.
    ObjectName, 16
);
hex_id!(
    /// What stays the same when a page is edited; keyed, so that no file name can be guessed from it.
    PageId, 16
);
hex_id!(
    /// A file that is given with a page, as the page's document names it.
    AttachmentId, 16
);
hex_id!(
    /// What a host gives a publisher to sign, so that no clock has to be compared.
    Challenge, 16
);
hex_id!(
    /// Random, and never used twice.
    Nonce, 16
);
hex_id!(
    /// One run of a server, random: each has an audit log of its own.
    ServerId, 8
);
hex_id!(
    /// An answer of a member, random: made on the member's device.
    AnswerId, 16
);
hex_id!(
    /// A SHA-256 digest.
    Digest, 32
);

impl Digest {
    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl AttachmentId {
    /// Of a file with this name, type and content.
    pub fn of(name: &str, media_type: &str, content: &Digest) -> Self {
        let digest = Digest::of(format!("{name}\n{media_type}\n{content}").as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&digest.0[..16]);
        Self(id)
    }
}

/// What a page calls one of its blocks: 1 to 64 small letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BlockId(String);

/// The text is no block's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to {} small letters, digits and hyphens", BlockId::LONGEST)]
pub struct BlockIdError;

impl BlockId {
    pub const LONGEST: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BlockId {
    type Err = BlockIdError;

    fn from_str(text: &str) -> Result<Self, BlockIdError> {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_id = (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(is_allowed);
        if is_id { Ok(Self(text.to_owned())) } else { Err(BlockIdError) }
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BlockId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_hex_of_the_right_length_is_a_name() {
        let good = "00112233445566778899aabbccddeeff";
        assert_eq!(good.parse::<MailboxId>().unwrap().to_string(), good);
        for bad in [
            "",
            "00",
            "../../../../etc/passwd/0000000000",
            &good.to_uppercase(),
            &format!("{good}0"),
            &good.replace('0', "٠"),
        ] {
            assert_eq!(bad.parse::<MailboxId>(), Err(IdError { digits: 32 }), "{bad:?}");
        }
    }
}
