//! Texts that are kept for the record, many in one age file, sealed to the practice alone.
//!
//! Each by the SHA-256 of its bytes, so that one that was given to many is there once. Opened with a stock age and the
//! practice's identity, a pack is plain JSON: `{"<digest>": "<text>", …}`; a file is there in base64, by the digest of its bytes.

use std::collections::BTreeMap;

use data_encoding::BASE64;

use super::{OpenError, Plaintext, seal_to};
use crate::{keys::Keys, wire::Digest};

/// Bytes of text in one pack, about.
const FULL: usize = 8 * 1024 * 1024;
/// More than any pack once it is opened: one text may come on top, and JSON takes some.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Texts by their digests.
#[derive(Default)]
pub struct Pack {
    texts: BTreeMap<Digest, String>,
    size: usize,
}

impl Pack {
    /// Adds a page as it is given to members.
    pub fn add_page(&mut self, page: &Plaintext) {
        // A page is text; what is not could not be shown either.
        self.insert(page.digest(), String::from_utf8_lossy(page.padded()).into_owned());
    }

    /// Adds what an author wrote.
    pub fn add_text(&mut self, digest: Digest, text: &str) {
        self.insert(digest, text.to_owned());
    }

    /// Adds a file that goes with a page: as base64, since JSON holds text; by the digest of its bytes.
    pub fn add_file(&mut self, digest: Digest, bytes: &[u8]) {
        self.insert(digest, BASE64.encode(bytes));
    }

    fn insert(&mut self, digest: Digest, text: String) {
        self.size += text.len();
        self.texts.insert(digest, text);
    }

    pub fn is_full(&self) -> bool {
        self.size >= FULL
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub fn digests(&self) -> impl Iterator<Item = Digest> {
        self.texts.keys().copied()
    }

    pub fn text(&self, digest: &Digest) -> Option<&str> {
        self.texts.get(digest).map(String::as_str)
    }

    /// The bytes of a file.
    pub fn file(&self, digest: &Digest) -> Option<Vec<u8>> {
        BASE64.decode(self.text(digest)?.as_bytes()).ok().filter(|bytes| Digest::of(bytes) == *digest)
    }

    pub fn retain(&mut self, keep: impl Fn(&Digest) -> bool) {
        self.texts.retain(|digest, _| keep(digest));
    }

    /// Seals it to the practice.
    ///
    /// # Panics
    /// Never: texts are plain JSON.
    pub fn seal(&self, keys: &Keys) -> Vec<u8> {
        let json = serde_json::to_vec(&self.texts).expect("texts are plain JSON");
        seal_to(&[&keys.current().identity().recipient()], &json)
    }

    /// Opens one of whichever epoch; texts that are not what their digests say are left out.
    pub fn open(sealed: &[u8], keys: &Keys) -> Result<Self, OpenError> {
        let mut failed = None;
        for epoch in keys.newest_first() {
            match epoch.identity().open(sealed, LIMIT) {
                Ok(json) => {
                    let texts: BTreeMap<Digest, String> = serde_json::from_slice(&json)
                        .map_err(|error| OpenError::Damaged(std::io::Error::other(error)))?;
                    let texts = texts.into_iter().filter(|(digest, text)| is_it(text, digest));
                    return Ok(Self { texts: texts.collect(), size: 0 });
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.expect("keys have an epoch"))
    }
}

/// Whether a text, or the file that it is the base64 of, has this digest.
fn is_it(text: &str, digest: &Digest) -> bool {
    Digest::of(text.as_bytes()) == *digest
        || BASE64.decode(text.as_bytes()).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
}
