//! What the author wrote, read and checked: files in, [`Page`]s out, or every mistake at once.
//!
//! Walk the folder, split front matter from text, check the keys, decide who may read. In: the practice's folder, which
//! may hold anything at all. Out: pages in one order on every machine. It must not know how a page will look, nor any
//! key: nothing here renders, seals or writes.

mod address;
mod audience;
mod fields;
mod front_line;
mod front_matter;
mod mistake;
mod naming;
mod node;
mod page;
mod session;
mod slug;
mod source;
pub(crate) mod suggest;
mod term;
pub(crate) mod toml;
mod unseen;
mod walk;
mod yaml;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use rayon::prelude::*;
pub(crate) use {
    address::address,
    audience::Place,
    fields::{At, Fields, Moment, SHORT},
    naming::NotName,
    node::{Entry, Node, Shape},
    slug::slug,
    source::{Source, TEXT_LIMIT, open_regular, read_regular, symbolic_link},
    suggest::nearest,
    walk::{is_left_out, is_markdown},
};
pub use {
    audience::Audience,
    front_line::{as_draft, with_id},
    mistake::{Marked, Mistake, Mistakes},
    naming::{Lapsed, is_hidden_from, readers_of},
    page::{Kind, NoPage, Page},
    session::{LENGTHS, MINUTES, Session, SessionError},
    term::{Standing, Term},
    unseen::{is_unseen, made_visible},
};

use crate::{clock, practice::Practice};

const PARTS: [&str; 4] = ["library", "groups", "members", "messages"];

/// Everything the author wrote, with everything that is wrong so far: for commands that go on to find the mistakes that
/// only rendering finds, so that a person gets one list.
pub struct Survey {
    pub practice: Practice,
    pub pages: Vec<Page>,
    /// Files that their author has not finished: `draft = true`.
    pub drafts: Vec<PathBuf>,
    pub mistakes: Vec<Mistake>,
}

impl Survey {
    /// Reads the practice at `root`. With mistakes, what it holds is good for finding more of them and nothing else.
    pub fn read(root: &Path) -> Self {
        Self::on(root, clock::today())
    }

    /// As it is on a day.
    pub fn on(root: &Path, today: Date) -> Self {
        let mut mistakes = Vec::new();
        let practice = Practice { today, ..Practice::read_on(root, &mut mistakes) };
        let (pages, drafts) = read_on(&practice, &mut mistakes);
        Self { practice, pages, drafts, mistakes }
    }

    /// The practice and its pages, if nothing is wrong.
    pub fn finish(self) -> Result<(Practice, Vec<Page>), Mistakes> {
        Mistakes::unless_any(self.mistakes, (self.practice, self.pages))
    }
}

/// Whether anything was written for a group yet.
pub fn has_pages(root: &Path, group: &str) -> bool {
    let folder = Path::new("content/groups").join(group);
    walk::pages(root, &mut Vec::new()).iter().any(|file| file.starts_with(&folder))
}

/// Reads all pages but drafts, sorted by file.
pub fn read_pages(practice: &Practice) -> Result<Vec<Page>, Mistakes> {
    let mut mistakes = Vec::new();
    let (pages, _) = read_on(practice, &mut mistakes);
    Mistakes::unless_any(mistakes, pages)
}

/// The pages, and the drafts.
fn read_on(practice: &Practice, mistakes: &mut Vec<Mistake>) -> (Vec<Page>, Vec<PathBuf>) {
    let files = walk::pages(&practice.root, mistakes);
    let mut told = BTreeSet::new();
    let placed: Vec<_> = files.iter().filter(|file| is_placed(file, &mut told, mistakes)).collect();
    let read: Vec<_> = placed.par_iter().map(|file| Page::read(file, practice)).collect();
    let (mut pages, mut drafts) = (Vec::with_capacity(read.len()), Vec::new());
    for (file, (page, mut more)) in placed.into_iter().zip(read) {
        // A page that is no draft is there, or a mistake says why not.
        if page.is_none() && more.is_empty() {
            drafts.push(file.clone());
        }
        pages.extend(page);
        mistakes.append(&mut more);
    }
    address::clashes(&pages, &practice.root, mistakes);
    (pages, drafts)
}

/// Whether a page lies where pages may lie.
fn is_placed<'a>(file: &'a Path, told: &mut BTreeSet<&'a str>, mistakes: &mut Vec<Mistake>) -> bool {
    match Place::of(file) {
        Place::Between => {
            let hint = "move it into content/library/, content/messages/, or the folder of a group or member";
            mistakes.push(Mistake::whole(file, "a page that is for nobody", hint));
            false
        }
        Place::Unknown(folder) => {
            if told.insert(folder) {
                let hint = suggest::hint(folder, "folders in content/", PARTS);
                mistakes.push(Mistake::whole(file, format!("content/{folder}/ is no folder for pages"), hint));
            }
            false
        }
        _ => true,
    }
}
