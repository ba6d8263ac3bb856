//! The gate: hands open pages to everyone, a locked keyring to whoever shows a ticket, sealed things to whoever shows a
//! pass. It can read none of what is sealed, keeps no state but the store, and writes nothing but the audit log.
//!
//! In: a store, and requests from anyone. Out: one answer each. It must not know age, Markdown or a practice.
//!
//! 1. [`Server`] listens and gives out [`places`]; one task for each [`connection`].
//! 2. The [`stream`] lets through whole heads that the [`head`] scanner checked, and keeps the time.
//! 3. The [`service`] finds the [route](routes): [`open_files`], or the [`api`] with [`mailboxes`], [`passes`], [`rates`].
//! 4. What was given, and that something was refused, goes into the [`audit`] log.
//! 5. What can't be answered is a [`refusal`]; every [`answer`] gets its [`headers`] in one place.
//!
//! Invariants: a GET changes nothing but that log; unknown and forbidden look the same; limits slow down and destroy
//! nothing; paths, tickets, passes, addresses and user agents are neither logged nor stored.

mod answer;
mod api;
mod audit;
mod connection;
mod descriptors;
mod error;
mod gate_file;
mod head;
mod headers;
mod limits;
mod lock;
mod mailboxes;
mod media;
mod open_files;
mod passes;
mod places;
mod publishing;
mod ranges;
mod rates;
mod recent;
mod refusal;
mod routes;
mod service;
mod stream;
mod trouble;

use std::{future::Future, io, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use self::{
    audit::Writer, gate_file::Origins, lock::Lock, places::Places, rates::Network, service::Service, trouble::Told,
};
pub use self::{
    error::ServeError,
    limits::{Limits, Rate},
    trouble::Trouble,
};
use crate::{store::Store, wire::VerifyingKey};

/// Where to listen, what to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The folder of the store.
    pub store: PathBuf,
    /// Port 0 for any; see [`Server::local_addr`].
    pub listen: SocketAddr,
    /// Addresses that passes may name, beside those in `gate.json`.
    pub origins: Vec<String>,
    /// The root verifying key of the practice that may publish over the gate.
    pub publisher: Option<VerifyingKey>,
    pub limits: Limits,
}

impl ServeOptions {
    /// With the usual limits.
    pub fn new(store: PathBuf, listen: SocketAddr, origins: Vec<String>) -> Self {
        Self { store, listen, origins, publisher: None, limits: Limits::default() }
    }
}

/// A gate that listens, and answers once it [runs](Server::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    local_addr: SocketAddr,
    service: Arc<Service>,
    limits: Arc<Limits>,
    told: Told,
    _lock: Lock,
}

impl Server {
    /// Opens the store for itself alone, and listens.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { store, listen, origins, publisher, limits } = options;
        // One that is published to over the gate begins with an empty folder.
        let store = if publisher.is_some() { Store::create(&store) } else { Store::open(&store) };
        let store = store.map_err(ServeError::NoStore)?;
        // Before anything is written: that this is a store, or is to become one.
        if publisher.is_some() {
            store.is_store().map_err(ServeError::NoStore)?;
        }
        let origins = Origins::read(&store, origins, publisher.is_some(), limits.gate_file_age).await?;
        let lock = Lock::take(store.root())?;
        let failed = |source| ServeError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let local_addr = listener.local_addr().map_err(failed)?;
        let service = Arc::new(Service::new(store, origins.on(local_addr), publisher, &limits));
        Ok(Self { listener, local_addr, service, limits: Arc::new(limits), told: Told::default(), _lock: lock })
    }

    /// Where it listens, with the port that was found.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Calls `told` when something goes wrong that stops nothing.
    #[must_use]
    pub fn on_trouble(mut self, told: impl Fn(&Trouble) + Send + Sync + 'static) -> Self {
        self.told = Told::new(told);
        self
    }

    /// Answers requests until `shutdown`; then accepts nobody, and finishes what is under way.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let (stop, stopping) = watch::channel(false);
        let (finish, finishing) = watch::channel(false);
        let writing = self.write_audit(finishing);
        let mut connections = JoinSet::new();
        let mut doors = Doors::new(&self.limits);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                (stream, peer, permit) = doors.accept(&self.listener) => {
                    let network = Network::of(peer, &self.limits);
                    // Over its share: closed without a word, which costs least.
                    let Some(place) = doors.places.take(network) else { continue };
                    let (service, limits) = (Arc::clone(&self.service), Arc::clone(&self.limits));
                    let stopping = stopping.clone();
                    connections.spawn(async move {
                        connection::serve(stream, network, service, limits, stopping).await;
                        drop((place, permit));
                    });
                }
            }
        }
        drop(self.listener);
        let _ = stop.send(true);
        let _ = timeout(self.limits.stop_time, async { while connections.join_next().await.is_some() {} }).await;
        connections.shutdown().await;
        let _ = finish.send(true);
        let _ = timeout(self.limits.stop_time, writing).await;
        Ok(())
    }

    /// Begins to write the audit log, in a task of its own, until `finishing`.
    fn write_audit(&self, finishing: watch::Receiver<bool>) -> JoinHandle<()> {
        let (service, told, writer) = (Arc::clone(&self.service), self.told.clone(), Writer::new(&self.limits));
        tokio::spawn(async move { writer.run(&service.audit, &service.store, &told, finishing).await })
    }
}

/// Lets clients in as long as there are places; then they wait in the system's queue.
#[derive(Debug)]
struct Doors {
    free: Arc<Semaphore>,
    places: Arc<Places>,
}

impl Doors {
    /// How long to wait when the system has no descriptor left.
    const PAUSE: Duration = Duration::from_millis(100);

    fn new(limits: &Limits) -> Self {
        let connections = limits.connections.min(descriptors::for_connections());
        Self { free: Arc::new(Semaphore::new(connections)), places: Places::new(limits.connections_per_network) }
    }

    async fn accept(&mut self, listener: &TcpListener) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
        let permit = Arc::clone(&self.free).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // Answers are written whole; waiting for more to send would only delay them.
                    let _ = stream.set_nodelay(true);
                    return (stream, peer, permit);
                }
                Err(error) if is_the_clients(&error) => {}
                Err(_) => sleep(Self::PAUSE).await,
            }
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
