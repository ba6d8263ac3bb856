//! The keys in use: of this epoch, and what is good for all of them.

use serde::{Deserialize, Serialize};

use super::{Secret, derive};
use crate::{
    explain::Explain,
    seal::Identity,
    wire::{
        Digest, Envelope, Epoch, MailboxId, ObjectName, PageId, Pepper, SigningKey, Statement, Ticket, VerifyingKey,
    },
};

/// The secrets of one epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochKeys {
    pub(crate) epoch: Epoch,
    pub(crate) identity: Secret,
    pub(crate) signing: Secret,
    pub(crate) sealing: Secret,
}

impl EpochKeys {
    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(self.signing.expose())
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What answers and indexes are sealed to.
    pub fn identity(&self) -> Identity {
        Identity::from_secret(&self.identity)
    }
}

/// Everything that the author's machine keeps in its key file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    version: u8,
    #[serde(with = "crate::wire::key_base64")]
    root: VerifyingKey,
    link: Secret,
    /// From the first to the one in use.
    epochs: Vec<EpochKeys>,
    statement: Envelope,
}

/// Why a key file's content is not the keys of a practice.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the key file is damaged")]
    Shape(#[source] serde_json::Error),
    #[error("the key file is damaged: its parts do not belong together")]
    Parts,
    #[error("the key file was made by a newer heldspace (version {0})")]
    Version(u8),
}

impl Explain for KeysError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Version(_) => "Install the newest heldspace.".into(),
            Self::Shape(_) | Self::Parts => "Take the key file from a backup, or make it anew from the recovery sheet: move the damaged file away, then `heldspace recover`.".into(),
        })
    }
}

impl Keys {
    pub(super) fn new(root: VerifyingKey, link: Secret, epochs: Vec<EpochKeys>, statement: Envelope) -> Self {
        Self { version: 1, root, link, epochs, statement }
    }

    pub(crate) fn from_json(json: &[u8]) -> Result<Self, KeysError> {
        let keys: Self = serde_json::from_slice(json).map_err(KeysError::Shape)?;
        if keys.version != 1 {
            return Err(KeysError::Version(keys.version));
        }
        let newest = keys.epochs.last().ok_or(KeysError::Parts)?;
        let statement: Statement = keys.statement.open(&keys.root).map_err(|_| KeysError::Parts)?;
        if statement.epoch != newest.epoch || statement.key != newest.signing_key().verifying_key() {
            return Err(KeysError::Parts);
        }
        Ok(keys)
    }

    pub(crate) fn to_json(&self) -> zeroize::Zeroizing<Vec<u8>> {
        // SECURITY: a buffer that grows leaves pieces of secrets behind.
        let mut json = zeroize::Zeroizing::new(Vec::with_capacity(2048 + 512 * self.epochs.len()));
        serde_json::to_writer(&mut *json, self).expect("keys are plain JSON");
        json
    }

    /// The epoch in use.
    ///
    /// # Panics
    /// Never: keys have at least one epoch.
    pub fn current(&self) -> &EpochKeys {
        self.epochs.last().expect("keys have an epoch")
    }

    /// The epochs from the newest to the first.
    pub fn newest_first(&self) -> impl Iterator<Item = &EpochKeys> {
        self.epochs.iter().rev()
    }

    pub fn epoch(&self) -> Epoch {
        self.current().epoch
    }

    /// What keyrings pin.
    pub fn root(&self) -> &VerifyingKey {
        &self.root
    }

    pub fn statement(&self) -> &Envelope {
        &self.statement
    }

    pub fn signing_key(&self) -> SigningKey {
        self.current().signing_key()
    }

    /// The name of an object: the same plaintext for the same mailbox has the same name on any run and any machine.
    pub fn object_name(&self, mailbox: &MailboxId, padded: &Digest) -> ObjectName {
        let name = derive(&self.current().sealing, "heldspace object name", &[mailbox.as_bytes(), padded.as_bytes()]);
        ObjectName::from_bytes(name.first_half())
    }

    /// What opens the object of that name.
    pub fn object_identity(&self, name: &ObjectName) -> Identity {
        Self::object_identity_of(self.current(), name)
    }

    pub(crate) fn object_identity_of(epoch: &EpochKeys, name: &ObjectName) -> Identity {
        Identity::from_secret(&derive(&epoch.sealing, "heldspace object identity", &[name.as_bytes()]))
    }

    pub fn pepper(&self, mailbox: &MailboxId) -> Pepper {
        Pepper::from_bytes(derive(&self.link, "heldspace pepper", &[mailbox.as_bytes()]).first_half())
    }

    /// The ticket of a week, or of the card (`Week::CARD`).
    pub fn ticket(&self, mailbox: &MailboxId, generation: u32, week: crate::seal::Week, again: u8) -> Ticket {
        let fields: [&[u8]; 5] =
            [mailbox.as_bytes(), &generation.to_be_bytes(), &week.year.to_be_bytes(), &[week.number], &[again]];
        Ticket::from_bytes(derive(&self.link, "heldspace ticket", &fields).first_half())
    }

    /// The id of a page; for a message, one for each reader, so that two who compare learn nothing of each other.
    pub fn page_id(&self, reader: Option<&MailboxId>, identity: &str) -> PageId {
        let mailbox = reader.map_or([0; 16], |id| *id.as_bytes());
        let id = derive(&self.link, "heldspace page id", &[&mailbox, Digest::of(identity.as_bytes()).as_bytes()]);
        PageId::from_bytes(id.first_half())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Root;

    #[test]
    fn a_key_file_with_mixed_parts_is_refused() {
        let (mine, other) = (Root::random().keys(1), Root::random().keys(1));
        assert!(Keys::from_json(&mine.to_json()).is_ok());
        let mixed = Keys { statement: other.statement, ..mine };
        assert!(matches!(Keys::from_json(&mixed.to_json()), Err(KeysError::Parts)));
    }

    #[test]
    fn names_differ_between_mailboxes_and_epochs() {
        let root = Root::random();
        let (a, b) = (MailboxId::from_bytes([1; 16]), MailboxId::from_bytes([2; 16]));
        let text = Digest::of(b"page");
        let (first, second) = (root.keys(1), root.keys(2));
        assert_ne!(first.object_name(&a, &text), first.object_name(&b, &text));
        assert_ne!(first.object_name(&a, &text), second.object_name(&a, &text));
        assert_eq!(first.pepper(&a).to_hex(), second.pepper(&a).to_hex());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let keys = Root::random().keys(1);
        let (shown, json) = (format!("{keys:?}"), keys.to_json());
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        for secret in [
            &json["link"],
            &json["epochs"][0]["identity"],
            &json["epochs"][0]["signing"],
            &json["epochs"][0]["sealing"],
        ] {
            assert!(!shown.contains(secret.as_str().unwrap()));
        }
    }
}
