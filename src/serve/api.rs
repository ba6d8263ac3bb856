//! What members' browsers ask for: the locked keyring for a ticket; the index and objects for a pass.
//!
//! Right, wrong and unknown differ in nothing but what is needed: no file is named, no reason is given.

use hyper::{HeaderMap, header};

use super::{
    answer::{Answer, file},
    passes::Refused,
    rates::Network,
    refusal::{Refusal, Scheme},
    service::Service,
};
use crate::{
    store::layout,
    wire::{MailboxId, ObjectName, Ticket, UnixTime},
};

/// Objects are parts of 4 MiB at most, sealed; an index or a keyring is far smaller.
const SIZE: u64 = 8 * 1024 * 1024;
const SEALED: &str = "application/octet-stream";

/// Who asks, and with what in hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor<'a> {
    pub(super) network: Network,
    pub(super) headers: &'a HeaderMap,
    pub(super) now: UnixTime,
}

impl Visitor<'_> {
    /// What stands behind the scheme in the one `Authorization` header.
    fn shows(&self, scheme: Scheme) -> Option<&str> {
        let mut shown = self.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(one), None) = (shown.next(), shown.next()) else { return None };
        let (name, value) = one.to_str().ok()?.split_once(' ')?;
        name.eq_ignore_ascii_case(scheme.name()).then_some(value)
    }
}

impl Service {
    pub(super) async fn keyring(&self, id: MailboxId, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        self.rates.may_try(visitor.network)?;
        let wrong = || match self.rates.failed(Some(id), visitor.network) {
            Ok(()) => Refusal::Locked(Scheme::Ticket),
            Err(refusal) => refusal,
        };
        let ticket: Ticket = visitor.shows(Scheme::Ticket).and_then(|t| t.parse().ok()).ok_or_else(wrong)?;
        let mailbox = self.mailboxes.read(&self.store, &id).await?;
        // SECURITY: not `&&`, which would skip the comparison for an unknown mailbox.
        if !(mailbox.record.admits(&ticket, visitor.now) & mailbox.exists) {
            return Err(wrong());
        }
        self.rates.giving(id, visitor.network)?;
        self.sealed(&mailbox.record.keyring).await?.ok_or(Refusal::Store)
    }

    pub(super) async fn index(&self, id: MailboxId, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        if self.admitted(visitor).await? != id {
            return Err(self.failed(Some(id), visitor));
        }
        // A publication may come between the record and the file, once.
        for _ in 0..2 {
            let mailbox = self.mailboxes.read(&self.store, &id).await?;
            if let Some(answer) = self.sealed(&mailbox.record.index).await? {
                return Ok(answer);
            }
        }
        Err(Refusal::Store)
    }

    pub(super) async fn object(&self, name: ObjectName, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        self.admitted(visitor).await?;
        self.sealed(&layout::object(&name)).await?.ok_or(Refusal::NotFound)
    }

    /// The mailbox of whoever shows a good pass.
    async fn admitted(&self, visitor: Visitor<'_>) -> Result<MailboxId, Refusal> {
        self.rates.may_try(visitor.network)?;
        let text = visitor.shows(Scheme::Pass).ok_or_else(|| self.failed(None, visitor))?;
        let published = self.origins.now(&self.store).await;
        let admitted = self.passes.admit(text, (&self.store, &self.mailboxes), &published.origins, visitor.now).await;
        admitted.map_err(|refused| match refused {
            Refused::Wrong(mailbox) => self.failed(mailbox, visitor),
            Refused::Store(refusal) => refusal,
        })
    }

    fn failed(&self, mailbox: Option<MailboxId>, visitor: Visitor<'_>) -> Refusal {
        match self.rates.failed(mailbox, visitor.network) {
            Ok(()) => Refusal::Locked(Scheme::Pass),
            Err(refusal) => refusal,
        }
    }

    async fn sealed(&self, path: &str) -> Result<Option<Answer>, Refusal> {
        let Some(stored) = self.store.fetch(path, SIZE).await.map_err(|_| Refusal::Store)? else { return Ok(None) };
        Ok(Some(Answer::closed(file(stored, SEALED).await.map_err(|_| Refusal::Store)?)))
    }
}
