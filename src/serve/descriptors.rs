//! How many connections this process can hold: as many as the system lets it have descriptors for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the store, the listener, the runtime.
const OTHERS: u64 = 64;
/// Where the system sets no limit.
const PLENTY: u64 = 65_536;

/// Raises the soft limit to the hard one, and says how many connections fit; each may hold a file as well.
pub(super) fn for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(PLENTY).min(PLENTY);
    let raised = Rlimit { current: Some(most), maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { most } else { limit.current.unwrap_or(PLENTY) };
    usize::try_from(now.saturating_sub(OTHERS) / 2).unwrap_or(usize::MAX).max(1)
}
