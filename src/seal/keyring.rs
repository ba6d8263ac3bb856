//! A member's mailbox, made once: secrets into a keyring, the keyring under six words, and then forgotten.

use age::secrecy::SecretString;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    Identity, Passphrase, Recipient,
    age_file::{self, KEYRING_WORK_FACTOR},
    padding::padded_length,
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

/// Whether `sealed` begins as every keyring does: one scrypt stanza, work factor 16, and nothing before or between.
pub fn is_keyring(sealed: &[u8]) -> bool {
    let is_base64 = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b))
    };
    let mut lines = sealed.splitn(5, |&b| b == b'\n').map(|line| std::str::from_utf8(line).unwrap_or_default());
    let mut line = || lines.next().unwrap_or_default();
    let (version, stanza, body, mac) = (line(), line(), line(), line());
    let factor = format!(" {KEYRING_WORK_FACTOR}");
    let salt = stanza.strip_prefix("-> scrypt ").and_then(|rest| rest.strip_suffix(&factor));
    version == "age-encryption.org/v1"
        && salt.is_some_and(|salt| is_base64(salt, 22))
        && is_base64(body, 43)
        && mac.strip_prefix("--- ").is_some_and(|mac| is_base64(mac, 43))
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
        // SECURITY: a buffer that grows leaves pieces of secrets behind.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(padded_length(0)));
        serde_json::to_writer(&mut *plaintext, &keyring).expect("a keyring is plain JSON");
        let length = padded_length(plaintext.len());
        plaintext.resize(length, b' ');
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Root;

    #[test]
    fn a_keyring_is_known_by_its_header() {
        let made = NewMailbox::generate(&Root::random().keys(1)).keyring;
        assert!(is_keyring(&made));
        let with = |from: &str, to: &str| {
            let text = String::from_utf8_lossy(&made[..160]).replacen(from, to, 1).into_bytes();
            is_keyring(&[&text, &made[160..]].concat())
        };
        assert!(!with(" 16\n", " 20\n") && !with("scrypt", "X25519") && !with("--- ", "-> scrypt AAAA 16\nAAAA\n--- "));
        assert!(!is_keyring(b"") && !is_keyring(b"{\"version\":1}") && !is_keyring(&made[..60]));
    }
}
