//! A page: a Markdown file, and who may read it.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::practice::{Member, Practice};

/// A page, read but not rendered.
#[derive(Debug, Clone)]
pub struct Page {
    /// Relative to the practice.
    pub file: PathBuf,
    /// From the front matter; without it the text begins with a heading.
    pub title: Option<String>,
    pub date: Option<Date>,
    pub order: Option<i64>,
    pub kind: Kind,
    pub audience: Audience,
    /// From the front matter: what the page id is derived from in place of the path.
    pub id: Option<String>,
    /// The whole file, and where its text begins.
    pub(crate) source: String,
    pub(crate) body: usize,
}

/// Who may read a page: decided by the folder it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everyone on the open web: in `content/library/`, with `public = true`.
    Open,
    /// Every member.
    Library,
    /// The members of this group.
    Group(String),
    /// This member.
    Member(String),
    /// Each of these gets a copy, and learns of no other.
    Message(Vec<String>),
}

/// What sort of page it is, for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Resource,
    Agenda,
    Summary,
    Exercise,
    Checkin,
    Poll,
    Progress,
    Message,
    Note,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Resource,
        Self::Agenda,
        Self::Summary,
        Self::Exercise,
        Self::Checkin,
        Self::Poll,
        Self::Progress,
        Self::Message,
        Self::Note,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Agenda => "agenda",
            Self::Summary => "summary",
            Self::Exercise => "exercise",
            Self::Checkin => "checkin",
            Self::Poll => "poll",
            Self::Progress => "progress",
            Self::Message => "message",
            Self::Note => "note",
        }
    }

    /// What a page is when it does not say.
    pub fn usual(audience: &Audience) -> Self {
        match audience {
            Audience::Open | Audience::Library => Self::Resource,
            Audience::Group(_) => Self::Summary,
            Audience::Member(_) => Self::Note,
            Audience::Message(_) => Self::Message,
        }
    }
}

impl Page {
    /// What stays the same when the page is edited: its `id`, or else its path.
    pub fn identity(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.path())
    }

    /// The path with `/`, on every machine alike.
    pub fn path(&self) -> String {
        self.file.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// The text, without the front matter.
    pub(crate) fn body(&self) -> &str {
        &self.source[self.body..]
    }
}

impl Audience {
    /// The members who may read it; never one who was closed. Open pages are every member's too.
    pub fn readers<'a>(&self, practice: &'a Practice) -> Vec<&'a Member> {
        let in_group = |group: &str, member: &Member| {
            practice.groups.get(group).is_some_and(|group| group.members.contains(&member.folder))
        };
        let may_read = |member: &&Member| match self {
            Self::Open | Self::Library => true,
            Self::Group(group) => in_group(group, member),
            Self::Member(folder) => member.folder == *folder,
            Self::Message(to) => to.contains(&member.folder),
        };
        practice.members.values().filter(|member| member.closed.is_none()).filter(may_read).collect()
    }
}
