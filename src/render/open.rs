//! The open site: what anyone may read, as plain files.
//!
//! In: the pages with `public = true`. Out: the front page, the list, a document for each page, one for addresses where
//! nothing is, and the theme's files.
//! No member appears here: a template that looks at one fails.

use std::{collections::BTreeMap, sync::Arc};

use minijinja::Value;
use rayon::prelude::*;

use super::{
    Around, Content, Job,
    context::{Looked, context},
    date, direction, layout,
    lead::open_path,
    shows,
    telling::{Naming, by_theme},
    theme::{FRONT, LIST, MISSING, OPEN, Theme},
};
use crate::{
    attachment::Attachment,
    content::{Audience, Mistakes, Page, address},
    practice::{HelpLine, Practice},
};

/// A file that anyone may fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Below `public/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Everything below `public/` but the viewer.
#[derive(Debug, Default)]
pub struct OpenSite {
    pub files: Vec<OpenFile>,
    /// What pages bring along, by path; each is read when its turn comes: together they may be more than a machine holds.
    pub along: Vec<(String, Arc<Attachment>)>,
}

/// `content/library/index.md`, when it is open, is the text of the front page.
pub(super) const FRONT_TEXT: &str = "library";

/// What anyone may read.
pub fn open_site(pages: &[Page], practice: &Practice, theme: &Theme) -> Result<OpenSite, Mistakes> {
    let mut mistakes = Vec::new();
    let rendered: Vec<_> = pages
        .par_iter()
        .filter(|page| page.audience == Audience::Open)
        .filter_map(|page| Some((page, address(page)?)))
        .map(|(page, address)| OpenPage::render(page, address, practice, theme))
        .collect();
    let mut open: Vec<OpenPage<'_>> = Vec::new();
    for page in rendered {
        match page {
            Ok(page) => open.push(page),
            Err(more) => mistakes.extend(more),
        }
    }
    // A page that waits is rendered for its mistakes alone, and so is one whose last day is over.
    open.retain(|open| open.page.is_there(practice.today));
    open.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let site = Site::new(&open, practice, theme);
    let files = site.files().map_err(|more| mistakes.extend(more)).unwrap_or_default();
    Mistakes::unless_any(mistakes, OpenSite { files, along: site.along() })
}

/// Where an open page stands below `public/`.
pub fn open_document(page: &Page) -> Option<String> {
    let address = address(page).filter(|_| page.audience == Audience::Open)?;
    Some(if address == FRONT_TEXT { "index.html".to_owned() } else { format!("{address}/index.html") })
}

/// Whether it is what a host shows for an address where nothing is.
pub fn is_for_nothing(path: &str) -> bool {
    path == MISSING
}

struct OpenPage<'a> {
    page: &'a Page,
    address: String,
    content: Content<'a>,
}

impl<'a> OpenPage<'a> {
    fn render(page: &'a Page, address: String, practice: &'a Practice, theme: &'a Theme) -> Result<Self, Mistakes> {
        let job = Job::new(page, practice, theme)?;
        let (content, named) = match job.content(None, &Looked::default()) {
            Ok(mut content) => {
                let named = std::mem::take(&mut content.named);
                (Ok(content), named)
            }
            Err(spoilt) => (Err(spoilt.mistakes), spoilt.named),
        };
        let mut mistakes = Naming::open(page, practice, named);
        mistakes.extend(job.in_address());
        let content = match content {
            Ok(content) => content,
            Err(more) => return Err(Mistakes::new(mistakes.into_iter().chain(more).collect())),
        };
        Mistakes::unless_any(mistakes, Self { page, address, content })
    }

    /// In the order the author gave; then the newest first.
    fn rank(&self) -> impl Ord + use<'_, 'a> {
        let newest = std::cmp::Reverse(self.page.date);
        (self.page.order.unwrap_or(i64::MAX), newest, &self.content.title, &self.address)
    }

    fn url(&self) -> String {
        format!("/{}/", self.address)
    }

    /// The files it brings along, where anyone may fetch them.
    fn along(&self) -> impl Iterator<Item = (String, Arc<Attachment>)> {
        self.content.along.attachments.iter().map(|file| (open_path(self.page, file), Arc::clone(file)))
    }
}

struct Site<'a> {
    front: Option<&'a OpenPage<'a>>,
    pages: Vec<&'a OpenPage<'a>>,
    practice: &'a Practice,
    theme: &'a Theme,
    /// The pages and the help as templates see them, made once.
    list: Value,
    subjects: Value,
    help: Value,
}

