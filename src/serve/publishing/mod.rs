//! Publishing over the gate: the practice's own side brings files, and takes back what it is to keep.
//!
//! In: requests with a [`Warrant`], each signed by the practice's key for this very request. Out: files of the store. The
//! server holds the practice's root verifying key and nothing else: nothing here could be stolen and used. What a file may
//! look like from outside is checked in [`files`], so that a slip does no harm; that nothing is done twice, or by two at
//! once, in [`challenges`]. Keys that were rotated away get no further than the look at their epoch.

mod challenges;
mod files;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    Method, Request,
    body::{Body as _, Incoming},
    header,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::challenges::Challenges;
use super::{
    answer::{Answer, json},
    api::Visitor,
    limits::Limits,
    rates::Network,
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

    fn turn(&self, signed: &Signed) -> Result<(), Refusal> {
        self.challenges().turn(signed.warrant.publication, signed.epoch, Instant::now())
    }
}

/// A warrant that the practice signed, for a request like this one.
struct Signed {
    warrant: Warrant,
    epoch: Epoch,
    network: Network,
    /// Whether the request changes anything.
    changes: bool,
}

/// A request whose warrant was believed, and whose body is what the warrant says.
struct Warranted<'a> {
    body: Bytes,
    /// As long as the body is in memory.
    _place: Option<SemaphorePermit<'a>>,
}

impl Service {
    pub(super) async fn publication(
        &self,
        asked: Asked,
        request: Request<Incoming>,
        visitor_network: Network,
    ) -> Result<Answer, Refusal> {
        let publishing = self.publishing.as_ref().ok_or(Refusal::NotFound)?;
        let method = request.method().clone();
        if asked == Asked::Greeting {
            return match method {
                Method::GET | Method::HEAD => self.greeting(publishing).await,
                _ => Err(Refusal::Method),
            };
        }
        let changes = matches!((&asked, &method), (Asked::File(_), &Method::PUT | &Method::DELETE));
        let signed = self.signed(publishing, &request, visitor_network, changes).await?;
        let warranted = self.warranted(publishing, request, &signed).await?;
        match (asked, method) {
            (Asked::List(folder), Method::GET) => self.publication_list(&folder).await,
            (Asked::File(path), Method::GET) => self.publication_file(&path).await,
            (Asked::File(path), Method::PUT) => self.put_file(publishing, &path, &warranted).await,
            (Asked::File(path), Method::DELETE) => self.delete_file(&path).await,
            _ => Err(Refusal::Method),
        }
    }

    async fn greeting(&self, publishing: &Publishing) -> Result<Answer, Refusal> {
        let challenge = publishing.challenges().current(Instant::now());
        let head = self.published_head().await?.map(|head| head.digest);
        Ok(Answer::closed(json(&Greeting { version: 1, challenge, head })))
    }

    fn not_warranted(&self, network: Network) -> Refusal {
        self.rates.failed(None, network).err().unwrap_or(Refusal::Locked(Scheme::Warrant))
    }

    /// SECURITY: signature, purpose, address, challenge, method and path are checked before anything else is looked at.
    async fn signed(
        &self,
        publishing: &Publishing,
        request: &Request<Incoming>,
        network: Network,
        changes: bool,
    ) -> Result<Signed, Refusal> {
        // SECURITY: a forged warrant costs nothing to send, and two signatures to refuse.
        self.rates.may_fail(network)?;
        let visitor = Visitor { network, method: request.method(), headers: request.headers(), now: 0 };
        let locked = || self.not_warranted(network);
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
        Ok(Signed { warrant, epoch, network, changes })
    }

    /// SECURITY: keys, challenge, base and turn are checked before a body is waited for, and again when it is there; what
    /// was signed once is done once.
    async fn warranted<'a>(
        &self,
        publishing: &'a Publishing,
        request: Request<Incoming>,
        signed: &Signed,
    ) -> Result<Warranted<'a>, Refusal> {
        let Warrant { challenge, nonce, sha256, .. } = &signed.warrant;
        publishing.challenges().spend(challenge, *nonce, Instant::now())?;
        self.may_go_on(publishing, signed).await?;
        let warranted = Self::body(publishing, request, signed).await?;
        if Digest::of(&warranted.body) != *sha256 {
            return Err(Refusal::BadFile);
        }
        self.may_go_on(publishing, signed).await?;
        Ok(warranted)
    }

    /// The body, whole; a few at a time, so that memory stays bounded. As long as it arrives, the publication has its turn.
    async fn body<'a>(
        publishing: &'a Publishing,
        request: Request<Incoming>,
        signed: &Signed,
    ) -> Result<Warranted<'a>, Refusal> {
        if request.body().is_end_stream() {
            return Ok(Warranted { body: Bytes::new(), _place: None });
        }
        let limit = usize::try_from(publishing.body_size).unwrap_or(usize::MAX);
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > publishing.body_size) {
            return Err(Refusal::TooLarge);
        }
        let place = publishing.bodies.acquire().await.map_err(|_| Refusal::Store)?;
        let mut arriving = Limited::new(request.into_body(), limit);
        let mut body = BytesMut::new();
        loop {
            // SECURITY: also whoever lost the turn to newer keys meanwhile makes room for them.
            publishing.turn(signed)?;
            let Some(frame) = arriving.frame().await else { break };
            let frame = frame
                .map_err(|error| if error.is::<LengthLimitError>() { Refusal::TooLarge } else { Refusal::BadFile })?;
            body.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        }
        Ok(Warranted { body: body.freeze(), _place: Some(place) })
    }

    /// Whether these keys are not old ones; and, of what changes anything, that nobody came first and nobody else is at it.
    async fn may_go_on(&self, publishing: &Publishing, signed: &Signed) -> Result<(), Refusal> {
        let head = self.published_head().await?;
        // SECURITY: keys that were rotated away open nothing any more, whoever has them. Before the turn, or they would
        // keep it from the newer ones.
        let epoch = head.as_ref().and_then(|head| head.epoch(&publishing.root));
        if epoch.is_some_and(|epoch| signed.epoch < epoch) {
            return Err(self.not_warranted(signed.network));
        }
        if !signed.changes {
            return Ok(());
        }
        if head.map(|head| head.digest) == signed.warrant.base { publishing.turn(signed) } else { Err(Refusal::Stale) }
    }
}
