//! What goes with a page: its attachments, cut into parts and named, and where each part's bytes are when it is sealed.
//!
//! Nothing of a file is kept in memory: its digests are, and each part is read when its turn comes.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use super::{PublishError, again::Again};
use crate::{
    attachment::{Attachment, AttachmentError},
    content::Place,
    keys::Keys,
    practice::Share,
    record::NotedAttachment,
    seal::{AttachmentEntry, ObjectRef, PART, Plaintext, Sharing, part_digest},
    wire::{AttachmentId, Digest, MailboxId, ObjectName},
};

/// What is larger may be sealed once for many.
const SMALL: u64 = 256 * 1024;

/// A part of an attachment that a reader is to have.
#[derive(Clone)]
pub struct WantedPart {
    pub name: ObjectName,
    digest: Digest,
    source: Source,
}

/// Where a part's bytes are.
#[derive(Clone)]
enum Source {
    /// In a file beside its page, from this byte on.
    File(Arc<Attachment>, u64),
    /// In the store, as it was given before.
    Stored(ObjectRef),
    /// In a file that the record kept, by its digest, from this byte on.
    Recorded(Digest, u64),
}

/// The parts of the files of one page, by their digests: each file is read once, however many read the page.
#[derive(Default)]
pub(super) struct Parts(RefCell<BTreeMap<AttachmentId, Arc<Vec<Digest>>>>);

impl Parts {
    pub(super) fn of(&self, file: &Attachment) -> Result<Arc<Vec<Digest>>, AttachmentError> {
        if let Some(parts) = self.0.borrow().get(&file.id) {
            return Ok(Arc::clone(parts));
        }
        let parts = starts(file.length).map(|start| Ok(part_digest(file.bytes(start, PART)?)));
        let parts = Arc::new(parts.collect::<Result<Vec<_>, AttachmentError>>()?);
        self.0.borrow_mut().insert(file.id, Arc::clone(&parts));
        Ok(parts)
    }
}

pub(super) fn starts(length: u64) -> impl Iterator<Item = u64> {
    (0..length.div_ceil(PART)).map(|n| n * PART)
}

/// Whom an attachment is sealed for.
#[derive(Clone, Copy)]
pub(super) struct For<'a> {
    pub(super) mailbox: &'a MailboxId,
    pub(super) share: Share,
    pub(super) keys: &'a Keys,
}

/// An attachment for one mailbox: what its index says of it, and the parts, which have these digests.
pub(super) fn attached(
    file: &Arc<Attachment>,
    parts: &[Digest],
    For { mailbox, share, keys }: For<'_>,
) -> (AttachmentEntry, Vec<WantedPart>) {
    let sharing = sharing(file, share);
    let references: Vec<ObjectRef> = parts.iter().map(|digest| sharing.reference(*digest, mailbox, keys)).collect();
    let wanted = references.iter().zip(starts(file.length)).map(|(reference, start)| WantedPart {
        name: reference.name,
        digest: reference.digest,
        source: Source::File(Arc::clone(file), start),
    });
    let wanted = wanted.collect();
    let (id, name, media_type) = (file.id, file.name.clone(), file.kind.media_type.to_owned());
    (AttachmentEntry { id, name, media_type, length: file.length, parts: references }, wanted)
}

/// What the record says of it.
pub(super) fn noted(file: &Attachment) -> NotedAttachment {
    let (id, name, media_type) = (file.id, file.name.clone(), file.kind.media_type.to_owned());
    NotedAttachment { id, name, media_type, length: file.length, digest: file.digest }
}

/// SECURITY: a host that sees two mailboxes name one object learns that both may read it. Of the library everyone knows that.
fn sharing(file: &Attachment, share: Share) -> Sharing {
    let place = Place::of(&file.file);
    let may = match share {
        Share::None => false,
        Share::Library => place == Place::Library,
        Share::All => matches!(place, Place::Library | Place::Group(_)),
    };
    if may && file.length > SMALL { Sharing::Many } else { Sharing::One }
}

impl WantedPart {
    /// One that lies in the store under another name, or under the same.
    pub(super) fn stored(now: &ObjectRef, old: &ObjectRef) -> Self {
        Self { name: now.name, digest: now.digest, source: Source::Stored(old.clone()) }
    }

    /// One of a file in the record.
    pub(super) fn recorded(now: &ObjectRef, file: Digest, start: u64) -> Self {
        Self { name: now.name, digest: now.digest, source: Source::Recorded(file, start) }
    }

    /// The file beside a page that it is a part of; none where it was given before.
    pub(super) fn file(&self) -> Option<&Arc<Attachment>> {
        match &self.source {
            Source::File(file, _) => Some(file),
            Source::Stored(_) | Source::Recorded(..) => None,
        }
    }

    /// Its bytes, read now.
    pub(super) async fn plaintext(&self, again: Again<'_>) -> Result<Plaintext, PublishError> {
        match &self.source {
            Source::File(file, start) => {
                let changed = || AttachmentError::Changed { file: crate::attachment::shown(&file.file) };
                let bytes = file.bytes(*start, PART)?;
                Ok(Plaintext::of_part(bytes, self.digest).ok_or_else(changed)?)
            }
            Source::Stored(old) => again.stored_part(old).await,
            Source::Recorded(file, start) => again.recorded_part(file, *start, self.digest),
        }
    }
}
