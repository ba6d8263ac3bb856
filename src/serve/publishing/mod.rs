//! Publishing over the gate: the practice's own side brings files, and takes back what it is to keep.
//!
//! In: requests with a [`Warrant`], each signed by the practice's key for this very request. Out: files of the store. The
//! server holds the practice's root verifying key and nothing else: nothing here could be stolen and used. What a file may
//! look like from outside is checked in [`files`], so that a slip does no harm; that nothing is done twice, or by two at
//! once, in [`challenges`].

mod challenges;
mod files;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Method, Request, body::Incoming, header};
use tokio::sync::Semaphore;

use self::challenges::Challenges;
use super::{
    answer::{Answer, json},
    api::Visitor,
    limits::Limits,
    refusal::{Refusal, Scheme},
    service::Service,
};
use crate::wire::{Digest, Epoch, Greeting, VerifyingKey, Warrant};

/// A warrant is about 1.5 KB long.
const WARRANT_SIZE: usize = 8 * 1024;

/// What is asked for below `/api/publication`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Greeting,
    /// The paths of all files in a folder of the store.
    List(String),
    /// A file of the store, by its path.
    File(String),
}

impl Asked {
    /// Of what stands behind `/api/publication`.
    pub(super) fn of(rest: &str) -> Option<Self> {
        match rest.strip_prefix('/') {
            None => rest.is_empty().then_some(Self::Greeting),
            Some(rest) => match rest.split_once('/')? {
                ("list", folder) => Some(Self::List(folder.to_owned())),
                ("files", path) => Some(Self::File(path.to_owned())),
                _ => None,
            },
        }
    }
}

/// One practice may publish here: the one with this root.
#[derive(Debug)]
pub(super) struct Publishing {
    root: VerifyingKey,
    challenges: Mutex<Challenges>,
    bodies: Semaphore,
    body_size: u64,
}

impl Publishing {
    pub(super) fn new(root: VerifyingKey, limits: &Limits) -> Self {
        Self { root, challenges: Mutex::default(), bodies: Semaphore::new(limits.bodies), body_size: limits.body_size }
    }

    fn challenges(&self) -> MutexGuard<'_, Challenges> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose warrant was believed, and whose body is what the warrant says.
struct Warranted {
    warrant: Warrant,
    epoch: Epoch,
    body: Bytes,
}

impl Service {
    pub(super) async fn publication(
        &self,
        asked: Asked,
        request: Request<Incoming>,
        visitor_network: super::rates::Network,
    ) -> Result<Answer, Refusal> {
        let publishing = self.publishing.as_ref().ok_or(Refusal::NotFound)?;
        let method = request.method().clone();
        if asked == Asked::Greeting {
            return match method {
                Method::GET | Method::HEAD => self.greeting(publishing).await,
                _ => Err(Refusal::Method),
            };
        }
        let warranted = self.warranted(publishing, request, visitor_network).await?;
        match (asked, method) {
            (Asked::List(folder), Method::GET) => self.publication_list(&folder).await,
            (Asked::File(path), Method::GET) => self.publication_file(&path).await,
            (Asked::File(path), Method::PUT) => {
                self.may_change(publishing, &warranted).await?;
                self.put_file(publishing, &path, &warranted).await
            }
            (Asked::File(path), Method::DELETE) => {
                self.may_change(publishing, &warranted).await?;
                self.delete_file(&path).await
            }
            _ => Err(Refusal::Method),
        }
    }

    async fn greeting(&self, publishing: &Publishing) -> Result<Answer, Refusal> {
        let challenge = publishing.challenges().current(Instant::now());
        let head = self.published_head().await?.map(|head| head.digest);
        Ok(Answer::closed(json(&Greeting { version: 1, challenge, head })))
    }

    /// SECURITY: signature, purpose, address, challenge, method, path and body are checked before anything is read or
    /// written; what was signed once is done once.
    async fn warranted(
        &self,
        publishing: &Publishing,
        request: Request<Incoming>,
        network: super::rates::Network,
    ) -> Result<Warranted, Refusal> {
        let visitor = Visitor { network, method: request.method(), headers: request.headers(), now: 0 };
        let locked = || match self.rates.failed(None, network) {
            Ok(()) => Refusal::Locked(Scheme::Warrant),
            Err(refusal) => refusal,
        };
        let shown = visitor.shows(Scheme::Warrant).filter(|shown| shown.len() <= WARRANT_SIZE).ok_or_else(locked)?;
        let (warrant, epoch) = Warrant::decode(shown, &publishing.root).map_err(|_| locked())?;
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let published = self.origins.now(&self.store).await;
        let meant = warrant.method == request.method().as_str()
            && warrant.path == target
            && published.origins.contains(&warrant.origin);
        if !meant {
            return Err(locked());
        }
        if !publishing.challenges().is_good(&warrant.challenge, Instant::now()) {
            return Err(Refusal::OldChallenge);
        }
        let body = self.body(publishing, request).await?;
        if Digest::of(&body) != warrant.sha256 {
            return Err(Refusal::BadFile);
        }
        publishing.challenges().spend(&warrant.challenge, warrant.nonce, Instant::now())?;
        Ok(Warranted { warrant, epoch, body })
    }

    /// The body, whole; a few at a time, so that memory stays bounded.
    async fn body(&self, publishing: &Publishing, request: Request<Incoming>) -> Result<Bytes, Refusal> {
        let _place = publishing.bodies.acquire().await.map_err(|_| Refusal::Store)?;
        let limit = usize::try_from(publishing.body_size).unwrap_or(usize::MAX);
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > publishing.body_size) {
            return Err(Refusal::TooLarge);
        }
        let limited = http_body_util::Limited::new(request.into_body(), limit);
        let collected = limited.collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() { Refusal::TooLarge } else { Refusal::BadFile }
        })?;
        Ok(collected.to_bytes())
    }

    /// Whether this publication may change anything: nobody else is at it, nobody came first, and its keys are not old ones.
    async fn may_change(&self, publishing: &Publishing, warranted: &Warranted) -> Result<(), Refusal> {
        publishing.challenges().turn(warranted.warrant.publication, Instant::now())?;
        let head = self.published_head().await?;
        if head.as_ref().map(|head| head.digest) != warranted.warrant.base {
            return Err(Refusal::Stale);
        }
        // SECURITY: keys that were rotated away publish nothing any more, whoever has them.
        match head.and_then(|head| head.epoch(&publishing.root)) {
            Some(epoch) if warranted.epoch < epoch => Err(Refusal::Locked(Scheme::Warrant)),
            _ => Ok(()),
        }
    }
}
