//! `gate.json`: the origins that passes may name. Publications replace it while the server runs.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::error::ServeError;
use crate::{
    store::{Store, layout},
    wire::Gate,
};

const SIZE: u64 = 64 * 1024;

/// The origins in force, never older than `age`.
#[derive(Debug)]
pub(super) struct Origins {
    /// From the command line, and this machine's own addresses.
    fixed: Vec<String>,
    age: Duration,
    last: Mutex<(Instant, Arc<[String]>)>,
}

impl Origins {
    /// `may_be_empty`: nothing has to be published yet.
    pub(super) async fn read(
        store: &Store,
        fixed: Vec<String>,
        may_be_empty: bool,
        age: Duration,
    ) -> Result<Self, ServeError> {
        if let Some(odd) = fixed.iter().find(|origin| !is_origin(origin)) {
            return Err(ServeError::Origin { origin: odd.clone() });
        }
        let published = match published(store).await {
            Err(ServeError::NothingPublished { .. }) if may_be_empty => Vec::new(),
            published => published?,
        };
        let last = Mutex::new((Instant::now(), joined(&fixed, published)));
        Ok(Self { fixed, age, last })
    }

    /// With the names that this machine has for itself, once it is known where the server listens.
    pub(super) fn on(mut self, listening: SocketAddr) -> Self {
        let own = of_loopback(listening);
        let (_, origins) = self.last.get_mut().unwrap_or_else(PoisonError::into_inner);
        *origins = joined(&own, origins.to_vec());
        self.fixed.extend(own);
        self
    }

    /// The origins as of now. A `gate.json` that can't be read changes nothing: the last good one stands.
    pub(super) async fn now(&self, store: &Store) -> Arc<[String]> {
        let now = Instant::now();
        let (read, origins) = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if now.duration_since(read) < self.age {
            return origins;
        }
        let origins = match published(store).await {
            Ok(published) => joined(&self.fixed, published),
            Err(_) => origins,
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (now, Arc::clone(&origins));
        origins
    }
}

async fn published(store: &Store) -> Result<Vec<String>, ServeError> {
    let json = store.read(layout::GATE, SIZE).await.map_err(ServeError::GateFile)?;
    let json = json.ok_or_else(|| ServeError::NothingPublished { path: store.root().to_owned() })?;
    let gate: Gate = serde_json::from_slice(&json).map_err(ServeError::GateFileContent)?;
    match gate.version {
        1 => Ok(gate.origins),
        found => Err(ServeError::GateFileVersion { found }),
    }
}

fn joined(fixed: &[String], published: Vec<String>) -> Arc<[String]> {
    fixed.iter().cloned().chain(published).collect()
}

/// A browser names an origin in one way: scheme and host in lower case, no default port, no path.
fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b);
        !host.is_empty() && host.bytes().all(allowed)
    })
}

/// What a browser on this machine calls a server that listens on loopback.
///
/// SECURITY: only there. Else a page that another machine serves to itself could be shown a pass that is good here.
fn of_loopback(listening: SocketAddr) -> Vec<String> {
    if !listening.ip().is_loopback() {
        return Vec::new();
    }
    let port = match listening.port() {
        80 => String::new(),
        port => format!(":{port}"),
    };
    let host = match listening {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    vec![format!("http://{host}{port}"), format!("http://localhost{port}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_names_of_its_own_and_the_world_has_not() {
        let of = |address: &str| of_loopback(address.parse().unwrap());
        assert_eq!(of("127.0.0.1:8080"), ["http://127.0.0.1:8080", "http://localhost:8080"]);
        assert_eq!(of("[::1]:80"), ["http://[::1]", "http://localhost"]);
        assert!(of("0.0.0.0:80").is_empty());
        assert!(of("192.0.2.1:80").is_empty());
    }

    #[test]
    fn an_origin_has_no_path() {
        assert!(is_origin("https://pages.example.org") && is_origin("http://[::1]:8080"));
        for odd in ["https://a/", "pages.example.org", "https://", "https://A", "*", "null", "ftp://a"] {
            assert!(!is_origin(odd), "{odd}");
        }
    }
}
