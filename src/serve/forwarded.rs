//! For whom a proxy asks: the client's address as a trusted proxy names it.
//!
//! In: the peer of a connection, and the `X-Forwarded-For` of a request. Out: the network that counts. From a peer that was
//! not named as trusted the header is not even looked at, since anybody can write one.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
};

use hyper::{HeaderMap, header::HeaderName};

use super::{
    limits::Limits,
    places::{Place, Places},
    rates::Network,
    refusal::Refusal,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An address, or a network in CIDR notation, whose word on who its clients are is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy {
    address: IpAddr,
    prefix: u8,
}

/// Neither an address such as 192.0.2.1 nor a network such as `2001:db8::/32`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address, and not a network such as 10.0.0.0/8")]
pub struct NoProxy;

impl FromStr for TrustedProxy {
    type Err = NoProxy;

    fn from_str(text: &str) -> Result<Self, NoProxy> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NoProxy)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| NoProxy))?;
        if prefix <= longest { Ok(Self { address, prefix }) } else { Err(NoProxy) }
    }
}

impl TrustedProxy {
    /// `ip` in its canonical form: no IPv4 address in an IPv6 one.
    fn contains(&self, ip: IpAddr) -> bool {
        // What is left of the first `prefix` bits when all others are shifted out.
        let same = |a: u128, b: u128, bits: u32| (a ^ b).checked_shr(bits - u32::from(self.prefix)).unwrap_or(0) == 0;
        match (self.address, ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => same(own.to_bits().into(), ip.to_bits().into(), 32),
            (IpAddr::V6(own), IpAddr::V6(ip)) => same(own.to_bits(), ip.to_bits(), 128),
            _ => false,
        }
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub(super) enum Peer {
    Client(Network),
    Proxy(Arc<Proxy>),
}

/// A trusted proxy, and what is needed to count its clients one by one.
#[derive(Debug)]
pub(super) struct Proxy {
    own: Network,
    trusted: Arc<[TrustedProxy]>,
    places: Arc<Places>,
}

impl Peer {
    /// The peer, with its place unless it is a proxy: it stands for others, whose places are taken request by request.
    pub(super) fn of(
        peer: SocketAddr,
        trusted: &Arc<[TrustedProxy]>,
        places: &Arc<Places>,
        limits: &Limits,
    ) -> Option<(Self, Option<Place>)> {
        let own = Network::of(peer, limits);
        if is_trusted(trusted, peer.ip().to_canonical()) {
            let proxy = Proxy { own, trusted: Arc::clone(trusted), places: Arc::clone(places) };
            return Some((Self::Proxy(Arc::new(proxy)), None));
        }
        places.take(own).map(|place| (Self::Client(own), Some(place)))
    }

    /// The network that a request counts for, and its place if it needs one of its own.
    pub(super) fn client(&self, headers: &HeaderMap, limits: &Limits) -> (Network, Result<Option<Place>, Refusal>) {
        let proxy = match self {
            Self::Client(network) => return (*network, Ok(None)),
            Self::Proxy(proxy) => proxy,
        };
        let named = forwarded_for(headers, &proxy.trusted);
        let Some(network) = named.map(|ip| Network::of(SocketAddr::new(ip, 0), limits)) else {
            return (proxy.own, Ok(None));
        };
        let place = proxy.places.take(network).map(Some).ok_or(Refusal::TooMany { wait: limits.quiet_time });
        (network, place)
    }
}

fn is_trusted(trusted: &[TrustedProxy], ip: IpAddr) -> bool {
    trusted.iter().any(|proxy| proxy.contains(ip))
}

/// The last address that no trusted proxy has. None if there is none, or if something that is no address comes first.
///
/// SECURITY: from the right, where our own proxies write; what stands further left may be the client's invention.
fn forwarded_for(headers: &HeaderMap, trusted: &[TrustedProxy]) -> Option<IpAddr> {
    let mut fields: Vec<&str> = Vec::new();
    for value in headers.get_all(FORWARDED_FOR) {
        fields.push(value.to_str().ok()?);
    }
    for entry in fields.iter().rev().flat_map(|field| field.rsplit(',')) {
        let ip = address(entry.trim())?.to_canonical();
        if !is_trusted(trusted, ip) {
            return Some(ip);
        }
    }
    None
}

/// Some proxies add the port.
fn address(entry: &str) -> Option<IpAddr> {
    entry.parse().ok().or_else(|| entry.parse().map(|address: SocketAddr| address.ip()).ok())
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn proxies(texts: &[&str]) -> Vec<TrustedProxy> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn named(fields: &[&'static str], trusted: &[&str]) -> Option<String> {
        let headers = fields.iter().map(|value| (FORWARDED_FOR, HeaderValue::from_static(value)));
        forwarded_for(&headers.collect(), &proxies(trusted)).map(|ip| ip.to_string())
    }

    #[test]
    fn the_last_that_is_no_proxy_counts() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(named(&["198.51.100.7"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(named(&["1.1.1.1, 198.51.100.7, 10.1.2.3"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(named(&["1.1.1.1", "198.51.100.7,10.0.0.1", "2001:db8::5"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(named(&["198.51.100.7:4711, [2001:db8::1]:80"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(named(&["::ffff:198.51.100.7"], &trusted).unwrap(), "198.51.100.7");
    }

    #[test]
    fn what_is_no_address_counts_for_nothing() {
        let trusted = ["10.0.0.1"];
        for odd in ["", "unknown", "198.51.100.7, x", "198.51.100.7,", "10.0.0.1", "198.51.100.7, 10.0.0.1/8", "_a"] {
            assert_eq!(named(&[odd], &trusted), None, "{odd}");
        }
        assert_eq!(named(&["x, 198.51.100.7"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(named(&[], &trusted), None);
    }

    #[test]
    fn networks_are_read_and_end_where_they_end() {
        let holds = |network: &str, ip: &str| proxies(&[network])[0].contains(ip.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.0"));
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("2001:db8::/33", "2001:db8:7fff::"));
        assert!(!holds("2001:db8::/33", "2001:db8:8000::"));
        for odd in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "host", "10.0.0.0/-1", "10.0.0.0/8/8"] {
            assert_eq!(odd.parse::<TrustedProxy>(), Err(NoProxy), "{odd}");
        }
    }
}
