//! What members send: the one thing in a store that exists nowhere else, so it is on the disk before anyone says so.
//!
//! In: a path and bytes. Out: whether they are there, on the disk, under that name. The steps, in this order: a temporary file
//! of its own → its bytes and its rounded time → fsync → a link that never replaces (or, for own notes, a rename) → fsync of
//! the folder → only then an answer. `object_store` does nearly that; it does not bring a folder to the disk that another
//! request has just made, and what it could not bring to the disk stays under its name.
//!
//! SECURITY: what a failed fsync leaves behind may look whole and be gone after a power cut. So nothing is tried again with the
//! same file: it is removed, and whoever sends it again has it written anew.

use std::{
    collections::HashSet,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path as FilePath, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;

use super::{Store, StoreError, folder::this_hour, parse};

/// What became of bytes that were to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New,
    /// The same bytes were there before.
    Already,
}

/// Numbers temporary files: no two requests write the same one.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The folders that are known to be on the disk themselves. As many as there are mailboxes, at most.
pub(super) type Folders = Arc<Mutex<HashSet<PathBuf>>>;

impl Store {
    /// Keeps `bytes` under a name that is made of them; they are on the disk when this returns. What stands there is not
    /// replaced, unless it is something else, and so damaged.
    pub async fn keep(&self, path: &str, bytes: Bytes) -> Result<Kept, StoreError> {
        self.durably(path, move |file, folders| {
            if holds(file, &bytes) {
                // Whoever wrote it may have been killed in between.
                folders.sync(file)?;
                return Ok(Kept::Already);
            }
            let staged = Staged::write(file, &bytes, folders)?;
            match std::fs::hard_link(&staged.0, file) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => std::fs::rename(&staged.0, file)?,
                linked => linked?,
            }
            folders.sync(file).inspect_err(|_| remove(file))?;
            Ok(Kept::New)
        })
        .await
    }

    /// Replaces the file in one atomic step; it is on the disk when this returns. Of two at once, either may be the last.
    pub async fn replace(&self, path: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.durably(path, move |file, folders| {
            let staged = Staged::write(file, &bytes, folders)?;
            std::fs::rename(&staged.0, file)?;
            folders.sync(file)
        })
        .await
    }

    /// Removes what a killed server had begun to write. Call it while no other server runs.
    pub fn clear_kept(&self) -> Result<(), StoreError> {
        self.clear_staged_in(&[super::layout::ANSWERS, super::layout::OWN])
    }

    async fn durably<T: Send + 'static>(
        &self,
        path: &str,
        write: impl FnOnce(&FilePath, &Known) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.no_link_to(path)?;
        let file = self.root().join(parse(path)?.as_ref());
        let known = Known { root: self.root().to_owned(), folders: Arc::clone(&self.folders) };
        let written = tokio::task::spawn_blocking(move || write(&file, &known)).await;
        let written = written.unwrap_or_else(|panic| Err(io::Error::other(panic)));
        written.map_err(|source| StoreError::Append { path: path.to_owned(), source })
    }
}

fn holds(file: &FilePath, bytes: &[u8]) -> bool {
    let as_long = file.metadata().is_ok_and(|meta| meta.len() == bytes.len() as u64);
    as_long && std::fs::read(file).is_ok_and(|there| there == bytes)
}

/// A temporary file that was brought to the disk; removed when it is no longer needed.
struct Staged(PathBuf);

impl Staged {
    fn write(file: &FilePath, bytes: &[u8], folders: &Known) -> io::Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(format!("#{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let staged = PathBuf::from(name);
        let mut open = folders.with_folder(file, || new_file(&staged))?;
        let staged = Self(staged);
        open.write_all(bytes)?;
        open.set_modified(this_hour())?;
        open.sync_all()?;
        Ok(staged)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn new_file(path: &FilePath) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// That it is not there any more, or can't be removed, changes nothing for whoever waits.
fn remove(path: &FilePath) {
    #[expect(clippy::disallowed_methods, reason = "a copy that nobody was told of, or a temporary file of ours")]
    let _ = std::fs::remove_file(path);
}

/// Which folders are on the disk.
struct Known {
    root: PathBuf,
    folders: Folders,
}

impl Known {
    /// Opens a file in a folder that is on the disk; one that is not there is made.
    fn with_folder(&self, file: &FilePath, open: impl Fn() -> io::Result<File>) -> io::Result<File> {
        let folder = file.parent().unwrap_or(&self.root);
        if self.lock().contains(folder) {
            match open() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => return opened,
            }
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        // Also when it was there: another request may have made it a moment ago, or a server that was killed.
        for above in folder.ancestors().skip(1).take_while(|above| above.starts_with(&self.root)) {
            sync_folder(above)?;
        }
        self.lock().insert(folder.to_owned());
        open()
    }

    /// Brings the name of a file to the disk.
    fn sync(&self, file: &FilePath) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.root);
        sync_folder(folder)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sync_folder(folder: &FilePath) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what someone else wrote into a store")]
mod tests {
    use super::*;

    fn names(folder: &FilePath) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test(flavor = "current_thread")]
    async fn kept_once_told_again_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let read = || std::fs::read(folder.path().join("answers/a/b")).unwrap();
        assert_eq!(store.keep("answers/a/b", "one".into()).await.unwrap(), Kept::New);
        assert_eq!(store.keep("answers/a/b", "one".into()).await.unwrap(), Kept::Already);
        std::fs::write(folder.path().join("answers/a/b"), "damaged").unwrap();
        assert_eq!(store.keep("answers/a/b", "one".into()).await.unwrap(), Kept::New);
        assert_eq!(read(), b"one");
        store.replace("own/a", "1".into()).await.unwrap();
        store.replace("own/a", "2".into()).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("own/a")).unwrap(), b"2");
        assert_eq!(
            (names(&folder.path().join("answers/a")), names(&folder.path().join("own"))),
            (vec!["b".into()], vec!["a".into()])
        );
        let changed = folder.path().join("own/a").metadata().unwrap().modified().unwrap();
        assert_eq!(changed.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() % 3600, 0);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_folder_that_someone_took_away_is_made_again_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.keep("answers/a/b", "one".into()).await.unwrap();
        std::fs::rename(folder.path().join("answers/a"), folder.path().join("moved")).unwrap();
        assert_eq!(store.keep("answers/a/c", "two".into()).await.unwrap(), Kept::New);
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("answers/d")).unwrap();
        assert!(matches!(store.keep("answers/d/e", "x".into()).await, Err(StoreError::Strange { .. })));
        assert!(names(elsewhere.path()).is_empty());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_a_killed_server_left_is_cleared_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.keep("answers/a/b", "one".into()).await.unwrap();
        std::fs::write(folder.path().join("answers/a/c#7"), "ha").unwrap();
        store.clear_staged().unwrap();
        assert_eq!(names(&folder.path().join("answers/a")), ["b", "c#7"], "a publication leaves it alone");
        store.clear_kept().unwrap();
        assert_eq!(names(&folder.path().join("answers/a")), ["b"]);
    }
}
