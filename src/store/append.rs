//! Files that grow: what no `object_store` over a folder can do, and the audit log needs.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path as FilePath,
};

use bytes::Bytes;

use super::{Store, StoreError, parse};

impl Store {
    /// Writes `bytes` after the first `at` bytes of the file, in place of what a failed attempt left there; they are on the
    /// disk when this returns. Where the file is shorter than that, someone else has cut it, and it is left alone.
    pub async fn append(&self, path: &str, at: u64, bytes: Bytes) -> Result<(), StoreError> {
        let (root, file) = (self.root.clone(), self.root.join(parse(path)?.as_ref()));
        let written = tokio::task::spawn_blocking(move || append(&root, &file, at, &bytes)).await;
        let written = written.unwrap_or_else(|panic| Err(io::Error::other(panic)));
        written.map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => StoreError::Cut { path: path.to_owned() },
            _ => StoreError::Append { path: path.to_owned(), source },
        })?;
        self.round_time(path)
    }
}

fn append(root: &FilePath, path: &FilePath, at: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = if at == 0 { begin(path)? } else { open(path)? };
    if file.metadata()?.len() < at {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if at == 0 { sync_folders(root, path) } else { Ok(()) }
}

fn begin(path: &FilePath) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn open(path: &FilePath) -> io::Result<File> {
    OpenOptions::new().write(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::ErrorKind::UnexpectedEof.into(),
        _ => error,
    })
}

/// Brings the names of the file and of the folders above it to the disk.
fn sync_folders(root: &FilePath, path: &FilePath) -> io::Result<()> {
    if cfg!(unix) {
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(root)) {
            File::open(folder)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn what_a_failed_attempt_left_is_replaced_and_a_cut_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let read = || std::fs::read_to_string(folder.path().join("audit/a/b.jsonl")).unwrap();
        store.append("audit/a/b.jsonl", 0, "one\nhalf of".into()).await.unwrap();
        store.append("audit/a/b.jsonl", 4, "two\n".into()).await.unwrap();
        assert_eq!(read(), "one\ntwo\n");
        assert!(matches!(store.append("audit/a/b.jsonl", 9, "x".into()).await, Err(StoreError::Cut { .. })));
        assert_eq!(read(), "one\ntwo\n");
        assert!(matches!(store.append("audit/a/c.jsonl", 1, "x".into()).await, Err(StoreError::Cut { .. })));
        assert!(matches!(store.append("audit/a/../../b", 0, "x".into()).await, Err(StoreError::Path { .. })));
        assert_eq!(std::fs::read_dir(folder.path().join("audit/a")).unwrap().count(), 1);
    }
}
