//! `.heldspace/`: keys and state of a practice. Never published, never committed, 0700.
//!
//! ```text
//! keys.age | keys.json   the keys in use: under a passphrase, or bare (0600)
//! tried.json             when the recovery sheet was last proved
//! release.json           the last release, written down before anything is uploaded
//! keyrings/<mailbox>     as sealed, so that a lost host loses none
//! <name>.log             what was given, sent and seen: sealed to the practice
//! record/<pack>.age      every version of a page that was given: sealed to the practice
//! machine.json           what a host tells this machine from another by
//! hosts.json             what was last seen at each host
//! briefed.json           digests of what whoever stands in was last told
//! unlisted.json          what no index lists any more, and since when
//! audit.json             how far the host's audit log was seen
//! inbox/, inbox.json     what members sent, as sealed, and when it was fetched last
//! store/                 the default store
//! mail-password          the mail server's, if it is kept (0600)
//! removed/<day>/         what the therapist had taken out of content/; never read
//! lock                   one publication at a time
//! ```

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Journal, Lock,
    files::{self, Access, FileError},
};
use crate::{
    explain::Explain,
    keys::{Keys, KeysError, Secret},
    seal::{KEY_FILE_WORK_FACTOR, open_with_passphrase, seal_with_passphrase},
    wire::{Digest, MailboxId, Nonce, Release, UnixTime, number},
};

/// More than any key file.
const KEY_FILE_LIMIT: u64 = 1024 * 1024;

/// The folder `.heldspace` of a practice.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

/// The last release that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Released {
    #[serde(deserialize_with = "number::whole")]
    pub release: Release,
    #[serde(deserialize_with = "number::whole")]
    pub issued: UnixTime,
}

/// What was last seen at a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownHost {
    /// Digest of the head that this machine brought there, or took from there.
    pub head: Option<Digest>,
    /// Digest of the head that this machine was about to bring there; written down before anything travels.
    pub begun: Option<Digest>,
    /// The newest release that this machine brought there, or took from there: what is older was brought back.
    #[serde(deserialize_with = "number::whole")]
    pub release: Release,
    /// Paths there that nothing lists any more, and since when.
    pub unlisted: BTreeMap<String, UnixTime>,
}

/// What whoever stands in was last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefed {
    /// Of what it says, but for what was asked.
    pub look: Digest,
    /// Of the sealed bytes.
    pub sealed: Digest,
}

/// How the key file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFile {
    Wrapped,
    Bare,
}

/// Why keys or state could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("this practice has no keys yet")]
    NoKeys,
    #[error("this practice already has keys")]
    HasKeys,
    #[error("this practice had keys: what they made is still in {}", path.display())]
    LostKeys { path: PathBuf },
    #[error("the passphrase doesn't open the practice's keys")]
    WrongPassphrase,
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("{} is damaged", path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("line {line} of {} does not open with this practice's keys", path.display())]
    Unreadable { path: PathBuf, line: usize },
    #[error("record/{name}.age, a part of the practice's record, does not open with its keys")]
    Pack { name: String },
    #[error("another heldspace is at work in this practice")]
    Busy,
    #[error("heldspace is at work in this practice on another machine: {machine}")]
    BusyElsewhere { machine: String },
}

impl Explain for HomeError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::File(e) => e.hint(),
            Self::Keys(e) => e.hint(),
            Self::NoKeys => Some("A practice that has a recovery sheet: `heldspace recover` makes its keys again. A new one: `heldspace init`.".into()),
            Self::HasKeys => Some("Nothing was changed: new keys would lock out every member.".into()),
            Self::LostKeys { .. } => Some("Nothing was changed: new keys would lock out every member. `heldspace recover` makes the same keys again, from the 24 words on the recovery sheet.".into()),
            Self::WrongPassphrase => Some("Try again. If it is lost, `heldspace recover` makes the keys anew from the 24 words on the recovery sheet: move the old key file away first.".into()),
            Self::Damaged { .. } => Some("It holds no words of yours. Move it away and run the command again.".into()),
            Self::Unreadable { .. } => Some("It is a record of what was done. Take the file from a backup; or move it away, and a new one is begun.".into()),
            Self::Pack { .. } => Some("Take the file from a backup of .heldspace/.".into()),
            Self::BusyElsewhere { .. } => Some("Nothing was changed. This folder is kept alike on two machines; both at once would undo each other's work. Wait until that one has finished and the sync program too. If it was cut short there: an hour later, or after the file .heldspace/lock is deleted, this one may go on.".into()),
            Self::Busy => Some("Wait until it has finished, or close it, and run this command again.".into()),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::NoKeys
            | Self::HasKeys
            | Self::LostKeys { .. }
            | Self::WrongPassphrase
            | Self::Busy
            | Self::BusyElsewhere { .. } => 4,
            _ => 1,
        }
    }
}

