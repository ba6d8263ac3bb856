//! What members send: answers, and their own notes.
//!
//! In: a PUT with a pass over this very request, and a sealed body. Out: a file of the store that is on the disk before the
//! client is told so. It must not know what is sealed, or for whom: the gate looks at size and shape.
//!
//! 1. The pass is verified, freshly, for method, path and digest; then the [rates](super::rates) are asked.
//! 2. The mailbox has its [turn](turns), and the [body] a place in memory.
//! 3. Digest and shape are looked at, then free space and [quota]; then it is kept, in a task that goes on when the client goes.
//!
//! SECURITY: nobody gets as far as a turn, a place or a folder without the member's key. A mailbox has one body in memory at a
//! time, so no member can take the places of all.

mod answers;
mod body;
mod own;
mod quota;
mod turns;

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hyper::{Method, Request, body::Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::{
    body::Arriving,
    quota::Quota,
    turns::{Turn, Turns},
};
use super::{
    answer::Answer,
    api::Visitor,
    limits::Limits,
    moved::LastMoved,
    passes::Signed,
    rates::Network,
    refusal::Refusal,
    service::{Service, now},
    trouble::{Told, Trouble},
};
use crate::{
    store::{Store, StoreError},
    wire::{Digest, MailboxId, UnixTime, What},
};

/// After this a client may ask whether a full mailbox has room again: someone has to make it.
const FULL: Duration = Duration::from_hours(1);

/// What a member may send to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A sealed answer, under the digest of its bytes.
    Answer(MailboxId, Digest),
    Own(MailboxId),
}

/// All that requests of members share.
#[derive(Debug)]
pub(super) struct Receiving {
    store: Arc<Store>,
    bodies: Arc<Semaphore>,
    turns: Arc<Turns>,
    quota: Quota,
    limits: Limits,
    told: OnceLock<Told>,
    failing: AtomicBool,
}

/// A body of a mailbox whose turn it is.
struct Received {
    bytes: Bytes,
    _turn: Turn,
    /// As long as it is in memory.
    _place: OwnedSemaphorePermit,
}

impl Receiving {
    pub(super) fn new(store: Arc<Store>, limits: &Limits) -> Self {
        Self {
            store,
            bodies: Arc::new(Semaphore::new(limits.sealed_bodies)),
            turns: Arc::default(),
            quota: Quota::new(limits),
            limits: limits.clone(),
            told: OnceLock::new(),
            failing: AtomicBool::new(false),
        }
    }

    async fn receive(&self, id: MailboxId, arriving: &mut Arriving) -> Result<Received, Refusal> {
        let turn = self.turns.take(id).await;
        let place = Arc::clone(&self.bodies).acquire_owned().await.map_err(|_| Refusal::Store)?;
        let bytes = arriving.whole().await?;
        Ok(Received { bytes, _turn: turn, _place: place })
    }

    /// SECURITY: the host's disk has other uses: the audit log, the next publication, the system itself.
    fn has_space(&self) -> Result<(), Refusal> {
        let free = self.store.free_space().map_err(|_| Refusal::Store)?;
        if free < self.limits.free_space {
            self.fails(&Trouble::NoRoom { free });
            return Err(Refusal::Full);
        }
        Ok(())
    }

    /// Who is told when members have to wait.
    pub(super) fn tell(&self, told: Told) {
        let _ = self.told.set(told);
    }

    /// What came of a write. Once it fails, the hoster is told; and not again before one went well.
    fn outcome<T>(&self, written: Result<T, StoreError>) -> Result<T, Refusal> {
        let error = match written {
            Ok(kept) => {
                self.failing.store(false, Ordering::Relaxed);
                return Ok(kept);
            }
            Err(error) => error,
        };
        let refusal = if error.is_full() { Refusal::Full } else { Refusal::Store };
        self.fails(&Trouble::NotKept(match error {
            StoreError::Append { source, .. } => source,
            _ => io::Error::other("a folder of the store is not what it should be"),
        }));
        Err(refusal)
    }

    fn fails(&self, trouble: &Trouble) {
        if let Some(told) = self.told.get().filter(|_| !self.failing.swap(true, Ordering::Relaxed)) {
            told.tell(trouble);
        }
    }
}

/// Goes on to its end when the client goes away: half of a step is no step, and the mailbox's turn ends with it.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::spawn(work).await.unwrap_or(Err(Refusal::Store))
}

impl Service {
    /// Answers a request for a slot.
    pub(super) async fn slot(
        &self,
        slot: Slot,
        request: Request<Incoming>,
        network: Network,
    ) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        let target = head.uri.path_and_query().map_or("", |target| target.as_str());
        let visitor = Visitor { network, method: &head.method, headers: &head.headers, now: now() };
        let mut arriving = Arriving::new(body, head.extensions.get::<LastMoved>().cloned(), &self.receiving.limits);
        let answer = match (slot, &head.method) {
            (Slot::Answer(id, digest), &Method::PUT) => {
                self.put_answer(id, digest, (target, visitor), &mut arriving).await
            }
            (Slot::Answer(..), _) => Err(Refusal::NotBy("PUT")),
            (Slot::Own(id), &Method::PUT) => self.put_own(id, (target, visitor), &mut arriving).await,
            (Slot::Own(id), &Method::GET | &Method::HEAD) => self.own(id, visitor).await,
            (Slot::Own(_), _) => Err(Refusal::NotBy("GET, HEAD, PUT")),
        };
        if answer.is_err() {
            arriving.drop_rest().await;
        }
        answer
    }

    /// What the member signed for this request, if it is this mailbox's.
    async fn signed_for(&self, id: MailboxId, (target, visitor): (&str, Visitor<'_>)) -> Result<Signed, Refusal> {
        let signed = self.admitted_to_put(target, visitor).await?;
        if signed.mailbox == id { Ok(signed) } else { Err(self.turned_away(id, signed.mailbox, visitor)) }
    }

    /// Into the audit log, for the practice: that something came, never what.
    fn received(&self, what: What, id: MailboxId, now: UnixTime) {
        self.audit.note(now, what, Some(id), None);
    }
}
