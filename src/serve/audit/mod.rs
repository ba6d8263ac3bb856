//! The audit log: what members' browsers fetched, and what was refused, so that the practice can see who opened what.
//!
//! In: events, as requests are answered. Out: lines in `audit/<day>/<server>-<n>.jsonl`, each chained to the one before,
//! on the disk within a second. It must not know an address, a device, a path or a ticket, and no time finer than an hour.
//!
//! 1. [`Audit::note`] puts an event into the [`queue`], and never waits: a full disk is no reason to turn a member away.
//! 2. The [`writer`] takes what is there, and appends it; what can't be written stays, and is tried again.
//!
//! SECURITY: nobody can fill the disk. The same event is written once an hour; a mailbox is named only where there is one;
//! and a day has so many lines at most, of fixed size.

mod queue;
mod writer;

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use self::queue::Queue;
pub(super) use self::writer::Writer;
use super::limits::Limits;
use crate::wire::{MailboxId, ObjectName, UnixTime, What, hour_of};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Event {
    what: What,
    mailbox: Option<MailboxId>,
    object: Option<ObjectName>,
    /// The beginning of the hour.
    time: UnixTime,
}

/// Where events are put down until they are written.
#[derive(Debug)]
pub(super) struct Audit {
    queue: Mutex<Queue>,
    wake: Notify,
}

impl Audit {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { queue: Mutex::new(Queue::new(limits.audit_queue, limits.audit_lines_per_day)), wake: Notify::new() }
    }

    /// Notes that something happened at `now`; whoever it happened for waits for nothing.
    pub(super) fn note(&self, now: UnixTime, what: What, mailbox: Option<MailboxId>, object: Option<ObjectName>) {
        let event = Event { what, mailbox, object, time: hour_of(now) };
        if self.queue.lock().unwrap_or_else(PoisonError::into_inner).add(event) {
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Vec<Event> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
