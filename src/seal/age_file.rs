//! age v1 files: the only file that names a kind of recipient.
//!
//! X25519 today; the post-quantum hybrid is to come here, and nowhere else.

use std::{fmt, io::Write, iter, str::FromStr};

use age::{
    scrypt,
    secrecy::{ExposeSecret, SecretString},
    x25519,
};
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

use super::Passphrase;
use crate::keys::Secret;

/// The scrypt work factor of keyrings: 2^16. Fixed: age's default measures the author's machine, not a member's phone.
pub(crate) const KEYRING_WORK_FACTOR: u8 = 16;
/// The scrypt work factor of the author's own key file: opened on the author's machine alone.
pub(crate) const KEY_FILE_WORK_FACTOR: u8 = 18;

/// What opens things sealed to its [`Recipient`].
#[derive(Clone)]
pub struct Identity(x25519::Identity);

/// Whom something is sealed to: a public value.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(x25519::Recipient);

/// Why something could not be opened. A wrong key and a changed byte can't always be told apart.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("not sealed to this key, or damaged")]
    Age(#[from] age::DecryptError),
    #[error("larger than {limit} bytes once opened")]
    TooLarge { limit: u64 },
    #[error("damaged")]
    Damaged(#[source] std::io::Error),
}

impl Identity {
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The identity with this X25519 secret. The age crate takes identities as text alone.
    ///
    /// # Panics
    /// Never: any 32 bytes are an X25519 secret, and always fit Bech32.
    pub fn from_secret(secret: &Secret) -> Self {
        let prefix = Hrp::parse_unchecked("age-secret-key-");
        let text = bech32::encode_upper::<Bech32>(prefix, secret.expose()).expect("32 bytes fit Bech32");
        let text = Zeroizing::new(text);
        Self(text.parse().expect("any 32 bytes are an X25519 secret"))
    }

    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// `AGE-SECRET-KEY-1…`, for an index or a keyring, and nowhere else.
    pub(crate) fn to_text(&self) -> SecretString {
        self.0.to_string()
    }

    /// Opens what was sealed to this identity, up to `limit` bytes of plaintext.
    pub fn open(&self, sealed: &[u8], limit: u64) -> Result<Vec<u8>, OpenError> {
        open_with(&self.0, sealed, limit)
    }
}

impl FromStr for Identity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        text.parse().map(Self)
    }
}

// SECURITY: an identity never prints itself.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        text.parse().map(Self)
    }
}

impl Recipient {
    /// The X25519 public key. The age crate gives it as text alone.
    pub(super) fn to_bytes(&self) -> [u8; 32] {
        let (_, bytes) = bech32::decode(&self.to_string()).expect("a recipient is Bech32");
        bytes.try_into().expect("an X25519 recipient has 32 bytes")
    }

    /// The recipient with this X25519 public key.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let text = bech32::encode::<Bech32>(Hrp::parse_unchecked("age"), bytes).expect("32 bytes fit Bech32");
        text.parse().expect("any 32 bytes are an X25519 public key")
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Seals to every one of `recipients`.
///
/// # Panics
/// Only without recipients, which no caller allows.
pub fn seal_to(recipients: &[&Recipient], plaintext: &[u8]) -> Vec<u8> {
    write(recipients.iter().map(|r| &r.0 as &dyn age::Recipient), plaintext)
}

/// Seals under six words, for whoever has them and a stock age.
pub fn seal_for_anyone(words: &Passphrase, plaintext: &[u8]) -> Vec<u8> {
    seal_with_passphrase(SecretString::from(words.expose().to_owned()), KEY_FILE_WORK_FACTOR, plaintext)
}

/// Seals under a passphrase with a fixed work factor.
pub(crate) fn seal_with_passphrase(passphrase: SecretString, work_factor: u8, plaintext: &[u8]) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(work_factor);
    write(iter::once(&recipient as &dyn age::Recipient), plaintext)
}

/// Opens what was sealed under a passphrase, at no more than `work_factor`.
pub(crate) fn open_with_passphrase(
    passphrase: SecretString,
    work_factor: u8,
    sealed: &[u8],
    limit: u64,
) -> Result<Vec<u8>, OpenError> {
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(work_factor);
    open_with(&identity, sealed, limit)
}

fn write<'a>(recipients: impl Iterator<Item = &'a dyn age::Recipient>, plaintext: &[u8]) -> Vec<u8> {
    let encryptor = age::Encryptor::with_recipients(recipients).expect("recipients of one kind, at least one");
    let mut sealed = Vec::with_capacity(plaintext.len() + plaintext.len() / 4096 + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).expect("writing to memory");
    writer.write_all(plaintext).expect("writing to memory");
    writer.finish().expect("writing to memory");
    sealed
}

fn open_with(identity: &dyn age::Identity, sealed: &[u8], limit: u64) -> Result<Vec<u8>, OpenError> {
    use std::io::Read;
    let reader = age::Decryptor::new_buffered(sealed)?.decrypt(iter::once(identity))?;
    let mut plaintext = Vec::with_capacity(sealed.len());
    reader.take(limit + 1).read_to_end(&mut plaintext).map_err(OpenError::Damaged)?;
    if plaintext.len() as u64 > limit { Err(OpenError::TooLarge { limit }) } else { Ok(plaintext) }
}

/// The text of an identity, for a place that is itself sealed.
pub(crate) fn expose(text: &SecretString) -> &str {
    text.expose_secret()
}