impl<'a> Site<'a> {
    fn new(open: &'a [OpenPage<'a>], practice: &'a Practice, theme: &'a Theme) -> Self {
        let (front, pages): (Vec<_>, Vec<_>) = open.iter().partition(|page| page.address == FRONT_TEXT);
        let list = pages.iter().map(|page| listed(page, practice)).collect();
        let subjects = subjects(&pages, practice);
        Self { front: front.first().copied(), pages, practice, theme, list, subjects, help: help(practice) }
    }

    fn files(&self) -> Result<Vec<OpenFile>, Mistakes> {
        let mut files = vec![self.front()?, self.list()?, self.missing()?];
        for page in &self.pages {
            files.push(self.page(page)?);
        }
        files.extend(self.theme.assets.files().cloned());
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn along(&self) -> Vec<(String, Arc<Attachment>)> {
        self.front.iter().chain(&self.pages).flat_map(|page| page.along()).collect()
    }

    fn front(&self) -> Result<OpenFile, Mistakes> {
        let html = self.front.map_or("", |page| page.content.html.as_str());
        self.document(FRONT, "index.html", &self.practice.site.practice.name, Value::from(()), html)
    }

    fn list(&self) -> Result<OpenFile, Mistakes> {
        self.document(LIST, "library/index.html", "Library", Value::from(()), "")
    }

    /// What the gate shows where there is nothing.
    fn missing(&self) -> Result<OpenFile, Mistakes> {
        self.document(MISSING, MISSING, "Nothing here", Value::from(()), "")
    }

    fn page(&self, page: &OpenPage<'_>) -> Result<OpenFile, Mistakes> {
        let path = format!("{}/index.html", page.address);
        let html = &page.content.html;
        let file = self.document(OPEN, &path, &page.content.title, date(page.page, self.practice), html)?;
        shows(&String::from_utf8_lossy(&file.bytes), html, OPEN, self.practice)?;
        Ok(file)
    }

    fn document(&self, name: &str, path: &str, title: &str, date: Value, html: &str) -> Result<OpenFile, Mistakes> {
        let variables = [
            ("lang", Value::from(&self.practice.site.practice.language)),
            ("dir", Value::from(direction(&self.practice.site.practice.language))),
            ("title", Value::from(title)),
            ("date", date),
            ("content", Value::from(html)),
            ("style", Value::from(self.theme.open_style())),
            ("pages", self.list.clone()),
            ("subjects", self.subjects.clone()),
            ("logo", Value::from(self.theme.logo(self.practice))),
            ("help", self.help.clone()),
        ];
        let context = context(None, self.practice, &Looked::default(), variables);
        let document = layout(self.theme, name, context.clone())?;
        let around = Around { theme: self.theme, name, html: &document, content: html, context: &context };
        let pages = self.pages.iter().chain(&self.front);
        let told = pages.flat_map(|page| {
            let summary = page.page.summary.iter().chain(&page.page.tags);
            std::iter::once(&page.content.title).chain(summary)
        });
        let named = around.named(self.practice, told.map(String::as_str).chain([title]));
        if !named.is_empty() {
            let told = named.iter().map(|named| by_theme(named, "everyone", self.practice));
            return Err(Mistakes::new(told.collect()));
        }
        Ok(OpenFile { path: path.to_owned(), bytes: document.into_bytes() })
    }
}

fn listed(page: &OpenPage<'_>, practice: &Practice) -> Value {
    Value::from_pairs([
        ("title", Value::from(&page.content.title)),
        ("date", date(page.page, practice)),
        ("url", Value::from(page.url())),
        ("summary", Value::from(page.page.summary.clone())),
        ("tags", Value::from(page.page.tags.clone())),
    ])
}

/// Each tag with its pages, in the order of the list; tags by the alphabet.
fn subjects(pages: &[&OpenPage<'_>], practice: &Practice) -> Value {
    let mut subjects: BTreeMap<(String, &str), Vec<Value>> = BTreeMap::new();
    for page in pages {
        for tag in &page.page.tags {
            subjects.entry((tag.to_lowercase(), tag)).or_default().push(listed(page, practice));
        }
    }
    let subject = |((_, tag), pages): ((String, &str), Vec<Value>)| {
        Value::from_pairs([("tag", Value::from(tag)), ("pages", Value::from(pages))])
    };
    subjects.into_iter().map(subject).collect()
}

/// The help lines as a template sees them: on open pages, and in the viewer.
pub fn help(practice: &Practice) -> Value {
    let help = &practice.site.help;
    let lines: Vec<_> = help.lines.iter().map(line).collect();
    Value::from_pairs([("intro", Value::from(&help.intro)), ("lines", Value::from(lines))])
}

fn line(line: &HelpLine) -> Value {
    Value::from_pairs([
        ("name", Value::from(&line.name)),
        ("number", Value::from(&line.number)),
        ("tel", Value::from(line.tel())),
        ("note", Value::from(line.note.clone())),
    ])
}
