//! The open site: what anyone may read, as plain files.
//!
//! In: the pages with `public = true`. Out: the front page, the list, a document for each page, one for addresses where
//! nothing is, and the theme's files.
//! No member appears here: a template that looks at one fails.

use std::sync::Arc;

use minijinja::Value;
use rayon::prelude::*;

use super::{
    Content, Job,
    context::{Looked, context},
    date, direction, layout,
    lead::open_path,
    telling::Naming,
    theme::{FRONT, LIST, MISSING, OPEN, Theme},
};
use crate::{
    attachment::Attachment,
    content::{Audience, Mistake, Mistakes, Page, address},
    practice::{HelpLine, Practice},
};

/// A file that anyone may fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Below `public/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// `content/library/index.md`, when it is open, is the text of the front page.
pub(super) const FRONT_TEXT: &str = "library";

/// Everything below `public/` but the viewer.
pub fn open_site(pages: &[Page], practice: &Practice, theme: &Theme) -> Result<Vec<OpenFile>, Mistakes> {
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
    Mistakes::unless_any(mistakes, files)
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
        let mut content = job.content(None, &Looked::default())?;
        let mut mistakes = Naming::open(page, practice, std::mem::take(&mut content.named));
        mistakes.extend(job.in_address());
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

    /// The files it brings along, as anyone may fetch them.
    fn files(&self) -> Result<Vec<OpenFile>, Mistake> {
        let open = |file: &Arc<Attachment>| {
            let bytes = file
                .bytes(0, file.length)
                .map_err(|error| Mistake::whole(&self.page.file, error.to_string(), error.hint()))?;
            Ok(OpenFile { path: open_path(self.page, file), bytes })
        };
        self.content.along.attachments.iter().map(open).collect()
    }
}

struct Site<'a> {
    front: Option<&'a OpenPage<'a>>,
    pages: Vec<&'a OpenPage<'a>>,
    practice: &'a Practice,
    theme: &'a Theme,
    /// The pages and the help as templates see them, made once.
    list: Value,
    help: Value,
}

impl<'a> Site<'a> {
    fn new(open: &'a [OpenPage<'a>], practice: &'a Practice, theme: &'a Theme) -> Self {
        let (front, pages): (Vec<_>, Vec<_>) = open.iter().partition(|page| page.address == FRONT_TEXT);
        let list = pages.iter().map(|page| listed(page, practice)).collect();
        Self { front: front.first().copied(), pages, practice, theme, list, help: help(practice) }
    }

    fn files(&self) -> Result<Vec<OpenFile>, Mistakes> {
        let mut files = vec![self.front()?, self.list()?, self.missing()?];
        for page in &self.pages {
            files.push(self.page(page)?);
        }
        for page in self.front.iter().chain(&self.pages) {
            files.extend(page.files()?);
        }
        files.extend(self.theme.assets.files().cloned());
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
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
        self.document(OPEN, &path, &page.content.title, date(page.page, self.practice), &page.content.html)
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
            ("logo", Value::from(self.theme.logo(self.practice))),
            ("help", self.help.clone()),
        ];
        let context = context(None, self.practice, &Looked::default(), variables);
        let html = layout(self.theme, name, context)?;
        Ok(OpenFile { path: path.to_owned(), bytes: html.into_bytes() })
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
