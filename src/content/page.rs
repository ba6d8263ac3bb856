//! A page as its author wrote it: what the front matter says, who may read it, and the text.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{
    audience::{Audience, Place},
    fields::{At, Fields},
    front_matter::{self, FrontMatter},
    mistake::Mistake,
    naming::{self, Said},
    node::{Node, Shape},
    session::{self, Session},
    source::Source,
    suggest,
    term::{self, Standing, Term},
};
use crate::{practice::Practice, wire::Digest};

const LONGEST_TAG: usize = 40;
const MOST_TAGS: usize = 12;

/// A Markdown file, read and checked, not yet rendered.
#[derive(Debug, Clone)]
pub struct Page {
    /// Relative to the practice.
    pub file: PathBuf,
    pub title: Option<String>,
    pub date: Option<Date>,
    /// The days on which it is there.
    pub term: Term,
    /// The session that it is about, for the readers' calendars.
    pub session: Option<Session>,
    pub order: Option<i64>,
    pub kind: Kind,
    pub audience: Audience,
    /// What the author wants the page to be known by, whatever its file is called.
    pub id: Option<String>,
    /// A sentence for lists.
    pub summary: Option<String>,
    /// Words to find it by: on the open web, so far.
    pub tags: Vec<String>,
    /// Whether those who join a group later get it too, whatever its day.
    pub for_newcomers: bool,
    /// The members whom the text names, by folder: others read it with the consent of each.
    pub names: Vec<String>,
    pub(crate) said: Said,
    /// The path below `content/`, with `/`, in one Unicode form.
    path: String,
    pub(crate) body: Source,
}

/// Why a file is no page that anyone can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPage {
    Draft,
    /// Something is wrong with it, which is told where it is read.
    Mistaken,
}

/// What becomes of a page that its author has not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drafts {
    LeftOut,
    AsPages,
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    const ALL: [(&'static str, Self); 9] = [
        ("resource", Self::Resource),
        ("agenda", Self::Agenda),
        ("summary", Self::Summary),
        ("exercise", Self::Exercise),
        ("checkin", Self::Checkin),
        ("poll", Self::Poll),
        ("progress", Self::Progress),
        ("message", Self::Message),
        ("note", Self::Note),
    ];

    fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Open | Audience::Library => Self::Resource,
            Audience::Group(_) => Self::Summary,
            Audience::Member(_) => Self::Note,
            Audience::Message(_) => Self::Message,
        }
    }
}

