//! A member's mailbox, made once: secrets into a keyring, the keyring under six words, and then forgotten.

use age::secrecy::SecretString;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    Identity, Passphrase, Recipient,
    age_file::{self, KEYRING_WORK_FACTOR},
    padding::pad,
};
use crate::{
    keys::{Keys, Secret},
    wire::{MailboxId, SigningKey, VerifyingKey},
};

/// What a new mailbox leaves behind: public values, the sealed keyring, and the passphrase for the card.
pub struct NewMailbox {
    pub id: MailboxId,
    pub recipient: Recipient,
    pub key: VerifyingKey,
    /// The keyring, sealed.
    pub keyring: Vec<u8>,
    pub passphrase: Passphrase,
}

/// The plaintext of a keyring; it exists while it is sealed, and never again on this side.
#[derive(Serialize)]
struct Keyring<'a> {
    version: u8,
    mailbox: &'a MailboxId,
    identities: [&'a str; 1],
    seed: &'a Secret,
    more: Secret,
    #[serde(with = "crate::wire::key_base64")]
    root: VerifyingKey,
}

impl NewMailbox {
    /// Makes a member's secrets and seals them under the pepper and six new words.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    pub fn generate(keys: &Keys) -> Self {
        let id = MailboxId::from_bytes(Secret::random().first_half());
        let (identity, seed, passphrase) = (Identity::generate(), Secret::random(), Passphrase::generate());
        let identity_text = identity.to_text();
        let keyring = Keyring {
            version: 1,
            mailbox: &id,
            identities: [age_file::expose(&identity_text)],
            seed: &seed,
            more: Secret::random(),
            root: *keys.root(),
        };
        let plaintext = Zeroizing::new(pad(serde_json::to_vec(&keyring).expect("a keyring is plain JSON")));
        let wrapping = SecretString::from(format!("{} {}", keys.pepper(&id).to_hex(), passphrase.expose()));
        Self {
            id,
            recipient: identity.recipient(),
            key: SigningKey::from_bytes(seed.expose()).verifying_key(),
            keyring: age_file::seal_with_passphrase(wrapping, KEYRING_WORK_FACTOR, &plaintext),
            passphrase,
        }
    }
}
