//! When something last moved in a connection, for whoever cuts off those where nothing does.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// When a part of an answer last left, or a part of a body that is wanted came.
#[derive(Debug, Clone)]
pub(super) struct LastMoved(Arc<Mutex<Instant>>);

impl LastMoved {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn get(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Ends when nothing has moved for as long as this.
    pub(super) async fn quiet_for(&self, time: Duration) {
        loop {
            let last = self.get();
            sleep_until(last + time).await;
            if self.get() == last {
                return;
            }
        }
    }
}
