//! Files below `content/` that are no pages, and that no page links to: mentioned once, all of them in one line.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use unicode_normalization::UnicodeNormalization;

use crate::{
    attachment::said,
    content::{Mistake, is_left_out, is_markdown},
    names::html::unescaped,
};

/// As deep as pages are looked for.
const DEPTH: usize = 32;
/// So many are named; of more there is a number.
const NAMED: usize = 5;
/// The files of people and groups.
const OURS: [&str; 3] = ["member.toml", "group.toml", "register.toml"];

/// The file that a link on the page `from` leads to, if it leads to one of the practice.
pub(super) fn beside(from: &Path, link: &str) -> Option<PathBuf> {
    let path = link.split(['?', '#']).next().filter(|path| !path.is_empty() && !path.contains(':'))?;
    let mut file = from.parent()?.to_owned();
    for part in Path::new(&unescaped(path)).components() {
        match part {
            Component::Normal(name) => file.push(name),
            Component::ParentDir => drop(file.pop()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(file)
}

/// A file that is given with a page, and that nobody's name is looked for in.
pub(super) fn unseen(root: &Path, file: &Path) -> Option<Mistake> {
    let why = said(root, file).err()?;
    let what = format!("{why}: it is given, and nobody's name is looked for in it");
    Some(Mistake::whole(file, what, "look through it yourself"))
}

/// One remark for all that lie about.
pub(super) fn stray(root: &Path, linked: &BTreeSet<PathBuf>) -> Option<Mistake> {
    let mut stray = Vec::new();
    let mut folders = vec![PathBuf::from("content")];
    while let Some(folder) = folders.pop() {
        // What can't be read was told as a mistake, where pages were looked for.
        let entries = root.join(&folder).read_dir().into_iter().flatten().flatten();
        for entry in entries.filter(|entry| !is_left_out(&entry.file_name().to_string_lossy())) {
            let path = folder.join(entry.file_name());
            let name = entry.file_name().to_string_lossy().into_owned();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && path.components().count() <= DEPTH => folders.push(path),
                Ok(kind) if kind.is_file() && !is_markdown(&name) && !OURS.contains(&name.as_str()) => stray.push(path),
                _ => {}
            }
        }
    }
    // On some disks names are taken apart, and in some editors links are.
    let one = |file: &PathBuf| file.to_string_lossy().nfc().collect::<String>();
    let linked: BTreeSet<String> = linked.iter().map(one).collect();
    stray.retain(|file| !linked.contains(&one(file)));
    stray.sort_unstable();
    let first = stray.first()?;
    let what = match stray.len() {
        1 => "no page, and no page links to it".to_owned(),
        number => {
            let names: Vec<_> = stray.iter().skip(1).take(NAMED).map(|file| file.display().to_string()).collect();
            let more = if number > NAMED + 1 { ", …" } else { "" };
            format!("no page, and no page links to it; so it is with {} more: {}{more}", number - 1, names.join(", "))
        }
    };
    Some(Mistake::whole(first, what, "nobody gets it: link to it, or move it into a folder `notes`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_from_the_page_that_has_them() {
        let beside = |link: &str| beside(Path::new("content/library/a/x.md"), link);
        assert_eq!(beside("../b%20c.pdf#page=2"), Some("content/library/b c.pdf".into()));
        assert_eq!(beside("./d.png?x"), Some("content/library/a/d.png".into()));
        assert_eq!((beside("#part"), beside("https://h/x"), beside("/etc/x")), (None, None, None));
    }
}