impl Page {
    /// What the page id is derived from: `id`, or the path below `content/`.
    pub fn identity(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.path)
    }

    /// What the author wrote, without front matter.
    pub fn text(&self) -> &str {
        self.body.text()
    }

    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Whether it is for anyone on that day.
    pub fn is_there(&self, day: Date) -> bool {
        self.term.on(day) == Standing::There
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The page in `file` alone: what a link leads to.
    pub fn at(file: &Path, practice: &Practice) -> Result<Self, NoPage> {
        match Self::read(file, practice) {
            (Some(page), mistakes) if mistakes.is_empty() => Ok(page),
            (None, mistakes) if mistakes.is_empty() => Err(NoPage::Draft),
            _ => Err(NoPage::Mistaken),
        }
    }

    /// The page as it would be if it were finished and its day had come: for its author's eyes.
    pub fn unfinished(file: &Path, practice: &Practice) -> (Option<Self>, Vec<Mistake>) {
        let (page, mistakes) = Self::read_with(file, practice, Drafts::AsPages);
        (page.map(|page| Self { term: Term::default(), ..page }), mistakes)
    }

    /// Reads the file; no page if it is a draft, or if too much is wrong with it.
    pub(super) fn read(file: &Path, practice: &Practice) -> (Option<Self>, Vec<Mistake>) {
        Self::read_with(file, practice, Drafts::LeftOut)
    }

    fn read_with(file: &Path, practice: &Practice, drafts: Drafts) -> (Option<Self>, Vec<Mistake>) {
        let source = match Source::read(&practice.root, file) {
            Ok(source) => source,
            Err(mistake) => return (None, vec![mistake]),
        };
        let split = match front_matter::split(&source) {
            // A draft may be as unfinished as it likes.
            Ok(split) if drafts == Drafts::LeftOut && is_draft(&split.keys) => return (None, Vec::new()),
            Ok(split) => split,
            Err(mistakes) => return (None, mistakes),
        };
        let mut mistakes = Vec::new();
        let mut page = Self::check(file, &source, split, practice, &mut mistakes);
        if let Some(page) = page.as_mut().filter(|_| !mistakes.is_empty()) {
            // Whatever is wrong with the title was told; it is not missing as well.
            page.title.get_or_insert_with(|| "…".to_owned());
        }
        (page, mistakes)
    }

    /// `None` if it has no audience.
    fn check(
        file: &Path,
        source: &Source,
        split: FrontMatter,
        practice: &Practice,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Self> {
        let mut fields = Fields::new(source, split.keys, mistakes);
        fields.boolean("draft");
        let title = fields.short_text("title").and_then(|text| plain_title(&mut fields, text));
        let title_at = title.as_ref().map(|title| title.at.clone());
        let date = fields.date("date").map(|date| date.value);
        let term = term::read(&mut fields);
        let session = session::read(&mut fields, practice);
        let order = fields.integer("order").map(|number| number.value);
        let summary = fields.text("summary");
        let id = fields.text("id").and_then(|text| identity(&mut fields, text));
        let tags = tags(&mut fields);
        let for_newcomers = newcomers(&mut fields, file);
        let kind = fields.text("kind").and_then(|text| kind(&mut fields, &text));
        let audience = audience(&mut fields, file, practice);
        let names = naming::read(&mut fields, practice);
        let said = Said {
            title: title_at,
            summary: summary.as_ref().map(|text| text.at.clone()),
            tags: tags.iter().map(|tag| tag.at.clone()).collect(),
            not_names: naming::not_names(&mut fields),
        };
        let Some(audience) = audience else {
            fields.finish();
            return None;
        };
        let kind = kind.unwrap_or_else(|| Kind::of(&audience));
        term::check(&mut fields, &term, date, kind);
        if let Some(session) = &session {
            session::check(&mut fields, session, date, &term.term, &audience);
        }
        let page = Self {
            file: file.to_owned(),
            title: title.map(|title| title.value),
            date,
            term: term.term,
            session: session.map(|session| session.value),
            order,
            kind,
            audience,
            id,
            summary: summary.map(|text| text.value),
            tags: tags.into_iter().map(|tag| tag.value).collect(),
            for_newcomers,
            names: names.iter().map(|name| name.value.clone()).collect(),
            said,
            path: path(file),
            body: split.body,
        };
        naming::check(&mut fields, &names, &page, practice);
        fields.finish();
        Some(page)
    }
}

/// A few short words, each once.
fn tags(fields: &mut Fields<'_>) -> Vec<At<String>> {
    let Some(list) = fields.texts("tags") else { return Vec::new() };
    let mut tags: Vec<At<String>> = Vec::new();
    for tag in list.value {
        if tag.value.chars().count() > LONGEST_TAG {
            fields.mistake(&tag.at, format!("a tag of more than {LONGEST_TAG} characters"), "a tag is a word or two");
        } else if !tags.iter().any(|known| known.value == tag.value) {
            tags.push(tag);
        }
    }
    if tags.len() > MOST_TAGS {
        fields.mistake(&list.at, format!("more than {MOST_TAGS} tags"), "keep those that somebody would look for");
    }
    tags
}

/// Only a group has newcomers.
fn newcomers(fields: &mut Fields<'_>, file: &Path) -> bool {
    let Some(newcomers) = fields.boolean("newcomers") else { return false };
    if !matches!(Place::of(file), Place::Group(_)) {
        let hint = "only pages of a group can be for those who join later; remove the line";
        fields.mistake(&newcomers.at, "`newcomers` outside content/groups/", hint);
    }
    newcomers.value
}

/// A title is the same for all, and so is no template.
fn plain_title(fields: &mut Fields<'_>, title: At<String>) -> Option<At<String>> {
    if title.value.contains("{{") || title.value.contains("{%") {
        fields.mistake(
            &title.at,
            "a title with braces",
            "write it as it is to be read; {{ … }} works in the text below",
        );
        return None;
    }
    Some(title)
}

fn is_draft(keys: &Node) -> bool {
    let Shape::Table(entries) = &keys.shape else { return false };
    entries.iter().any(|entry| entry.key == "draft" && matches!(entry.value.shape, Shape::Boolean(true)))
}

/// The path below `content/`; the same on a disk that takes names apart (NFD) and on one that does not.
fn path(file: &Path) -> String {
    let parts: Vec<_> = file.iter().skip(1).map(|part| part.to_string_lossy().nfc().collect::<String>()).collect();
    parts.join("/")
}

fn identity(fields: &mut Fields<'_>, id: At<String>) -> Option<String> {
    let id = At { value: id.value.nfc().collect::<String>(), at: id.at };
    if id.value.len() <= 200 {
        return Some(id.value);
    }
    fields.mistake(&id.at, "`id` is longer than 200 bytes", "choose something shorter, and never change it");
    None
}

fn kind(fields: &mut Fields<'_>, text: &At<String>) -> Option<Kind> {
    let known = Kind::ALL.iter().find(|(name, _)| *name == text.value);
    if known.is_none() {
        let hint = suggest::hint(&text.value, "kinds", Kind::ALL.iter().map(|(name, _)| *name));
        fields.mistake(&text.at, format!("there is no kind `{}`", text.value), hint);
    }
    known.map(|(_, kind)| *kind)
}

/// SECURITY: the folder decides, and the narrowest reading is the default: `public` and `to` count in one place each.
fn audience(fields: &mut Fields<'_>, file: &Path, practice: &Practice) -> Option<Audience> {
    let place = Place::of(file);
    let public = fields.boolean("public");
    let to = fields.texts("to");
    if let Some(public) = public.as_ref().filter(|public| public.value && place != Place::Library) {
        let hint = "only pages in content/library/ can be open to everyone; move the page there, or remove the line";
        fields.mistake(&public.at, "`public = true` outside content/library/", hint);
        return None;
    }
    if let Some(to) = to.as_ref().filter(|_| place != Place::Messages) {
        let hint = "only pages in content/messages/ are addressed; the folder decides elsewhere";
        fields.mistake(&to.at, "`to` outside content/messages/", hint);
        return None;
    }
    match place {
        Place::Library if public.is_some_and(|public| public.value) => Some(Audience::Open),
        Place::Library => Some(Audience::Library),
        Place::Group(group) => practice.groups.contains_key(group).then(|| Audience::Group(group.to_owned())),
        Place::Member(member) => practice.members.contains_key(member).then(|| Audience::Member(member.to_owned())),
        Place::Messages => message(fields, to, practice),
        Place::Between | Place::Unknown(_) => None,
    }
}

fn message(fields: &mut Fields<'_>, to: Option<At<Vec<At<String>>>>, practice: &Practice) -> Option<Audience> {
    let Some(to) = to else {
        fields.missing("to", "to = [\"anna\"]");
        return None;
    };
    if to.value.is_empty() {
        fields.mistake(&to.at, "a message to nobody", "name at least one member's folder");
    }
    let mut names: Vec<String> = Vec::new();
    for name in to.value {
        if !practice.members.contains_key(&name.value) {
            let hint = suggest::hint(&name.value, "members", practice.members.keys().map(String::as_str));
            fields.mistake(&name.at, format!("there is no member `{}`", name.value), hint);
        } else if !names.contains(&name.value) {
            names.push(name.value);
        }
    }
    (!names.is_empty()).then_some(Audience::Message(names))
}
