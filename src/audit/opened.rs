//! Since when a mailbox has opened something: for lists and reminders.

use std::collections::HashMap;

use super::{Event, Log};
use crate::{
    practice::Member,
    wire::{MailboxId, ObjectName, UnixTime, What, hour_of},
};

/// The last hour in which each mailbox opened its index or an object, and each of its objects, as far as the log is to be
/// trusted, or was accepted: who may have read something needs no reminder. A keyring alone is not opening: whoever has the link can fetch it, and opens nothing without the words.
#[derive(Debug, Clone)]
pub struct Opened {
    mailboxes: HashMap<MailboxId, UnixTime>,
    objects: HashMap<(MailboxId, ObjectName), UnixTime>,
    is_whole: bool,
}

/// As long as there is no log.
impl Default for Opened {
    fn default() -> Self {
        Self { mailboxes: HashMap::new(), objects: HashMap::new(), is_whole: true }
    }
}

impl Opened {
    pub fn of(log: &Log) -> Self {
        let mut opened = Self { is_whole: log.flaws.is_empty(), ..Self::default() };
        for event in log.events.iter().filter(|event| event.trusted || event.accepted) {
            opened.add(event);
        }
        opened
    }

    fn add(&mut self, event: &Event) {
        let (Some(mailbox), What::Index | What::Object) = (event.mailbox, &event.what) else { return };
        let later = |last: &mut UnixTime| *last = event.time.max(*last);
        later(self.mailboxes.entry(mailbox).or_default());
        if let Some(object) = event.object {
            later(self.objects.entry((mailbox, object)).or_default());
        }
    }

    /// Whether the log is what was written. Where it is not, something may be missing here.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The hour in which `mailbox` last opened anything.
    pub fn last(&self, mailbox: &MailboxId) -> Option<UnixTime> {
        self.mailboxes.get(mailbox).copied()
    }

    /// The hour in which a member last opened anything, with any card they had.
    pub fn last_by(&self, member: &Member) -> Option<UnixTime> {
        member.mailboxes().filter_map(|id| self.last(id)).max()
    }

    /// The hour in which `mailbox` last opened this object.
    pub fn last_of(&self, mailbox: &MailboxId, object: &ObjectName) -> Option<UnixTime> {
        self.objects.get(&(*mailbox, *object)).copied()
    }

    /// Whether `mailbox` opened something at `time` or later. The hour that `time` lies in counts whole: the log knows
    /// no finer time, and who may have read something needs no reminder.
    pub fn opened_since(&self, mailbox: &MailboxId, time: UnixTime) -> bool {
        self.last(mailbox).is_some_and(|last| last >= hour_of(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: UnixTime = 3600;

    fn opened(events: &[(What, UnixTime)]) -> Opened {
        let mut opened = Opened::default();
        for (what, time) in events.iter().cloned() {
            let object = (what == What::Object).then_some(ObjectName::from_bytes([7; 16]));
            opened.add(&Event {
                time,
                what,
                mailbox: Some(MailboxId::from_bytes([1; 16])),
                object,
                trusted: true,
                accepted: false,
            });
        }
        opened
    }

    #[test]
    fn a_keyring_alone_is_not_opening_and_an_hour_counts_whole() {
        let (me, other) = (MailboxId::from_bytes([1; 16]), MailboxId::from_bytes([2; 16]));
        let refused = opened(&[(What::Keyring, 5 * HOUR), (What::Refused, 5 * HOUR)]);
        assert_eq!(refused.last(&me), None);
        let read = opened(&[(What::Index, 3 * HOUR), (What::Object, 2 * HOUR), (What::Keyring, 5 * HOUR)]);
        assert_eq!((read.last(&me), read.last(&other)), (Some(3 * HOUR), None));
        assert_eq!(read.last_of(&me, &ObjectName::from_bytes([7; 16])), Some(2 * HOUR));
        assert!(read.opened_since(&me, 4 * HOUR - 1) && !read.opened_since(&me, 4 * HOUR));
        assert!(!read.opened_since(&other, 0));
    }
}
