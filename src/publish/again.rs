//! Files as they were given before: out of the store, or where that has lost them, out of the record.
//!
//! In: what a list said of them, and what the record says. Out: the same for a mailbox and the keys of today, and by name
//! what is in neither: nobody is left without a file in silence.

use super::{PublishError, WantedPart, attached::starts, commit::OBJECT_LIMIT};
use crate::{
    keys::Keys,
    practice::Home,
    record::{NotedAttachment, Record},
    seal::{AttachmentEntry, ObjectRef, PART, Plaintext, Sharing, part_digest},
    store::{Store, layout},
    wire::{Digest, MailboxId},
};

/// Where what was given before can be.
#[derive(Clone, Copy)]
pub(super) struct Again<'a> {
    pub(super) keys: &'a Keys,
    pub(super) home: &'a Home,
    pub(super) store: &'a Store,
    pub(super) record: &'a Record,
}

/// The files of one page, as they were.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) attachments: Vec<AttachmentEntry>,
    pub(super) parts: Vec<WantedPart>,
    /// By name: neither in the store nor in the record.
    pub(super) lost: Vec<String>,
}

type Parts = Vec<(ObjectRef, WantedPart)>;

impl Again<'_> {
    /// What a list said of a page's files, for `mailbox` and the keys of today.
    pub(super) async fn attachments(
        self,
        given: &[AttachmentEntry],
        noted: &[NotedAttachment],
        mailbox: &MailboxId,
    ) -> Result<Kept, PublishError> {
        let mut kept = Kept::default();
        for attachment in given {
            let parts = match self.stored(attachment, mailbox).await {
                Some(parts) => Some(parts),
                None => self.recorded(attachment, noted, mailbox)?,
            };
            let Some(parts) = parts else {
                kept.lost.push(attachment.name.clone());
                continue;
            };
            let references = parts.iter().map(|(reference, _)| reference.clone()).collect();
            kept.attachments.push(AttachmentEntry { parts: references, ..attachment.clone() });
            kept.parts.extend(parts.into_iter().map(|(_, part)| part));
        }
        Ok(kept)
    }

    async fn stored(self, attachment: &AttachmentEntry, mailbox: &MailboxId) -> Option<Parts> {
        // What comes from the record alone has no parts yet.
        if attachment.parts.len() != starts(attachment.length).count() {
            return None;
        }
        let mut kept = Vec::new();
        for old in &attachment.parts {
            let sealed = self.store.read(&layout::object(&old.name), OBJECT_LIMIT).await.ok()??;
            Plaintext::of_object(&sealed, old, self.keys)?;
            let reference = Sharing::of(old, self.keys).reference(old.digest, mailbox, self.keys);
            let part = WantedPart::stored(&reference, old);
            kept.push((reference, part));
        }
        Some(kept)
    }

    fn recorded(
        self,
        attachment: &AttachmentEntry,
        noted: &[NotedAttachment],
        mailbox: &MailboxId,
    ) -> Result<Option<Parts>, PublishError> {
        let Some(noted) = noted.iter().find(|noted| noted.id == attachment.id) else { return Ok(None) };
        let Some(bytes) = self.record.file(&noted.digest, self.home, self.keys)? else { return Ok(None) };
        let sharing = attachment.parts.first().map_or(Sharing::One, |old| Sharing::of(old, self.keys));
        let part = |start: u64| {
            let digest = part_digest(cut(&bytes, start));
            let reference = sharing.reference(digest, mailbox, self.keys);
            let part = WantedPart::recorded(&reference, noted.digest, start);
            (reference, part)
        };
        Ok(Some(starts(bytes.len() as u64).map(part).collect()))
    }

    /// A part that was given before: out of the store.
    pub(super) async fn stored_part(self, old: &ObjectRef) -> Result<Plaintext, PublishError> {
        let sealed = self.store.read(&layout::object(&old.name), OBJECT_LIMIT).await?;
        let plaintext = sealed.and_then(|sealed| Plaintext::of_object(&sealed, old, self.keys));
        plaintext.ok_or(PublishError::Lost { what: format!("part of an attachment, {},", old.name) })
    }

    /// The part of a file that begins at `start`: out of the record.
    pub(super) fn recorded_part(self, file: &Digest, start: u64, part: Digest) -> Result<Plaintext, PublishError> {
        let bytes = self.record.file(file, self.home, self.keys)?;
        let plaintext = bytes.and_then(|bytes| Plaintext::of_part(cut(&bytes, start), part));
        plaintext.ok_or(PublishError::Lost { what: "part of an attachment".to_owned() })
    }
}

fn cut(bytes: &[u8], start: u64) -> Vec<u8> {
    let [start, most] = [start, PART].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    bytes.iter().skip(start).take(most).copied().collect()
}

/// What the record says of a page's files, as a list that has not said where they are.
pub(super) fn unplaced(noted: &[NotedAttachment]) -> Vec<AttachmentEntry> {
    let unplaced = |NotedAttachment { id, name, media_type, length, .. }: &NotedAttachment| AttachmentEntry {
        id: *id,
        name: name.clone(),
        media_type: media_type.clone(),
        length: *length,
        parts: Vec::new(),
    };
    noted.iter().map(unplaced).collect()
}
