//! Finds the pages below `content/`: regular files, in one order on every machine, and nothing that leads elsewhere.

use std::{
    fs::DirEntry,
    io,
    path::{Path, PathBuf},
};

use super::{mistake::Mistake, source};

/// Deeper than any folder of a practice; a mount inside itself ends here.
const DEPTH: usize = 32;

/// Whether a file or folder of this name is the author's own business: hidden, or `notes`.
pub(crate) fn is_left_out(name: &str) -> bool {
    // SECURITY: notes are never published, so on a disk that ignores case every spelling of the folder counts.
    name.starts_with('.') || name.eq_ignore_ascii_case("notes")
}

/// The Markdown files below `content/`, relative to `root`, sorted.
pub(crate) fn pages(root: &Path, mistakes: &mut Vec<Mistake>) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::from("content")];
    if root.join("content").is_symlink() {
        mistakes.push(source::symbolic_link(Path::new("content")));
        return pages;
    }
    if !root.join("content").exists() {
        // Where there is no site.toml either, that is said: this folder is no practice.
        if root.join("site.toml").exists() {
            let hint = "make it, or get it back from a copy: your pages, groups and members lie in it";
            mistakes.push(Mistake::whole("content", "there is no such folder", hint));
        }
        return pages;
    }
    while let Some(folder) = folders.pop() {
        if folder.components().count() > DEPTH {
            mistakes.push(Mistake::whole(folder, "folders within folders without end", "move it further up"));
            continue;
        }
        if let Err(error) = list(root, &folder, &mut folders, &mut pages, mistakes) {
            let hint = "check that the folder is there, and its owner and permissions";
            mistakes.push(Mistake::whole(folder, format!("can't be read: {error}"), hint));
        }
    }
    pages.sort_unstable();
    pages
}

fn list(
    root: &Path,
    folder: &Path,
    folders: &mut Vec<PathBuf>,
    pages: &mut Vec<PathBuf>,
    mistakes: &mut Vec<Mistake>,
) -> io::Result<()> {
    for entry in root.join(folder).read_dir()? {
        let entry = entry?;
        match kind(&entry, folder)? {
            Ok(Found::Folder(path)) => folders.push(path),
            Ok(Found::Page(path)) => pages.push(path),
            Ok(Found::LeftOut) => {}
            Err(mistake) => mistakes.push(mistake),
        }
    }
    Ok(())
}

enum Found {
    Folder(PathBuf),
    Page(PathBuf),
    LeftOut,
}

fn kind(entry: &DirEntry, folder: &Path) -> io::Result<Result<Found, Mistake>> {
    let name = entry.file_name();
    let path = folder.join(&name);
    if name.as_encoded_bytes().starts_with(b".") {
        return Ok(Ok(Found::LeftOut));
    }
    let Some(name) = name.to_str() else {
        return Ok(Err(Mistake::whole(path, "a name that is not UTF-8", "give it another name")));
    };
    let kind = entry.file_type()?;
    Ok(if is_left_out(name) && (kind.is_dir() || kind.is_symlink()) {
        Ok(Found::LeftOut)
    } else if kind.is_symlink() {
        // SECURITY: a link could lead to any file of this machine, or in a circle.
        Err(source::symbolic_link(&path))
    } else if kind.is_dir() {
        Ok(Found::Folder(path))
    } else if !kind.is_file() {
        Err(Mistake::whole(path, "not a regular file", "move it out of content/"))
    } else if is_markdown(name) {
        if is_conflict(name) { Err(conflict(&path)) } else { Ok(Found::Page(path)) }
    } else {
        Ok(Found::LeftOut)
    })
}

/// What sync programs call a copy that they keep beside a file which two machines have changed.
fn is_conflict(name: &str) -> bool {
    let name = name.to_lowercase();
    [".sync-conflict-", "conflicted copy", "(conflict", "_conflict-"].iter().any(|mark| name.contains(mark))
}

/// SECURITY: given as a page of its own, it would show members what its author has taken out since.
fn conflict(path: &Path) -> Mistake {
    Mistake::whole(
        path,
        "a copy that a sync program made, because two machines had changed the page",
        "compare the two, keep one, and move this one out of content/",
    )
}

/// Whether a file of this name is a page.
pub(crate) fn is_markdown(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| extension == "md" || extension == "markdown")
}
