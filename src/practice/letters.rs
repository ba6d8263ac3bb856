//! What members sent, as it lies on this machine: sealed, each under the digest of its bytes.
//!
//! ```text
//! inbox/answers/<mailbox>/<sha256>      as they came, and believed
//! inbox/quarantine/<mailbox>/<sha256>   as they came, and not believed
//! inbox.json                            when they were fetched last: nothing about anyone
//! inbox.log                             what arrived, and what was done about it
//! ```

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Home, HomeError, files};
use crate::wire::{Digest, MailboxId, UnixTime, number};

/// Where an answer lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tray {
    Answers,
    Quarantine,
}

impl Tray {
    const fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Quarantine => "quarantine",
        }
    }
}

/// A sealed answer, and where it belongs.
#[derive(Debug, Clone)]
pub struct Letter {
    pub tray: Tray,
    pub mailbox: MailboxId,
    pub name: Digest,
    pub sealed: Vec<u8>,
}

/// How far the inbox is; no name, no word of anyone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetched {
    /// When everything that lay at the host had been looked at.
    #[serde(deserialize_with = "number::whole")]
    pub time: UnixTime,
    /// Files there in mailboxes that are nobody's.
    pub strangers: usize,
}

impl Home {
    /// Names of the answers in a tray, by mailbox; what else lies there is nobody's.
    pub fn letters(&self, tray: Tray) -> Result<Vec<(MailboxId, Digest)>, HomeError> {
        let mut letters = Vec::new();
        for mailbox in files::names(&self.tray(tray))?.iter().filter_map(|name| name.parse::<MailboxId>().ok()) {
            let names = files::names(&self.tray(tray).join(mailbox.to_string()))?;
            letters.extend(names.iter().filter_map(|name| Some((mailbox, name.parse().ok()?))));
        }
        letters.sort_unstable();
        Ok(letters)
    }

    /// The sealed bytes, or nothing where there are none, or more than `limit`.
    pub fn letter(
        &self,
        tray: Tray,
        mailbox: &MailboxId,
        name: &Digest,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, HomeError> {
        let path = self.letter_path(tray, mailbox, name);
        if std::fs::metadata(&path).is_ok_and(|meta| !meta.is_file() || meta.len() > limit) {
            return Ok(None);
        }
        Ok(files::read(&path)?)
    }

    /// On the disk, all of them, when this returns. What a crash leaves before that is not what its name says.
    pub fn write_letters(&self, letters: &[Letter]) -> Result<(), HomeError> {
        let files: Vec<_> = letters
            .iter()
            .map(|letter| (self.letter_path(letter.tray, &letter.mailbox, &letter.name), letter.sealed.as_slice()))
            .collect();
        Ok(files::write_many(&files)?)
    }

    /// Takes one away that lies in another tray now.
    pub fn remove_letter(&self, tray: Tray, mailbox: &MailboxId, name: &Digest) -> Result<(), HomeError> {
        let path = self.letter_path(tray, mailbox, name);
        if path.exists() { Ok(files::remove_own(&path)?) } else { Ok(()) }
    }

    /// When answers were fetched last, if ever.
    pub fn fetched(&self) -> Result<Option<Fetched>, HomeError> {
        self.read_json("inbox.json")
    }

    pub fn write_fetched(&self, fetched: Fetched) -> Result<(), HomeError> {
        self.write_json("inbox.json", &fetched)
    }

    fn tray(&self, tray: Tray) -> PathBuf {
        self.path().join("inbox").join(tray.name())
    }

    fn letter_path(&self, tray: Tray, mailbox: &MailboxId, name: &Digest) -> PathBuf {
        self.tray(tray).join(mailbox.to_string()).join(name.to_string())
    }
}
