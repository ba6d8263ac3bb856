//! The root's signed word on which keys are in use.

use serde::{Deserialize, Serialize};

use super::{Epoch, Payload, VerifyingKey};

/// Which signing key counts, and since when: signed by the practice's root, which every keyring pins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub epoch: Epoch,
    #[serde(with = "super::key_base64")]
    pub key: VerifyingKey,
}

impl Payload for Statement {
    const TYPE: &'static str = "application/vnd.heldspace.statement.v1+json";
}
