//! `PUT /api/mailboxes/<mailbox>/answers/<sha256>`: one sealed answer, kept once, however often it is sent.

use std::sync::Arc;

use hyper::StatusCode;

use super::{FULL, Received, Receiving, body::Arriving, body::is_sealed, to_the_end};
use crate::{
    serve::{
        answer::{Answer, text},
        api::Visitor,
        refusal::Refusal,
        service::Service,
    },
    store::{Kept, layout},
    wire::{Digest, MailboxId, What},
};

impl Service {
    pub(super) async fn put_answer(
        &self,
        id: MailboxId,
        digest: Digest,
        asked: (&str, Visitor<'_>),
        arriving: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let signed = self.signed_for(id, asked).await?;
        // SECURITY: a pass is for one body. Before the body is waited for: nobody who means well sends such a one.
        if signed.sha256 != digest {
            return Err(Refusal::NotSigned);
        }
        self.rates.answering(id)?;
        let received = self.receiving.receive(id, arriving).await?;
        if Digest::of(&received.bytes) != digest || !is_sealed(&received.bytes) {
            return Err(Refusal::BadFile);
        }
        let kept = to_the_end(Arc::clone(&self.receiving).keep(id, digest, received)).await?;
        // Also one that was there: whoever sent it first may have gone before it was noted.
        self.received(What::Answer, id, asked.1.now);
        let mut response = text("kept\n");
        if kept == Kept::New {
            *response.status_mut() = StatusCode::CREATED;
        }
        Ok(Answer::closed(response))
    }
}

impl Receiving {
    /// SECURITY: it ends only when the answer is on the disk. Until then the client keeps it, and sends it again.
    async fn keep(self: Arc<Self>, id: MailboxId, digest: Digest, received: Received) -> Result<Kept, Refusal> {
        let path = layout::answer(&id, &digest);
        let is_there = self.store.fetch(&path, self.limits.sealed_size).await.is_ok_and(|there| there.is_some());
        // What is there already takes no room, also where there is none left.
        if !is_there {
            self.has_space()?;
            self.has_room(id, received.bytes.len() as u64).await?;
        }
        let size = received.bytes.len() as u64;
        let kept = self.outcome(self.store.keep(&path, received.bytes.clone()).await)?;
        if kept == Kept::New && !is_there {
            self.quota.add(id, size);
        }
        Ok(kept)
    }

    async fn has_room(self: &Arc<Self>, id: MailboxId, size: u64) -> Result<(), Refusal> {
        let this = Arc::clone(self);
        let counted = tokio::task::spawn_blocking(move || this.quota.has_room(&this.store, id, size)).await;
        match counted {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Refusal::TooMany { wait: FULL }),
            Ok(Err(_)) | Err(_) => Err(Refusal::Store),
        }
    }
}
