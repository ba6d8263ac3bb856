//! A heldspace server as the practice's own side meets it: every request with a warrant of its own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use ureq::{Agent, http, tls};

use super::{HostError, Listed};
use crate::{
    keys::Keys,
    wire::{Challenge, Digest, Envelope, Greeting, Nonce, SigningKey, Warrant},
};

/// How often a request is tried when the connection fails or the server is busy, and the first wait between.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_millis(400);
/// A greeting is some hundred bytes long, a listing of fifty thousand files some megabytes.
const LISTING: u64 = 16 * 1024 * 1024;

/// A server, greeted.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    origin: String,
    agent: Agent,
    statement: Envelope,
    key: SigningKey,
    publication: Nonce,
    /// The challenge to sign, and the head that everything is based on.
    state: Mutex<(Challenge, Option<Digest>)>,
}

struct Reply {
    status: u16,
    body: Vec<u8>,
}

impl Server {
    /// Asks the server for a challenge.
    pub async fn greet(origin: &str, keys: &Keys, publication: Nonce) -> Result<Self, HostError> {
        let (origin, statement, key) = (origin.to_owned(), keys.statement().clone(), keys.signing_key());
        let agent = agent();
        blocking(move || {
            let greeting = greeting(&agent, &origin)?;
            let state = Mutex::new((greeting.challenge, greeting.head));
            Ok(Self(Arc::new(Inner { origin, agent, statement, key, publication, state })))
        })
        .await
    }

    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// From now on everything is based on this head.
    pub(super) fn now_at(&self, head: Option<Digest>) {
        if head.is_some() {
            self.0.state().1 = head;
        }
    }

    pub(super) async fn list(&self, folder: &str) -> Result<Vec<Listed>, HostError> {
        let reply = self.ask("GET", format!("list/{folder}"), Bytes::new(), LISTING).await?;
        serde_json::from_slice(&reply.body).map_err(|_| HostError::Answer { origin: self.origin().to_owned() })
    }

    pub(super) async fn read(&self, path: &str, limit: u64) -> Result<Option<Bytes>, HostError> {
        match self.ask("GET", format!("files/{path}"), Bytes::new(), limit).await {
            Ok(reply) => Ok(Some(reply.body.into())),
            Err(HostError::Status { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put(&self, path: &str, bytes: Bytes) -> Result<(), HostError> {
        self.ask("PUT", format!("files/{path}"), bytes, 1024).await.map(drop)
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), HostError> {
        self.ask("DELETE", format!("files/{path}"), Bytes::new(), 1024).await.map(drop)
    }

    async fn ask(&self, method: &'static str, path: String, body: Bytes, limit: u64) -> Result<Reply, HostError> {
        let inner = Arc::clone(&self.0);
        blocking(move || inner.ask(method, &path, &body, limit)).await
    }
}

impl Inner {
    fn state(&self) -> std::sync::MutexGuard<'_, (Challenge, Option<Digest>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until there is an answer that will not change by waiting a little.
    fn ask(&self, method: &'static str, path: &str, body: &[u8], limit: u64) -> Result<Reply, HostError> {
        let mut wait = WAIT;
        for left in (0..TRIES).rev() {
            match self.once(method, path, body, limit) {
                Ok(reply) if reply.status == 428 && left > 0 => {
                    self.state().0 = greeting(&self.agent, &self.origin)?.challenge;
                }
                Ok(reply) if matches!(reply.status, 429 | 503) && left > 0 => std::thread::sleep(wait),
                Ok(reply) => return self.judged(reply, path),
                Err(error) if left > 0 && !error.is_about_the_file() => std::thread::sleep(wait),
                Err(error) => return Err(error),
            }
            wait *= 2;
        }
        Err(HostError::Answer { origin: self.origin.clone() })
    }

    fn once(&self, method: &'static str, path: &str, body: &[u8], limit: u64) -> Result<Reply, HostError> {
        let path = format!("/api/publication/{path}");
        let (challenge, base) = *self.state();
        let warrant = Warrant {
            statement: self.statement.clone(),
            origin: self.origin.clone(),
            challenge,
            publication: self.publication,
            nonce: nonce(),
            method: method.to_owned(),
            path: path.clone(),
            sha256: Digest::of(body),
            base,
        };
        let authorization = format!("Warrant {}", warrant.encode(&self.key));
        send(&self.agent, &self.origin, method, &path, Some(&authorization), body, limit)
    }

    fn judged(&self, reply: Reply, path: &str) -> Result<Reply, HostError> {
        let origin = self.origin.clone();
        match reply.status {
            200 => Ok(reply),
            401 => Err(HostError::Refused { origin }),
            409 => Err(HostError::Turn { origin }),
            412 => Err(HostError::Stale { origin }),
            507 => Err(HostError::Full { origin }),
            status => Err(HostError::Status { origin, path: path.to_owned(), status }),
        }
    }
}

fn greeting(agent: &Agent, origin: &str) -> Result<Greeting, HostError> {
    let reply = send(agent, origin, "GET", "/api/publication", None, &[], 4096)?;
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|_| HostError::Answer { origin: origin.to_owned() }),
        404 => Err(HostError::NoPublisher { origin: origin.to_owned() }),
        status => Err(HostError::Status { origin: origin.to_owned(), path: "/api/publication".into(), status }),
    }
}

fn send(
    agent: &Agent,
    origin: &str,
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: &[u8],
    limit: u64,
) -> Result<Reply, HostError> {
    let failed = |source: ureq::Error| HostError::Unreachable { origin: origin.to_owned(), source };
    let mut request = http::Request::builder().method(method).uri(format!("{origin}{path}"));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let response = if method == "PUT" {
        agent.run(request.body(body).map_err(|error| failed(error.into()))?)
    } else {
        agent.run(request.body(()).map_err(|error| failed(error.into()))?)
    };
    let mut response = response.map_err(failed)?;
    let body = response.body_mut().with_config().limit(limit).read_to_vec().map_err(failed)?;
    Ok(Reply { status: response.status().as_u16(), body })
}

/// SECURITY: certificates are checked as this machine checks them; no redirect is followed, no proxy of the environment
/// used, and nothing says what program asks.
pub(crate) fn agent() -> Agent {
    let tls = tls::TlsConfig::builder().root_certs(tls::RootCerts::PlatformVerifier).build();
    Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("")
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_send_body(Some(Duration::from_mins(5)))
        .timeout_recv_response(Some(Duration::from_mins(2)))
        .timeout_recv_body(Some(Duration::from_mins(5)))
        .build()
        .into()
}

fn nonce() -> Nonce {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    Nonce::from_bytes(bytes)
}

/// Runs what waits for the network where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await.expect("a request does not panic")
}
