//! What is published for everyone: the newest release and the digests of all open files, and what a server must know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Envelope, Payload, Release, UnixTime};

/// The practice's signed word on which release is the newest, and on every open file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub statement: Envelope,
    pub release: Release,
    pub issued: UnixTime,
    /// Path below `public/` → digest of the file.
    pub files: BTreeMap<String, Digest>,
}

impl Payload for Head {
    const TYPE: &'static str = "application/vnd.heldspace.head.v1+json";
}

/// `gate.json`: what a server has to know, and nothing about anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub version: u8,
    /// The addresses that members' passes may name, such as `https://pages.example.org`.
    pub origins: Vec<String>,
}
