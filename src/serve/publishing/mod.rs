//! Publishing over the gate: the practice's own side brings files, and takes back what it is to keep.
//!
//! In: requests with a [`Warrant`], each signed by the practice's key for this very request. Out: files of the store. The
//! server holds the practice's root verifying key and nothing else: nothing here could be stolen and used. It checks what
//! a file may look like from outside, so that a slip does no harm, and believes nothing it can't verify.

mod challenges;
mod files;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, body::Body as HttpBody};
use tokio::sync::Semaphore;

use self::challenges::Challenges;
use super::{
    answer::{Answer, empty, json},
    api::Visitor,
    limits::Limits,
    refusal::{Refusal, Scheme},
    service::Service,
};
use crate::{
    store::layout,
    wire::{Digest, Envelope, Epoch, Greeting, Head, Release, VerifyingKey, Warrant},
};

/// More than any head.
const HEAD_SIZE: u64 = 16 * 1024 * 1024;
/// A warrant is about 1.5 KB long.
const WARRANT_SIZE: usize = 8 * 1024;

/// What is asked for below `/api/publication`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request_ {
    Greeting,
    List(String),
    File(String),
    Sync,
}

/// One practice may publish here: the one with this root.
#[derive(Debug)]
pub(super) struct Publishing {
    root: VerifyingKey,
    challenges: Mutex<Challenges>,
    bodies: Semaphore,
}

impl Publishing {
    pub(super) fn new(root: VerifyingKey, limits: &Limits) -> Self {
        Self { root, challenges: Mutex::default(), bodies: Semaphore::new(limits.bodies) }
    }

    fn challenges(&self) -> MutexGuard<'_, Challenges> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