impl Home {
    pub fn of(practice: &Path) -> Self {
        Self(practice.join(".heldspace"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// How the keys are kept, if there are any.
    pub fn key_file(&self) -> Result<Option<KeyFile>, HomeError> {
        for (name, kind) in [("keys.age", KeyFile::Wrapped), ("keys.json", KeyFile::Bare)] {
            let path = self.0.join(name);
            if path.try_exists().map_err(|source| FileError::Read { path, source })? {
                return Ok(Some(kind));
            }
        }
        Ok(None)
    }

    /// Refuses a practice that has keys, or had some: whatever lies here but the lock was made with them.
    pub fn is_new(&self) -> Result<(), HomeError> {
        if self.key_file()?.is_some() {
            return Err(HomeError::HasKeys);
        }
        let made = ["keyrings", "release.json", "store"].into_iter().map(|name| self.0.join(name));
        match { made }.find(|path| path.exists()) {
            Some(path) => Err(HomeError::LostKeys { path }),
            None => Ok(()),
        }
    }

    /// The keys; `passphrase` is asked only when they are wrapped.
    pub fn keys<E: From<HomeError>>(&self, passphrase: impl FnOnce() -> Result<SecretString, E>) -> Result<Keys, E> {
        match self.key_file()? {
            None => Err(HomeError::NoKeys.into()),
            Some(KeyFile::Bare) => {
                let json = files::read_secret(&self.0.join("keys.json")).map_err(HomeError::from)?;
                Ok(Keys::from_json(&json.ok_or(HomeError::NoKeys)?).map_err(HomeError::from)?)
            }
            Some(KeyFile::Wrapped) => {
                let sealed = files::read_secret(&self.0.join("keys.age")).map_err(HomeError::from)?;
                let sealed = sealed.ok_or(HomeError::NoKeys)?;
                let json = open_with_passphrase(passphrase()?, KEY_FILE_WORK_FACTOR, &sealed, KEY_FILE_LIMIT);
                let json = Zeroizing::new(json.map_err(|_| HomeError::WrongPassphrase)?);
                Ok(Keys::from_json(&json).map_err(HomeError::from)?)
            }
        }
    }

    /// Writes the first keys of this machine; with a passphrase wrapped, without one bare.
    pub fn write_first_keys(&self, keys: &Keys, passphrase: Option<SecretString>) -> Result<(), HomeError> {
        if self.key_file()?.is_some() {
            return Err(HomeError::HasKeys);
        }
        files::folder(&self.0, Access::Secret)?;
        self.write_keys(keys, passphrase)
    }

    /// Replaces the keys by those of a new epoch, kept as they were.
    pub fn write_keys(&self, keys: &Keys, passphrase: Option<SecretString>) -> Result<(), HomeError> {
        let json = keys.to_json();
        match passphrase {
            Some(words) => {
                let sealed = seal_with_passphrase(words, KEY_FILE_WORK_FACTOR, &json);
                files::write(&self.0.join("keys.age"), &sealed, Access::Secret)?;
            }
            None => files::write(&self.0.join("keys.json"), &json, Access::Secret)?,
        }
        Ok(())
    }

    /// When the recovery sheet was last proved on this machine.
    pub fn tried(&self) -> Result<Option<UnixTime>, HomeError> {
        self.read_json("tried.json")
    }

    pub fn write_tried(&self, time: UnixTime) -> Result<(), HomeError> {
        self.write_json("tried.json", &time)
    }

    pub fn released(&self) -> Result<Option<Released>, HomeError> {
        self.read_json("release.json")
    }

    pub fn write_released(&self, released: Released) -> Result<(), HomeError> {
        self.write_json("release.json", &released)
    }

    pub fn briefed(&self) -> Result<Option<Briefed>, HomeError> {
        self.read_json("briefed.json")
    }

    pub fn write_briefed(&self, briefed: &Briefed) -> Result<(), HomeError> {
        self.write_json("briefed.json", briefed)
    }

    /// Paths in the store that nothing lists any more, and since when.
    pub fn unlisted(&self) -> Result<BTreeMap<String, UnixTime>, HomeError> {
        Ok(self.read_json("unlisted.json")?.unwrap_or_default())
    }

    pub fn write_unlisted(&self, unlisted: &BTreeMap<String, UnixTime>) -> Result<(), HomeError> {
        self.write_json("unlisted.json", unlisted)
    }

    /// The record of that name, which only grows.
    pub fn journal(&self, name: &'static str) -> Journal {
        Journal::at(self.0.join(name).with_extension("log"))
    }

    /// Texts that are kept for the record, sealed.
    pub fn pack(&self, name: &str) -> Result<Option<Vec<u8>>, HomeError> {
        Ok(files::read(&self.pack_path(name))?)
    }

    pub fn write_pack(&self, name: &str, sealed: &[u8]) -> Result<(), HomeError> {
        files::folder(&self.0.join("record"), Access::Secret)?;
        Ok(files::write(&self.pack_path(name), sealed, Access::Secret)?)
    }

    /// The names of all packs that lie there, sorted.
    pub fn packs(&self) -> Result<Vec<String>, HomeError> {
        let path = self.0.join("record");
        let names = files::names(&path)?;
        let mut packs: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".age")).map(str::to_owned).collect();
        packs.sort_unstable();
        Ok(packs)
    }

    /// Takes a pack away that nothing names any more.
    pub fn remove_pack(&self, name: &str) -> Result<(), HomeError> {
        Ok(files::remove_own(&self.pack_path(name))?)
    }

    fn pack_path(&self, name: &str) -> PathBuf {
        self.0.join("record").join(name).with_extension("age")
    }

    /// What a host tells this machine from another by: random, made once.
    pub fn machine(&self) -> Result<Nonce, HomeError> {
        if let Some(machine) = self.read_json("machine.json")? {
            return Ok(machine);
        }
        let machine = Nonce::from_bytes(Secret::random().first_half());
        self.write_json("machine.json", &machine)?;
        Ok(machine)
    }

    /// What is known of each host, by its name.
    pub fn hosts(&self) -> Result<BTreeMap<String, KnownHost>, HomeError> {
        Ok(self.read_json("hosts.json")?.unwrap_or_default())
    }

    pub fn write_hosts(&self, hosts: &BTreeMap<String, KnownHost>) -> Result<(), HomeError> {
        self.write_json("hosts.json", hosts)
    }

    /// The mail server's password, where the therapist put it.
    pub fn mail_password(&self) -> Result<Option<Zeroizing<Vec<u8>>>, HomeError> {
        Ok(files::read_secret(&self.0.join("mail-password"))?)
    }

    /// A member's keyring, as sealed.
    pub fn keyring(&self, mailbox: &MailboxId) -> Result<Option<Vec<u8>>, HomeError> {
        Ok(files::read(&self.keyring_path(mailbox))?)
    }

    pub fn write_keyring(&self, mailbox: &MailboxId, sealed: &[u8]) -> Result<(), HomeError> {
        files::folder(&self.0.join("keyrings"), Access::Secret)?;
        Ok(files::write_new(&self.keyring_path(mailbox), sealed, Access::Secret)?)
    }

    /// Waits for nobody: one publication or change at a time.
    pub fn lock(&self) -> Result<Lock, HomeError> {
        Lock::take(&self.0)
    }

    fn keyring_path(&self, mailbox: &MailboxId) -> PathBuf {
        self.0.join("keyrings").join(mailbox.to_string())
    }

    pub(crate) fn read_json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, HomeError> {
        let path = self.0.join(name);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| HomeError::Damaged { path, source })
    }

    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), HomeError> {
        files::folder(&self.0, Access::Secret)?;
        let json = serde_json::to_vec(value).expect("state is plain JSON");
        Ok(files::write(&self.0.join(name), &json, Access::Secret)?)
    }
}
