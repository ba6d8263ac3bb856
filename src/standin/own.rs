//! What lies on the machine of whoever stands in: their secret keys, under a passphrase, and where to look. Nothing that a
//! member said.

use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Brief, BriefError};
use crate::{
    explain::Explain,
    keys::Secret,
    practice::files::{self, Access, FileError},
    seal::{self, Identity, KEY_FILE_WORK_FACTOR, StandInKeys, open_with_passphrase, seal_with_passphrase},
    wire::{Epoch, Release, SigningKey, VerifyingKey, key_text, parse_key},
};

/// The secret keys.
pub const SECRET_FILE: &str = "standin.key";
const PLACE_FILE: &str = "standin.toml";
/// More than any such file.
const LIMIT: u64 = 64 * 1024;
const SEALED: &[u8] = b"age-encryption.org/";

/// The secrets of whoever stands in.
#[derive(Debug)]
pub struct OwnKey {
    identity: Identity,
    seed: Secret,
}

/// Why the key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("there is no {SECRET_FILE} here")]
    Missing,
    #[error("the passphrase doesn't open {SECRET_FILE}")]
    WrongPassphrase,
    #[error("{} is damaged", path.display())]
    Damaged { path: PathBuf },
    #[error("this is a practice's folder")]
    Practice,
    #[error("nothing says where to look")]
    NoPlace,
    #[error("{text:?} is no address to look at")]
    Address { text: String },
    #[error("{text:?} is not a practice's key")]
    PracticeKey { text: String },
}

impl Explain for OwnKeyError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Missing => "Go to the folder where `heldspace standin key` made it; or make one, and send the line that it prints to your colleague.".into(),
            Self::WrongPassphrase => "Try again. If it is lost, make another key in an empty folder, and send its line to your colleague.".into(),
            Self::Damaged { .. } => "Take it from a backup; or make another key in an empty folder, and send its line to your colleague.".into(),
            Self::Practice => "Nothing was made. The key belongs on the machine of whoever stands in, and its secret never leaves it: let them run this command there.".into(),
            Self::NoPlace => "Your colleague's `heldspace standin add` printed a line for you: heldspace standin open https://… KEY. Run that once; it is remembered.".into(),
            Self::Address { .. } => "It begins with https://, and nothing stands behind the name: https://pages.example.org".into(),
            Self::PracticeKey { .. } => "It has 64 digits and letters. Copy the whole line that your colleague's `heldspace standin add` printed.".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::File(error) => error.exit_code(),
            Self::Damaged { .. } => 1,
            Self::Address { .. } | Self::PracticeKey { .. } => 2,
            _ => 4,
        }
    }
}

/// As it lies in the file, or below the passphrase.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u8,
    /// `AGE-SECRET-KEY-1…`, as a stock age takes it.
    identity: Zeroizing<String>,
    seed: Secret,
}

impl OwnKey {
    pub fn generate() -> Self {
        Self { identity: Identity::generate(), seed: Secret::random() }
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(self.seed.expose())
    }

    /// What is handed to the therapist.
    pub fn public(&self) -> StandInKeys {
        StandInKeys { recipient: self.identity.recipient(), key: self.signing_key().verifying_key() }
    }

    /// Whether there is one in this folder, and whether it wants a passphrase.
    pub fn is_wrapped(folder: &Path) -> Result<bool, OwnKeyError> {
        let bytes = files::read_secret(&folder.join(SECRET_FILE))?.ok_or(OwnKeyError::Missing)?;
        Ok(bytes.starts_with(SEALED))
    }

    /// The key in this folder.
    pub fn read(folder: &Path, passphrase: Option<SecretString>) -> Result<Self, OwnKeyError> {
        let path = folder.join(SECRET_FILE);
        let bytes = files::read_secret(&path)?.ok_or(OwnKeyError::Missing)?;
        let json = match passphrase {
            Some(words) => {
                let opened = open_with_passphrase(words, KEY_FILE_WORK_FACTOR, &bytes, LIMIT);
                Zeroizing::new(opened.map_err(|_| OwnKeyError::WrongPassphrase)?)
            }
            None => bytes,
        };
        let damaged = || OwnKeyError::Damaged { path: path.clone() };
        let stored: Stored = serde_json::from_slice(&json).map_err(|_| damaged())?;
        let identity = stored.identity.parse().map_err(|_| damaged())?;
        if stored.version == 1 { Ok(Self { identity, seed: stored.seed }) } else { Err(damaged()) }
    }

    /// Writes it into this folder, for its owner alone; never over one that is there.
    pub fn write(&self, folder: &Path, passphrase: Option<SecretString>) -> Result<(), OwnKeyError> {
        let identity = Zeroizing::new(seal::expose(&self.identity.to_text()).to_owned());
        let stored = Stored { version: 1, identity, seed: self.seed.clone() };
        // SECURITY: a buffer that grows leaves pieces of secrets behind.
        let mut json = Zeroizing::new(Vec::with_capacity(1024));
        serde_json::to_writer(&mut *json, &stored).expect("a key is plain JSON");
        let path = folder.join(SECRET_FILE);
        let sealed = passphrase.map(|words| seal_with_passphrase(words, KEY_FILE_WORK_FACTOR, &json));
        Ok(files::write_new(&path, sealed.as_deref().unwrap_or(&json), Access::Secret)?)
    }
}

