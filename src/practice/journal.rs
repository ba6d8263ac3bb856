//! A record that grows, is thinned out as a whole or not at all, and that the practice's keys alone can read: `.heldspace/<name>.log`.
//!
//! One line for each entry: base64 of an age file, sealed to the epoch's identity. An entry is on the disk when
//! [`Journal::append`] returns; one that was cut short by a crash was never acknowledged, and is dropped.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::PathBuf,
};

use data_encoding::BASE64;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    HomeError,
    files::{self, Access, FileError},
};
use crate::{keys::Keys, seal};

/// More than any entry.
const ENTRY_LIMIT: u64 = 1024 * 1024;

/// Entries of one kind, oldest first.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Whether nothing was ever written: then no keys are needed to know what it says.
    pub fn is_empty(&self) -> bool {
        !self.path.exists()
    }

    /// Adds an entry; it is on the disk when this returns.
    pub fn append(&self, entry: &impl Serialize, keys: &Keys) -> Result<(), HomeError> {
        self.append_all(std::slice::from_ref(entry), keys)
    }

    /// Adds entries, one after the other; they are on the disk when this returns.
    ///
    /// # Panics
    /// Never: entries are plain JSON.
    pub fn append_all(&self, entries: &[impl Serialize], keys: &Keys) -> Result<(), HomeError> {
        let lines = lines(entries, keys);
        let failed = |source| FileError::Write { path: self.path.clone(), source };
        let is_new = !self.path.exists();
        let mut file = self.open().map_err(failed)?;
        whole_lines(&mut file).map_err(failed)?;
        file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if is_new {
            files::sync_folder(&self.path)?;
        }
        Ok(())
    }

    /// Puts these entries in place of all that stand there, in one step.
    ///
    /// # Panics
    /// Never: entries are plain JSON.
    pub fn replace(&self, entries: &[impl Serialize], keys: &Keys) -> Result<(), HomeError> {
        Ok(files::write(&self.path, lines(entries, keys).as_bytes(), Access::Secret)?)
    }

    /// All entries, oldest first.
    pub fn read<T: DeserializeOwned>(&self, keys: &Keys) -> Result<Vec<T>, HomeError> {
        let text = files::read(&self.path)?.unwrap_or_default();
        let end = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let lines = text[..end].split_inclusive(|&byte| byte == b'\n').enumerate();
        lines.map(|(n, line)| Self::entry(line, keys).ok_or_else(|| self.unreadable(n + 1))).collect()
    }

    fn entry<T: DeserializeOwned>(line: &[u8], keys: &Keys) -> Option<T> {
        let sealed = BASE64.decode(line.trim_ascii_end()).ok()?;
        let opened = keys.newest_first().find_map(|epoch| epoch.identity().open(&sealed, ENTRY_LIMIT).ok())?;
        serde_json::from_slice(&opened).ok()
    }

    fn unreadable(&self, line: usize) -> HomeError {
        HomeError::Unreadable { path: self.path.clone(), line }
    }

    fn open(&self) -> std::io::Result<File> {
        if let Some(folder) = self.path.parent() {
            files::folder(folder, Access::Secret).map_err(std::io::Error::other)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }
}

fn lines(entries: &[impl Serialize], keys: &Keys) -> String {
    let recipient = keys.current().identity().recipient();
    let line = |entry| {
        let json = serde_json::to_vec(entry).expect("an entry is plain JSON");
        BASE64.encode(&seal::seal_to(&[&recipient], &json)) + "\n"
    };
    entries.iter().map(line).collect()
}

/// Puts the end where the last whole line ends: what a crash cut short was never acknowledged.
fn whole_lines(file: &mut File) -> std::io::Result<()> {
    let mut text = Vec::new();
    let length = file.seek(SeekFrom::End(0))?;
    let tail = length.min(2 * ENTRY_LIMIT);
    file.seek(SeekFrom::Start(length - tail))?;
    Read::by_ref(file).take(tail).read_to_end(&mut text)?;
    let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let end = length - tail + whole as u64;
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Root;

    #[test]
    fn entries_come_back_across_epochs_and_a_torn_one_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::at(folder.path().join("a.log"));
        let root = Root::random();
        journal.append(&"first", &root.keys(1)).unwrap();
        let mut torn = std::fs::read(folder.path().join("a.log")).unwrap();
        torn.extend_from_slice(b"YWdlLWVuY3J5");
        files::write(&folder.path().join("a.log"), &torn, Access::Secret).unwrap();
        assert_eq!(journal.read::<String>(&root.keys(1)).unwrap(), ["first"]);
        journal.append(&"second", &root.keys(2)).unwrap();
        assert_eq!(journal.read::<String>(&root.keys(2)).unwrap(), ["first", "second"]);
        journal.replace(&["third"], &root.keys(2)).unwrap();
        journal.append(&"fourth", &root.keys(2)).unwrap();
        assert_eq!(journal.read::<String>(&root.keys(2)).unwrap(), ["third", "fourth"]);
        let stranger = journal.read::<String>(&Root::random().keys(2));
        assert!(matches!(stranger, Err(HomeError::Unreadable { line: 1, .. })));
    }
}
