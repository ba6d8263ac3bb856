//! Nobody is named to others: what each reader would get is looked through for everybody else.
//!
//! In: a page as one reader gets it, the text it was made of, and everyone's names. Out: each place where somebody is
//! named, whoever may read it ([`super::telling`] decides). What counts is what is shown; the text says where that comes from.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
};

use minijinja::Value;

use super::{Content, Job, flaw::Flaw, reading};
use crate::{
    attachment::{Destination, says_something},
    content::{Mistake, Page, Source},
    names::{
        Exceptions, Find, Words, fold,
        html::{self, Run},
    },
};

/// A place where somebody is named.
#[derive(Debug, Clone)]
pub(super) struct Named<'a> {
    /// Where; its text is still to be written.
    pub(super) place: Mistake,
    /// As it is written there.
    pub(super) word: String,
    /// Folders of those who may be meant.
    pub(super) whose: &'a [String],
    pub(super) origin: Origin,
}

/// Who has written it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Page,
    /// A file that is given with the page.
    File,
    /// A template of the theme, around every page.
    Theme,
}

/// Places of one page that are looked up: more than anybody mends at once.
const MOST: usize = 200;

/// The exceptions that something needs, by number: the page's, and the practice's.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) not_names: BTreeSet<usize>,
    pub(super) of_practice: BTreeSet<usize>,
}

impl<'a> Job<'a> {
    /// Everyone who is named in a page. Where a link is mistaken itself, nobody gets what it leads to.
    pub(super) fn named(&self, text: &str, context: &Value, shown: &Content<'_>, flaws: &[Flaw]) -> Vec<Named<'a>> {
        let mut exceptions = self.exceptions();
        let mut heard = self.find_all(&html::runs(&shown.html), &mut exceptions);
        let mut named = self.in_front(&mut exceptions);
        heard.extend(self.find(&shown.title, Kind::Prose, &mut exceptions));
        // What a file is called its readers see, however the link to it is written.
        for file in &shown.along.attachments {
            heard.extend(self.find(&file.name, Kind::Address, &mut exceptions));
            named.extend(self.named_in(file, &mut exceptions));
        }
        for id in &shown.ids {
            heard.extend(self.find(id, Kind::Address, &mut exceptions));
        }
        let told = named.len();
        heard.sort_by(|one, other| one.whose.cmp(other.whose));
        heard.dedup_by_key(|find| find.whose);
        let runs = reading::runs(text, self.marks());
        let (mut spans, mut smalls) = (None, None);
        // Where nobody is heard of, a link may still lead to a file that is called after somebody.
        let is_mistaken = |run: &Run| {
            let at = run.place(&(0..run.text.len()));
            run.is_address && flaws.iter().any(|flaw| flaw.at.start <= at.start && at.start < flaw.at.end)
        };
        for run in runs.iter().filter(|run| (run.is_address || !heard.is_empty()) && !is_mistaken(run)) {
            if named.len() >= told + MOST {
                break;
            }
            for find in self.find(&run.text, Kind::of(run), &mut exceptions) {
                if run.is_id && is_word_here(&run.text[find.at.clone()], smalls.get_or_insert_with(|| small(&runs))) {
                    continue;
                }
                if run.is_address || heard.iter().any(|known| known.whose == find.whose) {
                    let spans = spans.get_or_insert_with(|| self.spans(text, context));
                    let (source, at) = self.place(spans, &run.place(&find.at));
                    let word = run.text[find.at].to_owned();
                    named.push(Named {
                        place: source.mistake(&at, "", ""),
                        word,
                        whose: find.whose,
                        origin: Origin::Page,
                    });
                }
            }
        }
        for find in heard {
            if !named.iter().any(|known| known.whose == find.whose && known.origin == Origin::Page) {
                let place = Mistake::whole(&self.page.file, "", "");
                named.push(Named { place, word: find.whose[0].clone(), whose: find.whose, origin: Origin::Page });
            }
        }
        named
    }

    /// Notes which exceptions something in `text` needs, one of the forms in which the page is read.
    pub(super) fn used(&self, text: &str, used: &mut Used) {
        let mut exceptions = self.exceptions();
        let own = self.page.said.not_names.len();
        if own + self.practice.site.not_names.len() == 0 {
            return;
        }
        let runs = reading::runs(text, self.marks());
        self.find_all(&runs, &mut exceptions);
        for link in runs.iter().filter(|run| run.is_address && says_something(&run.text)) {
            if let Ok(to) = Destination::of(&link.text, &self.page.file) {
                self.look_through(to.file, &mut exceptions);
            }
        }
        for (line, _) in front(self.page) {
            self.find(line, Kind::Prose, &mut exceptions);
        }
        used.not_names.extend((0..own).filter(|number| exceptions.was_used(*number)));
        let of_practice = 0..self.practice.site.not_names.len();
        used.of_practice.extend(of_practice.filter(|number| exceptions.was_used(own + number)));
    }

    /// The page's own, and then those of the whole practice.
    pub(super) fn exceptions(&self) -> Exceptions {
        let own = self.page.said.not_names.iter().map(|not| not.word.as_str());
        Exceptions::new(own.chain(self.practice.site.not_names.iter().map(|not| not.text.as_str())))
    }

    /// In title, summary and tags, where the front matter has them.
    fn in_front(&self, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        let mut named = Vec::new();
        for (text, at) in front(self.page) {
            for find in self.find(text, Kind::Prose, exceptions) {
                let word = text[find.at].to_owned();
                let place = self.in_file(|source| {
                    // The word itself, where it stands as it is read.
                    let found = source.text().get(at.clone()).and_then(|line| line.find(&word));
                    let at = found.map_or(at.clone(), |n| at.start + n..at.start + n + word.len());
                    source.mistake(&at, "", "")
                });
                named.push(Named { place, word, whose: find.whose, origin: Origin::Page });
            }
        }
        named
    }

    /// A mistake in the page's file, front matter included.
    pub(super) fn in_file(&self, mistake: impl Fn(&Source) -> Mistake) -> Mistake {
        let source = Source::read(&self.practice.root, &self.page.file);
        source.map_or_else(|_| Mistake::whole(&self.page.file, "", ""), |source| mistake(&source))
    }

    fn find_all(&self, runs: &[Run], exceptions: &mut Exceptions) -> Vec<Find<'a>> {
        runs.iter().flat_map(|run| self.find(&run.text, Kind::of(run), exceptions)).collect()
    }

