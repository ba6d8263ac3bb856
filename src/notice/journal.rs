//! What was sent before: `.heldspace/notices.log`, an entry for each step that has to survive a crash.
//!
//! `sending` is on the disk before the first byte of a message leaves, its end after the server's answer. A `sending`
//! without an end may have been sent: it counts as sent, is shown, and is never repeated by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    practice::Member,
    seal::{AudienceKind, Entry as PageEntry},
    wire::{Digest, MailboxId, PageId, Release, UnixTime, hour_of},
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
    /// This machine looked whether a member's link leads to their keyring.
    Checked {
        mailbox: MailboxId,
        time: UnixTime,
    },
    /// What a member had already when this machine took a publication over from another: that one has told them.
    TakenOver {
        mailbox: MailboxId,
        pages: Vec<Covered>,
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
    last: Option<Moment>,
    uncertain: Option<Moment>,
    refused: Option<(Moment, Refusal)>,
    attempts: BTreeMap<Release, u32>,
    /// The beginnings of those hours.
    checked: BTreeSet<UnixTime>,
}

/// When something was written down. The place in the record comes first: within a second the clock tells nothing apart,
/// and it may be set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    place: usize,
    time: UnixTime,
}

impl History {
    /// Goes through the record from its beginning.
    pub fn of(entries: Vec<Entry>) -> Self {
        let mut history = Self::default();
        let mut open: BTreeMap<NoticeId, (Moment, Vec<Covered>)> = BTreeMap::new();
        for (place, entry) in entries.into_iter().enumerate() {
            match entry {
                Entry::Sending { notice, time, pages } => {
                    open.insert(notice, (Moment { place, time }, pages));
                }
                Entry::Ended { notice, time, outcome } => {
                    let pages = open.remove(&notice).map(|(_, pages)| pages).unwrap_or_default();
                    history.0.entry(notice.mailbox).or_default().end(notice, Moment { place, time }, pages, outcome);
                }
                Entry::Checked { mailbox, time } => {
                    history.0.entry(mailbox).or_default().checked.insert(hour_of(time));
                }
                Entry::TakenOver { mailbox, pages } => history.0.entry(mailbox).or_default().covered.extend(pages),
            }
        }
        for (notice, (moment, pages)) in open {
            let past = history.0.entry(notice.mailbox).or_default();
            past.count(notice, pages);
            past.uncertain = past.uncertain.max(Some(moment));
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
        self.last(member).map(|moment| moment.time)
    }

    /// Since when it is not known whether a notice to this member was sent.
    pub fn uncertain(&self, member: &Member) -> Option<UnixTime> {
        let since = self.pasts(member).filter_map(|past| past.uncertain).max()?;
        // One that certainly arrived later makes this doubt a thing of the past.
        self.last(member).is_none_or(|last| last < since).then_some(since.time)
    }

    /// What the mail server said against the member's address, until that changes or a notice arrives.
    pub fn refused(&self, member: &Member) -> Option<&Refusal> {
        let refused = self.pasts(member).filter_map(|past| past.refused.as_ref());
        let (moment, latest) = refused.max_by_key(|(moment, _)| *moment)?;
        let overtaken = self.last(member).is_some_and(|last| last > *moment);
        (latest.address == member.email && !overtaken).then_some(latest)
    }

    /// Whether this machine itself used the link of that mailbox in the hour that begins then.
    pub fn was_checked(&self, mailbox: &MailboxId, hour: UnixTime) -> bool {
        self.0.get(mailbox).is_some_and(|past| past.checked.contains(&hour))
    }

    fn last(&self, member: &Member) -> Option<Moment> {
        self.pasts(member).filter_map(|past| past.last).max()
    }

    /// The number of the next message about this release.
    pub fn next_attempt(&self, mailbox: &MailboxId, release: Release) -> u32 {
        1 + self.0.get(mailbox).and_then(|past| past.attempts.get(&release)).copied().unwrap_or(0)
    }

    fn pasts(&self, member: &Member) -> impl Iterator<Item = &Past> {
        member.mailboxes().filter_map(|id| self.0.get(id))
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
    fn end(&mut self, notice: NoticeId, moment: Moment, pages: Vec<Covered>, outcome: Outcome) {
        match outcome {
            Outcome::Sent => {
                self.count(notice, pages);
                self.last = Some(moment);
            }
            Outcome::Refused { address, reply } => {
                self.refused = Some((moment, Refusal { address, time: moment.time, reply }));
            }
            Outcome::NotTaken => {}
        }
    }

    fn count(&mut self, notice: NoticeId, pages: Vec<Covered>) {
        self.covered.extend(pages);
        let attempt = self.attempts.entry(notice.release).or_default();
        *attempt = (*attempt).max(notice.attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(steps: &[(u32, Option<Outcome>)]) -> History {
        let entry = |(attempt, outcome): &(u32, Option<Outcome>)| {
            let notice = NoticeId { mailbox: MailboxId::from_bytes([1; 16]), release: 1, attempt: *attempt };
            match outcome.clone() {
                None => Entry::Sending { notice, time: 5, pages: Vec::new() },
                Some(outcome) => Entry::Ended { notice, time: 5, outcome },
            }
        };
        History::of(steps.iter().map(entry).collect())
    }

    #[test]
    fn what_happened_within_one_second_is_told_apart() {
        let id = MailboxId::from_bytes([1; 16]);
        let member = Member { email: "a@example.org".into(), former: vec![id], ..Member::default() };
        let sent = || Some(Outcome::Sent);
        let refused = || Some(Outcome::Refused { address: "a@example.org".into(), reply: "550".into() });
        assert_eq!(history(&[(1, None), (1, sent()), (2, None)]).uncertain(&member), Some(5));
        assert_eq!(history(&[(1, None), (2, None), (2, sent())]).uncertain(&member), None);
        assert!(history(&[(1, None), (1, sent()), (2, refused())]).refused(&member).is_some());
        assert!(history(&[(1, refused()), (1, None), (1, sent())]).refused(&member).is_none());
        assert_eq!(history(&[(1, None), (1, Some(Outcome::NotTaken))]).next_attempt(&id, 1), 1);
        assert_eq!(history(&[(1, None)]).next_attempt(&id, 1), 2);
    }
}
