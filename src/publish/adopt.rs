//! Taking over what another machine has published: the host's publication becomes the one that this machine has seen.
//!
//! In: a host, and the store on this machine. Out: the same publication here, so that the next `build` shows what would
//! change against what members really have. Only files of a publication are taken, each bounded and by a name that was
//! parsed; what they say is believed later, and only where it is signed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Bring, PublishError, bring::AT_ONCE, given::verified_head};
use crate::{
    host::{Host, Listed},
    practice::Released,
    store::{
        LARGEST, Store,
        layout::{self, Place},
    },
    wire::{Digest, Head, Release, UnixTime},
};

/// More than a practice's pages, log or answers of many years.
const MOST: u64 = 4 * 1024 * 1024 * 1024;
const MOST_FILES: usize = 100_000;
/// Releases are numbered by the clock; nobody's is a year ahead.
pub(super) const FAR: UnixTime = 365 * 24 * 60 * 60;

impl Bring<'_> {
    /// Brings the host's publication here; its release.
    pub async fn adopt(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Release, PublishError> {
        let bytes = self.host.read(layout::HEAD).await?.ok_or(PublishError::Nothing)?;
        let (head, epoch) = verified_head(&bytes, self.keys.root()).ok_or(PublishError::Foreign)?;
        if epoch > self.keys.epoch() {
            return Err(PublishError::LaterEpoch { host: epoch, here: self.keys.epoch() });
        }
        // What was built here and never brought there says nothing of what must be there.
        let seen = self.known()?.release;
        if seen > head.release {
            return Err(PublishError::Behind { host: head.release, here: seen });
        }
        if head.release > self.now.saturating_add(FAR) {
            return Err(PublishError::Unbelievable { host: head.release });
        }
        let taken = Taken::default();
        self.take(layout::GATE, &taken).await?;
        match self.fetch(layout::BRIEF, &taken).await? {
            Some(brief) => self.store.put(layout::BRIEF, brief).await?,
            None => self.store.delete(layout::BRIEF).await?,
        }
        self.take_open(&head, &taken).await?;
        for folder in [layout::OBJECTS, layout::INDEXES, layout::KEYRINGS, layout::MAILBOXES] {
            self.take_folder(folder, &taken, progress).await?;
        }
        self.store.put(layout::HEAD, bytes.clone()).await?;
        // SECURITY: as if one more had been begun: what nobody signed is brought nowhere before a build has replaced it.
        let begun = head.release.max(self.home.released()?.map_or(0, |known| known.release)) + 1;
        self.home.write_released(Released { release: begun, issued: head.issued })?;
        let mut hosts = self.home.hosts()?;
        let known = hosts.entry(self.host.name()).or_default();
        (known.head, known.release) = (Some(Digest::of(&bytes)), head.release);
        self.home.write_hosts(&hosts)?;
        Ok(head.release)
    }

    /// The open files that the head vouches for, and no other.
    async fn take_open(&self, head: &Head, taken: &Taken) -> Result<(), PublishError> {
        for path in self.store.list(layout::PUBLIC)? {
            self.store.delete(&path).await?;
        }
        for (path, digest) in &head.files {
            let path = layout::public(path);
            let bytes = self.fetch(&path, taken).await?;
            // What is spoiled there is not here yet; the next build makes it.
            if let Some(bytes) = bytes.filter(|bytes| Digest::of(bytes) == *digest) {
                self.store.put(&path, bytes).await?;
            }
        }
        Ok(())
    }

    /// Everything in a folder that is not here as it is there; what is here alone goes, since nobody has it.
    async fn take_folder(
        &self,
        folder: &'static str,
        taken: &Taken,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), PublishError> {
        let here: BTreeMap<_, _> = self.store.list_with_digests(folder).await?.into_iter().collect();
        let there: BTreeMap<_, _> = listed(self.host, folder).await?.into_iter().collect();
        for path in here.keys().filter(|path| !there.contains_key(*path)) {
            self.store.delete(path).await?;
        }
        let sealed = folder != layout::MAILBOXES;
        let missing: Vec<&str> = there
            .iter()
            .filter(|(path, digest)| here.get(*path).is_none_or(|own| !sealed && own != *digest))
            .map(|(path, _)| path.as_str())
            .collect();
        let count = missing.len() as u64;
        let fetched = missing.iter().map(|path| self.take(path, taken));
        let mut fetched = stream::iter(fetched).buffer_unordered(AT_ONCE);
        let mut done = 0;
        while fetched.try_next().await?.is_some() {
            done += 1;
            progress(done, count);
        }
        Ok(())
    }

    async fn take(&self, path: &str, taken: &Taken) -> Result<(), PublishError> {
        let bytes = self.fetch(path, taken).await?.ok_or(PublishError::Unfinished)?;
        Ok(self.store.put(path, bytes).await?)
    }

    async fn fetch(&self, path: &str, taken: &Taken) -> Result<Option<Bytes>, PublishError> {
        // SECURITY: the host chose this name, and how much there is.
        path.parse::<Place>().map_err(|_| PublishError::Foreign)?;
        let bytes = self.host.read(path).await?;
        let size = bytes.as_ref().map_or(0, Bytes::len) as u64;
        if taken.0.fetch_add(size, Ordering::Relaxed) + size > MOST {
            return Err(PublishError::TooMuch { folder: path.to_owned() });
        }
        Ok(bytes)
    }
}

/// How many bytes came from the host.
#[derive(Default)]
struct Taken(AtomicU64);

/// What the host says lies in a folder.
async fn listed(host: &Host, folder: &str) -> Result<Vec<Listed>, PublishError> {
    let listed = host.list(folder).await?;
    if listed.len() > MOST_FILES { Err(PublishError::TooMuch { folder: folder.to_owned() }) } else { Ok(listed) }
}

/// Brings back what the host's own side has written in a folder (its audit log; what members have sent), so that it lies
/// here exactly as it lies there: what was cut or removed there is missing here too, and is found out by whoever reads it.
pub async fn bring_back(host: &Host, store: &Store, folder: &str) -> Result<(), PublishError> {
    let below = format!("{folder}/");
    // SECURITY: the host chose these names. One that is no file of this folder would lie in the way of what is.
    let mut there = listed(host, folder).await?;
    there.retain(|(path, _)| path.starts_with(&below) && layout::is_kept_here(path));
    let known: BTreeSet<&String> = there.iter().map(|(path, _)| path).collect();
    for path in store.list(folder)?.iter().filter(|path| !known.contains(path)) {
        store.delete(path).await?;
    }
    let mut total = 0;
    for (path, _) in &there {
        let Some(bytes) = host.read(path).await? else { continue };
        total += bytes.len() as u64;
        if total > MOST {
            return Err(PublishError::TooMuch { folder: folder.to_owned() });
        }
        if store.read(path, LARGEST).await?.as_ref() != Some(&bytes) {
            store.put(path, bytes).await?;
        }
    }
    Ok(())
}
