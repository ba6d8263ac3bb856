//! Who has opened what: the host's audit log, checked, and resolved to people and pages.
//!
//! In: `audit/**` of the store, how far it was seen before, and what the practice alone knows: whose a mailbox is, which
//! object is which page. Out: a [`Log`], the [`Shown`] lines that were asked for, and [`Opened`]. It must not believe the
//! host: a log that is not the one seen before, continued, is refused, and says where; what it says is marked as such.
//! In the order of the code: [`fetch`], [`chain`], [`seen`], [`resolve`], [`opened`].
//!
//! What can't be found: that the host never wrote something down, or changed what nobody had seen yet.

mod chain;
mod fetch;
mod opened;
mod resolve;
mod seen;

use std::collections::BTreeMap;

use self::{
    chain::{Chain, follow},
    seen::Seen,
};
pub use self::{
    chain::{Flaw, Why},
    opened::Opened,
    resolve::{Filter, Names, Shown, Who},
};
use crate::{
    explain::Explain,
    practice::{Home, HomeError},
    store::{Store, StoreError},
    wire::{MailboxId, ObjectName, UnixTime, What},
};

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The beginning of the hour.
    pub time: UnixTime,
    pub what: What,
    pub mailbox: Option<MailboxId>,
    pub object: Option<ObjectName>,
    /// Whether the chain that it stands in is whole, from what was accepted on.
    pub trusted: bool,
    /// Whether the therapist took it as it is: it stands in, or before, a part that was changed.
    pub accepted: bool,
}

/// The log as it lies at the host, and everything that is wrong with it, but what was accepted.
#[derive(Debug)]
pub struct Log {
    /// By time.
    pub events: Vec<Event>,
    pub flaws: Vec<Flaw>,
    chains: Vec<Chain>,
    seen: Seen,
}

/// Why the log was not read, or is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error("the audit log at the host is too large to be read: {what}")]
    TooLarge { what: String },
    #[error("the audit log at the host was changed after it was written:\n  {}", listed(.flaws))]
    Changed { flaws: Vec<Flaw> },
    #[error("no page {page:?} was ever given to anyone")]
    NoPage { page: String },
}

fn listed(flaws: &[Flaw]) -> String {
    const SHOWN: usize = 10;
    let mut lines: Vec<String> = flaws.iter().take(SHOWN).map(ToString::to_string).collect();
    if flaws.len() > SHOWN {
        lines.push(format!("and {} more", flaws.len() - SHOWN));
    }
    lines.join("\n  ")
}

impl Explain for AuditError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Store(error) => return error.hint(),
            Self::Home(error) => return error.hint(),
            Self::TooLarge { .. } => "A host that was left alone writes no such log. Ask whoever runs it.".into(),
            Self::Changed { .. } => "Don't rely on what it says. Ask whoever runs the host what happened there: someone may have changed the log, or the disk has failed, or a backup was put back. What members read, and their answers, are protected otherwise. Once you know, `heldspace audit --begin-anew` takes the log as it is now.".into(),
            Self::NoPage { .. } => "Name its file, such as content/groups/tuesday/agenda.md, or its title as members see it.".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::TooLarge { .. } | Self::Changed { .. } => 4,
            Self::NoPage { .. } => 2,
            Self::Store(error) => error.exit_code(),
            Self::Home(error) => error.exit_code(),
        }
    }
}

impl Log {
    /// Fetches the log, and checks it against itself and against what was seen of it before.
    pub async fn read(store: &Store, home: &Home) -> Result<Self, AuditError> {
        let files = fetch::fetch(store).await?;
        let seen = Seen::read(home)?;
        let mut servers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for file in files {
            servers.entry(file.file.server).or_default().push(file);
        }
        // Also those of which nothing is left.
        for server in seen.servers() {
            servers.entry(server).or_default();
        }
        let chains: Vec<Chain> =
            servers.into_iter().map(|(server, files)| follow(server, files, seen.mark(server))).collect();
        let flaws = chains.iter().flat_map(|chain| &chain.flaws).cloned();
        let mut log = Self { events: Vec::new(), flaws: flaws.collect(), chains, seen };
        log.events = log.chains.iter_mut().flat_map(|chain| std::mem::take(&mut chain.events)).collect();
        log.events.sort_by_key(|event| event.time);
        Ok(log)
    }

    /// Remembers how far the log goes, so that the next one must continue it; what is flawed is not remembered.
    pub fn remember(&self, home: &Home) -> Result<(), AuditError> {
        self.seen.advanced(&self.chains).write(home)
    }

    /// Takes the log as it is now, flaws and all, for what the next one must continue.
    pub fn begin_anew(&self, home: &Home) -> Result<(), AuditError> {
        Seen::anew(&self.chains).write(home)
    }

    /// The error that says what is wrong with the log, if anything is.
    pub fn check(&self) -> Result<(), AuditError> {
        if self.flaws.is_empty() { Ok(()) } else { Err(AuditError::Changed { flaws: self.flaws.clone() }) }
    }
}
