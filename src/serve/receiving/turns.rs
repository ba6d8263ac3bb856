//! One at a time for each mailbox: what is looked at before a write is still so when it is written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Waiting, OwnedMutexGuard};

use crate::wire::MailboxId;

/// The mailboxes that someone writes to now. As many as there are requests at most.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<MailboxId, Arc<Waiting<()>>>>);

/// Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    id: MailboxId,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    pub(super) async fn take(self: &Arc<Self>, id: MailboxId) -> Turn {
        let waiting = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
        // Made first: who goes away while waiting leaves no trace either.
        let mut turn = Turn { turns: Arc::clone(self), id, held: None };
        turn.held = Some(waiting.lock_owned().await);
        turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.get(&self.id).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn one_after_the_other_and_no_trace() {
        let turns = Arc::new(Turns::default());
        let (a, b) = (MailboxId::from_bytes([1; 16]), MailboxId::from_bytes([2; 16]));
        let first = turns.take(a).await;
        drop(turns.take(b).await);
        let mut second = Box::pin(turns.take(a));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        drop(second.await);
        let held = turns.take(a).await;
        let mut gone = Box::pin(turns.take(a));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        drop(held);
        assert!(turns.0.lock().unwrap().is_empty());
    }
}
