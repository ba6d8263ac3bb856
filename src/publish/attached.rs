//! What goes with a page: its attachments, cut into parts and named, and where each part's bytes are when it is sealed.
//!
//! Nothing of a file is kept in memory: its digests are, and each part is read when its turn comes.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use super::{PublishError, commit::OBJECT_LIMIT};
use crate::{
    attachment::{Attachment, AttachmentError},
    content::Place,
    keys::Keys,
    practice::Share,
    seal::{AttachmentEntry, ObjectRef, PART, Plaintext, Sharing, part_digest},
    store::{Store, layout},
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

fn starts(length: u64) -> impl Iterator<Item = u64> {
    (0..length.div_ceil(PART)).map(|n| n * PART)
}

/// An attachment for one mailbox: what its index says of it, and the parts.
pub(super) fn attached(
    file: &Arc<Attachment>,
    parts: &[Digest],
    sharing: Sharing,
    mailbox: &MailboxId,
    keys: &Keys,
) -> (AttachmentEntry, Vec<WantedPart>) {
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

/// The same attachments as they were given before, for a mailbox and the keys of today.
pub(super) fn kept(
    attachments: &[AttachmentEntry],
    mailbox: &MailboxId,
    keys: &Keys,
) -> (Vec<AttachmentEntry>, Vec<WantedPart>) {
    let mut wanted = Vec::new();
    let attachments = attachments.iter().map(|attachment| {
        let parts = attachment.parts.iter().map(|old| {
            let reference = Sharing::of(old, keys).reference(old.digest, mailbox, keys);
            let source = Source::Stored(old.clone());
            wanted.push(WantedPart { name: reference.name, digest: reference.digest, source });
            reference
        });
        AttachmentEntry { parts: parts.collect(), ..attachment.clone() }
    });
    let attachments = attachments.collect();
    (attachments, wanted)
}

/// SECURITY: a host that sees two mailboxes name one object learns that both may read it. Of the library everyone knows that.
pub(super) fn sharing(file: &Attachment, share: Share) -> Sharing {
    let place = Place::of(&file.file);
    let may = match share {
        Share::None => false,
        Share::Library => place == Place::Library,
        Share::All => matches!(place, Place::Library | Place::Group(_)),
    };
    if may && file.length > SMALL { Sharing::Many } else { Sharing::One }
}

impl WantedPart {
    /// Bytes once it is padded, at most.
    pub(super) const fn size(&self) -> usize {
        PART as usize
    }

    /// Its bytes, read now.
    pub(super) async fn plaintext(&self, store: &Store, keys: &Keys) -> Result<Plaintext, PublishError> {
        match &self.source {
            Source::File(file, start) => {
                let changed = || AttachmentError::Changed { file: crate::attachment::shown(&file.file) };
                let bytes = file.bytes(*start, PART)?;
                Ok(Plaintext::of_part(bytes, self.digest).ok_or_else(changed)?)
            }
            Source::Stored(old) => {
                let sealed = store.read(&layout::object(&old.name), OBJECT_LIMIT).await?;
                let plaintext = sealed.and_then(|sealed| Plaintext::of_object(&sealed, old, keys));
                plaintext.ok_or(PublishError::NoPart { object: old.name })
            }
        }
    }

    /// Whether its bytes are still anywhere.
    pub(super) async fn is_there(&self, store: &Store, keys: &Keys) -> bool {
        let Source::Stored(old) = &self.source else { return true };
        let sealed = store.read(&layout::object(&old.name), OBJECT_LIMIT).await.ok().flatten();
        sealed.is_some_and(|sealed| Plaintext::of_object(&sealed, old, keys).is_some())
    }
}
