//! What was sent before: `.heldspace/notices.log`, an entry for each step that has to survive a crash.
//!
//! `sending` is on the disk before the first byte of a message leaves, its end after the server's answer. A `sending`
//! without an end may have been sent: it counts as sent, is shown, and is never repeated by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    practice::Member,
    seal::{AudienceKind, Entry as PageEntry},
    wire::{Digest, MailboxId, PageId, Release, UnixTime},
};

/// The name of the record among those of the practice.
pub(super) const NAME: &str = "notices";

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Entry {
    /// A message is about to leave; `pages` are those that the person hears of for the first time.
    Sending {
        notice: NoticeId,
        time: UnixTime,
        pages: Vec<Covered>,
    },
    Ended {
        notice: NoticeId,
        time: UnixTime,
        outcome: Outcome,
    },
}

/// Which message of all. Its Message-ID is made of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoticeId {
    pub mailbox: MailboxId,
    pub release: Release,
    /// From 1.
    pub attempt: u32,
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Outcome {
    Sent,
    /// The server will never take it, for this address.
    Refused {
        address: String,
        reply: String,
    },
    /// The server did not take it this time.
    NotTaken,
}

/// A page that someone was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    pub id: PageId,
    pub look: Digest,
}

impl Covered {
    pub fn of(entry: &PageEntry) -> Self {
        let look = (&entry.title, &entry.date, entry.kind, entry.audience.kind, &entry.audience.title);
        Self { id: entry.id, look: Digest::of(&serde_json::to_vec(&look).expect("plain JSON")) }
    }
}

/// An address that a server refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub address: String,
    pub time: UnixTime,
    pub reply: String,
}

/// What the record says of each mailbox.
#[derive(Debug, Clone, Default)]
pub struct History(BTreeMap<MailboxId, Past>);

#[derive(Debug, Clone, Default)]
struct Past {
    covered: Vec<Covered>,
    last: Option<UnixTime>,
    uncertain: Option<UnixTime>,
    refused: Option<Refusal>,
    attempts: BTreeMap<Release, u32>,
}

impl History {
    /// Goes through the record from its beginning.
    pub fn of(entries: Vec<Entry>) -> Self {
        let mut history = Self::default();
        let mut open: BTreeMap<NoticeId, (UnixTime, Vec<Covered>)> = BTreeMap::new();
        for entry in entries {
            match entry {
                Entry::Sending { notice, time, pages } => {
                    open.insert(notice, (time, pages));
                }
                Entry::Ended { notice, time, outcome } => {
                    let begun = open.remove(&notice);
                    history.0.entry(notice.mailbox).or_default().end(notice, time, begun, outcome);
                }
            }
        }
        for (notice, (time, pages)) in open {
            let past = history.0.entry(notice.mailbox).or_default();
            past.count(notice, pages);
            // One that certainly arrived later makes this doubt a thing of the past.
            if past.last.is_none_or(|last| last < time) {
                past.uncertain = past.uncertain.max(Some(time));
            }
        }
        history
    }

    /// The pages of `entries` that this member was never told of.
    pub fn new_pages<'a>(&self, member: &Member, entries: &'a [PageEntry]) -> Vec<&'a PageEntry> {
        let own = self.pasts(member).flat_map(|past| &past.covered);
        let known: BTreeSet<PageId> = own.map(|page| page.id).collect();
        let mut looks = self.looks_of_former(member);
        let mut is_new = |entry: &PageEntry| {
            // Only a message has another id in every mailbox: it is known by its look, as often as it was told of.
            if entry.audience.kind != AudienceKind::Message {
                return true;
            }
            let told = looks.get_mut(&Covered::of(entry).look).filter(|count| **count > 0);
            told.map(|count| *count -= 1).is_none()
        };
        entries.iter().filter(|entry| !known.contains(&entry.id) && is_new(entry)).collect()
    }

    /// When the last notice that certainly arrived was sent to this member.
    pub fn last_sent(&self, member: &Member) -> Option<UnixTime> {
        self.pasts(member).filter_map(|past| past.last).max()
    }

    /// Since when it is not known whether a notice to this member was sent.
    pub fn uncertain(&self, member: &Member) -> Option<UnixTime> {
        let since = self.pasts(member).filter_map(|past| past.uncertain).max()?;
        self.last_sent(member).is_none_or(|last| last < since).then_some(since)
    }

    /// What the mail server said against the member's address, until that changes or a notice arrives.
    pub fn refused(&self, member: &Member) -> Option<&Refusal> {
        let latest = self.pasts(member).filter_map(|past| past.refused.as_ref()).max_by_key(|refusal| refusal.time)?;
        let overtaken = self.last_sent(member).is_some_and(|last| last >= latest.time);
        (latest.address == member.email && !overtaken).then_some(latest)
    }

    /// The number of the next message about this release.
    pub fn next_attempt(&self, mailbox: &MailboxId, release: Release) -> u32 {
        1 + self.0.get(mailbox).and_then(|past| past.attempts.get(&release)).copied().unwrap_or(0)
    }

    fn pasts(&self, member: &Member) -> impl Iterator<Item = &Past> {
        let now = member.mailbox.iter().map(|mailbox| &mailbox.id);
        now.chain(&member.former).filter_map(|id| self.0.get(id))
    }

    /// How often each look was told of under earlier mailboxes.
    fn looks_of_former(&self, member: &Member) -> BTreeMap<Digest, usize> {
        let mut looks = BTreeMap::new();
        for page in member.former.iter().filter_map(|id| self.0.get(id)).flat_map(|past| &past.covered) {
            *looks.entry(page.look).or_default() += 1;
        }
        looks
    }
}

impl Past {
    fn end(&mut self, notice: NoticeId, time: UnixTime, begun: Option<(UnixTime, Vec<Covered>)>, outcome: Outcome) {
        match outcome {
            Outcome::Sent => {
                self.count(notice, begun.map(|(_, pages)| pages).unwrap_or_default());
                self.last = self.last.max(Some(time));
            }
            Outcome::Refused { address, reply } => self.refused = Some(Refusal { address, time, reply }),
            Outcome::NotTaken => {}
        }
    }

    fn count(&mut self, notice: NoticeId, pages: Vec<Covered>) {
        self.covered.extend(pages);
        let attempt = self.attempts.entry(notice.release).or_default();
        *attempt = (*attempt).max(notice.attempt);
    }
}
