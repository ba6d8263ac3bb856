//! Token buckets, one for each key; they slow down and never destroy anything, and their memory is bounded.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::limits::Bucket;

/// Keys remembered at a time; past that, those that are full again are forgotten.
const KEYS: usize = 20_000;

/// How often each key was used of late.
#[derive(Debug)]
pub(super) struct Rate<K> {
    bucket: Bucket,
    /// When the bucket of a key will be full again.
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Rate<K> {
    pub(super) fn new(bucket: Bucket) -> Self {
        Self { bucket, full_at: Mutex::default() }
    }

    /// Takes one; or says how long to wait.
    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= KEYS {
            full_at.retain(|_, full| *full > now);
        }
        if full_at.len() >= KEYS && !full_at.contains_key(&key) {
            // SECURITY: a flood of addresses costs no memory; those that were counted stay counted.
            return Err(self.bucket.interval);
        }
        let entry = full_at.entry(key).or_insert(now);
        let full = (*entry).max(now) + self.bucket.interval;
        let room = self.bucket.interval * self.bucket.burst;
        if full > now + room {
            return Err(full - room - now);
        }
        *entry = full;
        Ok(())
    }

    /// Whether one could be taken.
    pub(super) fn check(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.get(key).copied().unwrap_or(now).max(now) + self.bucket.interval;
        let room = self.bucket.interval * self.bucket.burst;
        if full > now + room { Err(full - room - now) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_in_each_interval() {
        let rate = Rate::new(Bucket { burst: 3, interval: Duration::from_secs(10) });
        let start = Instant::now();
        assert!((0..3).all(|_| rate.take("a", start).is_ok()));
        assert_eq!(rate.take("a", start), Err(Duration::from_secs(10)));
        assert!(rate.take("b", start).is_ok(), "another key");
        let later = start + Duration::from_secs(10);
        assert!(rate.check(&"a", later).is_ok() && rate.take("a", later).is_ok() && rate.take("a", later).is_err());
    }

    #[test]
    fn a_flood_of_keys_costs_no_memory() {
        let rate = Rate::new(Bucket { burst: 1, interval: Duration::from_secs(10) });
        let now = Instant::now();
        for key in 0..KEYS + 100 {
            let _ = rate.take(key, now);
        }
        assert_eq!(rate.full_at.lock().unwrap().len(), KEYS);
        assert!(rate.take(usize::MAX, now + Duration::from_secs(11)).is_ok(), "and it recovers");
    }
}
