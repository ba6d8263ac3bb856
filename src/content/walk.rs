//! What lies in `content/`: regular files only, no link followed, nothing hidden, nothing in `notes/`.

use std::{
    fs::{self, DirEntry, FileType},
    io,
    path::{Path, PathBuf},
};

use super::mistake::Mistake;

/// The largest page.
const PAGE_LIMIT: u64 = 1024 * 1024;
/// The deepest folder.
const DEPTH: usize = 16;

/// Where a Markdown file lies, and so who it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Library,
    Group(String),
    Member(String),
    Messages,
}

/// The Markdown files of a practice, by path relative to it, in order.
#[derive(Debug, Default)]
pub struct Found {
    pub files: Vec<(PathBuf, Place)>,
    pub mistakes: Vec<Mistake>,
}

/// Looks through `content/` below `root`.
pub fn find(root: &Path) -> Found {
    let mut found = Found::default();
    for entry in entries(root, Path::new("content"), &mut found.mistakes) {
        let (path, kind) = entry;
        match (name(&path), kind.is_dir()) {
            ("library", true) => walk(root, &path, &Place::Library, DEPTH, &mut found),
            ("messages", true) => walk(root, &path, &Place::Messages, DEPTH, &mut found),
            ("groups", true) => each_folder(root, &path, "group.toml", Place::Group, &mut found),
            ("members", true) => each_folder(root, &path, "member.toml", Place::Member, &mut found),
            ("notes", true) => {}
            (_, true) => found.mistakes.push(stray(&path, "is no folder that heldspace knows")),
            (_, false) => stray_file(&path, &mut found.mistakes),
        }
    }
    found
}

/// `groups/` or `members/`: one folder for each.
fn each_folder(root: &Path, path: &Path, file: &str, place: fn(String) -> Place, found: &mut Found) {
    for (path, kind) in entries(root, path, &mut found.mistakes) {
        if !kind.is_dir() {
            stray_file(&path, &mut found.mistakes);
        } else if name(&path) != "notes" {
            // That there is a `group.toml` or `member.toml`, and the name is one, was checked with the practice.
            debug_assert!(!file.is_empty());
            walk(root, &path, &place(name(&path).to_owned()), DEPTH, found);
        }
    }
}

fn walk(root: &Path, folder: &Path, place: &Place, depth: usize, found: &mut Found) {
    for (path, kind) in entries(root, folder, &mut found.mistakes) {
        if kind.is_dir() {
            match (name(&path), depth) {
                ("notes", _) => {}
                (_, 0) => found.mistakes.push(
                    Mistake::in_file(&path, "lies too deep")
                        .hint(format!("Use at most {DEPTH} folders within each other.")),
                ),
                _ => walk(root, &path, place, depth - 1, found),
            }
        } else if is_markdown(&path) {
            found.files.push((path, place.clone()));
        }
    }
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown"))
}

fn stray_file(path: &Path, mistakes: &mut Vec<Mistake>) {
    if is_markdown(path) {
        mistakes.push(stray(path, "lies where no audience is"));
    }
}

fn stray(path: &Path, what: &str) -> Mistake {
    Mistake::in_file(path, what)
        .hint("Pages lie in content/library/, content/groups/<group>/, content/members/<member>/ or content/messages/.")
}

/// Files and folders of a folder, in order of name; what is neither is told, and left alone.
fn entries(root: &Path, folder: &Path, mistakes: &mut Vec<Mistake>) -> Vec<(PathBuf, FileType)> {
    let mut all = Vec::new();
    let listed = match fs::read_dir(root.join(folder)) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return all,
        Err(error) => {
            mistakes.push(Mistake::in_file(folder, format!("can't be read: {error}")));
            return all;
        }
    };
    for entry in listed {
        match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
            Ok((kind, entry)) => match accept(folder, &entry, kind) {
                Ok(Some(path)) => all.push((path, kind)),
                Ok(None) => {}
                Err(mistake) => mistakes.push(mistake),
            },
            Err(error) => mistakes.push(Mistake::in_file(folder, format!("can't be read: {error}"))),
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn accept(folder: &Path, entry: &DirEntry, kind: FileType) -> Result<Option<PathBuf>, Mistake> {
    let path = folder.join(entry.file_name());
    let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
        return Err(Mistake::in_file(&path, "has a name that is not text")
            .hint("Rename it; its name has bytes that are not UTF-8."));
    };
    if name.starts_with('.') {
        return Ok(None);
    }
    // SECURITY: a link could lead to any file of this machine, and a pipe could wait for ever.
    if !kind.is_file() && !kind.is_dir() {
        let what = if kind.is_symlink() { "is a link; links are not followed" } else { "is not a regular file" };
        return Err(Mistake::in_file(&path, what).hint("Put the file itself there, or move it away."));
    }
    Ok(Some(path))
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// A file's text: UTF-8, without a byte order mark, with `\n` alone at the ends of lines.
pub fn read_text(root: &Path, file: &Path) -> Result<String, Mistake> {
    let path = root.join(file);
    let unreadable = |error: io::Error| Mistake::in_file(file, format!("can't be read: {error}"));
    // SECURITY: asked of the name itself, so that a link put there since is not followed.
    let meta = fs::symlink_metadata(&path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(Mistake::in_file(file, "is not a regular file").hint("Put the file itself there, or move it away."));
    }
    if meta.len() > PAGE_LIMIT {
        return Err(Mistake::in_file(file, format!("is larger than {} KiB", PAGE_LIMIT / 1024))
            .hint("Cut it into several pages."));
    }
    let bytes = fs::read(&path).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n")),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let good = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
            Err(Mistake::at(file, &good, valid, "is not UTF-8 text from here on")
                .hint("Save it as UTF-8 in your editor."))
        }
    }
}
