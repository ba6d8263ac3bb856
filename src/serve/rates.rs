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
use crate::wire::{Digest, MailboxId};

/// Where a client comes from: an IPv4 address, or the /64 of an IPv6 address, all of which one client can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Network {
    V4([u8; 4]),
    V6(u128),
    /// This machine: a proxy here stands for everyone, so nothing is counted against it.
    ThisMachine,
}

impl Network {
    pub(super) fn of(peer: SocketAddr, limits: &Limits) -> Self {
        match peer.ip().to_canonical() {
            ip if ip.is_loopback() && !limits.count_loopback => Self::ThisMachine,
            IpAddr::V4(ip) => Self::V4(ip.octets()),
            IpAddr::V6(ip) => Self::V6(ip.to_bits() >> 64),
        }
    }
}

/// All that is counted about keyrings, tickets and passes, and what members send.
#[derive(Debug)]
pub(super) struct Rates {
    /// By mailbox and ticket: who holds one link can't use up what another link of the same member may fetch.
    given_of: Buckets<(MailboxId, Digest)>,
    given_to: Buckets<Network>,
    failed_for: Buckets<MailboxId>,
    failed_from: Buckets<Network>,
    answers_of: Buckets<MailboxId>,
    notes_of: Buckets<MailboxId>,
    listings: Buckets<()>,
}

impl Rates {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            given_of: Buckets::new(limits.keyrings_per_mailbox, limits.remembered),
            given_to: Buckets::new(limits.keyrings_per_network, limits.remembered),
            failed_for: Buckets::new(limits.failures_per_mailbox, limits.remembered),
            failed_from: Buckets::new(limits.failures_per_network, limits.remembered),
            answers_of: Buckets::new(limits.answers_of_mailbox, limits.remembered),
            notes_of: Buckets::new(limits.notes_of_mailbox, limits.remembered),
            listings: Buckets::new(limits.listings, 1),
        }
    }

    /// A ticket, pass or warrant was wrong. Right tickets and passes are never held up by it: whoever shares a network, or a proxy, with someone
    /// who guesses is let in all the same.
    pub(super) fn failed(&self, mailbox: Option<MailboxId>, network: Network) -> Result<(), Refusal> {
        let from = self.failed_from.take_of(network);
        let towards = mailbox.map_or(Ok(()), |mailbox| self.failed_for.take(mailbox));
        from.and(towards).map_err(too_many)
    }

    /// Whether one more wrong warrant would be answered; looks, and counts nothing.
    pub(super) fn may_fail(&self, network: Network) -> Result<(), Refusal> {
        let wait = if network == Network::ThisMachine { Duration::ZERO } else { self.failed_from.wait(&network) };
        if wait.is_zero() { Ok(()) } else { Err(too_many(wait)) }
    }

    /// A keyring is about to be handed out.
    pub(super) fn giving(&self, mailbox: MailboxId, ticket: Digest, network: Network) -> Result<(), Refusal> {
        self.given_to.take_of(network).and_then(|()| self.given_of.take((mailbox, ticket))).map_err(too_many)
    }
}

impl Rates {
    /// An answer comes, with a good pass.
    pub(super) fn answering(&self, mailbox: MailboxId) -> Result<(), Refusal> {
        self.answers_of.take(mailbox).map_err(too_many)
    }

    /// Whoever stands in looks what is there.
    pub(super) fn listing(&self) -> Result<(), Refusal> {
        self.listings.take(()).map_err(too_many)
    }

    /// Own notes come, with a good pass.
    pub(super) fn noting(&self, mailbox: MailboxId) -> Result<(), Refusal> {
        self.notes_of.take(mailbox).map_err(too_many)
    }
}

impl Buckets<Network> {
    fn take_of(&self, network: Network) -> Result<(), Duration> {
        if network == Network::ThisMachine { Ok(()) } else { self.take(network) }
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
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.next(&mut full_at, &key, now);
        let wait = self.wait_for(next, now);
        if wait.is_zero() {
            full_at.insert(key, next);
            Ok(())
        } else {
            Err(wait)
        }
    }

    /// How long to wait for a token.
    fn wait(&self, key: &K) -> Duration {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.next(&mut full_at, key, now);
        self.wait_for(next, now)
    }

    /// When the bucket would be full again with one token less.
    fn next(&self, full_at: &mut Recent<K, Instant>, key: &K, now: Instant) -> Instant {
        full_at.look(key).map_or(now, |full| (*full).max(now)) + self.rate.pause
    }

    fn wait_for(&self, next: Instant, now: Instant) -> Duration {
        next.saturating_duration_since(now + self.rate.pause * self.rate.burst)
    }
}
