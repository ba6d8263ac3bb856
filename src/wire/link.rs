//! The address in a notice or on a card: everything behind `#`, which browsers keep to themselves.

use std::{fmt, str::FromStr};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use super::{Epoch, MailboxId, Release, Ticket, number};

const VERSION: u8 = 1;
const LENGTH: usize = 61;

/// 16 secret bytes that are added to the six words before scrypt; the host never learns them.
#[derive(Clone, PartialEq, Eq)]
pub struct Pepper([u8; 16]);

impl Pepper {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// 32 lower-case hexadecimal digits, as they stand before the words.
    pub fn to_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

// SECURITY: never printed by accident.
impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

/// What stands behind `/l#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub mailbox: MailboxId,
    pub epoch: Epoch,
    /// 0 on a card.
    pub release: Release,
    pub pepper: Pepper,
    pub ticket: Ticket,
}

/// Why a text is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("a part of the link is missing or changed")]
    Shape,
    #[error("made by a newer heldspace (link version {0})")]
    Version(u8),
}

impl Link {
    /// The whole address, `<address>/l#…`.
    pub fn at(&self, address: &str) -> String {
        format!("{}/l#{self}", address.trim_end_matches('/'))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.mailbox.as_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.release.to_be_bytes());
        bytes.extend_from_slice(&self.pepper.0);
        bytes.extend_from_slice(self.ticket.as_bytes());
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| LinkError::Shape)?;
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(LinkError::Version(other)),
            None => return Err(LinkError::Shape),
        }
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| LinkError::Shape)?;
        let (epoch, release) = (Epoch::from_be_bytes(field(&bytes, 17)), Release::from_be_bytes(field(&bytes, 21)));
        if epoch == 0 || release >= number::END {
            return Err(LinkError::Shape);
        }
        Ok(Self {
            mailbox: MailboxId::from_bytes(field(&bytes, 1)),
            epoch,
            release,
            pepper: Pepper(field(&bytes, 29)),
            ticket: Ticket::from_bytes(field(&bytes, 45)),
        })
    }
}

fn field<const N: usize>(bytes: &[u8; LENGTH], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("fields lie within the link")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            mailbox: MailboxId::from_bytes([1; 16]),
            epoch: 2,
            release: 3,
            pepper: Pepper([4; 16]),
            ticket: Ticket::from_bytes([5; 16]),
        }
    }

    #[test]
    fn reads_what_it_wrote() {
        assert_eq!(link().to_string().parse(), Ok(link()));
        assert_eq!(link().at("https://a.example/"), format!("https://a.example/l#{}", link()));
    }

    #[test]
    fn a_shortened_link_is_told_from_a_newer_one() {
        let text = link().to_string();
        assert_eq!(text[..80].parse::<Link>(), Err(LinkError::Shape));
        assert_eq!("".parse::<Link>(), Err(LinkError::Shape));
        assert_eq!(BASE64URL_NOPAD.encode(&[9; 61]).parse::<Link>(), Err(LinkError::Version(9)));
    }
}
