//! One request, one answer: route, then answer early or add the common headers; never both.

use std::time::{SystemTime, UNIX_EPOCH};

use hyper::{Method, Request, Response};

use super::{
    answer::{Answer, Body, nothing, text},
    api::Visitor,
    gate_file::Origins,
    headers,
    limits::Limits,
    mailboxes::Mailboxes,
    passes::Passes,
    rates::{Network, Rates},
    refusal::Refusal,
    routes::{Route, host_of},
};
use crate::{store::Store, wire::UnixTime};

/// All that requests share. No session, no state that would be missed after a restart.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) store: Store,
    pub(super) origins: Origins,
    pub(super) mailboxes: Mailboxes,
    pub(super) passes: Passes,
    pub(super) rates: Rates,
}

impl Service {
    pub(super) fn new(store: Store, origins: Origins, limits: &Limits) -> Self {
        Self {
            store,
            origins,
            mailboxes: Mailboxes::new(),
            passes: Passes::new(limits.remembered_passes),
            rates: Rates::new(limits),
        }
    }

    /// Answers a request whose head was checked; `refused` if it did not stand the check.
    pub(super) async fn answer<B>(
        &self,
        request: Request<B>,
        refused: Option<Refusal>,
        network: Network,
    ) -> Response<Body> {
        let answer = match refused {
            Some(refusal) => Err(refusal),
            None => self.route(&request, network).await,
        };
        finished(answer, refused)
    }

    async fn route<B>(&self, request: &Request<B>, network: Network) -> Result<Answer, Refusal> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::Method);
        }
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let visitor = Visitor { network, headers: request.headers(), now: now() };
        let address = self.origins.now(&self.store).await.address(host_of(request));
        match Route::of(target).and_then(|route| route.at(address)).ok_or(Refusal::NotFound)? {
            Route::Nothing => Ok(nothing()),
            Route::Open(path) => self.open_file(&path, request.headers()).await,
            Route::Viewer => self.viewer(request.headers()).await,
            Route::Keyring(id) => self.keyring(id, visitor).await,
            Route::Index(id) => self.index(id, visitor).await,
            Route::Object(name) => self.object(name, visitor).await,
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

fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
