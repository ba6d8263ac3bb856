//! What arrived and what was done about it: `.heldspace/inbox.log`, sealed like every journal of the practice.
//!
//! An entry is written after the sealed bytes are on the disk: cut short in between, the next run finds them there, and
//! writes the entry then.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Acknowledgement, Why};
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Journal},
    wire::{AnswerId, Digest, MailboxId, UnixTime, VerifyingKey},
};

/// Answers in one entry, which takes a megabyte; and in memory at a time.
pub(super) const TOGETHER: usize = 200;

/// One line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(super) enum Entry {
    /// These were believed.
    Arrived { time: UnixTime, answers: Vec<Arrival> },
    /// These were not.
    Refused { time: UnixTime, answers: Vec<Refusal> },
    /// Somebody looked at it, all of it.
    Shown { id: AnswerId },
    /// Somebody has seen to an answer that must not wait.
    Acknowledged { id: AnswerId, how: Acknowledgement },
    /// Whoever stands in was told that something waits.
    Told { time: UnixTime },
}

/// An answer that was believed, and all it takes to believe it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Arrival {
    pub(super) mailbox: MailboxId,
    pub(super) sealed: Digest,
    pub(super) id: AnswerId,
    /// By folder, as it was called then.
    pub(super) member: String,
    #[serde(with = "crate::wire::key_base64")]
    pub(super) key: VerifyingKey,
}

/// Something that was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refusal {
    pub(super) mailbox: MailboxId,
    pub(super) sealed: Digest,
    pub(super) why: Why,
}

/// Where a sealed answer lay.
pub(super) type Spot = (MailboxId, Digest);

/// Everything that the journal says.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// In the order of their arrival.
    pub(super) arrived: Vec<(Arrival, UnixTime)>,
    pub(super) spots: BTreeSet<Spot>,
    /// Where the answer with this id came from first.
    pub(super) ids: HashMap<AnswerId, Spot>,
    pub(super) refused: BTreeMap<Spot, (Why, UnixTime)>,
    pub(super) acknowledged: BTreeMap<AnswerId, Acknowledgement>,
    pub(super) shown: HashSet<AnswerId>,
    /// When whoever stands in was told last.
    pub(super) told: Option<UnixTime>,
}

impl Past {
    pub(super) fn read(home: &Home, keys: &Keys) -> Result<Self, HomeError> {
        let mut past = Self::default();
        for entry in journal(home).read(keys)? {
            match entry {
                Entry::Arrived { time, answers } => answers.into_iter().for_each(|arrival| past.arrive(arrival, time)),
                Entry::Refused { time, answers } => answers.into_iter().for_each(|refusal| past.refuse(refusal, time)),
                Entry::Shown { id } => {
                    past.shown.insert(id);
                }
                Entry::Told { time } => past.told = Some(time),
                Entry::Acknowledged { id, how } => {
                    // The first one stands: nobody talks it away later.
                    past.acknowledged.entry(id).or_insert(how);
                }
            }
        }
        Ok(past)
    }

    pub(super) fn arrive(&mut self, arrival: Arrival, time: UnixTime) {
        let spot = (arrival.mailbox, arrival.sealed);
        self.refused.remove(&spot);
        if self.spots.insert(spot) {
            self.ids.entry(arrival.id).or_insert(spot);
            self.arrived.push((arrival, time));
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal, time: UnixTime) {
        let spot = (refusal.mailbox, refusal.sealed);
        if !self.spots.contains(&spot) {
            let first = self.refused.get(&spot).map_or(time, |(_, first)| *first);
            self.refused.insert(spot, (refusal.why, first));
        }
    }

    /// Each answer once, by the copy of it that came first.
    pub(super) fn first_copies(&self) -> impl Iterator<Item = &(Arrival, UnixTime)> {
        self.arrived.iter().filter(|(arrival, _)| self.ids[&arrival.id] == (arrival.mailbox, arrival.sealed))
    }
}

/// The ids of all answers that arrived, by mailbox, in the order of their arrival: what the next index confirms.
pub fn receipts(home: &Home, keys: &Keys) -> Result<BTreeMap<MailboxId, Vec<AnswerId>>, HomeError> {
    let past = Past::read(home, keys)?;
    let mut receipts: BTreeMap<MailboxId, Vec<AnswerId>> = BTreeMap::new();
    for (arrival, _) in past.first_copies() {
        receipts.entry(arrival.mailbox).or_default().push(arrival.id);
    }
    Ok(receipts)
}

/// Who has seen to what.
pub fn acknowledged(home: &Home, keys: &Keys) -> Result<BTreeMap<AnswerId, Acknowledgement>, HomeError> {
    Ok(Past::read(home, keys)?.acknowledged)
}

pub(super) fn journal(home: &Home) -> Journal {
    home.journal("inbox")
}
