//! `GET`, `PUT /api/mailboxes/<mailbox>/own`: what a member keeps for themselves, the same on each of their devices.
//!
//! A device says which version it knows, in `If-Match`, or with `If-None-Match: *` that it knows of none. One that comes too
//! late is told so, takes what is there, and merges: nothing that another device saved is written over unseen.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{self, HeaderName, HeaderValue},
};

use super::{Received, Receiving, body::Arriving, body::is_sealed, to_the_end};
use crate::{
    serve::{
        answer::{Answer, Body, empty},
        api::{SEALED, Visitor},
        refusal::Refusal,
        service::Service,
    },
    store::layout,
    wire::{Digest, MailboxId, What},
};

/// What is to be there when a device writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    This(Digest),
    /// A tag that no version ever had.
    Odd,
}

impl Known {
    /// SECURITY: who says nothing might write over what another device saved.
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let one = |name: HeaderName| {
            let mut all = headers.get_all(name).iter();
            all.next().filter(|_| all.next().is_none()).map(HeaderValue::as_bytes)
        };
        match (one(header::IF_MATCH), one(header::IF_NONE_MATCH)) {
            (Some(tag), None) => Ok(digest(tag).map_or(Self::Odd, Self::This)),
            (None, Some(b"*")) => Ok(Self::Nothing),
            _ => Err(Refusal::Unconditional),
        }
    }

    fn is(self, there: Option<Digest>) -> bool {
        match self {
            Self::Nothing => there.is_none(),
            Self::This(known) => there == Some(known),
            Self::Odd => false,
        }
    }
}

fn digest(tag: &[u8]) -> Option<Digest> {
    std::str::from_utf8(tag).ok()?.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn tag(digest: &Digest) -> HeaderValue {
    HeaderValue::try_from(format!("\"{digest}\"")).expect("hexadecimal digits")
}

impl Service {
    pub(super) async fn own(&self, id: MailboxId, visitor: Visitor<'_>) -> Result<Answer, Refusal> {
        let admitted = self.admitted(visitor).await?;
        if admitted != id {
            return Err(self.turned_away(id, admitted, visitor));
        }
        Ok(Answer::closed(match self.receiving.own(id).await? {
            Some(bytes) => sealed(bytes),
            None => nothing_there(),
        }))
    }

    pub(super) async fn put_own(
        &self,
        id: MailboxId,
        asked: (&str, Visitor<'_>),
        arriving: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let signed = self.signed_for(id, asked).await?;
        let known = Known::of(asked.1.headers)?;
        self.rates.noting(id)?;
        let received = self.receiving.receive(id, arriving).await?;
        // SECURITY: a pass that was seen on its way puts nothing else here.
        if Digest::of(&received.bytes) != signed.sha256 {
            return Err(Refusal::NotSigned);
        }
        if !is_sealed(&received.bytes) {
            return Err(Refusal::BadFile);
        }
        to_the_end(Arc::clone(&self.receiving).replace(id, known, received)).await?;
        self.received(What::Own, id, asked.1.now);
        let mut response = nothing_there();
        response.headers_mut().insert(header::ETAG, tag(&signed.sha256));
        Ok(Answer::closed(response))
    }
}

impl Receiving {
    async fn own(&self, id: MailboxId) -> Result<Option<Bytes>, Refusal> {
        self.store.read(&layout::own(&id), self.limits.sealed_size).await.map_err(|_| Refusal::Store)
    }

    /// The mailbox has its turn, so what is compared here is what is replaced.
    async fn replace(self: Arc<Self>, id: MailboxId, known: Known, received: Received) -> Result<(), Refusal> {
        let there = self.own(id).await?.map(|bytes| Digest::of(&bytes));
        if !known.is(there) {
            return Err(Refusal::Changed);
        }
        self.has_space()?;
        let bytes = received.bytes.clone();
        self.outcome(self.store.replace(&layout::own(&id), bytes).await)
    }
}

fn sealed(bytes: Bytes) -> Response<Body> {
    let (version, length) = (Digest::of(&bytes), bytes.len());
    let mut response = Response::new(Either::Left(Full::new(bytes)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(SEALED));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ETAG, tag(&version));
    response
}

fn nothing_there() -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
