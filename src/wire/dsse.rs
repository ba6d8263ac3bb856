//! Signed JSON: DSSE v1.0.2 with one Ed25519 signature.
//!
//! The payload type names purpose and version and is signed with the payload, so that a thing signed for one purpose is
//! never taken for another. The signature is verified before one byte of the payload is parsed.

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Something that is signed, and what for.
pub trait Payload: Serialize + DeserializeOwned {
    /// The DSSE payload type, for example `application/vnd.heldspace.index.v1+json`.
    const TYPE: &'static str;
}

/// A payload and its signature, as they travel: nothing in it may be believed before [`Envelope::open`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// Why an envelope was not believed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("not a signed envelope")]
    Shape(#[source] serde_json::Error),
    #[error("signed for another purpose than {expected}")]
    Purpose { expected: &'static str },
    #[error("the signature is not by the expected key")]
    Forged,
    #[error("signed, but not {expected}")]
    Content { expected: &'static str, source: serde_json::Error },
}

impl Envelope {
    /// Signs `payload` for its purpose.
    ///
    /// # Panics
    /// Never for the payloads of this crate: they are plain JSON.
    pub fn sign<T: Payload>(payload: &T, key: &SigningKey) -> Self {
        let body = serde_json::to_vec(payload).expect("payloads are plain JSON");
        let sig = key.sign(&signed_bytes(T::TYPE, &body));
        Self {
            payload_type: T::TYPE.to_owned(),
            payload: BASE64.encode(&body),
            signatures: vec![EnvelopeSignature { keyid: String::new(), sig: BASE64.encode(&sig.to_bytes()) }],
        }
    }

    /// Reads an envelope; surrounding white space (padding) is allowed.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        serde_json::from_slice(bytes).map_err(SignatureError::Shape)
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an envelope is plain JSON")
    }

    /// The payload, if `key` signed it for this purpose.
    pub fn open<T: Payload>(&self, key: &VerifyingKey) -> Result<T, SignatureError> {
        let body = self.verified(T::TYPE, key)?;
        serde_json::from_slice(&body).map_err(|source| SignatureError::Content { expected: T::TYPE, source })
    }

    /// The payload *before* its signer is known: to find out whose key to ask for, and for nothing else.
    pub(crate) fn peek<T: Payload>(&self) -> Result<T, SignatureError> {
        if self.payload_type != T::TYPE {
            return Err(SignatureError::Purpose { expected: T::TYPE });
        }
        let body = BASE64.decode(self.payload.as_bytes()).map_err(|_| SignatureError::Forged)?;
        serde_json::from_slice(&body).map_err(|source| SignatureError::Content { expected: T::TYPE, source })
    }

    fn verified(&self, purpose: &'static str, key: &VerifyingKey) -> Result<Vec<u8>, SignatureError> {
        // SECURITY: type first, then signature, and only then does anyone parse the payload.
        if self.payload_type != purpose {
            return Err(SignatureError::Purpose { expected: purpose });
        }
        let [signature] = self.signatures.as_slice() else { return Err(SignatureError::Forged) };
        if !signature.keyid.is_empty() {
            return Err(SignatureError::Forged);
        }
        let body = BASE64.decode(self.payload.as_bytes()).map_err(|_| SignatureError::Forged)?;
        let sig = BASE64.decode(signature.sig.as_bytes()).map_err(|_| SignatureError::Forged)?;
        let sig = Signature::from_slice(&sig).map_err(|_| SignatureError::Forged)?;
        key.verify_strict(&signed_bytes(purpose, &body), &sig).map_err(|_| SignatureError::Forged)?;
        Ok(body)
    }
}

/// DSSE's pre-authentication encoding.
fn signed_bytes(purpose: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {purpose} {} ", purpose.len(), body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Pass, Statement};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn statement() -> Statement {
        Statement { epoch: 1, key: key(2).verifying_key() }
    }

    #[test]
    fn pre_authentication_encoding_is_that_of_the_specification() {
        assert_eq!(
            signed_bytes("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn opens_with_the_right_key_and_purpose_only() {
        let envelope = Envelope::sign(&statement(), &key(1));
        assert_eq!(envelope.open::<Statement>(&key(1).verifying_key()).unwrap().epoch, 1);
        assert!(matches!(envelope.open::<Statement>(&key(3).verifying_key()), Err(SignatureError::Forged)));
        assert!(matches!(envelope.open::<Pass>(&key(1).verifying_key()), Err(SignatureError::Purpose { .. })));
    }

    #[test]
    fn any_changed_byte_is_refused() {
        let json = Envelope::sign(&statement(), &key(1)).to_json();
        for at in 0..json.len() {
            let mut changed = json.clone();
            changed[at] ^= 1;
            let opened = Envelope::parse(&changed).and_then(|e| e.open::<Statement>(&key(1).verifying_key()));
            assert!(opened.is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_key_twice_is_refused() {
        let json = r#"{"payloadType":"a","payloadType":"a","payload":"","signatures":[]}"#;
        assert!(matches!(Envelope::parse(json.as_bytes()), Err(SignatureError::Shape(_))));
    }
}
