//! Who is named to whom, as mistakes: once every reader of a page was looked at, and for what all see of a group or an address.
//!
//! In: the places that [`super::naming`] found, and who gets them. Out: a mistake for each that concerns someone, with what
//! to do about it: take the name out, rest it on a consent, or say what it is instead.

use std::{collections::BTreeMap, path::Path};

use super::{
    Job, Theme,
    naming::{Kind, Named, Origin},
};
use crate::{
    content::{Audience, Mistake, Page, Source, address, is_unseen, made_visible},
    names::{Exceptions, Find, Words},
    practice::{Member, Practice},
};

/// A page full of names needs no longer list than this.
const SHOWN: usize = 50;

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
            let is_new = |reader: &&Member| !place.1.iter().any(|known| known.folder == reader.folder);
            let new: Vec<_> = told.into_iter().filter(is_new).collect();
            place.1.extend(new);
        }
    }

    /// A mistake for each place.
    pub(super) fn mistakes(self) -> Vec<Mistake> {
        let whom = |told: &[&Member]| match told {
            [one] => one.name.clone(),
            told => number_of(told.len()),
        };
        let told = self.places.values().take(SHOWN);
        let told = told.map(|(named, told)| match named.origin {
            // The same on every page, and so told once.
            Origin::Theme => by_theme(named, "others", self.practice),
            Origin::Page | Origin::File => mistake(named, &whom(told), self.page, self.practice),
        });
        told.collect()
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

/// A mistake in a template of the theme.
pub(super) fn by_theme(named: &Named<'_>, whom: &str, practice: &Practice) -> Mistake {
    let name = names(named, practice);
    let word = toml_edit::Key::new(made_plain(&named.word)).to_string();
    let hint = format!(
        "take the name out of the theme; or, if this is not {name}, words = {{ {word} = \"what it is\" }} below [names] in site.toml"
    );
    named.place.clone().saying(format!("names {name} to {whom}"), hint)
}

fn names(named: &Named<'_>, practice: &Practice) -> String {
    let all: Vec<&str> = named.whose.iter().map(|folder| practice.members[folder].name.as_str()).collect();
    all.join(" or ")
}

fn mistake(named: &Named<'_>, whom: &str, page: &Page, practice: &Practice) -> Mistake {
    let name = names(named, practice);
    let what = format!("names {name} to {whom}");
    named.place.clone().saying(what, hint(named, &name, page, practice))
}

fn hint(named: &Named<'_>, name: &str, page: &Page, practice: &Practice) -> String {
    let folder = &named.whose[0];
    let is_yaml = Source::read(&practice.root, &page.file).is_ok_and(|source| source.text().starts_with("---"));
    let word = toml_edit::Key::new(made_plain(&named.word)).to_string();
    let front = match named.origin {
        Origin::File => format!("the front matter of {}", made_visible(&page.file.display().to_string())),
        Origin::Page | Origin::Theme => "the front matter".to_owned(),
    };
    let (sign, colon) = if is_yaml { (":", ":") } else { (" =", " =") };
    format!(
        "take the name out; or, if {folder} has agreed to it (`heldspace consent add {folder} --naming …`), \
         names{sign} [\"{folder}\"] in {front}; or, if this is not {name}, \
         not_names{sign} {{ {word}{colon} \"what it is\" }}"
    )
}

/// On one line, without what can't be seen.
fn made_plain(word: &str) -> String {
    let seen: String = word.chars().filter(|&c| c.is_whitespace() || !is_unseen(c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Job<'_> {
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
                origin: Origin::Page,
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
