//! Taking over what another machine has published: the host's publication becomes the one that this machine has seen.
//!
//! In: a host, and the store on this machine. Out: the same publication here, so that the next `build` shows what would
//! change against what members really have. Only files of a publication are taken, each bounded and by a name that was
//! parsed; what they say is believed later, and only where it is signed.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Bring, PublishError, given::verified_head};
use crate::{
    host::Host,
    practice::Released,
    store::{
        Store,
        layout::{self, Place},
    },
    wire::{Digest, Release},
};

const AT_ONCE: usize = 8;
const LARGEST: u64 = 64 * 1024 * 1024;
/// More than a practice's log or answers of many years.
const MOST: usize = 1024 * 1024 * 1024;

impl Bring<'_> {
    /// Brings the host's publication here; its release.
    pub async fn adopt(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Release, PublishError> {
        let bytes = self.host.read(layout::HEAD).await?.ok_or(PublishError::Nothing)?;
        let (head, epoch) = verified_head(&bytes, self.keys.root()).ok_or(PublishError::Foreign)?;
        if epoch > self.keys.epoch() {
            return Err(PublishError::LaterEpoch { host: epoch, here: self.keys.epoch() });
        }
        let known = self.home.released()?;
        if let Some(known) = known.filter(|known| known.release > head.release) {
            return Err(PublishError::Behind { host: head.release, here: known.release });
        }
        self.take(layout::GATE).await?;
        for folder in [layout::OBJECTS, layout::INDEXES, layout::KEYRINGS, layout::PUBLIC, layout::MAILBOXES] {
            self.take_folder(folder, progress).await?;
        }
        self.store.put(layout::HEAD, bytes.clone()).await?;
        self.home.write_released(Released { release: head.release, issued: head.issued })?;
        let mut hosts = self.home.hosts()?;
        hosts.entry(self.host.name()).or_default().head = Some(Digest::of(&bytes));
        self.home.write_hosts(&hosts)?;
        Ok(head.release)
    }

    /// Everything in a folder that is not here as it is there; what is here alone goes, since nobody has it.
    async fn take_folder(&self, folder: &str, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), PublishError> {
        let here: std::collections::BTreeMap<_, _> = self.store.list_with_digests(folder).await?.into_iter().collect();
        let there = self.host.list(folder).await?;
        let sealed = ![layout::PUBLIC, layout::MAILBOXES].contains(&folder);
        let missing: Vec<&str> = there
            .iter()
            .filter(|(path, digest)| here.get(path).is_none_or(|own| !sealed && own != digest))
            .map(|(path, _)| path.as_str())
            .collect();
        let count = missing.len() as u64;
        let taken = missing.iter().map(|path| self.take(path));
        let mut taken = stream::iter(taken).buffer_unordered(AT_ONCE);
        let mut done = 0;
        while taken.try_next().await?.is_some() {
            done += 1;
            progress(done, count);
        }
        for path in here.keys().filter(|path| !there.iter().any(|(known, _)| known == *path)) {
            self.store.delete(path).await?;
        }
        Ok(())
    }

    async fn take(&self, path: &str) -> Result<(), PublishError> {
        // SECURITY: the host chose this name.
        path.parse::<Place>().map_err(|_| PublishError::Foreign)?;
        let bytes: Bytes = self.host.read(path).await?.ok_or(PublishError::Unfinished)?;
        Ok(self.store.put(path, bytes).await?)
    }
}

/// Brings back what the host's own side has written in a folder (its audit log; what members have sent), so that it lies
/// here exactly as it lies there: what was cut or removed there is missing here too, and is found out by whoever reads it.
pub async fn bring_back(host: &Host, store: &Store, folder: &str) -> Result<(), PublishError> {
    let mut here = store.list(folder)?;
    let mut total = 0;
    for (path, _) in host.list(folder).await? {
        here.retain(|known| *known != path);
        // SECURITY: the host chose this name, and how much there is.
        let bytes = if layout::is_kept_here(&path) { host.read(&path).await? } else { None };
        let Some(bytes) = bytes else { continue };
        total += bytes.len();
        if total > MOST {
            return Err(PublishError::TooMuch { folder: folder.to_owned() });
        }
        if store.read(&path, LARGEST).await?.as_ref() != Some(&bytes) {
            store.put(&path, bytes).await?;
        }
    }
    for path in here {
        store.delete(&path).await?;
    }
    Ok(())
}
