//! Objects: a page, or a part of an index, padded and sealed to an identity of its own.
//!
//! `RenderedPage` → [`Plaintext`] → [`ObjectRef`] (what an index says) and [`SealedObject`] (what the store gets).

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{age_file, padding::pad};
use crate::{
    keys::Keys,
    preview::Admitted,
    render::{RenderedPage, shown_numbers},
    results::Shared,
    wire::{Digest, MailboxId, ObjectName},
};

/// What is about to be sealed: padded, and its digest. It has no way to anywhere but [`Plaintext::seal`],
/// and to the author's own eyes.
pub struct Plaintext {
    padded: Vec<u8>,
    digest: Digest,
}

/// Where an object lies and what opens it, as an index says it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRef {
    pub name: ObjectName,
    /// `AGE-SECRET-KEY-1…`
    pub(crate) identity: Zeroizing<String>,
    pub digest: Digest,
}

/// A sealed thing: the only form in which a member's page is ever written anywhere.
pub struct SealedObject {
    pub name: ObjectName,
    pub bytes: Vec<u8>,
}

impl Plaintext {
    /// Takes a rendered page; gives its title, and the document padded.
    pub fn of_page(page: RenderedPage) -> (String, Self) {
        let (title, html) = page.into_parts();
        (title, Self::new(html.into_bytes()))
    }

    /// A part of an attachment; nothing where it is not what its digest says.
    pub fn of_part(bytes: Vec<u8>, digest: Digest) -> Option<Self> {
        Some(Self::new(bytes)).filter(|part| part.digest == digest)
    }

    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let padded = pad(bytes);
        Self { digest: Digest::of(&padded), padded }
    }

    /// What `mailbox`'s index says of this: derived, so the same on any run and any machine.
    pub fn reference(&self, mailbox: &MailboxId, keys: &Keys) -> ObjectRef {
        ObjectRef::of(self.digest, mailbox, keys)
    }

    pub fn seal(&self, name: ObjectName, keys: &Keys) -> SealedObject {
        let recipient = keys.object_identity(&name).recipient();
        SealedObject { name, bytes: age_file::seal_to(&[&recipient], &self.padded) }
    }

    /// A page that was given before, from the object as it lies there; nothing where it is not what its reference says.
    pub fn of_object(sealed: &[u8], reference: &ObjectRef, keys: &Keys) -> Option<Self> {
        let padded = open_by_name(sealed, &reference.name, keys)?;
        let digest = Digest::of(&padded);
        (digest == reference.digest).then_some(Self { padded, digest })
    }

    /// The same, from the record.
    pub fn of_record(text: String, digest: Digest) -> Option<Self> {
        (Digest::of(text.as_bytes()) == digest).then(|| Self { padded: text.into_bytes(), digest })
    }

    /// SECURITY: the document, for whoever came through the preview's door and nobody else.
    pub fn document(&self, _: &Admitted) -> &str {
        std::str::from_utf8(&self.padded).expect("a document is text").trim_ascii_end()
    }

    /// The numbers of closed questions that it shows: all that may be known of it without a reader.
    pub(crate) fn numbers(&self) -> Vec<Shared> {
        std::str::from_utf8(&self.padded).map(shown_numbers).unwrap_or_default()
    }

    /// SECURITY: the same, for a part of an attachment; its first `length` bytes.
    pub fn part(&self, _: &Admitted, length: u64) -> &[u8] {
        let length = usize::try_from(length).map_or(self.padded.len(), |length| length.min(self.padded.len()));
        &self.padded[..length]
    }

    pub(super) fn padded(&self) -> &[u8] {
        &self.padded
    }

    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub fn size(&self) -> usize {
        self.padded.len()
    }
}

impl ObjectRef {
    /// Of a padded plaintext with this digest.
    pub(super) fn of(digest: Digest, mailbox: &MailboxId, keys: &Keys) -> Self {
        let name = keys.object_name(mailbox, &digest);
        let identity = keys.object_identity(&name).to_text();
        Self { name, identity: Zeroizing::new(age_file::expose(&identity).to_owned()), digest }
    }
}

/// Whether `sealed` is what its reference says.
pub fn is_sound(sealed: &[u8], reference: &ObjectRef, keys: &Keys) -> bool {
    let opened = keys.object_identity(&reference.name).open(sealed, sealed.len() as u64);
    opened.is_ok_and(|plaintext| Digest::of(&plaintext) == reference.digest)
}

/// Opens an object by its name alone, with whichever epoch sealed it.
pub fn open_by_name(sealed: &[u8], name: &ObjectName, keys: &Keys) -> Option<Vec<u8>> {
    keys.newest_first().find_map(|epoch| Keys::object_identity_of(epoch, name).open(sealed, sealed.len() as u64).ok())
}
