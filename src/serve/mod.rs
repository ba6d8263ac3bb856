//! The gate: hands ciphertext to whoever holds a ticket or a pass, and open files to everyone.
//!
//! In: HTTP/1.1 requests, all of them hostile until shown otherwise, and a store that somebody else writes. Out: files of
//! the store, byte for byte. It must not know what is in them, and keeps nothing: no session, no log of who asked, no
//! cookie. In the order of the code: [`connection`] (who may connect, how long) → [`strict`] (what may come over the
//! line) → [`routes`] → [`open_files`] or [`api`] → [`headers`].

mod api;
mod connection;
mod headers;
mod limits;
mod open_files;
mod rate;
mod routes;
mod strict;

use std::{
    fs::{File, TryLockError},
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use tokio::net::TcpListener;

pub use limits::Limits;

use self::{api::Api, routes::Site};
use crate::{
    explain::Explain,
    store::{Store, StoreError, layout},
};

/// What to serve, where, and how much of it at once.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    pub store: PathBuf,
    pub listen: SocketAddr,
    /// Addresses that passes may name, beside those in `gate.json`.
    pub origins: Vec<String>,
    pub limits: Limits,
}

impl ServeOptions {
    pub fn new(store: PathBuf, listen: SocketAddr, origins: Vec<String>) -> Self {
        Self { store, listen, origins, limits: Limits::default() }
    }
}

/// A server that listens, and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
    limits: Limits,
    /// Held as long as the server runs: one server for a folder.
    _lock: File,
}

/// Why a server did not start. What is refused to one request is no such error.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("nothing was published into {}", store.display())]
    Empty { store: PathBuf },
    #[error("another server already runs over {}", store.display())]
    Taken { store: PathBuf },
    #[error("can't lock {}", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("can't listen on {listen}")]
    Listen { listen: SocketAddr, source: io::Error },
}

impl Explain for ServeError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Store(e) => return e.hint(),
            Self::Empty { .. } => "Run `heldspace build` first, or name the store with --store.".into(),
            Self::Taken { .. } => "Stop that one first; two would get in each other's way.".into(),
            Self::Lock { .. } => "Check that you may write into the store's folder.".into(),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "Something else listens there. Choose another port, or port 0 for a free one.".into()
            }
            Self::Listen { .. } => "Ports below 1024 are for the system's administrator; choose one above.".into(),
        })
    }
}

impl Server {
    /// Opens the store, takes its lock, and listens.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        let store = Store::open(&options.store)?;
        if store.read(layout::GATE, api::RECORD_LIMIT).await?.is_none() {
            return Err(ServeError::Empty { store: options.store });
        }
        let lock = lock(&options.store)?;
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.map_err(|source| ServeError::Listen { listen: options.listen, source })?;
        let address = listener.local_addr().map_err(|source| ServeError::Listen { listen: options.listen, source })?;
        let mut origins = options.origins;
        origins.extend(own_origins(address));
        let site = Site { api: Api::new(origins, &options.limits), store };
        Ok(Self { listener, address, site: Arc::new(site), limits: options.limits, _lock: lock })
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown`; then finishes what was begun.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        connection::accept(self.listener, self.site, self.limits, shutdown).await;
        Ok(())
    }
}

/// On this machine alone, the server's own address is one that passes may name: no other site could stand there.
fn own_origins(address: SocketAddr) -> Vec<String> {
    if !address.ip().is_loopback() {
        return Vec::new();
    }
    vec![format!("http://{address}"), format!("http://localhost:{}", address.port())]
}

fn lock(store: &std::path::Path) -> Result<File, ServeError> {
    let path = store.join("serve.lock");
    let failed = |source| ServeError::Lock { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ServeError::Taken { store: store.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
