//! Which answers an index confirms: what members see as "arrived".

use std::collections::{BTreeMap, HashSet};

use super::Given;
use crate::wire::{AnswerId, MailboxId};

/// Ids in one index at most, the newest: a browser asks after those that it sent and saw no receipt for.
const MOST: usize = 512;

/// By mailbox, in the order of their arrival.
#[derive(Debug, Default)]
pub struct Receipts(BTreeMap<MailboxId, Vec<String>>);

impl Receipts {
    /// What arrived here, after what the standing index confirms: another machine may have fetched it, and no receipt is
    /// ever taken back by one that has not.
    pub(super) fn of(arrived: &BTreeMap<MailboxId, Vec<AnswerId>>, given: &Given) -> Self {
        let mailboxes = arrived.keys().chain(given.mailboxes.keys());
        let of_mailbox = |mailbox: &MailboxId| {
            let confirmed = confirmed(mailbox, given);
            let known: HashSet<&String> = confirmed.iter().collect();
            let arrived = arrived.get(mailbox).into_iter().flatten().map(ToString::to_string);
            let new: Vec<String> = arrived.filter(|id| !known.contains(id)).collect();
            let mut all = [confirmed, &new].concat();
            all.drain(..all.len().saturating_sub(MOST));
            (*mailbox, all)
        };
        Self(mailboxes.map(of_mailbox).collect())
    }

    /// As they stand, and no others.
    pub(super) fn standing(given: &Given) -> Self {
        Self::of(&BTreeMap::new(), given)
    }

    pub(super) fn of_mailbox(&self, mailbox: &MailboxId) -> Vec<String> {
        self.0.get(mailbox).cloned().unwrap_or_default()
    }

    /// How many of them the standing indexes of these mailboxes do not have yet.
    pub(super) fn news<'a>(&self, mailboxes: impl Iterator<Item = &'a MailboxId>, given: &Given) -> usize {
        let news = |mailbox: &MailboxId| {
            let known: HashSet<&String> = confirmed(mailbox, given).iter().collect();
            self.0.get(mailbox).into_iter().flatten().filter(|id| !known.contains(id)).count()
        };
        mailboxes.map(news).sum()
    }
}

fn confirmed<'a>(mailbox: &MailboxId, given: &'a Given) -> &'a [String] {
    let index = given.mailboxes.get(mailbox).and_then(|given| given.index.as_ref());
    index.map_or(&[], |index| &index.received)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_confirmed_and_none_twice() {
        let mailbox = MailboxId::from_bytes([1; 16]);
        let ids: Vec<AnswerId> = (0..600_u16)
            .map(|n| AnswerId::from_bytes([&[0; 14], &n.to_be_bytes()[..]].concat().try_into().unwrap()))
            .collect();
        let arrived = BTreeMap::from([(mailbox, ids.clone())]);
        let receipts = Receipts::of(&arrived, &Given::default());
        let confirmed = receipts.of_mailbox(&mailbox);
        assert_eq!((confirmed.len(), confirmed.last()), (MOST, ids.last().map(ToString::to_string).as_ref()));
        assert_eq!(receipts.news([&mailbox].into_iter(), &Given::default()), MOST);
    }
}
