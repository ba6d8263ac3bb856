//! What is published for everyone: the newest release and the digests of all open files, and what a server must know.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};

use super::{Digest, Envelope, Payload, Release, UnixTime, VerifyingKey};

/// The practice's signed word on which release is the newest, and on every open file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub statement: Envelope,
    #[serde(deserialize_with = "super::number::whole")]
    pub release: Release,
    #[serde(deserialize_with = "super::number::whole")]
    pub issued: UnixTime,
    /// Path below `public/` → digest of the file.
    #[serde(deserialize_with = "each_once")]
    pub files: BTreeMap<String, Digest>,
}

impl Payload for Head {
    const TYPE: &'static str = "application/vnd.heldspace.head.v1+json";
}

/// A map in which no key stands twice: two readings of one signed text would be two truths.
fn each_once<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, Digest>, D::Error> {
    struct Files;

    impl<'de> Visitor<'de> for Files {
        type Value = BTreeMap<String, Digest>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("paths and digests")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut files = BTreeMap::new();
            while let Some((path, digest)) = map.next_entry::<String, Digest>()? {
                if files.insert(path, digest).is_some() {
                    return Err(A::Error::custom("a path stands here twice"));
                }
            }
            Ok(files)
        }
    }

    d.deserialize_map(Files)
}

/// `gate.json`: what a server has to know, and nothing about anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub version: u8,
    /// The addresses that members' passes may name, such as `https://pages.example.org`.
    pub origins: Vec<String>,
    /// Where the open library stands, if that is a host of its own.
    pub library: Option<String>,
    /// Who may read answers beside the practice: a stand-in, or nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "super::keys_base64")]
    pub readers: Vec<VerifyingKey>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::SigningKey;

    #[test]
    fn a_path_twice_is_refused() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let statement = super::super::Statement { epoch: 1, key: key.verifying_key() };
        let statement = Envelope::sign(&statement, &key);
        let digest = Digest::of(b"");
        let head = Head { statement, release: 1, issued: 1, files: BTreeMap::from([("a".to_owned(), digest)]) };
        let json = serde_json::to_string(&head).unwrap();
        assert_eq!(serde_json::from_str::<Head>(&json).unwrap(), head);
        let entry = format!("\"a\":\"{digest}\"");
        let twice = json.replace(&entry, &format!("{entry},{entry}"));
        assert!(serde_json::from_str::<Head>(&twice).unwrap_err().to_string().contains("twice"));
    }
}
