//! The gate: hands open pages to everyone, a locked keyring to whoever shows a ticket, sealed things to whoever shows a
//! pass, and keeps what members send. It can read none of what is sealed, and keeps no state but the store.
//!
//! In: a store, and requests from anyone. Out: one answer each. It must not know age, Markdown or a practice.
//!
//! 1. [`Server`] listens and gives out [`places`] at its [`doors`]; one task for each [`visit`], which a trusted proxy can
//!    make [for somebody else](forwarded). A [`connection`] is plain, or over `tls`; a second door only [`redirect`]s.
//! 2. The [`stream`] lets through whole heads that the [`head`] scanner checked, and keeps the time.
//! 3. The [`service`] finds the [route](routes): [`open_files`], or the [`api`] with [`mailboxes`], [`passes`], [`rates`].
//! 4. What members send is kept by [`receiving`]; what the practice publishes, by [`publishing`].
//! 5. Whoever stands in reads answers and nothing else: [`reading`].
//! 6. What was given or came, and that something was refused, goes into the [`audit`] log.
//! 7. What can't be answered is a [`refusal`]; every [`answer`] gets its [`headers`] in one place.
//!
//! Invariants: a GET changes nothing but that log; what was acknowledged is on the disk; unknown and forbidden look the same; limits slow down and destroy
//! nothing; paths, tickets, passes, addresses and user agents are neither logged nor stored.

mod answer;
mod api;
mod audit;
mod connection;
mod descriptors;
mod doors;
mod error;
mod forwarded;
mod gate_file;
mod head;
pub(crate) mod headers;
mod limits;
mod lock;
mod mailboxes;
pub(crate) mod media;
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "HTTP/2, which is over TLS alone, makes it and asks it"))]
mod moved;
mod open_files;
mod passes;
mod places;
mod publishing;
mod ranges;
mod rates;
mod reading;
mod receiving;
mod recent;
mod redirect;
mod refusal;
mod routes;
mod service;
mod stream;
#[cfg(feature = "tls")]
pub mod tls;
mod trouble;
mod visit;

use std::{future::Future, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc};

use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use self::{
    audit::Writer,
    doors::{Doors, Knocked, Listeners, listen},
    gate_file::Origins,
    lock::Lock,
    service::Service,
    trouble::Told,
};
pub use self::{
    error::ServeError,
    forwarded::{NoProxy, TrustedProxy},
    limits::{Limits, Rate},
    trouble::Trouble,
    visit::{Door, Entrance, Plain, Visit},
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
    /// What clients pass: nothing, or TLS.
    pub door: Arc<dyn Door>,
    /// Where plain HTTP is answered with the way to the door.
    pub redirect: Option<SocketAddr>,
    /// Peers whose word on whom they ask for is taken.
    pub trusted: Vec<TrustedProxy>,
    pub limits: Limits,
}

impl ServeOptions {
    /// Plain HTTP, with the usual limits.
    pub fn new(store: PathBuf, listen: SocketAddr, origins: Vec<String>) -> Self {
        let (door, limits) = (Arc::new(Plain), Limits::default());
        Self { store, listen, origins, publisher: None, door, redirect: None, trusted: Vec::new(), limits }
    }
}

/// A gate that listens, and answers once it [runs](Server::run).
#[derive(Debug)]
pub struct Server {
    listeners: Listeners,
    local_addr: SocketAddr,
    redirect_addr: Option<SocketAddr>,
    door: Arc<dyn Door>,
    doors: Doors,
    service: Arc<Service>,
    limits: Arc<Limits>,
    told: Told,
    _lock: Lock,
}

impl Server {
    /// Opens the store for itself alone, and listens.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { store, listen: address, origins, publisher, door, redirect, trusted, limits } = options;
        // One that is published to over the gate begins with an empty folder.
        let store = if publisher.is_some() { Store::create(&store) } else { Store::open(&store) };
        let store = store.map_err(ServeError::NoStore)?;
        // Before anything is written: that this is a store, or is to become one.
        if publisher.is_some() {
            store.is_store().map_err(ServeError::NoStore)?;
        }
        let origins = Origins::read(&store, origins, publisher.is_some(), limits.gate_file_age).await?;
        let lock = Lock::take(store.root())?;
        store.clear_kept().map_err(ServeError::NoStore)?;
        let (main, local_addr) = listen(address).await?;
        let (redirect, redirect_addr) = match redirect {
            Some(address) => listen(address).await.map(|(listener, local)| (Some(listener), Some(local)))?,
            None => (None, None),
        };
        let origins = origins.on(local_addr, door.entrance());
        let service = Arc::new(Service::new(store, origins, publisher, &limits));
        Ok(Self {
            listeners: Listeners { main, redirect },
            local_addr,
            redirect_addr,
            doors: Doors::new(&limits, door.entrance(), trusted),
            door,
            service,
            limits: Arc::new(limits),
            told: Told::default(),
            _lock: lock,
        })
    }

    /// Where it listens, with the port that was found.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where it sends plain HTTP away, if it does.
    pub fn redirect_addr(&self) -> Option<SocketAddr> {
        self.redirect_addr
    }

    /// The address a browser on this machine would type.
    pub fn url(&self) -> String {
        let scheme = if self.door.entrance() == Entrance::Tls { "https" } else { "http" };
        format!("{scheme}://{}", self.local_addr)
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
        self.service.receiving.tell(self.told.clone());
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                (stream, peer, knocked, permit) = self.doors.accept(&self.listeners) => {
                    // Over its share: closed without a word, which costs least.
                    let Some((peer, place)) = self.doors.greet(peer, &self.limits) else { continue };
                    let (door, entrance): (&dyn Door, _) = match knocked {
                        Knocked::Main => (&*self.door, self.door.entrance()),
                        Knocked::Redirect => (&Plain, Entrance::Redirect),
                    };
                    let (service, limits) = (Arc::clone(&self.service), Arc::clone(&self.limits));
                    let visit = Visit { peer, entrance, service, limits, stopping: stopping.clone() };
                    let visited = door.admit(stream, visit);
                    connections.spawn(async move {
                        visited.await;
                        drop((place, permit));
                    });
                }
            }
        }
        drop(self.listeners);
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