    pub(super) fn find(&self, text: &str, kind: Kind, exceptions: &mut Exceptions) -> Vec<Find<'a>> {
        let words = match kind {
            Kind::Prose => Words::of(text),
            // What leads to a place in the same page, or to a telephone, names nobody.
            Kind::Address if text.starts_with(['#']) || text.starts_with("tel:") => return Vec::new(),
            Kind::Address => Words::of_address(&html::unescaped(text)),
        };
        self.theme.people.find(text, &words, exceptions)
    }
}

/// Every word that a page writes small.
fn small(runs: &[Run]) -> HashSet<String> {
    let prose = runs.iter().filter(|run| !run.is_address);
    prose.flat_map(|run| Words::of(&run.text).small().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Whether a name in an id is a word to this page: `{#hope}` above "What hope is".
fn is_word_here(name: &str, small: &HashSet<String>) -> bool {
    small.contains(&fold(name))
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Prose,
    Address,
}

impl Kind {
    fn of(run: &Run) -> Self {
        if run.is_address { Self::Address } else { Self::Prose }
    }
}

/// The words of the front matter that people read, and where they stand.
fn front(page: &Page) -> impl Iterator<Item = (&str, &Range<usize>)> {
    let lines = [(&page.title, &page.said.title), (&page.summary, &page.said.summary)];
    let lines = lines.into_iter().filter_map(|(text, at)| Some((text.as_deref()?, at.as_ref()?)));
    lines.chain(page.tags.iter().map(String::as_str).zip(&page.said.tags))
}
