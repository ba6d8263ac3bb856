//! TLS at the gate's door.
//!
//! In: connections, and certificates from [`files`] or by [`acme`]. Out: HTTP/1.1 or [`http2`] over TLS 1.2 and up. It must
//! not know what is asked or answered. Each address of the practice has a certificate of its own, chosen by the name that
//! the client asks for: in one certificate for both, the neutral address would name the library's to everyone.
//!
//! 1. [`of_files`] or [`of_acme`] makes a [`TlsDoor`], and [`Notes`]: a stream that has to be polled, since it is what
//!    looks after the certificates, and that gives what a hoster should know.
//! 2. The door shakes hands within a time limit, and passes the connection on by what was agreed.

mod acme;
mod error;
mod files;
mod http2;
mod note;
mod quiet;

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    server::{Acceptor, ResolvesServerCert},
    version::{TLS12, TLS13},
};
use rustls_acme::is_tls_alpn_challenge;
use tokio::{io, net::TcpStream, time::timeout};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use super::{
    connection,
    visit::{Door, Entrance, Visit},
};

pub use self::{
    acme::{Acme, of_acme},
    error::TlsError,
    files::{Pair, of_files},
    note::{Note, Notes},
};

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
const ACME_CHALLENGE: &[u8] = b"acme-tls/1";

/// Shakes hands with whoever comes.
#[derive(Debug)]
pub struct TlsDoor {
    members: Arc<ServerConfig>,
    /// For the authority that wants to see who holds a name; it gets no further than the handshake.
    authority: Arc<ServerConfig>,
}

impl TlsDoor {
    fn new(certificates: &Arc<dyn ResolvesServerCert>) -> Self {
        let with = |protocols| Arc::new(config(Arc::clone(certificates), protocols));
        Self { members: with(&[HTTP2, HTTP1]), authority: with(&[ACME_CHALLENGE]) }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn config(certificates: Arc<dyn ResolvesServerCert>, protocols: &[&[u8]]) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12]);
    let builder = builder.expect("ring has suites for both versions");
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config
}

impl Door for TlsDoor {
    fn entrance(&self) -> Entrance {
        Entrance::Tls
    }

    fn admit(&self, client: TcpStream, mut visit: Visit) -> BoxFuture<'static, ()> {
        let shaken = shake_hands(client, Arc::clone(&self.members), Arc::clone(&self.authority));
        async move {
            let shaken = tokio::select! {
                // SECURITY: whoever stops half-way gives the place back soon.
                shaken = timeout(visit.limits.handshake_time, shaken) => shaken,
                _ = visit.stopping.wait_for(|stopping| *stopping) => return,
            };
            let Ok(Ok(Some(stream))) = shaken else { return };
            match stream.get_ref().1.alpn_protocol() {
                Some(HTTP2) => http2::serve(stream, visit).await,
                _ => connection::serve(stream, visit).await,
            }
        }
        .boxed()
    }
}

/// The connection, unless it was the authority's.
async fn shake_hands(
    client: TcpStream,
    members: Arc<ServerConfig>,
    authority: Arc<ServerConfig>,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let begun = LazyConfigAcceptor::new(Acceptor::default(), client).await?;
    if is_tls_alpn_challenge(&begun.client_hello()) {
        begun.into_stream(authority).await?;
        return Ok(None);
    }
    begun.into_stream(members).await.map(Some)
}
