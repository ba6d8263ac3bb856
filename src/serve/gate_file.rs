//! `gate.json`: the origins that passes may name, and where the open library stands. Publications replace it while the
//! server runs.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{error::ServeError, routes::Address, visit::Entrance};
use crate::{
    store::{Store, layout},
    wire::{Gate, VerifyingKey},
};

const SIZE: u64 = 64 * 1024;

/// The origins in force, never older than `age`.
#[derive(Debug)]
pub(super) struct Origins {
    /// From the command line, and this machine's own addresses.
    fixed: Vec<String>,
    age: Duration,
    last: Mutex<(Instant, Arc<Published>)>,
}

/// What `gate.json` says, and the origins that are good beside it.
#[derive(Debug, Clone, Default)]
pub(super) struct Published {
    pub(super) origins: Vec<String>,
    /// The published origin that links begin with.
    links: Option<String>,
    library: Option<String>,
    /// Who may read answers beside the practice.
    pub(super) readers: Vec<VerifyingKey>,
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
            Err(ServeError::NothingPublished { .. }) if may_be_empty => Published::default(),
            published => published?,
        };
        let last = Mutex::new((Instant::now(), Arc::new(published.with(&fixed))));
        Ok(Self { fixed, age, last })
    }

    /// With the names that this machine has for itself, once it is known where the server listens.
    pub(super) fn on(mut self, listening: SocketAddr, entrance: Entrance) -> Self {
        let own = of_loopback(listening, entrance);
        let (_, last) = self.last.get_mut().unwrap_or_else(PoisonError::into_inner);
        *last = Arc::new(Published::clone(last).with(&own));
        self.fixed.extend(own);
        self
    }

    /// What is published as of now. A `gate.json` that can't be read changes nothing: the last good one stands.
    pub(super) async fn now(&self, store: &Store) -> Arc<Published> {
        let now = Instant::now();
        let (read, last) = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if now.duration_since(read) < self.age {
            return last;
        }
        let last = published(store).await.map_or(last, |published| Arc::new(published.with(&self.fixed)));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (now, Arc::clone(&last));
        last
    }
}

impl Published {
    fn with(mut self, more: &[String]) -> Self {
        self.origins.extend_from_slice(more);
        self
    }

    /// Which address a request with this host came to.
    pub(super) fn address(&self, host: &str) -> Address {
        match &self.library {
            None => Address::Only,
            Some(library) if without_default_port(library) == without_default_port(&of_request(library, host)) => {
                Address::Library
            }
            Some(_) => Address::Links,
        }
    }

    /// The practice's address of this name, over TLS: the library's, or else the one in links.
    pub(super) fn origin_named(&self, host: &str) -> Option<String> {
        let name = host_in(host);
        let library = self.library.as_ref().filter(|library| host_in(library).eq_ignore_ascii_case(name));
        let origin = library.or(self.links.as_ref())?;
        Some(match origin.strip_prefix("http://") {
            // Its port is not one for TLS.
            Some(_) => format!("https://{}", host_in(origin)),
            None => origin.clone(),
        })
    }
}

async fn published(store: &Store) -> Result<Published, ServeError> {
    let json = store.read(layout::GATE, SIZE).await.map_err(ServeError::GateFile)?;
    let json = json.ok_or_else(|| ServeError::NothingPublished { path: store.root().to_owned() })?;
    let gate: Gate = serde_json::from_slice(&json).map_err(ServeError::GateFileContent)?;
    match gate.version {
        1 => Ok(Published {
            links: gate.origins.first().cloned(),
            library: gate.library,
            origins: gate.origins,
            readers: gate.readers,
        }),
        found => Err(ServeError::GateFileVersion { found }),
    }
}

/// The host of a request as an origin, with the scheme of the one it is compared with.
fn of_request(like: &str, host: &str) -> String {
    let scheme = like.split_once("://").map_or("https", |(scheme, _)| scheme);
    format!("{scheme}://{}", host.to_ascii_lowercase())
}

fn without_default_port(origin: &str) -> &str {
    let default = if origin.starts_with("http://") { ":80" } else { ":443" };
    origin.strip_suffix(default).unwrap_or(origin)
}

/// The host alone, of an origin or of what a request names.
fn host_in(text: &str) -> &str {
    let named = text.split_once("://").map_or(text, |(_, named)| named);
    match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => named,
    }
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
fn of_loopback(listening: SocketAddr, entrance: Entrance) -> Vec<String> {
    if !listening.ip().is_loopback() {
        return Vec::new();
    }
    let (scheme, default) = if entrance == Entrance::Tls { ("https", 443) } else { ("http", 80) };
    let port = match listening.port() {
        port if port == default => String::new(),
        port => format!(":{port}"),
    };
    let host = match listening {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    vec![format!("{scheme}://{host}{port}"), format!("{scheme}://localhost{port}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_names_of_its_own_and_the_world_has_not() {
        let of = |address: &str| of_loopback(address.parse().unwrap(), Entrance::Plain);
        assert_eq!(of("127.0.0.1:8080"), ["http://127.0.0.1:8080", "http://localhost:8080"]);
        assert_eq!(of("[::1]:80"), ["http://[::1]", "http://localhost"]);
        let tls = of_loopback("127.0.0.1:443".parse().unwrap(), Entrance::Tls);
        assert_eq!(tls, ["https://127.0.0.1", "https://localhost"]);
        assert!(of("0.0.0.0:80").is_empty());
        assert!(of("192.0.2.1:80").is_empty());
    }

    #[test]
    fn the_library_is_known_by_its_host() {
        let of = |library: &str| Published { library: Some(library.into()), ..Published::default() };
        let (secure, plain) = (of("https://open.example.org"), of("http://open.example.org:8080"));
        for host in ["open.example.org", "OPEN.Example.org", "open.example.org:443"] {
            assert_eq!(secure.address(host), Address::Library, "{host}");
        }
        for host in ["", "open.example.org:80", "open.example.org.evil", "x.open.example.org", "open.example.org:8443"]
        {
            assert_eq!(secure.address(host), Address::Links, "{host}");
        }
        assert_eq!(plain.address("open.example.org:8080"), Address::Library);
        assert_eq!(plain.address("open.example.org"), Address::Links);
        assert_eq!(Published::default().address("open.example.org"), Address::Only);
    }

    #[test]
    fn plain_http_is_sent_to_the_practices_own_addresses_alone() {
        let both = Published {
            links: Some("https://pages.example.org:8443".into()),
            library: Some("https://open.example.org".into()),
            ..Published::default()
        };
        let to = |host: &str| both.origin_named(host).unwrap();
        assert_eq!(to("open.example.org:8080"), "https://open.example.org");
        for host in ["pages.example.org", "evil.example", "", "[::1]:80", "open.example.org.evil"] {
            assert_eq!(to(host), "https://pages.example.org:8443", "{host}");
        }
        let plain = Published { links: Some("http://pages.example.org:8080".into()), ..Published::default() };
        assert_eq!(plain.origin_named("x").unwrap(), "https://pages.example.org");
        assert_eq!(Published::default().origin_named("x"), None);
    }

    #[test]
    fn an_origin_has_no_path() {
        assert!(is_origin("https://pages.example.org") && is_origin("http://[::1]:8080"));
        for odd in ["https://a/", "pages.example.org", "https://", "https://A", "*", "null", "ftp://a"] {
            assert!(!is_origin(odd), "{odd}");
        }
    }
}
