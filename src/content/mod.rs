//! Reading what the therapist wrote: walk → front matter → audience → [`Page`].
//!
//! In: the folder `content/` of a practice, whatever lies there. Out: pages, each with its audience, or every mistake at
//! once with its place. It must not know keys, templates or a store, and it follows no link out of the folder.

pub(crate) mod fields;
mod front_matter;
mod mistake;
mod page;
mod walk;

use std::{collections::BTreeMap, path::Path};

pub use mistake::{Mistake, Mistakes, nearest};
pub use page::{Audience, Kind, Page};
pub(crate) use walk::{Found, Place, find, read_text};

use self::{fields::Source, front_matter::FrontMatter};
use crate::practice::Practice;

/// Every page of a practice that is no draft, in the order of their paths.
pub fn read_pages(practice: &Practice) -> Result<Vec<Page>, Mistakes> {
    let Found { files, mut mistakes } = find(&practice.root);
    let mut pages = Vec::new();
    for (file, place) in files {
        match read_page(practice, &file, place) {
            Ok(page) => pages.extend(page),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    mistakes.extend(twins(&pages));
    Mistakes::or(mistakes, pages)
}

/// The page, or nothing for a draft.
fn read_page(practice: &Practice, file: &Path, place: Place) -> Result<Option<Page>, Vec<Mistake>> {
    let text = read_text(&practice.root, file).map_err(|mistake| vec![mistake])?;
    let source = Source { file, text: &text };
    let (front, body, mut mistakes) = front_matter::read(source);
    let audience = audience(practice, source, place, &front, &mut mistakes);
    if front.title.is_none() && !begins_with_heading(&text[body..]) {
        let mistake = source.mistake(body, "this page has no title");
        mistakes.push(
            mistake.hint("Begin the text with a heading (# Title), or write title = \"…\" into the front matter."),
        );
    }
    match audience {
        Some(audience) if mistakes.is_empty() => {
            let kind = front.kind.unwrap_or_else(|| Kind::usual(&audience));
            let FrontMatter { title, date, order, id, .. } = front;
            let page = Page { file: file.to_owned(), title, date, order, kind, audience, id, body, source: text };
            Ok((!front.draft).then_some(page))
        }
        _ => Err(mistakes),
    }
}

fn begins_with_heading(body: &str) -> bool {
    body.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_start().starts_with("# "))
}

/// Who may read it; says what in the front matter does not go with the folder.
fn audience(
    practice: &Practice,
    source: Source<'_>,
    place: Place,
    front: &FrontMatter,
    mistakes: &mut Vec<Mistake>,
) -> Option<Audience> {
    if front.public.is_some() && place != Place::Library {
        let at = source.text.find("public").unwrap_or(0);
        mistakes.push(
            source
                .mistake(at, "only pages in content/library/ can be public")
                .hint("Move the file there if everyone on the open web may read it; else take the line out."),
        );
    }
    if let (Some(to), true) = (&front.to, place != Place::Messages) {
        let at = to.first().map_or(0, |(_, at)| *at);
        mistakes.push(
            source
                .mistake(at, "only pages in content/messages/ have `to`")
                .hint("Elsewhere the folder says who reads a page. Move the file there, or take the line out."),
        );
    }
    Some(match place {
        Place::Library if front.public.is_some() => Audience::Open,
        Place::Library => Audience::Library,
        Place::Group(name) => Audience::Group(name),
        Place::Member(name) => Audience::Member(name),
        Place::Messages => Audience::Message(recipients(practice, source, front, mistakes)?),
    })
}

fn recipients(
    practice: &Practice,
    source: Source<'_>,
    front: &FrontMatter,
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<String>> {
    let Some(to) = front.to.as_ref().filter(|to| !to.is_empty()) else {
        mistakes.push(
            source
                .mistake(0, "this message says not to whom it goes")
                .hint("Add a line to its front matter: to = [\"maya\"] with the folder names of members."),
        );
        return None;
    };
    for (name, at) in to.iter().filter(|(name, _)| !practice.members.contains_key(name)) {
        let hint = nearest(name, practice.members.keys().map(String::as_str));
        mistakes.push(
            source
                .mistake(*at, format!("unknown member {name:?} in `to`"))
                .hint(hint.unwrap_or_else(|| "`heldspace member list` shows who is there.".into())),
        );
    }
    Some(to.iter().map(|(name, _)| name.clone()).collect())
}

/// Two pages with one identity would take each other's place.
fn twins(pages: &[Page]) -> Vec<Mistake> {
    let mut first: BTreeMap<String, &Page> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for page in pages {
        if let Some(other) = first.insert(page.identity(), page) {
            let what = format!("has the same id {:?} as {}", page.identity(), other.file.display());
            mistakes.push(
                Mistake::in_file(&page.file, what)
                    .hint("Give one of them another `id`: they count as the same page now."),
            );
        }
    }
    mistakes
}
