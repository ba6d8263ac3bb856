//! The index: what one member may read. Signed by the practice, sealed to that member and to the practice.

use serde::{Deserialize, Serialize};

use super::{
    AttachmentEntry, ObjectRef, OpenError, Plaintext,
    age_file::{self, Recipient},
    open_by_name,
    padding::pad,
};
use crate::{
    content::Kind,
    keys::Keys,
    wire::{Envelope, MailboxId, PageId, Payload, Release, SignatureError, Statement, UnixTime, number},
};

/// How many entries the index holds itself, and each index part.
pub const PART_ENTRIES: usize = 256;
/// More than any index: 16 MiB.
const LIMIT: u64 = 16 * 1024 * 1024;

/// What one member may read, at one release.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub mailbox: MailboxId,
    #[serde(deserialize_with = "number::whole")]
    pub release: Release,
    #[serde(deserialize_with = "number::whole")]
    pub issued: UnixTime,
    pub statement: Envelope,
    /// `age1…`: whom answers are sealed to.
    pub recipients: Vec<String>,
    /// The practice's name, to show.
    pub practice: String,
    /// The member's name, to show.
    pub reader: String,
    /// The last entries, at most [`PART_ENTRIES`].
    pub pages: Vec<Entry>,
    /// The entries before them, [`PART_ENTRIES`] each.
    pub parts: Vec<ObjectRef>,
    /// Answers that arrived, by id.
    pub received: Vec<String>,
}

impl Payload for Index {
    const TYPE: &'static str = "application/vnd.heldspace.index.v1+json";
}

/// A page in an index.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub id: PageId,
    pub title: String,
    /// `2026-11-24`
    pub date: Option<String>,
    pub order: Option<i64>,
    pub audience: AudienceLabel,
    pub kind: Kind,
    pub object: ObjectRef,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Files that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentEntry>,
    /// Pages that its document leads to, by the numbers it has for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<PageId>,
}

impl Entry {
    /// Every object that it names: the document, and the parts of its attachments.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        std::iter::once(&self.object).chain(self.attachments.iter().flat_map(|attachment| &attachment.parts))
    }
}

/// How the viewer names whom a page is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceLabel {
    pub kind: AudienceKind,
    pub title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudienceKind {
    Library,
    Group,
    Member,
    Message,
}

/// Why an index from the store was not believed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("can't be opened with the practice's keys")]
    Open(#[from] OpenError),
    #[error("was not signed by the practice")]
    Forged(#[from] SignatureError),
    #[error("is another mailbox's")]
    Swapped,
    #[error("a part of it is missing or damaged")]
    Part,
}

/// The entries of an index, cut: what stands in the index, and the parts before it as objects.
pub struct Cut {
    pub pages: Vec<Entry>,
    pub parts: Vec<(ObjectRef, Plaintext)>,
}

/// Cuts entries, in order of first appearance, so that a change touches one part.
pub fn cut(entries: &[Entry], mailbox: &MailboxId, keys: &Keys) -> Cut {
    let in_parts = entries.len().saturating_sub(1) / PART_ENTRIES * PART_ENTRIES;
    let (early, late) = entries.split_at(in_parts);
    let parts = early.chunks(PART_ENTRIES).map(|chunk| {
        let plaintext = Plaintext::new(serde_json::to_vec(chunk).expect("entries are plain JSON"));
        (plaintext.reference(mailbox, keys), plaintext)
    });
    Cut { pages: late.to_vec(), parts: parts.collect() }
}

impl Index {
    /// Signs, pads and seals.
    pub fn seal(&self, member: &Recipient, keys: &Keys) -> Vec<u8> {
        let signed = pad(Envelope::sign(self, &keys.signing_key()).to_json());
        age_file::seal_to(&[member, &keys.current().identity().recipient()], &signed)
    }

    /// Opens an index on the author's side, whichever epoch issued it.
    pub fn open(sealed: &[u8], keys: &Keys) -> Result<Self, IndexError> {
        let mut failed = None;
        for epoch in keys.newest_first() {
            match epoch.identity().open(sealed, LIMIT) {
                Ok(opened) => {
                    let index: Self = Envelope::parse(&opened)?.open(&epoch.signing_key().verifying_key())?;
                    let statement: Statement = index.statement.open(keys.root())?;
                    return if statement.epoch == epoch.epoch() { Ok(index) } else { Err(IndexError::Swapped) };
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.expect("keys have an epoch").into())
    }

    /// All entries, those in parts included; `fetch` gives a sealed object by its path in the store.
    pub fn entries(
        &self,
        keys: &Keys,
        mut fetch: impl FnMut(&ObjectRef) -> Option<Vec<u8>>,
    ) -> Result<Vec<Entry>, IndexError> {
        let mut entries = Vec::new();
        for part in &self.parts {
            let opened = fetch(part).and_then(|sealed| open_by_name(&sealed, &part.name, keys));
            let opened =
                opened.filter(|plain| crate::wire::Digest::of(plain) == part.digest).ok_or(IndexError::Part)?;
            entries.extend(serde_json::from_slice::<Vec<Entry>>(&opened).map_err(|_| IndexError::Part)?);
        }
        entries.extend_from_slice(&self.pages);
        Ok(entries)
    }
}
