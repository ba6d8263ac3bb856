//! How far the log was seen: what a host can't take back any more. `.heldspace/audit.json`; nothing personal is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AuditError,
    chain::{Chain, Mark},
};
use crate::{practice::Home, wire::ServerId};

const FILE: &str = "audit.json";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    /// For each run of a server, the lines that were seen.
    servers: BTreeMap<ServerId, Mark>,
}

impl Seen {
    pub(super) fn read(home: &Home) -> Result<Self, AuditError> {
        Ok(home.read_json(FILE)?.unwrap_or_default())
    }

    pub(super) fn write(&self, home: &Home) -> Result<(), AuditError> {
        let _lock = home.lock()?;
        Ok(home.write_json(FILE, self)?)
    }

    /// Nothing seen but these, and all that is wrong with them known.
    ///
    /// SECURITY: what is accepted are these very lines, and no flaw as such: the same could be done once more.
    pub(super) fn anew(chains: &[Chain]) -> Self {
        let marks = chains.iter().filter_map(|chain| {
            let end = chain.end.clone()?;
            let accepted = if chain.flaws.is_empty() { end.accepted } else { end.lines };
            Some((chain.server, Mark { accepted, ..end }))
        });
        Self { servers: marks.collect() }
    }

    /// With what was seen now.
    ///
    /// SECURITY: not of a chain with flaws. What it replaced must be missed the next time too.
    pub(super) fn advanced(&self, chains: &[Chain]) -> Self {
        let mut seen = self.clone();
        let good = chains.iter().filter(|chain| chain.flaws.is_empty());
        seen.servers.extend(good.filter_map(|chain| Some((chain.server, chain.end.clone()?))));
        seen
    }

    pub(super) fn servers(&self) -> impl Iterator<Item = ServerId> {
        self.servers.keys().copied()
    }

    pub(super) fn mark(&self, server: ServerId) -> Option<&Mark> {
        self.servers.get(&server)
    }
}
