//! What takes a ticket or a pass: keyrings, indexes, objects.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use hyper::{HeaderMap, header::AUTHORIZATION};

use super::{Limits, rate::Rate, routes::Refusal};
use crate::{
    store::{Store, layout},
    wire::{Digest, Gate, MailboxId, MailboxRecord, ObjectName, PASS_LIFE, Pass, Ticket, UnixTime, VerifyingKey},
};

/// The largest record or `gate.json`.
pub(super) const RECORD_LIMIT: u64 = 64 * 1024;
/// The largest sealed thing.
const SEALED_LIMIT: u64 = 64 * 1024 * 1024;
/// How long `gate.json` is believed unread.
const GATE_LIFE: Duration = Duration::from_secs(1);
/// Passes remembered at a time.
const PASSES: usize = 10_000;

#[derive(Debug)]
pub(super) struct Api {
    origins: Vec<String>,
    gate: Mutex<Option<(Instant, Vec<String>)>>,
    passes: Mutex<HashMap<Digest, Verified>>,
    keyrings: Rate<MailboxId>,
    refused: Rate<IpAddr>,
}

/// A pass that was verified, for the time it is good.
#[derive(Debug, Clone)]
struct Verified {
    mailbox: MailboxId,
    key: VerifyingKey,
    ends: UnixTime,
}

impl Api {
    pub(super) fn new(origins: Vec<String>, limits: &Limits) -> Self {
        Self {
            origins,
            gate: Mutex::default(),
            passes: Mutex::default(),
            keyrings: Rate::new(limits.keyring),
            refused: Rate::new(limits.refused),
        }
    }

    /// The sealed thing at `/api/<path>`.
    pub(super) async fn get(
        &self,
        store: &Store,
        path: &str,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<Bytes, Refusal> {
        let now = Instant::now();
        if let Some(peer) = &peer {
            self.refused.check(peer, now).map_err(Refusal::TooMany)?;
        }
        let found = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["mailboxes", id, "keyring"] => self.keyring(store, parse(id)?, headers, now).await,
            ["mailboxes", id, "index"] => self.index(store, parse(id)?, headers).await,
            ["objects", name] => self.object(store, parse(name)?, headers).await,
            _ => Err(Refusal::NotFound),
        };
        if let (Some(peer), Err(Refusal::Unauthorized)) = (peer, &found) {
            // Refused again and again slows down whoever tries, and nobody else.
            let _ = self.refused.take(peer, now);
        }
        found
    }

    async fn keyring(&self, store: &Store, id: MailboxId, headers: &HeaderMap, now: Instant) -> Result<Bytes, Refusal> {
        let ticket: Ticket =
            authorization(headers, "Ticket ").and_then(|text| text.parse().ok()).ok_or(Refusal::Unauthorized)?;
        let record = record(store, &id).await?.filter(|record| record.admits(&ticket, unix_now()));
        let record = record.ok_or(Refusal::Unauthorized)?;
        // SECURITY: counted only for those who hold a ticket, so that no stranger can lock a member out.
        self.keyrings.take(id, now).map_err(Refusal::TooMany)?;
        sealed(store, &record.keyring, &format!("{}/{id}/", layout::KEYRINGS)).await
    }

    async fn index(&self, store: &Store, id: MailboxId, headers: &HeaderMap) -> Result<Bytes, Refusal> {
        let (mailbox, record) = self.pass(store, headers).await?;
        if mailbox != id {
            return Err(Refusal::Unauthorized);
        }
        sealed(store, &record.index, &format!("{}/{id}/", layout::INDEXES)).await
    }

    async fn object(&self, store: &Store, name: ObjectName, headers: &HeaderMap) -> Result<Bytes, Refusal> {
        self.pass(store, headers).await?;
        sealed(store, &layout::object(&name), layout::OBJECTS).await
    }

    /// Whose pass this is, if it is one.
    async fn pass(&self, store: &Store, headers: &HeaderMap) -> Result<(MailboxId, MailboxRecord), Refusal> {
        let text = authorization(headers, "Pass ").ok_or(Refusal::Unauthorized)?;
        let (digest, now) = (Digest::of(text.as_bytes()), unix_now());
        if let Some(known) = self.remembered(&digest, now) {
            // The mailbox may have been closed, or have changed its key, since the pass was verified.
            let record = record(store, &known.mailbox).await?.filter(|record| record.key == known.key);
            return Ok((known.mailbox, record.ok_or(Refusal::Unauthorized)?));
        }
        let envelope = Pass::decode(text).map_err(|_| Refusal::Unauthorized)?;
        let mailbox = Pass::claimed_mailbox(&envelope).map_err(|_| Refusal::Unauthorized)?;
        let record = record(store, &mailbox).await?.ok_or(Refusal::Unauthorized)?;
        let origins = self.origins(store).await?;
        let pass = Pass::verify(&envelope, &record.key, &origins, now).map_err(|_| Refusal::Unauthorized)?;
        // SECURITY: what was signed to change something is not taken for leave to read.
        if pass.method.is_some() || pass.path.is_some() || pass.sha256.is_some() {
            return Err(Refusal::Unauthorized);
        }
        self.remember(digest, Verified { mailbox, key: record.key, ends: pass.time + PASS_LIFE }, now);
        Ok((mailbox, record))
    }

    fn remembered(&self, digest: &Digest, now: UnixTime) -> Option<Verified> {
        let passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(digest).filter(|known| now < known.ends).cloned()
    }

    fn remember(&self, digest: Digest, verified: Verified, now: UnixTime) {
        let mut passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        if passes.len() >= PASSES {
            passes.retain(|_, known| now < known.ends);
        }
        if passes.len() < PASSES {
            passes.insert(digest, verified);
        }
    }

    /// The addresses that passes may name: those published in `gate.json`, and the server's own options.
    async fn origins(&self, store: &Store) -> Result<Vec<String>, Refusal> {
        let now = Instant::now();
        let known = self.gate.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, origins)) = known.filter(|(read, _)| now.duration_since(*read) < GATE_LIFE) {
            return Ok(origins);
        }
        let bytes = store.read(layout::GATE, RECORD_LIMIT).await.map_err(|_| Refusal::Unavailable)?;
        let gate: Gate = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(Refusal::Unavailable)?;
        let origins: Vec<String> = gate.origins.into_iter().chain(self.origins.iter().cloned()).collect();
        *self.gate.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, origins.clone()));
        Ok(origins)
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok()?.strip_prefix(scheme),
        _ => None,
    }
}

async fn record(store: &Store, id: &MailboxId) -> Result<Option<MailboxRecord>, Refusal> {
    let bytes = store.read(&layout::mailbox(id), RECORD_LIMIT).await.map_err(|_| Refusal::Unavailable)?;
    bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|_| Refusal::Unavailable)
}

/// The sealed file at `path`, which must lie below `folder`.
async fn sealed(store: &Store, path: &str, folder: &str) -> Result<Bytes, Refusal> {
    if !path.starts_with(folder) {
        return Err(Refusal::Unavailable);
    }
    store.read(path, SEALED_LIMIT).await.map_err(|_| Refusal::Unavailable)?.ok_or(Refusal::NotFound)
}

fn unix_now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
