//! Mailbox records, and the decoy that stands in for those that do not exist.
//!
//! SECURITY: whoever asks for an unknown mailbox must not learn so, not even from how long the answer took. So a file is
//! read, another is missed, and a record of ten tickets is parsed and compared in either case.

use crate::{
    store::{Store, layout},
    wire::{Digest, MailboxId, MailboxRecord, SigningKey, TicketRecord},
};

use super::refusal::Refusal;

const SIZE: u64 = 64 * 1024;
const DECOY: MailboxId = MailboxId::from_bytes([0; 16]);

/// A mailbox as the host knows it, or something that looks like one and admits nobody.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) record: MailboxRecord,
    pub(super) exists: bool,
}

#[derive(Debug)]
pub(super) struct Mailboxes {
    decoy: Vec<u8>,
}

impl Mailboxes {
    pub(super) fn new() -> Self {
        let ticket = |week: u8| TicketRecord {
            hash: Digest::of(&[week; 16]),
            ends: Some(u64::from(u32::MAX)).filter(|_| week < 9),
        };
        let record = MailboxRecord {
            version: 1,
            // Nobody gets in with it: `exists` is asked as well.
            key: SigningKey::from_bytes(&[0; 32]).verifying_key(),
            tickets: (0..10).map(ticket).collect(),
            index: layout::index(&DECOY, 1_800_000_000),
            keyring: layout::keyring(&DECOY, 1),
        };
        Self { decoy: serde_json::to_vec(&record).expect("a mailbox record is plain JSON") }
    }

    /// The record as it stands in the store at this moment.
    pub(super) async fn read(&self, store: &Store, id: &MailboxId) -> Result<Mailbox, Refusal> {
        let read = |path: String| async move { store.read(&path, SIZE).await.map_err(|_| Refusal::Store) };
        let found = read(layout::mailbox(id)).await?;
        let (exists, owner) = (found.is_some(), found.as_ref().map_or(&DECOY, |_| id));
        // One file that is there and one that is not, in either order.
        read(if exists { layout::mailbox(&DECOY) } else { layout::GATE.to_owned() }).await?;
        let json = found.as_deref().unwrap_or(&self.decoy);
        let record: MailboxRecord = serde_json::from_slice(json).map_err(|_| Refusal::Store)?;
        let own = |folder, path| is_numbered(path, &format!("{folder}/{owner}/"));
        let good = record.version == 1 && own(layout::INDEXES, &record.index) && own(layout::KEYRINGS, &record.keyring);
        if good { Ok(Mailbox { record, exists }) } else { Err(Refusal::Store) }
    }
}

/// SECURITY: a record can't make the gate hand out anything but this mailbox's own, whoever wrote it.
fn is_numbered(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|number| number.parse::<u64>().is_ok_and(|n| n.to_string() == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_is_a_record_like_any_other() {
        let record: MailboxRecord = serde_json::from_slice(&Mailboxes::new().decoy).unwrap();
        assert_eq!(record.tickets.len(), 10);
        assert!(is_numbered(&record.index, &format!("indexes/{DECOY}/")));
    }

    #[test]
    fn a_record_names_files_of_its_kind_only() {
        assert!(is_numbered("indexes/a/7", "indexes/a/"));
        for odd in ["", "gate.json", "indexes/a/../b/7", "indexes/b/7", "indexes/a/07", "indexes/a/7/", "indexes/a/+7"]
        {
            assert!(!is_numbered(odd, "indexes/a/"), "{odd}");
        }
    }
}
