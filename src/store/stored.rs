//! A file of the store that was opened and not yet read: its size and version are known before a byte is.

use std::{io, ops::Range};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{GetOptions, GetResult, ObjectStore, ObjectStoreExt};

use super::{Store, StoreError, parse};
use crate::wire::Digest;

/// One version of a file: what is read from it is whole, even if the file is replaced meanwhile.
#[derive(Debug)]
pub struct Stored {
    path: String,
    found: GetResult,
}

impl Store {
    /// Opens the file at `path`, or `None`; refused when it is larger than `limit` bytes.
    pub async fn fetch(&self, path: &str, limit: u64) -> Result<Option<Stored>, StoreError> {
        let found = match self.bulk.get(&parse(path)?).await {
            Ok(found) => found,
            Err(error) if names_nothing(&error) => return Ok(None),
            Err(source) => return Err(StoreError::Read { path: path.to_owned(), source }),
        };
        if found.meta.size > limit {
            return Err(StoreError::TooLarge { path: path.to_owned(), limit });
        }
        Ok(Some(Stored { path: path.to_owned(), found }))
    }

    /// A part of a file that was opened before; an error if it was replaced since.
    pub async fn fetch_part(&self, whole: Stored, range: Range<u64>) -> Result<Stored, StoreError> {
        let options = GetOptions::new().with_range(Some(range)).with_if_match(whole.found.meta.e_tag);
        let path = whole.path;
        match self.bulk.get_opts(&parse(&path)?, options).await {
            Ok(found) => Ok(Stored { path, found }),
            Err(source) => Err(StoreError::Read { path, source }),
        }
    }
}

/// Also where a file stands in the place of a folder, or a name is too long for the disk.
fn names_nothing(error: &object_store::Error) -> bool {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    matches!(error, object_store::Error::NotFound { .. })
        || causes
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|cause| matches!(cause.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename))
}

impl Stored {
    /// Of the whole file.
    pub fn size(&self) -> u64 {
        self.found.meta.size
    }

    /// What is read: all of it, or the part that was asked for.
    pub fn range(&self) -> Range<u64> {
        self.found.range.clone()
    }

    /// Another value for every version of the file. A digest, so that it shows no inode and no time.
    pub fn version(&self) -> Digest {
        let meta = &self.found.meta;
        let tag = meta.e_tag.as_deref().unwrap_or_default();
        Digest::of(format!("{} {tag} {} {}", self.path, meta.last_modified.timestamp_micros(), meta.size).as_bytes())
    }

    /// All of it at once.
    pub async fn bytes(self) -> Result<Bytes, StoreError> {
        let path = self.path;
        self.found.bytes().await.map_err(|source| StoreError::Read { path, source })
    }

    /// Piece by piece, so that a slow reader costs a few kilobytes and an open file.
    pub fn pieces(self) -> BoxStream<'static, Result<Bytes, StoreError>> {
        let path = self.path;
        self.found.into_stream().map_err(move |source| StoreError::Read { path: path.clone(), source }).boxed()
    }
}
