//! What members' browsers ask for: the locked keyring for a ticket; the index and objects for a pass.
//!
//! Right, wrong and unknown differ in nothing but what is needed: no file is named, no reason is given. What was given,
//! and that something was refused, goes into the [audit log](super::audit).

use hyper::{HeaderMap, Method, header};

use super::{
    answer::{Answer, file},
    passes::{Put, Refused, Signed},
    rates::Network,
    refusal::{Refusal, Scheme},
    service::Service,
};
use crate::{
    store::layout,
    wire::{MailboxId, ObjectName, Ticket, UnixTime, What},
};

/// Objects are parts of 4 MiB at most, sealed; an index or a keyring is far smaller.
const SIZE: u64 = 8 * 1024 * 1024;
pub(super) const SEALED: &str = "application/octet-stream";

/// Who asks, and with what in hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor<'a> {
    pub(super) network: Network,
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    pub(super) now: UnixTime,
}

impl<'a> Visitor<'a> {
    /// What stands behind the scheme in the one `Authorization` header.
    pub(super) fn shows(&self, scheme: Scheme) -> Option<&'a str> {
        let mut shown = self.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(one), None) = (shown.next(), shown.next()) else { return None };
        let (name, value) = one.to_str().ok()?.split_once(' ')?;
        name.eq_ignore_ascii_case(scheme.name()).then_some(value)
    }
}

impl Service {
    pub(super) async fn keyring(&self, id: MailboxId, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        let wrong = || match self.rates.failed(Some(id), visitor.network) {
            Ok(()) => Refusal::Locked(Scheme::Ticket),
            Err(refusal) => refusal,
        };
        let ticket: Option<Ticket> = visitor.shows(Scheme::Ticket).and_then(|t| t.parse().ok());
        let Some(ticket) = ticket else {
            self.refused(None, visitor);
            return Err(wrong());
        };
        let mailbox = self.mailboxes.read(&self.store, &id).await?;
        // SECURITY: not `&&`, which would skip the comparison for an unknown mailbox.
        if !(mailbox.record.admits(&ticket, visitor.now) & mailbox.exists) {
            self.refused(mailbox.exists.then_some(id), visitor);
            return Err(wrong());
        }
        self.rates.giving(id, ticket.hash(), visitor.network)?;
        let answer = self.sealed(&mailbox.record.keyring).await?.ok_or(Refusal::Store)?;
        self.given(What::Keyring, id, None, visitor);
        Ok(answer)
    }

    pub(super) async fn index(&self, id: MailboxId, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        let admitted = self.admitted(visitor).await?;
        if admitted != id {
            return Err(self.turned_away(id, admitted, visitor));
        }
        // A publication may come between the record and the file, once.
        for _ in 0..2 {
            let mailbox = self.mailboxes.read(&self.store, &id).await?;
            if let Some(answer) = self.sealed(&mailbox.record.index).await? {
                self.given(What::Index, id, None, visitor);
                return Ok(answer);
            }
        }
        Err(Refusal::Store)
    }

    pub(super) async fn object(&self, name: ObjectName, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        let admitted = self.admitted(visitor).await?;
        let answer = self.sealed(&layout::object(&name)).await?.ok_or(Refusal::NotFound)?;
        self.given(What::Object, admitted, Some(name), visitor);
        Ok(answer)
    }

    /// The head is signed, and tells nothing that the open pages do not.
    pub(super) async fn head(&self) -> Result<Answer, Refusal> {
        let stored = self.store.fetch(layout::HEAD, SIZE).await.map_err(|_| Refusal::Store)?;
        let head = file(stored.ok_or(Refusal::NotFound)?, "application/json").await;
        Ok(Answer::closed(head.map_err(|_| Refusal::Store)?))
    }

    /// Someone with a good pass asks for another mailbox than their own.
    pub(super) fn turned_away(&self, asked: MailboxId, admitted: MailboxId, visitor: Visitor<'_>) -> Refusal {
        self.refused(Some(admitted), visitor);
        self.failed(Some(asked), visitor)
    }

    /// What whoever shows a good pass over this PUT has signed.
    pub(super) async fn admitted_to_put(&self, target: &str, visitor: Visitor<'_>) -> Result<Signed, Refusal> {
        let text = self.shown_pass(visitor)?;
        let published = self.origins.now(&self.store).await;
        let put = Put { path: target, now: visitor.now };
        let admitted = put.admit(text, (&self.store, &self.mailboxes), &published.origins).await;
        admitted.map_err(|refused| self.not_admitted(&refused, visitor))
    }

    /// The mailbox of whoever shows a good pass.
    pub(super) async fn admitted(&self, visitor: Visitor<'_>) -> Result<MailboxId, Refusal> {
        let text = self.shown_pass(visitor)?;
        let published = self.origins.now(&self.store).await;
        let admitted = self.passes.admit(text, (&self.store, &self.mailboxes), &published.origins, visitor.now).await;
        admitted.map_err(|refused| self.not_admitted(&refused, visitor))
    }

    fn shown_pass<'a>(&self, visitor: Visitor<'a>) -> Result<&'a str, Refusal> {
        visitor.shows(Scheme::Pass).ok_or_else(|| {
            self.refused(None, visitor);
            self.failed(None, visitor)
        })
    }

    fn not_admitted(&self, refused: &Refused, visitor: Visitor<'_>) -> Refusal {
        match *refused {
            Refused::Wrong { claimed, exists } => {
                self.refused(claimed.filter(|_| exists), visitor);
                self.failed(claimed, visitor)
            }
            Refused::Store(refusal) => refusal,
        }
    }

    fn failed(&self, mailbox: Option<MailboxId>, visitor: Visitor<'_>) -> Refusal {
        self.rates.failed(mailbox, visitor.network).err().unwrap_or(Refusal::Locked(Scheme::Pass))
    }

    /// Into the audit log: a mailbox's browser was given something. Only what has a body was given; HEAD has none.
    fn given(&self, what: What, mailbox: MailboxId, object: Option<ObjectName>, visitor: Visitor<'_>) {
        if visitor.method == Method::GET {
            self.audit.note(visitor.now, what, Some(mailbox), object);
        }
    }

    /// Into the audit log: a ticket or pass opened nothing. Whoever shows none, as scanners do, tried nothing.
    ///
    /// SECURITY: with the name of a mailbox that there is, or none: else names made up by anyone would fill the log.
    pub(super) fn refused(&self, mailbox: Option<MailboxId>, visitor: Visitor<'_>) {
        if visitor.headers.contains_key(header::AUTHORIZATION) {
            self.audit.note(visitor.now, What::Refused, mailbox, None);
        }
    }

    pub(super) async fn sealed(&self, path: &str) -> Result<Option<Answer>, Refusal> {
        let Some(stored) = self.store.fetch(path, SIZE).await.map_err(|_| Refusal::Store)? else { return Ok(None) };
        Ok(Some(Answer::closed(file(stored, SEALED).await.map_err(|_| Refusal::Store)?)))
    }
}
