//! How far the log was seen: what a host can't take back any more. `.heldspace/audit.json`; nothing personal is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    AuditError, Flaw,
    chain::{Chain, Mark},
};
use crate::{practice::Home, wire::ServerId};

const FILE: &str = "audit.json";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    /// For each run of a server, the last line that was seen.
    servers: BTreeMap<ServerId, Mark>,
    /// Flaws that the therapist knows of, in words.
    accepted: BTreeSet<String>,
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
    pub(super) fn anew(chains: &[Chain]) -> Self {
        let flaws = chains.iter().flat_map(|chain| &chain.flaws);
        // SECURITY: what is missed of the past ends with it; accepted by its words, the same could be done once more.
        let accepted = flaws.filter(|flaw| !flaw.is_about_the_past()).map(ToString::to_string).collect();
        Self { servers: ends(chains.iter()).collect(), accepted }
    }

    /// With what was seen now.
    ///
    /// SECURITY: not of a chain with flaws. What it replaced must be missed the next time too.
    pub(super) fn advanced(&self, chains: &[Chain]) -> Self {
        let mut seen = self.clone();
        let good = chains.iter().filter(|chain| chain.flaws.iter().all(|flaw| self.has_accepted(flaw)));
        seen.servers.extend(ends(good));
        seen
    }

    pub(super) fn servers(&self) -> impl Iterator<Item = ServerId> {
        self.servers.keys().copied()
    }

    pub(super) fn mark(&self, server: ServerId) -> Option<&Mark> {
        self.servers.get(&server)
    }

    pub(super) fn has_accepted(&self, flaw: &Flaw) -> bool {
        self.accepted.contains(&flaw.to_string())
    }
}

fn ends<'a>(chains: impl Iterator<Item = &'a Chain>) -> impl Iterator<Item = (ServerId, Mark)> {
    chains.filter_map(|chain| Some((chain.server, chain.end.clone()?)))
}
