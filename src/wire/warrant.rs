//! What the practice signs for one publishing request: good for this request, at this host, once.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{Challenge, Digest, Envelope, Epoch, Nonce, Payload, SignatureError, SigningKey, Statement, VerifyingKey};

/// "The practice does this, now, here, on top of that publication."
///
/// The challenge is the host's, so that no clock is compared; the nonce is remembered as long as the challenge is good,
/// so that nothing can be replayed; `base` is the head that the publisher has seen, so that nobody's publication is
/// overwritten unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warrant {
    pub statement: Envelope,
    pub origin: String,
    pub challenge: Challenge,
    /// One for each run: two that run at once are told apart by it.
    pub publication: Nonce,
    pub nonce: Nonce,
    pub method: String,
    pub path: String,
    /// Of the body; that of nothing when there is none.
    pub sha256: Digest,
    /// Of `head.json`; none where nothing was published yet, or nothing is changed.
    pub base: Option<Digest>,
}

impl Payload for Warrant {
    const TYPE: &'static str = "application/vnd.heldspace.warrant.v1+json";
}

/// Why a warrant was not believed. The server tells none of this to whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum WarrantError {
    #[error("not URL-safe base64")]
    Encoding,
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl Warrant {
    /// The text of an `Authorization: Warrant …` header.
    pub fn encode(&self, key: &SigningKey) -> String {
        BASE64URL_NOPAD.encode(&Envelope::sign(self, key).to_json())
    }

    /// The warrant and its epoch, if the practice with this root signed it.
    pub fn decode(text: &str, root: &VerifyingKey) -> Result<(Self, Epoch), WarrantError> {
        let json = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| WarrantError::Encoding)?;
        let envelope = Envelope::parse(&json)?;
        // SECURITY: the key stands in the statement, which counts once the root's signature on it was verified.
        let statement: Statement = envelope.peek::<Self>()?.statement.open(root)?;
        Ok((envelope.open(&statement.key)?, statement.epoch))
    }
}

/// `GET /api/publication`: what a publisher has to know before it asks for anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    pub version: u8,
    pub challenge: Challenge,
    /// Digest of `head.json`, if anything was published.
    pub head: Option<Digest>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_root_vouches_for_is_a_warrant() {
        let key = |seed| SigningKey::from_bytes(&[seed; 32]);
        let (root, epoch) = (key(1), key(2));
        let statement = |root| Envelope::sign(&Statement { epoch: 3, key: epoch.verifying_key() }, root);
        let warrant = Warrant {
            statement: statement(&root),
            origin: "https://a".into(),
            challenge: Challenge::from_bytes([1; 16]),
            publication: Nonce::from_bytes([2; 16]),
            nonce: Nonce::from_bytes([3; 16]),
            method: "PUT".into(),
            path: "/x".into(),
            sha256: Digest::of(b""),
            base: None,
        };
        let text = warrant.encode(&epoch);
        assert_eq!(Warrant::decode(&text, &root.verifying_key()).unwrap(), (warrant.clone(), 3));
        assert!(Warrant::decode(&text, &key(9).verifying_key()).is_err());
        assert!(Warrant::decode(&warrant.encode(&key(9)), &root.verifying_key()).is_err());
        let own = Warrant { statement: statement(&key(9)), ..warrant };
        assert!(Warrant::decode(&own.encode(&epoch), &root.verifying_key()).is_err());
        assert!(matches!(Warrant::decode("*", &root.verifying_key()), Err(WarrantError::Encoding)));
    }
}
