//! What an unlocked keyring signs to be let in: nothing the server holds could be stolen and used.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{Digest, Envelope, MailboxId, Payload, SignatureError, UnixTime, VerifyingKey};

/// How long a pass is good, in seconds by the server's clock.
pub const PASS_LIFE: UnixTime = 15 * 60;
/// How far ahead of the server's clock a pass may be, in seconds.
const AHEAD: UnixTime = 5 * 60;

/// "I am this mailbox, at this address, now"; for a PUT also "and this is what I put".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    pub origin: String,
    pub mailbox: MailboxId,
    #[serde(deserialize_with = "super::number::whole")]
    pub time: UnixTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

impl Payload for Pass {
    const TYPE: &'static str = "application/vnd.heldspace.pass.v1+json";
}

/// Why a pass did not let anyone in. The server tells none of this to whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    #[error("not URL-safe base64")]
    Encoding,
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error("made for another address")]
    Origin,
    #[error("too old, or from the future")]
    Time,
}

impl Pass {
    /// The envelope in an `Authorization: Pass …` header.
    pub fn decode(text: &str) -> Result<Envelope, PassError> {
        let json = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| PassError::Encoding)?;
        Ok(Envelope::parse(&json)?)
    }

    /// The header's text for an envelope.
    pub fn encode(envelope: &Envelope) -> String {
        BASE64URL_NOPAD.encode(&envelope.to_json())
    }

    /// Whose key to ask for. Nothing is believed yet.
    pub fn claimed_mailbox(envelope: &Envelope) -> Result<MailboxId, PassError> {
        Ok(envelope.peek::<Self>()?.mailbox)
    }

    /// The pass, if `key` signed it, for one of `origins`, and its time is now.
    pub fn verify(
        envelope: &Envelope,
        key: &VerifyingKey,
        origins: &[String],
        now: UnixTime,
    ) -> Result<Self, PassError> {
        let pass: Self = envelope.open(key)?;
        is_good(&pass.origin, pass.time, origins, now)?;
        Ok(pass)
    }
}

/// Whether what was signed for `origin` at `time` is good at one of `origins` now.
pub(super) fn is_good(origin: &String, time: UnixTime, origins: &[String], now: UnixTime) -> Result<(), PassError> {
    // SECURITY: a pass is bound to an address, so another site that was shown one can't use it here.
    if !origins.contains(origin) {
        return Err(PassError::Origin);
    }
    if time > now + AHEAD || now >= time.saturating_add(PASS_LIFE) {
        return Err(PassError::Time);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::SigningKey;

    #[test]
    fn good_for_its_origin_and_its_quarter_of_an_hour() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let pass = Pass {
            origin: "https://a".into(),
            mailbox: MailboxId::from_bytes([2; 16]),
            time: 1000,
            method: None,
            path: None,
            sha256: None,
        };
        let text = Pass::encode(&Envelope::sign(&pass, &key));
        let envelope = Pass::decode(&text).unwrap();
        assert_eq!(Pass::claimed_mailbox(&envelope).unwrap(), pass.mailbox);
        let check = |origin: &str, now| Pass::verify(&envelope, &key.verifying_key(), &[origin.to_owned()], now);
        assert!(check("https://a", 1000).is_ok());
        assert!(check("https://a", 700).is_ok());
        assert!(check("https://a", 1899).is_ok());
        assert!(matches!(check("https://a", 699), Err(PassError::Time)));
        assert!(matches!(check("https://a", 1900), Err(PassError::Time)));
        assert!(matches!(check("https://b", 1000), Err(PassError::Origin)));
    }
}