/// Where to look, whom to believe, and what was seen there: `standin.toml`, no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The origin of the practice's links.
    pub address: String,
    /// The practice's root.
    pub practice: VerifyingKey,
    /// The highest epoch and release that were seen.
    pub epoch: Epoch,
    pub release: Release,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPlace {
    address: String,
    practice: String,
    epoch: Epoch,
    release: Release,
}

impl Place {
    /// Of what a person typed, or copied.
    pub fn new(address: &str, practice: &str) -> Result<Self, OwnKeyError> {
        // As browsers write it, and the gate knows it.
        let text = &address.trim_end_matches('/').to_ascii_lowercase();
        // SECURITY: whoever listens on the way could take a pass and read what lies there, sealed, for a quarter of an hour.
        let is_safe = text.starts_with("https://") || crate::practice::is_loopback(text);
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        if !is_safe || rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
            return Err(OwnKeyError::Address { text: address.to_owned() });
        }
        let practice = parse_key(practice).ok_or_else(|| OwnKeyError::PracticeKey { text: practice.to_owned() })?;
        Ok(Self { address: text.to_owned(), practice, epoch: 0, release: 0 })
    }

    /// What lies at the host for this person, and the epoch that it was signed in, if the practice signed it.
    pub fn believe(&self, sealed: &[u8], own: &OwnKey) -> Result<(Brief, Epoch), BriefError> {
        let (brief, epoch) = Brief::open(sealed, own.identity(), &self.practice)?;
        // SECURITY: keys that the practice has replaced since say nothing any more, whoever has them.
        if epoch < self.epoch { Err(BriefError::Replaced) } else { Ok((brief, epoch)) }
    }

    pub fn read(folder: &Path) -> Result<Option<Self>, OwnKeyError> {
        let path = folder.join(PLACE_FILE);
        let Some(bytes) = files::read_plain(&path, LIMIT)? else { return Ok(None) };
        let damaged = || OwnKeyError::Damaged { path: path.clone() };
        let stored: StoredPlace = toml::from_slice(&bytes).map_err(|_| damaged())?;
        let place = Self::new(&stored.address, &stored.practice)?;
        Ok(Some(Self { epoch: stored.epoch, release: stored.release, ..place }))
    }

    pub fn write(&self, folder: &Path) -> Result<(), OwnKeyError> {
        let Self { address, practice, epoch, release } = self.clone();
        let stored = StoredPlace { address, practice: key_text(&practice), epoch, release };
        let text = toml::to_string(&stored).expect("plain TOML");
        Ok(files::write(&folder.join(PLACE_FILE), text.as_bytes(), Access::Secret)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_with_its_passphrase_alone_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let words = |text: &str| Some(SecretString::from(text.to_owned()));
        assert!(matches!(OwnKey::is_wrapped(folder.path()), Err(OwnKeyError::Missing)));
        let own = OwnKey::generate();
        own.write(folder.path(), words("four unrelated words")).unwrap();
        assert!(OwnKey::is_wrapped(folder.path()).unwrap());
        let again = OwnKey::read(folder.path(), words("four unrelated words")).unwrap();
        assert_eq!(again.public(), own.public());
        let wrong = OwnKey::read(folder.path(), words("four other words"));
        assert!(matches!(wrong, Err(OwnKeyError::WrongPassphrase)));
        let other = OwnKey::generate().write(folder.path(), None);
        assert!(matches!(other, Err(OwnKeyError::File(FileError::Exists { .. }))));
        assert!(!format!("{own:?}").contains("AGE-SECRET"));
    }

    #[test]
    fn a_place_is_an_address_over_tls_and_a_key() {
        let key = key_text(&SigningKey::from_bytes(&[1; 32]).verifying_key());
        let folder = tempfile::tempdir().unwrap();
        let place = Place { release: 7, epoch: 2, ..Place::new("https://Pages.example.org/", &key).unwrap() };
        assert_eq!(place.address, "https://pages.example.org");
        place.write(folder.path()).unwrap();
        assert_eq!(Place::read(folder.path()).unwrap(), Some(place));
        assert!(Place::new("http://127.0.0.1:8080", &key).is_ok());
        for odd in ["http://pages.example.org", "https://", "https://a/b", "https://a@b", "a", "file:///etc"] {
            assert!(matches!(Place::new(odd, &key), Err(OwnKeyError::Address { .. })), "{odd}");
        }
        assert!(matches!(Place::new("https://a", &key[1..]), Err(OwnKeyError::PracticeKey { .. })));
    }
}
