//! Attachments in an index, and the parts that they are cut into.

use serde::{Deserialize, Serialize};

use super::{ObjectRef, padding::pad};
use crate::{
    keys::Keys,
    wire::{AttachmentId, Digest, MailboxId, number},
};

/// Bytes of a part; the last one may be shorter.
pub const PART: u64 = 4 * 1024 * 1024;
/// Nobody's mailbox: what is sealed for it is named in the indexes of many.
const SHARED: MailboxId = MailboxId::from_bytes([0; 16]);

/// A file that goes with a page, as an index says it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentEntry {
    /// What the page's document calls it.
    pub id: AttachmentId,
    /// What it is called when it is saved.
    pub name: String,
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes, without padding.
    #[serde(deserialize_with = "number::whole")]
    pub length: u64,
    /// [`PART`] bytes each, in order.
    pub parts: Vec<ObjectRef>,
}

/// For whom a part is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// For one mailbox, like a page.
    One,
    /// Once, for all who may read it anyway.
    Many,
}

impl Sharing {
    /// What an index says of a part.
    pub fn reference(self, digest: Digest, mailbox: &MailboxId, keys: &Keys) -> ObjectRef {
        ObjectRef::of(digest, if self == Self::Many { &SHARED } else { mailbox }, keys)
    }

    /// How this part was sealed, as far as these keys tell.
    pub fn of(part: &ObjectRef, keys: &Keys) -> Self {
        if keys.object_name(&SHARED, &part.digest) == part.name { Self::Many } else { Self::One }
    }
}

/// The digest that an index says of a part with these bytes.
pub fn part_digest(bytes: Vec<u8>) -> Digest {
    Digest::of(&pad(bytes))
}
