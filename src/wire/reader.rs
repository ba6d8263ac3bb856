//! Somebody who may read what members send, without a mailbox of their own: what they sign to be let in, and what they find.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{Envelope, PassError, Payload, SigningKey, UnixTime, VerifyingKey, pass};

/// Names in one [`Listing`] at most.
pub const LISTED: usize = 1000;

/// "I am a reader whom the practice named, at this address, now": good for reading, and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReaderPass {
    pub origin: String,
    #[serde(deserialize_with = "super::number::whole")]
    pub time: UnixTime,
}

impl Payload for ReaderPass {
    const TYPE: &'static str = "application/vnd.heldspace.reader.v1+json";
}

impl ReaderPass {
    /// The text of an `Authorization: Reader …` header.
    pub fn encode(&self, key: &SigningKey) -> String {
        BASE64URL_NOPAD.encode(&Envelope::sign(self, key).to_json())
    }

    /// Whether one of `readers` signed it, for one of `origins`, now.
    pub fn verify(text: &str, readers: &[VerifyingKey], origins: &[String], now: UnixTime) -> Result<(), PassError> {
        let json = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| PassError::Encoding)?;
        let envelope = Envelope::parse(&json)?;
        let signed = readers.iter().map(|key| envelope.open::<Self>(key));
        let pass = signed.reduce(Result::or).unwrap_or(Err(super::SignatureError::Forged))?;
        pass::is_good(&pass.origin, pass.time, origins, now)
    }
}

/// `GET /api/answers`: some of the sealed answers that lie there, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// `<mailbox>/<sha256>`
    pub answers: Vec<String>,
    /// Whether there are others after the last of them.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_for_those_who_are_named_at_their_address_for_a_quarter_of_an_hour() {
        let key = |seed| SigningKey::from_bytes(&[seed; 32]);
        let text = ReaderPass { origin: "https://a".into(), time: 1000 }.encode(&key(1));
        let check = |readers: &[u8], origin: &str, now| {
            let readers: Vec<_> = readers.iter().map(|seed| key(*seed).verifying_key()).collect();
            ReaderPass::verify(&text, &readers, &[origin.to_owned()], now)
        };
        assert!(check(&[1], "https://a", 1000).is_ok() && check(&[2, 1], "https://a", 1899).is_ok());
        assert!(matches!(check(&[], "https://a", 1000), Err(PassError::Signature(_))));
        assert!(matches!(check(&[2], "https://a", 1000), Err(PassError::Signature(_))));
        assert!(matches!(check(&[1], "https://b", 1000), Err(PassError::Origin)));
        assert!(matches!(check(&[1], "https://a", 1900), Err(PassError::Time)));
        assert!(matches!(check(&[1], "https://a", 699), Err(PassError::Time)));
    }
}
