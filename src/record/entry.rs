//! What stands in the record's journal.

use serde::{Deserialize, Serialize};

use crate::{
    content::Kind,
    seal::{AudienceKind, AudienceLabel},
    wire::{AttachmentId, Digest, MailboxId, ObjectName, PageId, Release, UnixTime},
};

/// One line of `.heldspace/record.log`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(super) enum Entry {
    /// These texts lie in that pack.
    Kept { pack: String, texts: Vec<Digest> },
    /// What a release gives and takes, all entries of it together. Written before any of it is anywhere.
    Given {
        release: Release,
        issued: UnixTime,
        /// Whose the mailboxes are, by folder.
        readers: Vec<(MailboxId, String)>,
        opened: Vec<NotedObject>,
        ended: Vec<ObjectName>,
        /// Into a store that members do not read from: what the objects are, and nothing about anyone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        aside: bool,
    },
    /// When pages were first in a release of which nothing stands here any more: who joins later is measured by it.
    First { pages: Vec<(PageId, UnixTime)> },
    /// Members begin to find the release, mailbox by mailbox; with `whole`, all of them find it and nothing else.
    Reached { release: Release, time: UnixTime, whole: bool },
}

/// An object at the host, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedObject {
    pub object: ObjectName,
    pub mailbox: MailboxId,
    /// None for a part of an index.
    pub page: Option<NotedPage>,
}

/// A page as it was when it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedPage {
    pub id: PageId,
    pub title: String,
    /// Below the practice's folder.
    pub file: String,
    pub date: Option<String>,
    pub order: Option<i64>,
    pub kind: Kind,
    pub audience: AudienceLabel,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The members whom it names, by folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Of the document that the member could open, padded.
    pub document: Digest,
    /// The files that went with it, in the order of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<NotedAttachment>,
    /// The pages that it leads to, by the numbers in the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<PageId>,
    /// Of what the author wrote, without front matter; none where the file had changed since this was given first.
    pub source: Option<Digest>,
}

impl NotedPage {
    /// A page of which nothing else is known here.
    pub fn bare(id: PageId, title: String, document: Digest) -> Self {
        Self {
            id,
            title,
            document,
            file: String::new(),
            date: None,
            order: None,
            kind: Kind::Note,
            audience: AudienceLabel { kind: AudienceKind::Member, title: String::new() },
            tags: Vec::new(),
            names: Vec::new(),
            attachments: Vec::new(),
            links: Vec::new(),
            source: None,
        }
    }
}

/// A file as it went with a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedAttachment {
    /// What the document calls it.
    pub id: AttachmentId,
    pub name: String,
    #[serde(rename = "type")]
    pub media_type: String,
    pub length: u64,
    /// Of the bytes that were given.
    pub digest: Digest,
}
