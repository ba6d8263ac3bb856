//! What the host knows of a member: a key that verifies passes, hashes of tickets, and where things lie.

use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};

use super::{Digest, Ticket, UnixTime, VerifyingKey};

/// `mailboxes/<mailbox>.json`: alike for every member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxRecord {
    pub version: u8,
    #[serde(with = "super::key_base64")]
    pub key: VerifyingKey,
    /// Newest week first, the card's last.
    pub tickets: Vec<TicketRecord>,
    /// Path in the store.
    pub index: String,
    /// Path in the store.
    pub keyring: String,
}

/// The hash of a ticket, and when it stops being good; a card's has no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketRecord {
    pub hash: Digest,
    #[serde(deserialize_with = "super::number::whole_or_none")]
    pub ends: Option<UnixTime>,
}

impl MailboxRecord {
    /// Whether `ticket` is one of these, and has not ended.
    pub fn admits(&self, ticket: &Ticket, now: UnixTime) -> bool {
        let hash = ticket.hash();
        // SECURITY: every record is compared, in constant time: how long it takes tells a guesser nothing.
        let found = self.tickets.iter().fold(Choice::from(0), |found, record| {
            let live = u8::from(record.ends.is_none_or(|ends| now < ends));
            found | (record.hash.as_bytes().ct_eq(hash.as_bytes()) & Choice::from(live))
        });
        found.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::SigningKey;

    #[test]
    fn a_ticket_is_good_until_its_end() {
        let ticket = Ticket::from_bytes([7; 16]);
        let record = MailboxRecord {
            version: 1,
            key: SigningKey::from_bytes(&[1; 32]).verifying_key(),
            tickets: vec![TicketRecord { hash: ticket.hash(), ends: Some(100) }],
            index: String::new(),
            keyring: String::new(),
        };
        assert!(record.admits(&ticket, 99));
        assert!(!record.admits(&ticket, 100));
        assert!(!record.admits(&Ticket::from_bytes([8; 16]), 99));
    }
}
