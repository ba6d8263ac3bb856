//! What a member's browser does, in Rust: from a card to pages, believing nothing that is not signed below the root.

use std::{
    io::Read,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use age::secrecy::SecretString;
use data_encoding::BASE64;
use heldspace::{
    seal::{Entry, Identity, Index, ObjectRef},
    wire::{Digest, Envelope, Link, MailboxRecord, Pass, SigningKey, Statement, VerifyingKey},
};
use serde_json::Value;

use crate::site::Card;

/// An unlocked keyring.
pub struct Reader {
    pub link: Link,
    pub identity: Identity,
    key: SigningKey,
    root: VerifyingKey,
}

impl Reader {
    /// Opens the keyring that the store has for this card; `None` where words, pepper or mailbox do not fit.
    pub fn unlock(store: &Path, card: &Card) -> Option<Self> {
        let link: Link = card.link.split_once('#')?.1.parse().ok()?;
        let record = record(store, &link)?;
        let sealed = std::fs::read(store.join(&record.keyring)).ok()?;
        let keyring = open_keyring(&sealed, &format!("{} {}", link.pepper.to_hex(), card.passphrase))?;
        assert_eq!(keyring["mailbox"], link.mailbox.to_string());
        let bytes = |name: &str| -> [u8; 32] {
            BASE64.decode(keyring[name].as_str().unwrap().as_bytes()).unwrap().try_into().unwrap()
        };
        Some(Self {
            identity: keyring["identities"][0].as_str().unwrap().parse().unwrap(),
            key: SigningKey::from_bytes(&bytes("seed")),
            root: VerifyingKey::from_bytes(&bytes("root")).unwrap(),
            link,
        })
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    pub fn index(&self, store: &Path) -> Option<Index> {
        let sealed = std::fs::read(store.join(record(store, &self.link)?.index)).ok()?;
        let envelope = Envelope::parse(&self.identity.open(&sealed, 1 << 24).ok()?).ok()?;
        let claimed: Value = serde_json::from_slice(&envelope.to_json()).unwrap();
        let payload: Value =
            serde_json::from_slice(&BASE64.decode(claimed["payload"].as_str()?.as_bytes()).ok()?).ok()?;
        let statement: Envelope = serde_json::from_value(payload["statement"].clone()).ok()?;
        let statement: Statement = statement.open(&self.root).ok()?;
        envelope.open::<Index>(&statement.key).ok().filter(|index| index.mailbox == self.link.mailbox)
    }

    pub fn entries(&self, store: &Path) -> Vec<Entry> {
        let Some(index) = self.index(store) else { return Vec::new() };
        let parts = index.parts.iter().flat_map(|part| -> Vec<Entry> {
            serde_json::from_slice(&open_object(store, part).expect("a part opens")).unwrap()
        });
        parts.chain(index.pages.clone()).collect()
    }

    /// Title and document of every page this member can open.
    pub fn pages(&self, store: &Path) -> Vec<(String, String)> {
        let open = |entry: Entry| {
            (entry.title.clone(), String::from_utf8(open_object(store, &entry.object).unwrap()).unwrap())
        };
        self.entries(store).into_iter().map(open).collect()
    }

    /// A header line with a fresh pass for the gate at `origin`.
    pub fn pass(&self, origin: &str) -> String {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let (origin, mailbox) = (origin.to_owned(), self.link.mailbox);
        let pass = Pass { origin, mailbox, time, method: None, path: None, sha256: None };
        format!("Authorization: Pass {}\r\n", Pass::encode(&Envelope::sign(&pass, &self.key)))
    }

    /// Whether any of this member's secrets opens this file.
    pub fn opens(&self, sealed: &[u8]) -> bool {
        self.identity.open(sealed, 1 << 28).is_ok()
    }
}

pub fn open_object(store: &Path, object: &ObjectRef) -> Option<Vec<u8>> {
    let value = serde_json::to_value(object).unwrap();
    let identity: Identity = value["identity"].as_str()?.parse().ok()?;
    let sealed = std::fs::read(store.join("objects").join(object.name.to_string())).ok()?;
    identity.open(&sealed, 1 << 28).ok().filter(|plain| Digest::of(plain) == object.digest)
}

pub fn record(store: &Path, link: &Link) -> Option<MailboxRecord> {
    serde_json::from_slice(&std::fs::read(store.join(format!("mailboxes/{}.json", link.mailbox))).ok()?).ok()
}

pub fn open_keyring(sealed: &[u8], passphrase: &str) -> Option<Value> {
    let identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    let mut plain = Vec::new();
    let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
    decryptor.decrypt(std::iter::once(&identity as _)).ok()?.read_to_end(&mut plain).ok()?;
    serde_json::from_slice(&plain).ok()
}
