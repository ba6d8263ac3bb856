//! Where a page is found on the open web, and that no two pages claim one place or one identity.

use std::{collections::BTreeMap, path::Path};

use super::{audience::Audience, mistake::Mistake, page::Page, slug::slug, source::Source};

/// The folders of a page's address below the site, without `/` at either end: `library/sleep/first-steps`. `None` if a
/// name in it has no letter that an address can hold.
pub(crate) fn address(page: &Page) -> Option<String> {
    let parts: Option<Vec<_>> =
        parts(page.path()).map(|part| Some(slug(part)).filter(|slug| !slug.is_empty())).collect();
    parts.map(|parts| parts.join("/"))
}

/// The folders of a path and the file's name without its ending; `x/index.md` lies where `x.md` does.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.strip_suffix("/index").unwrap_or(stem).split('/')
}

/// Tells pages that could not be told apart: by an address, or by what their page id is derived from.
pub(super) fn clashes(pages: &[Page], root: &Path, mistakes: &mut Vec<Mistake>) {
    let mut places: BTreeMap<String, &Page> = BTreeMap::new();
    let mut identities: BTreeMap<&str, &Page> = BTreeMap::new();
    for page in pages {
        if address(page).is_none() && page.audience == Audience::Open {
            let hint = "put a letter a–z or a digit into the names of file and folder";
            mistakes.push(Mistake::whole(&page.file, "no address can be made of this name", hint));
        }
        if let Some(other) = places.insert(place(page), page) {
            mistakes.push(clash(page, other, root, "the same address", "rename one of them"));
        } else if let Some(other) = identities.insert(page.identity(), page) {
            mistakes.push(clash(page, other, root, "the same `id`", "give one of them another `id`"));
        }
    }
}

/// What no other page may have: the address, or for names beyond ASCII the path in lower case.
fn place(page: &Page) -> String {
    let part = |part: &str| Some(slug(part)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| part.to_lowercase());
    parts(page.path()).map(part).collect::<Vec<_>>().join("/")
}

fn clash(page: &Page, other: &Page, root: &Path, what: &str, hint: &str) -> Mistake {
    let [first, second] = if page.file < other.file { [other, page] } else { [page, other] };
    let what = format!("{what} as {}", second.file.display());
    match Source::read(root, &first.file) {
        Ok(source) => source.mistake(&line_of_id(source.text()), what, hint),
        Err(_) => Mistake::whole(&first.file, what, hint),
    }
}

/// The line that says `id`, or else the first.
fn line_of_id(text: &str) -> std::ops::Range<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start().strip_prefix("id").map(str::trim_start);
        if rest.is_some_and(|rest| rest.starts_with(['=', ':'])) {
            return start..start + line.trim_end().len();
        }
        start += line.len();
    }
    0..text.lines().next().unwrap_or_default().len()
}
