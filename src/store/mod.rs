//! The store: a folder of files (an `object_store`), the one thing the author's side and the host share.
//!
//! In: paths made by [`layout`] and bytes. Out: the same bytes, with a limit on how many. It must not know what a file
//! means. Two ways to write a file: [`Store::put`] is on the disk when it returns; [`Store::put_in_bulk`] is there after the
//! next [`Store::sync`], and thousands of times cheaper. [`Store::append`] is for what grows, [`Store::keep`] and
//! [`Store::replace`] for what members send.

mod append;
mod folder;
mod keep;
pub mod layout;
mod stored;

use std::{
    io,
    path::{Path as FilePath, PathBuf},
};

use bytes::Bytes;
use object_store::{ObjectStoreExt, local::LocalFileSystem, path::Path};

pub use self::{keep::Kept, stored::Stored};
use crate::explain::Explain;

/// In bytes: more than any file of a store.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// A folder that holds what the host gets.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    durable: LocalFileSystem,
    bulk: LocalFileSystem,
    folders: keep::Folders,
}

/// Why the store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("can't open the store at {}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("the store has no such path: {path}")]
    Path { path: String },
    #[error("can't read {path} in the store")]
    Read { path: String, source: object_store::Error },
    #[error("can't write {path} in the store")]
    Write { path: String, source: object_store::Error },
    #[error("can't write {path} in the store")]
    Append { path: String, source: io::Error },
    #[error("someone has cut or removed {path} in the store")]
    Cut { path: String },
    #[error("{path} in the store is larger than {limit} bytes")]
    TooLarge { path: String, limit: u64 },
    #[error("can't bring the store to the disk")]
    Sync(#[source] io::Error),
    #[error("can't look through {path:?} in the store")]
    Folder { path: String, source: io::Error },
    #[error("{path} in the store is a link, or no plain file")]
    Strange { path: String },
    #[error("{} is no store: {name} is in it", path.display())]
    NoStore { path: PathBuf, name: String },
}

impl Explain for StoreError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Open { .. } | Self::Folder { .. } => "Check that the folder exists and that you may read and write in it.".into(),
            Self::Write { .. } | Self::Sync(_) => {
                "Check that the disk is not full; what was published before still stands. Then run the command again."
                    .into()
            }
            Self::TooLarge { .. } => {
                "Something else than heldspace wrote this file. `heldspace build --verify` mends what was spoiled."
                    .into()
            }
            Self::Strange { .. } => {
                "heldspace makes no such thing: someone else put it there. Look where it leads, and remove it. Nothing was changed.".into()
            }
            Self::NoStore { .. } => "Nothing was changed. Name an empty folder, or one that heldspace publishes to.".into(),
            Self::Append { .. } => "Check that the disk is not full and who owns the folder.".into(),
            Self::Path { .. } | Self::Read { .. } | Self::Cut { .. } => return None,
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Strange { .. } | Self::NoStore { .. } => 4,
            _ => 1,
        }
    }
}

impl StoreError {
    /// Whether the disk, or what this user may use of it, is full.
    pub fn is_full(&self) -> bool {
        let causes = std::iter::successors(std::error::Error::source(self), |error| error.source());
        causes
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|cause| matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

impl Store {
    /// Opens the folder at `root`, which must exist.
    pub fn open(root: &FilePath) -> Result<Self, StoreError> {
        let failed = |source: io::Error| StoreError::Open { path: root.to_owned(), source };
        let root = root.canonicalize().map_err(failed)?;
        let bulk = LocalFileSystem::new_with_prefix(&root).map_err(|e| failed(e.into()))?;
        let durable = LocalFileSystem::new_with_prefix(&root).map_err(|e| failed(e.into()))?.with_fsync(true);
        Ok(Self { root, durable, bulk, folders: keep::Folders::default() })
    }

    /// Makes the folder (0700) if it is not there, and opens it.
    pub fn create(root: &FilePath) -> Result<Self, StoreError> {
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(root).map_err(|source| StoreError::Open { path: root.to_owned(), source })?;
        Self::open(root)
    }

    pub fn root(&self) -> &FilePath {
        &self.root
    }

    /// The file at `path`, or `None`; refused unread when it is larger than `limit` bytes, or no plain file.
    pub async fn read(&self, path: &str, limit: u64) -> Result<Option<Bytes>, StoreError> {
        self.no_link_to(path)?;
        let failed = |source| StoreError::Read { path: path.to_owned(), source };
        let found = match self.bulk.get(&parse(path)?).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        if found.meta.size > limit {
            return Err(StoreError::TooLarge { path: path.to_owned(), limit });
        }
        found.bytes().await.map(Some).map_err(failed)
    }

    /// Replaces the file in one atomic step; it is on the disk when this returns.
    pub async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.put_with(&self.durable, path, bytes).await
    }

    /// Replaces the file in one atomic step; it is on the disk after the next [`Store::sync`].
    pub async fn put_in_bulk(&self, path: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.put_with(&self.bulk, path, bytes).await
    }

    async fn put_with(&self, to: &LocalFileSystem, path: &str, bytes: Bytes) -> Result<(), StoreError> {
        let put = to.put(&parse(path)?, bytes.into()).await;
        put.map_err(|source| StoreError::Write { path: path.to_owned(), source })?;
        self.round_time(path)
    }

    /// Bytes that may still be written where the store is.
    pub fn free_space(&self) -> Result<u64, StoreError> {
        let failed = |error: rustix::io::Errno| StoreError::Open { path: self.root.clone(), source: error.into() };
        let disk = rustix::fs::statvfs(&self.root).map_err(failed)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Brings everything written so far to the disk.
    pub fn sync(&self) -> Result<(), StoreError> {
        #[cfg(target_os = "linux")]
        {
            let folder = std::fs::File::open(&self.root).map_err(StoreError::Sync)?;
            rustix::fs::syncfs(folder).map_err(|e| StoreError::Sync(e.into()))
        }
        #[cfg(not(target_os = "linux"))]
        {
            rustix::fs::sync();
            Ok(())
        }
    }

    /// Removes the file; that it was not there is no error.
    pub async fn delete(&self, path: &str) -> Result<(), StoreError> {
        match self.bulk.delete(&parse(path)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(StoreError::Write { path: path.to_owned(), source }),
        }
    }
}

fn parse(path: &str) -> Result<Path, StoreError> {
    Path::parse(path).map_err(|_| StoreError::Path { path: path.to_owned() })
}
