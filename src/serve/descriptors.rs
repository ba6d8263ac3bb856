//! How many connections this process can hold: as many as the system lets it have descriptors for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the store, the listener, the runtime.
const OTHERS: u64 = 64;
/// Where the system sets no limit.
const PLENTY: u64 = 65_536;

/// Raises the soft limit to the hard one, and says how many connections fit; each may hold as many files as well.
pub(super) fn for_connections(files: u32) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(PLENTY).min(PLENTY);
    let raised = Rlimit { current: Some(most), maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { most } else { limit.current.unwrap_or(PLENTY) };
    fitting(now, files)
}

fn fitting(descriptors: u64, files: u32) -> usize {
    let each = 1 + u64::from(files);
    usize::try_from(descriptors.saturating_sub(OTHERS) / each).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_counts_with_all_its_files() {
        assert_eq!((fitting(1024, 1), fitting(1024, 8), fitting(10, 8)), (480, 106, 1));
    }
}
