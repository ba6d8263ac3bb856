//! What whoever stands in for the therapist may read: the names of sealed answers, each of them, and the brief.
//!
//! In: a pass signed by a reader that the practice named in `gate.json`. Out: ciphertext. A reader can write nothing, and read
//! nothing else: no index, no page, no keyring, no own notes. With any other pass, or where nobody stands in, all of it looks
//! as if it were not there.

use hyper::Method;

use super::{
    answer::{Answer, json},
    api::Visitor,
    refusal::{Refusal, Scheme},
    service::Service,
};
use crate::{
    store::layout,
    wire::{Digest, LISTED, Listing, MailboxId, ReaderPass, What},
};

/// A reader's pass is about 400 bytes long.
const PASS_SIZE: usize = 2048;

/// Where an answer lies.
type Spot = (MailboxId, Digest);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Brief,
    /// The names that come after this one, or the first.
    List(Option<Spot>),
    Answer(Spot),
}

impl Reading {
    /// Of what stands behind `/api/`.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "brief" => Some(Self::Brief),
            "answers" => Some(Self::List(None)),
            path => match path.strip_prefix("answers/")?.strip_prefix("after/") {
                Some(after) => layout::spot(after).map(|spot| Self::List(Some(spot))),
                None => layout::spot(path.strip_prefix("answers/")?).map(Self::Answer),
            },
        }
    }
}

impl Service {
    pub(super) async fn reading(&self, reading: Reading, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        self.is_reader(visitor).await?;
        if !matches!(reading, Reading::Answer(_)) {
            self.rates.listing()?;
        }
        let answer = match reading {
            Reading::Brief => self.sealed(layout::BRIEF).await?.ok_or(Refusal::NotFound)?,
            Reading::Answer((mailbox, name)) => {
                self.sealed(&layout::answer(&mailbox, &name)).await?.ok_or(Refusal::NotFound)?
            }
            Reading::List(after) => Answer::closed(json(&self.listing(after)?)),
        };
        if visitor.method == Method::GET {
            self.audit.note(visitor.now, What::StandIn, None, None);
        }
        Ok(answer)
    }

    /// SECURITY: asked each time, so that who was taken out is out with the next `gate.json`.
    async fn is_reader(&self, visitor: Visitor<'_>) -> Result<(), Refusal> {
        let published = self.origins.now(&self.store).await;
        let shown = visitor.shows(Scheme::Reader).filter(|shown| shown.len() <= PASS_SIZE);
        let admitted = shown.is_some_and(|shown| {
            ReaderPass::verify(shown, &published.readers, &published.origins, visitor.now).is_ok()
        });
        if admitted {
            return Ok(());
        }
        self.refused(None, visitor);
        Err(self.rates.failed(None, visitor.network).err().unwrap_or(Refusal::Locked(Scheme::Reader)))
    }

    fn listing(&self, after: Option<Spot>) -> Result<Listing, Refusal> {
        let listed = self.store.list(layout::ANSWERS).map_err(|_| Refusal::Store)?;
        let spots = listed.iter().filter_map(|path| layout::answer_at(path));
        // The order of the names is the order of the bytes that they stand for.
        let mut rest = spots.filter(|spot| after.is_none_or(|after| *spot > after));
        let answers = rest.by_ref().take(LISTED).map(|(mailbox, name)| format!("{mailbox}/{name}")).collect();
        Ok(Listing { answers, more: rest.next().is_some() })
    }
}
