//! Where the publication goes: a folder, or a heldspace server over its gate.
//!
//! In: paths of the store's layout, and bytes. Out: the same, from somewhere that can't be trusted: whatever comes back is
//! bounded, and believed by nobody here. It must not know what a file means, nor who reads it.

mod error;
mod server;

use std::path::Path;

use bytes::Bytes;

pub use error::HostError;
pub use server::Server;
pub(crate) use server::agent;

use crate::{
    keys::Keys,
    practice::HostPlace,
    store::{LARGEST, Store, layout},
    wire::{Digest, Nonce},
};

/// A store somewhere else.
pub enum Host {
    Folder(Store),
    Server(Server),
}

/// A path, and what is in it where the host says so: for files that keep their names when they change.
pub type Listed = (String, Option<Digest>);

impl Host {
    /// Goes there; makes the folder where there is none.
    pub async fn open(place: &HostPlace, practice: &Path, keys: &Keys, machine: Nonce) -> Result<Self, HostError> {
        match place {
            HostPlace::Folder(folder) => {
                let store = Store::create(&practice.join(folder))?;
                store.is_store()?;
                Ok(Self::Folder(store))
            }
            HostPlace::Server(origin) => Server::greet(origin, keys, machine).await.map(Self::Server),
        }
    }

    /// What people call it, and what this machine remembers it by.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(store) => store.root().display().to_string(),
            Self::Server(server) => server.origin().to_owned(),
        }
    }

    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>, HostError> {
        match self {
            Self::Folder(store) => Ok(store.list_with_digests(folder).await?),
            Self::Server(server) => server.list(folder).await,
        }
    }

    /// The file, or `None`; refused when it is larger than any should be.
    pub async fn read(&self, path: &str) -> Result<Option<Bytes>, HostError> {
        self.read_up_to(path, LARGEST).await
    }

    /// The same, refused when it is larger than `limit` bytes.
    pub async fn read_up_to(&self, path: &str, limit: u64) -> Result<Option<Bytes>, HostError> {
        match self {
            Self::Folder(store) => Ok(store.read(path, limit).await?),
            Self::Server(server) => server.read(path, limit).await,
        }
    }

    /// Puts the file there in one atomic step; it is on the host's disk when this returns.
    pub async fn put(&self, path: &str, bytes: Bytes) -> Result<(), HostError> {
        match self {
            Self::Folder(store) => Ok(store.put(path, bytes).await?),
            Self::Server(server) => {
                let digest = (path == layout::HEAD).then(|| Digest::of(&bytes));
                server.put(path, bytes).await?;
                server.now_at(digest);
                Ok(())
            }
        }
    }

    pub async fn delete(&self, path: &str) -> Result<(), HostError> {
        match self {
            Self::Folder(store) => Ok(store.delete(path).await?),
            Self::Server(server) => server.delete(path).await,
        }
    }
}
