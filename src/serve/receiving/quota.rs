//! How much a mailbox has sent, and how much it may: so that no member, and no one with a stolen card, fills the disk.

use std::sync::{Mutex, PoisonError};

use crate::{
    serve::{limits::Limits, recent::Recent},
    store::{Store, StoreError, layout},
    wire::MailboxId,
};

/// Counted once, and then kept up to date; counted again before anything is refused.
#[derive(Debug)]
pub(super) struct Quota {
    most: Usage,
    known: Mutex<Recent<MailboxId, Usage>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Usage {
    answers: u64,
    bytes: u64,
}

impl Usage {
    fn with(self, size: u64) -> Self {
        Self { answers: self.answers + 1, bytes: self.bytes.saturating_add(size) }
    }

    fn within(self, most: Self) -> bool {
        self.answers <= most.answers && self.bytes <= most.bytes
    }
}

impl Quota {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = Usage { answers: limits.answers_per_mailbox, bytes: limits.answer_bytes_per_mailbox };
        Self { most, known: Mutex::new(Recent::new(limits.remembered)) }
    }

    /// Whether one more answer of this size has room. Reads the folder where it must: not for the thread that serves others.
    pub(super) fn has_room(&self, store: &Store, id: MailboxId, size: u64) -> Result<bool, StoreError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).look(&id).copied();
        if known.is_some_and(|usage| usage.with(size).within(self.most)) {
            return Ok(true);
        }
        let sizes = store.list_with_sizes(&format!("{}/{id}", layout::ANSWERS))?;
        let usage = Usage { answers: sizes.len() as u64, bytes: sizes.iter().map(|(_, size)| size).sum() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id, usage);
        Ok(usage.with(size).within(self.most))
    }

    /// One more is there.
    pub(super) fn add(&self, id: MailboxId, size: u64) {
        if let Some(usage) = self.known.lock().unwrap_or_else(PoisonError::into_inner).look(&id) {
            *usage = usage.with(size);
        }
    }
}
