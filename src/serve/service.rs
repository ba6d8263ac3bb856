//! One request, one answer: route, then answer early or add the common headers; never both.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use hyper::{Method, Request, Response, body::Incoming};

use super::{
    answer::{Answer, Body, nothing, text},
    api::Visitor,
    audit::Audit,
    gate_file::Origins,
    headers,
    limits::Limits,
    mailboxes::Mailboxes,
    passes::Passes,
    publishing::Publishing,
    rates::{Network, Rates},
    receiving::Receiving,
    refusal::Refusal,
    routes::{Route, host_of},
};
use crate::{
    store::Store,
    wire::{UnixTime, VerifyingKey},
};

/// All that requests share. No session, no state that would be missed after a restart.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) store: Arc<Store>,
    pub(super) origins: Origins,
    pub(super) mailboxes: Mailboxes,
    pub(super) passes: Passes,
    pub(super) rates: Rates,
    pub(super) publishing: Option<Publishing>,
    pub(super) receiving: Arc<Receiving>,
    pub(super) audit: Audit,
}

impl Service {
    pub(super) fn new(store: Store, origins: Origins, publisher: Option<VerifyingKey>, limits: &Limits) -> Self {
        let store = Arc::new(store);
        Self {
            receiving: Arc::new(Receiving::new(Arc::clone(&store), limits)),
            store,
            origins,
            mailboxes: Mailboxes::new(),
            passes: Passes::new(limits.remembered_passes),
            rates: Rates::new(limits),
            publishing: publisher.map(|root| Publishing::new(root, limits)),
            audit: Audit::new(limits),
        }
    }

    /// Answers a request whose head was checked; `refused` if it did not stand the check.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        refused: Option<Refusal>,
        network: Network,
    ) -> Response<Body> {
        let is_page = !request.uri().path().starts_with("/api/");
        let answer = match refused {
            Some(refusal) => Err(refusal),
            None => self.route(request, network).await,
        };
        let answer = match answer {
            // People come to pages; what asks the API is a program.
            Err(Refusal::NotFound) if is_page => Ok(self.nothing_here().await),
            answer => answer,
        };
        finished(answer, refused)
    }

    async fn route(&self, request: Request<Incoming>, network: Network) -> Result<Answer, Refusal> {
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let address = self.origins.now(&self.store).await.address(host_of(&request));
        let route = Route::of(target).and_then(|route| route.at(address));
        match route {
            Some(Route::Publication(asked)) => return self.publication(asked, request, network).await,
            Some(Route::Slot(slot)) => return self.slot(slot, request, network).await,
            _ => {}
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::Method);
        }
        let visitor = Visitor { network, method: request.method(), headers: request.headers(), now: now() };
        match route.ok_or(Refusal::NotFound)? {
            Route::Nothing => Ok(nothing()),
            Route::Open(path) => self.open_file(&path, request.headers()).await,
            Route::Viewer => self.viewer(request.headers()).await,
            Route::Keyring(id) => self.keyring(id, visitor).await,
            Route::Index(id) => self.index(id, visitor).await,
            Route::Object(name) => self.object(name, visitor).await,
            Route::Reading(reading) => self.reading(reading, visitor).await,
            Route::Publication(_) | Route::Slot(_) => Err(Refusal::NotFound),
            Route::Head => self.head().await,
            Route::Health => Ok(Answer::closed(text("ok"))),
        }
    }
}

/// With the headers that all answers have; after a refused head nothing more is read.
pub(super) fn finished(answer: Result<Answer, Refusal>, refused: Option<Refusal>) -> Response<Body> {
    let mut answer = answer.unwrap_or_else(Refusal::answer);
    headers::add(&mut answer);
    if refused.is_some() {
        headers::close(&mut answer);
    }
    answer.response
}

pub(super) fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
