//! Several new files of the practice, written together: all of them or none, as far as a file system allows.
//!
//! In: paths below the practice's folder, and bytes. Every file is whole beside its place first, and only then do all of them
//! get their names, one right after the other. A kill between two names leaves some of them, each whole. It must not know
//! what stands in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::files::{self, Access, FileError};

/// A file that is not there yet.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Relative to the practice.
    pub file: &'a Path,
    pub bytes: &'a [u8],
}

/// Makes them all; refused when one is already there, and then none is made.
pub fn write_new(root: &Path, new: &[NewFile<'_>]) -> Result<(), FileError> {
    for NewFile { file, .. } in new {
        refuse_links_above(root, file)?;
        let path = root.join(file);
        if path.symlink_metadata().is_ok() {
            return Err(FileError::Exists { path });
        }
    }
    let mut staged = Vec::new();
    for NewFile { file, bytes } in new {
        let path = root.join(file);
        files::folder(files::parent(&path), Access::Usual)?;
        staged.push((files::stage(&path, bytes, Access::Usual)?, path));
    }
    let mut named = Vec::new();
    for (staged, path) in staged {
        if let Err(error) = files::name(staged, &path) {
            take_away(&named);
            return Err(error);
        }
        named.push(path);
    }
    named.iter().try_for_each(|path| files::sync_folder(path))
}

/// SECURITY: a folder that is a link would have heldspace write somewhere else, where others may read it.
pub fn refuse_links_above(root: &Path, file: &Path) -> Result<(), FileError> {
    let above = file.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let link = above.map(|folder| root.join(folder)).find(|folder| folder.is_symlink());
    link.map_or(Ok(()), |path| Err(FileError::Link { path }))
}

fn take_away(named: &[PathBuf]) {
    for path in named {
        #[expect(clippy::disallowed_methods, reason = "heldspace's own, and made in this very step")]
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(file: &str) -> NewFile<'_> {
        NewFile { file: Path::new(file), bytes: b"words" }
    }

    fn left(root: &Path) -> Vec<String> {
        let folders = ["a", "b"].map(|folder| root.join(folder));
        folders.iter().flat_map(|folder| files::names(folder).unwrap_or_default()).collect()
    }

    #[test]
    fn all_are_there_or_none() {
        let root = tempfile::tempdir().unwrap();
        write_new(root.path(), &[new("a/1.md"), new("b/1.md")]).unwrap();
        assert_eq!(left(root.path()), ["1.md", "1.md"]);
        // The last one can't have its name; one can't be written at all; one is there already.
        files::write(&root.path().join("file"), b"", Access::Usual).unwrap();
        for last in ["a/2.md", "file/2.md", "b/1.md"] {
            write_new(root.path(), &[new("a/2.md"), new("b/2.md"), new(last)]).unwrap_err();
            assert_eq!(left(root.path()), ["1.md", "1.md"], "{last}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_behind_a_link() {
        let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("b")).unwrap();
        let refused = write_new(root.path(), &[new("a/1.md"), new("b/new/1.md")]);
        assert!(matches!(refused, Err(FileError::Link { path }) if path == root.path().join("b")));
        assert!(left(root.path()).is_empty() && files::names(elsewhere.path()).unwrap().is_empty());
    }
}
