//! What lets one fetch a locked keyring, and nothing else.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;

use super::Digest;

/// 16 secret bytes from a link. The host knows their hash alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket([u8; 16]);

/// Not a ticket: expected 16 bytes as URL-safe base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 16 bytes as URL-safe base64")]
pub struct TicketError;

impl Ticket {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// What the host stores.
    pub fn hash(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl FromStr for Ticket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TicketError)?;
        bytes.try_into().map(Self).map_err(|_| TicketError)
    }
}

// SECURITY: a ticket opens something, so it never prints itself.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}
