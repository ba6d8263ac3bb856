//! The files of a publication, one by one: what may stand where, and what has to be there before.

use bytes::Bytes;

use super::{Publishing, Warranted};
use crate::{
    serve::{
        answer::{Answer, file, json, text},
        refusal::Refusal,
        service::{Service, now},
    },
    store::{
        StoreError,
        layout::{self, Place},
    },
    wire::{Digest, Envelope, Epoch, Gate, Head, MailboxId, MailboxRecord, Release, Statement, VerifyingKey},
};

/// More than any head.
const HEAD_SIZE: u64 = 16 * 1024 * 1024;
/// More than any record, keyring or `gate.json`.
const SMALL: usize = 64 * 1024;
/// More than any sealed object or index that a browser would take.
const SEALED: usize = 8 * 1024 * 1024;

/// How far a release may be ahead of this clock: releases are numbered by the second, and no clock is wrong by a year.
const AHEAD: Release = 365 * 24 * 60 * 60;

/// The head that stands.
pub(super) struct Published {
    pub(super) digest: Digest,
    bytes: Bytes,
}

impl Published {
    /// The epoch it was signed in, if the practice with this root signed it.
    pub(super) fn epoch(&self, root: &VerifyingKey) -> Option<Epoch> {
        signed_head(&self.bytes, root).map(|(_, epoch)| epoch)
    }
}

/// SECURITY: the head counts once the root's signature on its statement, and the statement's key on the head, were verified.
fn signed_head(bytes: &[u8], root: &VerifyingKey) -> Option<(Head, Epoch)> {
    let envelope = Envelope::parse(bytes).ok()?;
    let statement: Statement = envelope.peek::<Head>().ok()?.statement.open(root).ok()?;
    Some((envelope.open(&statement.key).ok()?, statement.epoch))
}

fn is_gate(bytes: &[u8]) -> Result<(), Refusal> {
    let gate: Gate = serde_json::from_slice(bytes).map_err(|_| Refusal::BadFile)?;
    if gate.version == 1 { Ok(()) } else { Err(Refusal::BadFile) }
}

impl Service {
    pub(super) async fn published_head(&self) -> Result<Option<Published>, Refusal> {
        let bytes = self.store.read(layout::HEAD, HEAD_SIZE).await.map_err(|_| Refusal::Store)?;
        Ok(bytes.map(|bytes| Published { digest: Digest::of(&bytes), bytes }))
    }

    /// Also what members have sent and what the gate has noted, which go the other way.
    pub(super) async fn publication_list(&self, folder: &str) -> Result<Answer, Refusal> {
        if !layout::ALL.contains(&folder) {
            return Err(Refusal::NotFound);
        }
        let listed = self.store.list_with_digests(folder).await.map_err(|_| Refusal::Store)?;
        Ok(Answer::closed(json(&listed)))
    }

    pub(super) async fn publication_file(&self, path: &str) -> Result<Answer, Refusal> {
        let known = path.parse::<Place>().is_ok() || layout::is_kept_here(path);
        let found = if known { self.store.fetch(path, HEAD_SIZE * 4).await.map_err(|_| Refusal::Store)? } else { None };
        let response = file(found.ok_or(Refusal::NotFound)?, "application/octet-stream").await;
        Ok(Answer::closed(response.map_err(|_| Refusal::Store)?))
    }

    pub(super) async fn put_file(
        &self,
        publishing: &Publishing,
        path: &str,
        warranted: &Warranted<'_>,
    ) -> Result<Answer, Refusal> {
        let place: Place = path.parse().map_err(|_| Refusal::NotFound)?;
        let body = &warranted.body;
        let most = match place {
            Place::Public | Place::Head => usize::MAX,
            Place::Object(_) | Place::Index(_) | Place::Brief => SEALED,
            Place::Gate | Place::Mailbox(_) | Place::Keyring(_) => SMALL,
        };
        if body.len() > most {
            return Err(Refusal::TooLarge);
        }
        match place {
            Place::Head => self.is_next_head(publishing, body).await?,
            Place::Gate => is_gate(body)?,
            Place::Mailbox(id) => self.is_whole(&id, body).await?,
            Place::Public | Place::Object(_) | Place::Index(_) | Place::Keyring(_) | Place::Brief => {}
        }
        // On the disk before the answer: what the publisher finds listed later is whole.
        self.store
            .put(path, body.clone())
            .await
            .map_err(|error: StoreError| if error.is_full() { Refusal::Full } else { Refusal::Store })?;
        if place == Place::Head {
            publishing.challenges().end_turn();
        }
        Ok(Answer::closed(text("done\n")))
    }

    pub(super) async fn delete_file(&self, path: &str) -> Result<Answer, Refusal> {
        match path.parse().map_err(|_| Refusal::NotFound)? {
            // What a store is known by is replaced, and never taken away.
            Place::Head | Place::Gate => return Err(Refusal::Method),
            _ => self.store.delete(path).await.map_err(|_| Refusal::Store)?,
        }
        Ok(Answer::closed(text("done\n")))
    }

    /// A head is signed by the practice, and only grows: by its release, and before that by the epoch of its keys.
    async fn is_next_head(&self, publishing: &Publishing, body: &[u8]) -> Result<(), Refusal> {
        let (head, epoch) = signed_head(body, &publishing.root).ok_or(Refusal::BadFile)?;
        // SECURITY: or old keys could use all numbers up.
        if head.release > now().saturating_add(AHEAD) {
            return Err(Refusal::BadFile);
        }
        let before = self.published_head().await?.and_then(|head| signed_head(&head.bytes, &publishing.root));
        match before {
            Some((before, before_epoch)) if (epoch, head.release) <= (before_epoch, before.release) => {
                Err(Refusal::BadFile)
            }
            _ => Ok(()),
        }
    }

    /// A mailbox names an index and a keyring of its own that are there: whoever comes now must find them.
    async fn is_whole(&self, id: &MailboxId, body: &[u8]) -> Result<(), Refusal> {
        let record: MailboxRecord = serde_json::from_slice(body).map_err(|_| Refusal::BadFile)?;
        if record.version != 1 {
            return Err(Refusal::BadFile);
        }
        for (path, expected) in [(&record.index, Place::Index(*id)), (&record.keyring, Place::Keyring(*id))] {
            if path.parse() != Ok(expected) {
                return Err(Refusal::BadFile);
            }
            let there = self.store.fetch(path, SEALED as u64).await.map_err(|_| Refusal::Store)?;
            there.ok_or(Refusal::BadFile)?;
        }
        Ok(())
    }
}
