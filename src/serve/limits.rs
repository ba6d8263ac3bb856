//! How much a stranger may take.

use std::time::Duration;

/// The limits of a server. The defaults suit a small one in front of a practice.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time, all together.
    pub connections: usize,
    /// Connections at a time from one address (an IPv6 /64).
    pub connections_per_address: usize,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long a client may take nothing of an answer.
    pub stall: Duration,
    /// How long a connection may live.
    pub lifetime: Duration,
    /// How long requests in flight may take once the server is told to stop.
    pub shutdown: Duration,
    /// Fetches of one keyring: so many at once, then one in each interval.
    pub keyring: Bucket,
    /// Refused tickets and passes from one address.
    pub refused: Bucket,
    /// Whether this machine's own address is counted too. It is not by default: a proxy there stands for everyone.
    pub count_loopback: bool,
}

/// So many at once, and then one more after each interval.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    pub burst: u32,
    pub interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 128,
            head: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            lifetime: Duration::from_secs(600),
            shutdown: Duration::from_secs(10),
            keyring: Bucket { burst: 20, interval: Duration::from_secs(30) },
            refused: Bucket { burst: 30, interval: Duration::from_secs(5) },
            count_loopback: false,
        }
    }
}
