//! The store as a folder that someone else may write to: what is no plain file in a plain folder is neither followed nor
//! listed, and times tell nothing.

use std::{
    fs::{DirEntry, File, Metadata, ReadDir},
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{LARGEST, Store, StoreError, layout};
use crate::wire::Digest;

const HOUR: u64 = 60 * 60;

impl Store {
    /// The paths of all files below `prefix` (a whole folder name), sorted. A name that is not UTF-8 is none of ours.
    pub fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.list_with_sizes(prefix)?.into_iter().map(|(path, _)| path).collect())
    }

    /// As [`Store::list`], with how many bytes each file has.
    pub fn list_with_sizes(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let mut files = Vec::new();
        self.walk(prefix, &mut |path, meta| {
            if !is_staged(path) {
                files.push((path.to_owned(), meta.len()));
            }
            Ok(())
        })?;
        files.sort_unstable();
        Ok(files)
    }

    /// As [`Store::list`]; with what is in them for the files that keep their names when they change.
    pub async fn list_with_digests(&self, folder: &str) -> Result<Vec<(String, Option<Digest>)>, StoreError> {
        let mut listed = Vec::new();
        for path in self.list(folder)? {
            let digest = match folder {
                layout::PUBLIC | layout::MAILBOXES => self.read(&path, LARGEST).await?.map(|bytes| Digest::of(&bytes)),
                _ => None,
            };
            listed.push((path, digest));
        }
        Ok(listed)
    }

    /// Refuses a folder that holds anything but a store.
    pub fn is_store(&self) -> Result<(), StoreError> {
        let mut marked = false;
        let mut filled = None;
        for entry in self.entries("")?.into_iter().flatten() {
            let name = read("", entry)?.file_name().to_string_lossy().into_owned();
            match name.as_str() {
                layout::HEAD | layout::GATE => marked = true,
                name if name.starts_with('.') || is_staged(name) => {}
                name if layout::FOLDERS.contains(&name) => {
                    filled = filled.or(self.list(name)?.into_iter().next());
                }
                // A log that was fetched before anything was built here.
                name if layout::ALL.contains(&name) => {}
                _ => return Err(StoreError::NoStore { path: self.root().to_owned(), name }),
            }
        }
        match filled {
            Some(name) if !marked => Err(StoreError::NoStore { path: self.root().to_owned(), name }),
            _ => Ok(()),
        }
    }

    /// Removes what a killed publication had begun to write: `object_store` stages a file as `<name>#<n>` beside its place.
    /// Call it while no other publication is under way.
    pub fn clear_staged(&self) -> Result<(), StoreError> {
        let mut staged = Vec::new();
        for entry in self.entries("")?.into_iter().flatten() {
            staged.extend(read("", entry)?.file_name().into_string().ok().filter(|name| is_staged(name)));
        }
        self.remove_all(staged)?;
        // What members send just now is not a publication's to remove.
        self.clear_staged_in(&layout::FOLDERS)
    }

    pub(super) fn clear_staged_in(&self, folders: &[&str]) -> Result<(), StoreError> {
        let mut staged = Vec::new();
        for folder in folders {
            self.walk(folder, &mut |path, _| {
                staged.extend(is_staged(path).then(|| path.to_owned()));
                Ok(())
            })?;
        }
        self.remove_all(staged)
    }

    fn remove_all(&self, staged: Vec<String>) -> Result<(), StoreError> {
        for path in staged {
            #[expect(clippy::disallowed_methods, reason = "half a sealed file of the store, no one's words")]
            std::fs::remove_file(self.root().join(&path)).map_err(|source| StoreError::Folder { path, source })?;
        }
        Ok(())
    }

    /// SECURITY: whoever holds the folder could put a link in a file's place, and have a secret of this machine read.
    pub(super) fn no_link_to(&self, path: &str) -> Result<(), StoreError> {
        let mut at = self.root().to_owned();
        for name in path.split('/') {
            at.push(name);
            match at.symlink_metadata() {
                Ok(meta) if !meta.is_file() && !meta.is_dir() => {
                    return Err(StoreError::Strange { path: path.to_owned() });
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// SECURITY: times finer than an hour would tell which objects were written one after the other, and so for whom.
    pub(super) fn round_time(&self, path: &str) -> Result<(), StoreError> {
        if path.starts_with(layout::PUBLIC) {
            return Ok(());
        }
        let failed = |source| StoreError::Folder { path: path.to_owned(), source };
        let file = File::options().write(true).open(self.root().join(path)).map_err(failed)?;
        file.set_modified(this_hour()).map_err(failed)
    }

    fn walk(
        &self,
        folder: &str,
        found: &mut dyn FnMut(&str, &Metadata) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for entry in self.entries(folder)?.into_iter().flatten() {
            let entry = read(folder, entry)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{folder}/{name}");
            let meta = entry.metadata().map_err(|source| StoreError::Folder { path: path.clone(), source })?;
            if meta.is_dir() {
                self.walk(&path, found)?;
            } else if meta.is_file() {
                found(&path, &meta)?;
            } else {
                // SECURITY: a link could lead to the author's own files, and what is no longer listed is deleted.
                return Err(StoreError::Strange { path });
            }
        }
        Ok(())
    }

    /// What lies in a folder; nothing where there is none.
    fn entries(&self, folder: &str) -> Result<Option<ReadDir>, StoreError> {
        let failed = |source| StoreError::Folder { path: folder.to_owned(), source };
        let at = self.root().join(folder);
        match at.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed(source)),
            Ok(meta) if !meta.is_dir() => Err(StoreError::Strange { path: folder.to_owned() }),
            Ok(_) => at.read_dir().map(Some).map_err(failed),
        }
    }
}

/// The beginning of this hour.
pub(super) fn this_hour() -> SystemTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UNIX_EPOCH + Duration::from_secs(seconds / HOUR * HOUR)
}

fn read(folder: &str, entry: io::Result<DirEntry>) -> Result<DirEntry, StoreError> {
    entry.map_err(|source| StoreError::Folder { path: folder.to_owned(), source })
}

/// `<name>#<n>`: what `object_store` writes before it gives a file its name.
fn is_staged(path: &str) -> bool {
    path.rsplit_once('#')
        .is_some_and(|(name, n)| !name.is_empty() && !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}
