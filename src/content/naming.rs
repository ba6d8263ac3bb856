//! Pages that name members (`names = ["maya"]`): others read them with the consent of each person named, and only then.
//!
//! A consent that was never given is a mistake: the page can't be given to anyone. One that has lapsed or was revoked
//! takes the page from its other readers and leaves it with the person named, so that a build takes back what it must.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Page,
    audience::Audience,
    fields::{At, Fields},
    suggest,
};
use crate::practice::{Member, Practice, register::Permission};

/// Why a page was taken from those who would read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lapsed {
    pub file: PathBuf,
    /// Whose consent it is, by folder.
    pub member: String,
    /// The last day it counted, or the day it was revoked.
    pub on: Date,
    pub revoked: bool,
}

/// A word of a page that is not the member of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotName {
    pub(crate) word: String,
    pub(crate) at: Range<usize>,
}

/// Where what a page's front matter says of people stands in its file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) title: Option<Range<usize>>,
    pub(crate) summary: Option<Range<usize>>,
    pub(crate) tags: Vec<Range<usize>>,
    /// `not_names`.
    pub(crate) not_names: Vec<NotName>,
}

/// What `not_names` says: words that are no names there, each with a reason.
pub(super) fn not_names(fields: &mut Fields<'_>) -> Vec<NotName> {
    let reasons = fields.reasons("not_names", "not_names = { Grace = \"the grace before a meal\" }");
    reasons.into_iter().map(|(word, _)| NotName { word: word.value, at: word.at }).collect()
}

/// Who may read a page today, in the order of their folders, and whose consent the others lack.
pub fn readers_of<'a>(page: &Page, practice: &'a Practice) -> (Vec<&'a Member>, Vec<Lapsed>) {
    let mut readers = page.audience.readers(practice);
    let mut lapsed = Vec::new();
    for named in &page.names {
        // Nobody is kept from a page about themselves.
        let is_named = |member: &&Member| member.folder == *named;
        let ended = match permission(named, &page.file, practice) {
            Permission::Given => continue,
            _ if readers.iter().all(is_named) => continue,
            Permission::Lapsed(on) => Some((on, false)),
            Permission::Revoked(on) => Some((on, true)),
            // A mistake, told where the page was read; until it is mended nobody else has the page.
            Permission::Never | Permission::Lacking { .. } => None,
        };
        lapsed.extend(ended.map(|(on, revoked)| Lapsed {
            file: page.file.clone(),
            member: named.clone(),
            on,
            revoked,
        }));
        readers.retain(is_named);
    }
    (readers, lapsed)
}

/// Whether a page, or what it once was, names someone whose consent this reader would need, and there is none today.
pub fn is_hidden_from(reader: &Member, names: &[String], file: &Path, practice: &Practice) -> bool {
    let others = names.iter().filter(|named| **named != reader.folder);
    others.into_iter().any(|named| permission(named, file, practice) != Permission::Given)
}

fn permission(named: &str, file: &Path, practice: &Practice) -> Permission {
    let member = practice.members.get(named);
    let part2 = practice.is_part2(file) || practice.is_patient(named);
    member.map_or(Permission::Never, |member| member.register.naming(file, part2, practice.today))
}

/// The members that `names` names; who is unknown is a mistake.
pub(super) fn read(fields: &mut Fields<'_>, practice: &Practice) -> Vec<At<String>> {
    let mut names: Vec<At<String>> = Vec::new();
    for name in fields.texts("names").map(|list| list.value).unwrap_or_default() {
        if !practice.members.contains_key(&name.value) {
            let hint = suggest::hint(&name.value, "members", practice.members.keys().map(String::as_str));
            fields.mistake(&name.at, format!("there is no member `{}`", name.value), hint);
        } else if !names.iter().any(|known| known.value == name.value) {
            names.push(name);
        }
    }
    names
}

/// Refuses a page that others would read without a consent that was ever given; and an open one that lacks any.
pub(super) fn check(fields: &mut Fields<'_>, names: &[At<String>], page: &Page, practice: &Practice) {
    let readers = page.audience.readers(practice);
    let open = page.audience == Audience::Open;
    for At { value: named, at } in names {
        if !open && readers.iter().all(|member| member.folder == *named) {
            continue;
        }
        let file = as_argument(&page.file.display().to_string());
        let add = format!("`heldspace consent add {named} --naming {file} --how \"signed form\"`");
        let (what, hint) = match permission(named, &page.file, practice) {
            Permission::Lapsed(on) | Permission::Revoked(on) if open => (
                format!("the consent of {named} to being named here ended on {on}"),
                "an open page is for all or for nobody: leave them out of it, take away `public`, or move it away"
                    .to_owned(),
            ),
            // What has ended is taken back; that is no mistake.
            Permission::Given | Permission::Lapsed(_) | Permission::Revoked(_) => continue,
            Permission::Never => (
                format!("no consent of {named} to being named here is on record"),
                format!("once they have agreed: {add}; or leave them out of the page"),
            ),
            Permission::Lacking { id, lacking } => (
                format!(
                    "consent {id} of {named} says too little for a Part 2 program (42 CFR 2.31(a)): {}",
                    lacking.join(", ")
                ),
                format!("take these from the form that was signed: {add}, with each of them"),
            ),
        };
        fields.mistake(at, what, hint);
    }
}

/// A path as a shell takes it for one argument.
fn as_argument(path: &str) -> String {
    let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    if plain { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_argument() {
        assert_eq!(as_argument("content/groups/g/ä.md"), "content/groups/g/ä.md");
        assert_eq!(as_argument("a b.md"), "'a b.md'");
        assert_eq!(as_argument("it's;.md"), "'it'\\''s;.md'");
    }
}
