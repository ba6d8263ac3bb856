//! Token buckets: how often something may happen for one mailbox, or from one network.
//!
//! They slow guessing and floods down and do nothing else. Right and wrong are counted apart, so that nobody who knows a
//! mailbox, but has no ticket for it, can shut its member out.

use std::{
    hash::Hash,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    limits::{Limits, Rate},
    recent::Recent,
    refusal::Refusal,
};
use crate::wire::MailboxId;

/// Where a client comes from: an IPv4 address, or the /64 of an IPv6 address, all of which one client can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Network {
    V4([u8; 4]),
    V6(u128),
    /// A connection from this machine: a proxy here stands for everyone, so none of its connections counts for another.
    ThisMachine(u16),
}

impl Network {
    pub(super) fn of(peer: SocketAddr, limits: &Limits) -> Self {
        match peer.ip().to_canonical() {
            ip if ip.is_loopback() && !limits.count_loopback => Self::ThisMachine(peer.port()),
            IpAddr::V4(ip) => Self::V4(ip.octets()),
            IpAddr::V6(ip) => Self::V6(ip.to_bits() >> 64),
        }
    }
}

/// All that is counted about keyrings, tickets and passes.
#[derive(Debug)]
pub(super) struct Rates {
    given_of: Buckets<MailboxId>,
    given_to: Buckets<Network>,
    failed_for: Buckets<MailboxId>,
    failed_from: Buckets<Network>,
}

impl Rates {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            given_of: Buckets::new(limits.keyrings_per_mailbox, limits.remembered),
            given_to: Buckets::new(limits.keyrings_per_network, limits.remembered),
            failed_for: Buckets::new(limits.failures_per_mailbox, limits.remembered),
            failed_from: Buckets::new(limits.failures_per_network, limits.remembered),
        }
    }

    /// Whether `network` may try, having failed before.
    pub(super) fn may_try(&self, network: Network) -> Result<(), Refusal> {
        self.failed_from.look(&network).map_err(too_many)
    }

    /// A ticket or pass was wrong.
    pub(super) fn failed(&self, mailbox: Option<MailboxId>, network: Network) -> Result<(), Refusal> {
        let from = self.failed_from.take(network);
        let towards = mailbox.map_or(Ok(()), |mailbox| self.failed_for.take(mailbox));
        from.and(towards).map_err(too_many)
    }

    /// A keyring is about to be handed out.
    pub(super) fn giving(&self, mailbox: MailboxId, network: Network) -> Result<(), Refusal> {
        self.given_to.take(network).and_then(|()| self.given_of.take(mailbox)).map_err(too_many)
    }
}

fn too_many(wait: Duration) -> Refusal {
    Refusal::TooMany { wait }
}

/// For each key, when its bucket will be full again (GCRA): one number says how many tokens are left.
#[derive(Debug)]
struct Buckets<K> {
    rate: Rate,
    full_at: Mutex<Recent<K, Instant>>,
}

impl<K: Eq + Hash> Buckets<K> {
    fn new(rate: Rate, bound: usize) -> Self {
        Self { rate, full_at: Mutex::new(Recent::new(bound)) }
    }

    /// Takes a token, or says how long to wait for one.
    fn take(&self, key: K) -> Result<(), Duration> {
        self.at(Instant::now(), key, true)
    }

    /// Says how long to wait for a token, if there is none.
    fn look(&self, key: &K) -> Result<(), Duration>
    where
        K: Copy,
    {
        self.at(Instant::now(), *key, false)
    }

    fn at(&self, now: Instant, key: K, taking: bool) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.look(&key).map_or(now, |full| (*full).max(now));
        let next = full + self.rate.pause;
        let wait = next.saturating_duration_since(now + self.rate.pause * self.rate.burst);
        if !wait.is_zero() {
            return Err(wait);
        }
        if taking {
            full_at.insert(key, next);
        }
        Ok(())
    }
}
