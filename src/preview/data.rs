//! What the preview's own page in the browser is told, as JSON.

use serde::Serialize;

use crate::{
    content::{Kind, Marked, Mistake},
    seal::{AttachmentEntry, AudienceLabel, Entry},
    wire::{AttachmentId, PageId, UnixTime},
};

/// What holds for all of it.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    /// Grows with every change.
    pub number: u64,
    /// Whether everything was rendered since the folder changed last.
    pub is_checked: bool,
    /// What could not be read.
    pub trouble: Option<&'a str>,
    /// Why changes are not seen any more.
    pub blind: Option<&'a str>,
    /// Whether what was given before is known.
    pub is_sure: bool,
    pub practice: &'a str,
    pub lang: &'a str,
    pub dir: &'a str,
    /// The stylesheets of member's pages and of open pages, below the preview's address.
    pub page_style: String,
    pub open_style: String,
    pub members: Vec<Person<'a>>,
    /// Whose pages were asked for.
    pub first: Option<&'a str>,
    pub mistakes: Vec<Wrong<'a>>,
}

#[derive(Debug, Serialize)]
pub struct Person<'a> {
    pub folder: &'a str,
    pub name: &'a str,
    /// Whether the next build leaves them a mailbox.
    pub reads: bool,
}

/// A mistake, and the line it is in.
#[derive(Debug, Serialize)]
pub struct Wrong<'a> {
    #[serde(flatten)]
    pub mistake: &'a Mistake,
    pub marked: Option<Marked<'a>>,
}

impl<'a> From<&'a Mistake> for Wrong<'a> {
    fn from(mistake: &'a Mistake) -> Self {
        Self { marked: mistake.marked(), mistake }
    }
}

/// A member's list, in the form that the viewer has it in.
#[derive(Debug, Serialize)]
pub struct ListData {
    pub view: View,
    /// The file of each entry, in the same order; and whether it is as it was before a mistake.
    pub files: Vec<FileOf>,
    /// What else the author should know of it.
    pub notes: Vec<String>,
    /// Files of which it is not known whether this member reads them.
    pub unsure: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct FileOf {
    pub id: PageId,
    pub file: String,
    pub is_stale: bool,
}

/// See `View` in `reader.ts`.
#[derive(Debug, Serialize)]
pub struct View {
    pub practice: String,
    pub reader: String,
    pub epoch: u32,
    pub release: u64,
    pub issued: UnixTime,
    pub now: UnixTime,
    pub entries: Vec<ViewEntry>,
    pub older: bool,
    pub key: Vec<usize>,
}

/// An index's entry, without what opens it.
#[derive(Debug, Serialize)]
pub struct ViewEntry {
    pub id: PageId,
    pub title: String,
    pub date: Option<String>,
    pub order: Option<i64>,
    pub audience: AudienceLabel,
    pub kind: Kind,
    pub tags: Vec<String>,
    pub attachments: Vec<Offered>,
    pub links: Vec<PageId>,
}

/// A file that goes with a page, likewise.
#[derive(Debug, Serialize)]
pub struct Offered {
    pub id: AttachmentId,
    pub name: String,
    #[serde(rename = "type")]
    pub media_type: String,
    pub length: u64,
}

impl From<&Entry> for ViewEntry {
    fn from(entry: &Entry) -> Self {
        let Entry { id, title, date, order, audience, kind, object: _, tags, attachments, links } = entry.clone();
        let attachments = attachments
            .into_iter()
            .map(|AttachmentEntry { id, name, media_type, length, parts: _ }| Offered { id, name, media_type, length });
        Self { id, title, date, order, audience, kind, tags, attachments: attachments.collect(), links }
    }
}

/// One page as one member, or anyone on the open web, would see it.
#[derive(Debug, Default, Serialize)]
pub struct PageData {
    /// None where it is not theirs, or can't be rendered and never was.
    pub html: Option<String>,
    /// As the list has it.
    pub entry: Option<ViewEntry>,
    pub is_stale: bool,
    /// Why nobody gets it yet, if nobody does.
    pub not_yet: Option<String>,
    pub mistakes: Vec<OwnWrong>,
}

/// As [`Wrong`], of a page that was rendered for this answer.
#[derive(Debug, Serialize)]
pub struct OwnWrong(serde_json::Value);

impl From<&Mistake> for OwnWrong {
    fn from(mistake: &Mistake) -> Self {
        Self(serde_json::to_value(Wrong::from(mistake)).expect("a mistake is plain JSON"))
    }
}

/// The pages of the open web.
#[derive(Debug, Serialize)]
pub struct OpenData {
    pub pages: Vec<OpenPage>,
    pub not_yet: Vec<NotYet>,
}

#[derive(Debug, Serialize)]
pub struct OpenPage {
    /// Below `public/`.
    pub path: String,
    /// As a browser shows it.
    pub address: String,
    /// Whether it is what the host shows for an address where nothing is.
    pub is_missing: bool,
}

/// Who sees what.
#[derive(Debug, Serialize)]
pub struct Matrix {
    pub members: Vec<String>,
    pub rows: Vec<Row>,
    pub open: Vec<OpenPage>,
    pub not_yet: Vec<NotYet>,
    pub notes: Vec<String>,
}

/// A page that is given to nobody yet.
#[derive(Debug, Serialize)]
pub struct NotYet {
    pub file: String,
    pub why: String,
    /// Whom it is meant for, by folder.
    pub members: Vec<String>,
    /// Whether it is meant for the open web.
    pub is_open: bool,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub file: String,
    pub title: String,
    /// One for each member.
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    No,
    Reads,
    /// As it was when they left.
    Keeps,
    /// As it was before a mistake came into it.
    Stale,
    /// Only the record knows.
    Unsure,
}
