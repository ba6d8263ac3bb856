//! Nobody is named to others: what each reader would get is looked through for everybody else.
//!
//! In: a page as one reader gets it, the text it was made of, and everyone's names. Out: each place where somebody is
//! named; and, once every reader was looked at, a mistake for each of those that concern someone. What counts is what is
//! shown; the text says where that comes from.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use minijinja::Value;

use super::{Content, Job, Theme, reading};
use crate::{
    content::{Audience, Mistake, Page, Source, address, is_unseen},
    names::{
        Exceptions, Find, Words,
        html::{self, Run},
    },
    practice::{Member, Practice},
};

/// A page says who would read it; on paper a longer list helps nobody.
const SHOWN: usize = 50;

/// A place where somebody is named.
#[derive(Debug, Clone)]
pub(super) struct Named<'a> {
    /// Where; its text is still to be written.
    place: Mistake,
    /// As it is written there.
    word: String,
    /// Folders of those who may be meant.
    whose: &'a [String],
}

/// The exceptions that something needs, by number: the page's, and the practice's.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) not_names: BTreeSet<usize>,
    pub(super) of_practice: BTreeSet<usize>,
}

impl<'a> Job<'a> {
    /// Everyone who is named in a page.
    pub(super) fn named(&self, text: &str, context: &Value, content: &Content<'_>) -> Vec<Named<'a>> {
        let mut exceptions = self.exceptions();
        let heard = html::runs(&content.html);
        let mut shown = self.find_all(&heard, &mut exceptions);
        let mut named = self.in_front(&mut exceptions);
        shown.extend(self.find(&content.title, Kind::Prose, &mut exceptions));
        let runs = reading::runs(text, self.marks());
        let mut spans = None;
        for run in &runs {
            for find in self.find(&run.text, Kind::of(run), &mut exceptions) {
                // A link may lead to a file that nobody sees the name of but in their downloads.
                if run.is_address || shown.iter().any(|known| known.whose == find.whose) {
                    let spans = spans.get_or_insert_with(|| self.spans(text, context));
                    let (source, at) = self.place(spans, &run.place(&find.at));
                    let word = run.text[find.at].to_owned();
                    named.push(Named { place: source.mistake(&at, "", ""), word, whose: find.whose });
                }
            }
        }
        for find in shown {
            if !named.iter().any(|known| known.whose == find.whose) {
                let place = Mistake::whole(&self.page.file, "", "");
                named.push(Named { place, word: find.whose[0].clone(), whose: find.whose });
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
        self.find_all(&reading::runs(text, self.marks()), &mut exceptions);
        for line in [self.page.title.as_deref(), self.page.summary.as_deref()].into_iter().flatten() {
            self.find(line, Kind::Prose, &mut exceptions);
        }
        used.not_names.extend((0..own).filter(|number| exceptions.was_used(*number)));
        let of_practice = 0..self.practice.site.not_names.len();
        used.of_practice.extend(of_practice.filter(|number| exceptions.was_used(own + number)));
    }

    /// The page's own, and then those of the whole practice.
    fn exceptions(&self) -> Exceptions {
        let own = self.page.said.not_names.iter().map(|not| not.word.as_str());
        Exceptions::new(own.chain(self.practice.site.not_names.iter().map(|not| not.text.as_str())))
    }

    /// Title and summary, where the front matter has them.
    fn in_front(&self, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        let page = self.page;
        let lines = [(&page.title, &page.said.title), (&page.summary, &page.said.summary)];
        let mut named = Vec::new();
        for (text, at) in lines {
            let (Some(text), Some(at)) = (text, at) else { continue };
            for find in self.find(text, Kind::Prose, exceptions) {
                let word = text[find.at].to_owned();
                let place = self.in_file(|source| {
                    // The word itself, where it stands as it is read.
                    let found = source.text().get(at.clone()).and_then(|line| line.find(&word));
                    let at = found.map_or(at.clone(), |n| at.start + n..at.start + n + word.len());
                    source.mistake(&at, "", "")
                });
                named.push(Named { place, word, whose: find.whose });
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

    fn find(&self, text: &str, kind: Kind, exceptions: &mut Exceptions) -> Vec<Find<'a>> {
        let words = match kind {
            Kind::Prose => Words::of(text),
            // What leads to a place in the same page, or to a telephone, names nobody.
            Kind::Address if text.starts_with(['#']) || text.starts_with("tel:") => return Vec::new(),
            Kind::Address => Words::of_address(&html::unescaped(text)),
        };
        self.theme.people.find(text, &words, exceptions)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Prose,
    Address,
}

impl Kind {
    fn of(run: &Run) -> Self {
        if run.is_address { Self::Address } else { Self::Prose }
    }
}

/// Places where somebody is named, and to whom.
pub(super) struct Naming<'a> {
    page: &'a Page,
    practice: &'a Practice,
    places: BTreeMap<Mistake, (Named<'a>, Vec<&'a Member>)>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(page: &'a Page, practice: &'a Practice) -> Self {
        Self { page, practice, places: BTreeMap::new() }
    }

    /// Adds what `readers` would get, all of them the same.
    pub(super) fn add(&mut self, named: Vec<Named<'a>>, readers: &[&'a Member]) {
        for one in named {
            let told: Vec<_> = readers
                .iter()
                .copied()
                .filter(|reader| !is_theirs(reader, &one))
                .filter(|_| !self.is_agreed(&one))
                .collect();
            if told.is_empty() {
                continue;
            }
            let place = self.places.entry(one.place.clone()).or_insert_with(|| (one, Vec::new()));
            place.1.extend(told);
        }
    }

    /// A mistake for each place.
    pub(super) fn mistakes(self) -> Vec<Mistake> {
        let whom = |told: &[&Member]| match told {
            [one] => one.name.clone(),
            told => number_of(told.len()),
        };
        let told = self.places.values().take(SHOWN);
        told.map(|(named, told)| mistake(named, &whom(told), self.page, self.practice)).collect()
    }

    /// A mistake for each place in a page that anyone may read.
    pub(super) fn open(page: &'a Page, practice: &'a Practice, named: Vec<Named<'a>>) -> Vec<Mistake> {
        let naming = Self::new(page, practice);
        let told = named.into_iter().filter(|one| !naming.is_agreed(one)).take(SHOWN);
        told.map(|one| mistake(&one, "everyone", page, practice)).collect()
    }

    /// Whether the page says that it names them: that rests on their consent.
    fn is_agreed(&self, named: &Named<'_>) -> bool {
        named.whose.iter().any(|folder| self.page.names.contains(folder))
    }
}

fn number_of(others: usize) -> String {
    if others == 1 { "1 other".to_owned() } else { format!("{others} others") }
}

/// Whether the name is the reader's own, or of the member for whom they act.
fn is_theirs(reader: &Member, named: &Named<'_>) -> bool {
    named.whose.iter().any(|folder| *folder == reader.folder || reader.acts_for.as_ref() == Some(folder))
}

fn mistake(named: &Named<'_>, whom: &str, page: &Page, practice: &Practice) -> Mistake {
    let names: Vec<&str> = named.whose.iter().map(|folder| practice.members[folder].name.as_str()).collect();
    let name = names.join(" or ");
    let what = format!("names {name} to {whom}");
    named.place.clone().saying(what, hint(named, &name, page, practice))
}

fn hint(named: &Named<'_>, name: &str, page: &Page, practice: &Practice) -> String {
    let folder = &named.whose[0];
    let is_yaml = Source::read(&practice.root, &page.file).is_ok_and(|source| source.text().starts_with("---"));
    let word = toml_edit::Key::new(made_plain(&named.word)).to_string();
    let (sign, colon) = if is_yaml { (":", ":") } else { (" =", " =") };
    format!(
        "take the name out; or, if {folder} has agreed to it (`heldspace consent add {folder} --naming …`), \
         names{sign} [\"{folder}\"] in the front matter; or, if this is not {name}, \
         not_names{sign} {{ {word}{colon} \"what it is\" }}"
    )
}

/// On one line, without what can't be seen.
fn made_plain(word: &str) -> String {
    let seen: String = word.chars().filter(|&c| c.is_whitespace() || !is_unseen(c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl<'a> Job<'a> {
    /// Whoever is named in an open page's address, which is made of its path.
    pub(super) fn in_address(&self) -> Vec<Mistake> {
        let (page, practice) = (self.page, self.practice);
        let Some(address) = address(page).filter(|_| page.audience == Audience::Open) else { return Vec::new() };
        let path = page.file.with_extension("");
        let path: Vec<_> = path.iter().skip(2).map(|part| part.to_string_lossy()).collect();
        let finds = self.find(&path.join("/"), Kind::Address, &mut self.exceptions());
        let mistake = |find: Find<'_>| {
            let name = &practice.members[&find.whose[0]].name;
            let what = format!("its address, /{address}/, names {name} to everyone");
            let named = Named {
                place: Mistake::whole(&page.file, "", ""),
                word: path.join("/")[find.at.clone()].to_owned(),
                whose: find.whose,
            };
            let more = hint(&named, name, page, practice);
            Mistake::whole(&page.file, what, more.replace("take the name out", "give the file another name"))
        };
        let agreed = |find: &Find<'_>| find.whose.iter().any(|folder| page.names.contains(folder));
        finds.into_iter().filter(|find| !agreed(find)).map(mistake).collect()
    }
}

/// Whoever is named in the title of a group, which all in it see.
pub(crate) fn group_titles(practice: &Practice, theme: &Theme) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let words = practice.site.not_names.iter().map(|not| not.text.as_str());
    let mut exceptions = Exceptions::new(words);
    for group in practice.groups.values() {
        for find in theme.people.find(&group.title, &Words::of(&group.title), &mut exceptions) {
            let others = group.members.iter().filter(|member| !find.whose.contains(*member)).count();
            if others == 0 {
                continue;
            }
            let file = Path::new("content/groups").join(&group.folder).join("group.toml");
            let word = &group.title[find.at];
            let place = match Source::read(&practice.root, &file) {
                Ok(source) => {
                    let at = source.text().find(word).map_or(0..0, |start| start..start + word.len());
                    source.mistake(&at, "", "")
                }
                Err(mistake) => mistake,
            };
            let what = format!(
                "the title of this group names {} to {}",
                practice.members[&find.whose[0]].name,
                number_of(others)
            );
            mistakes.push(place.saying(what, "give it another title: everyone in it sees it"));
        }
    }
    mistakes
}
