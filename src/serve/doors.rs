//! Lets clients in as long as there are places; then they wait in the system's queue.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

use super::{
    ServeError, descriptors,
    forwarded::{Peer, TrustedProxy},
    limits::Limits,
    places::{Place, Places},
    visit::Entrance,
};

/// Where the server listens.
#[derive(Debug)]
pub(super) struct Listeners {
    pub(super) main: TcpListener,
    pub(super) redirect: Option<TcpListener>,
}

pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}

/// At which of them somebody knocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knocked {
    Main,
    Redirect,
}

#[derive(Debug)]
pub(super) struct Doors {
    free: Arc<Semaphore>,
    places: Arc<Places>,
    trusted: Arc<[TrustedProxy]>,
}

impl Doors {
    /// How long to wait when the system has no descriptor left.
    const PAUSE: Duration = Duration::from_millis(100);

    pub(super) fn new(limits: &Limits, entrance: Entrance, trusted: Vec<TrustedProxy>) -> Self {
        // Over TLS there is HTTP/2, which reads as many files at a time as it has streams.
        let files = if entrance == Entrance::Tls { limits.streams } else { 1 };
        let connections = limits.connections.min(descriptors::for_connections(files));
        Self {
            free: Arc::new(Semaphore::new(connections)),
            places: Places::new(limits.connections_per_network),
            trusted: trusted.into(),
        }
    }

    pub(super) async fn accept(&self, listeners: &Listeners) -> (TcpStream, SocketAddr, Knocked, OwnedSemaphorePermit) {
        let permit = Arc::clone(&self.free).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listeners.next().await {
                (Ok((stream, peer)), knocked) => {
                    // Answers are written whole; waiting for more to send would only delay them.
                    let _ = stream.set_nodelay(true);
                    return (stream, peer, knocked, permit);
                }
                (Err(error), _) if is_the_clients(&error) => {}
                (Err(_), _) => sleep(Self::PAUSE).await,
            }
        }
    }

    /// Who this is; none if it is over its share.
    pub(super) fn greet(&self, peer: SocketAddr, limits: &Limits) -> Option<(Peer, Option<Place>)> {
        Peer::of(peer, &self.trusted, &self.places, limits)
    }
}

impl Listeners {
    async fn next(&self) -> (io::Result<(TcpStream, SocketAddr)>, Knocked) {
        let Some(redirect) = &self.redirect else { return (self.main.accept().await, Knocked::Main) };
        tokio::select! {
            accepted = self.main.accept() => (accepted, Knocked::Main),
            accepted = redirect.accept() => (accepted, Knocked::Redirect),
        }
    }
}

/// The client went away between its knock and the door.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
