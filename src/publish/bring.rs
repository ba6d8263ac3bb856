//! Bringing the publication to a host: only what is missing there, each mailbox in one atomic step, the head last.
//!
//! In: the store on this machine, whole, and a host. Out: the same publication there. The host is believed nothing but its
//! signed head; a publication that this machine has not seen is never overwritten. Cut short anywhere, it leaves some
//! mailboxes on the old release and none broken; running it again goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{PublishError, given::verified_head};
use crate::{
    host::{Host, Listed},
    keys::Keys,
    practice::{Home, KnownHost},
    store::{Store, layout},
    wire::{Digest, Head, MailboxRecord, Release, UnixTime},
};

const HOUR: UnixTime = 60 * 60;
/// Files that travel at a time.
const AT_ONCE: usize = 8;
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is to travel, and in which order.
#[derive(Debug, Default, Serialize)]
pub struct Journey {
    pub release: Release,
    /// Objects, indexes and keyrings.
    pub sealed: Vec<String>,
    /// Open files.
    pub open: Vec<String>,
    pub mailboxes: Vec<String>,
    /// Mailboxes that end.
    pub ended: Vec<String>,
    /// What nothing lists any more: it goes once it has been so for an hour, or at once where nobody must find it.
    pub unlisted: Vec<String>,
    gate: bool,
    head: bool,
}

impl Journey {
    /// Whether the host has all of it already.
    pub fn is_empty(&self) -> bool {
        self.files() == 0 && self.ended.is_empty()
    }

    /// Adds what is spoiled there; how much it is.
    pub fn mend(&mut self, spoiled: Vec<String>) -> usize {
        let known = |list: &[String], path: &str| list.iter().any(|known| known == path);
        let mut mended = 0;
        for path in spoiled {
            let list = match path.split('/').next() {
                _ if path == layout::GATE => {
                    mended += usize::from(!std::mem::replace(&mut self.gate, true));
                    continue;
                }
                _ if path == layout::HEAD => {
                    mended += usize::from(!std::mem::replace(&mut self.head, true));
                    continue;
                }
                Some(layout::PUBLIC) => &mut self.open,
                Some(layout::MAILBOXES) => &mut self.mailboxes,
                _ => &mut self.sealed,
            };
            if !known(list, &path) {
                list.push(path);
                mended += 1;
            }
        }
        mended
    }

    /// How many files travel.
    pub fn files(&self) -> usize {
        self.sealed.len() + self.open.len() + self.mailboxes.len() + usize::from(self.gate) + usize::from(self.head)
    }
}

/// This machine's store, a host, and what is known of it.
pub struct Bring<'a> {
    pub store: &'a Store,
    pub host: &'a Host,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub now: UnixTime,
}

impl Bring<'_> {
    /// What is missing there; refused when the host has something that this machine has not seen.
    pub async fn journey(&self) -> Result<Journey, PublishError> {
        let (head, bytes) = self.own_head().await?;
        self.may_overwrite(&head, &bytes).await?;
        let mut journey = Journey { release: head.release, ..Journey::default() };
        for folder in [layout::OBJECTS, layout::INDEXES, layout::KEYRINGS] {
            let there: BTreeSet<String> = paths(self.host.list(folder).await?);
            let here: BTreeSet<String> = self.store.list(folder)?.into_iter().collect();
            journey.sealed.extend(here.difference(&there).cloned());
            journey.unlisted.extend(there.difference(&here).cloned());
        }
        let (open, unlisted) = self.changed(layout::PUBLIC).await?;
        journey.open = open;
        journey.unlisted.extend(unlisted);
        (journey.mailboxes, journey.ended) = self.changed(layout::MAILBOXES).await?;
        journey.gate = self.host.read(layout::GATE).await? != self.store.read(layout::GATE, LARGEST).await?;
        journey.head = self.host.read(layout::HEAD).await?.as_deref() != Some(&bytes[..]);
        Ok(journey)
    }

    /// Opens nothing and believes nothing: reads every file there, and says which are not as they are here.
    pub async fn spoiled(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<String>, PublishError> {
        let mut here = vec![layout::GATE.to_owned(), layout::HEAD.to_owned()];
        for folder in layout::FOLDERS {
            here.extend(self.store.list(folder)?);
        }
        let mut spoiled = Vec::new();
        for (n, path) in here.iter().enumerate() {
            let own = self.store.read(path, LARGEST).await?;
            if self.host.read(path).await.ok().flatten() != own {
                spoiled.push(path.clone());
            }
            progress(n as u64 + 1, here.len() as u64);
        }
        Ok(spoiled)
    }

    /// Makes the journey.
    pub async fn go(&self, journey: &Journey, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), PublishError> {
        let done = std::sync::atomic::AtomicU64::new(0);
        let one = || {
            let n = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress(n, journey.files() as u64);
        };
        if journey.gate {
            self.carry(layout::GATE, &one).await?;
        }
        self.carry_all(&journey.sealed, &one).await?;
        self.carry_all(&journey.open, &one).await?;
        for path in &journey.mailboxes {
            self.carry(path, &one).await?;
        }
        for path in &journey.ended {
            self.host.delete(path).await?;
        }
        if journey.head {
            self.carry(layout::HEAD, &one).await?;
        }
        self.arrived(journey).await
    }

    /// Remembers what is there now, and takes away what has been unlisted for long enough.
    async fn arrived(&self, journey: &Journey) -> Result<(), PublishError> {
        let mut hosts = self.home.hosts()?;
        let known = hosts.entry(self.host.name()).or_default();
        known.head = Some(Digest::of(&self.own_head().await?.1));
        let since = std::mem::take(&mut known.unlisted);
        for path in &journey.unlisted {
            let first = since.get(path).copied().unwrap_or(self.now);
            if self.goes_at_once(path)? || self.now >= first.saturating_add(HOUR) {
                self.host.delete(path).await?;
            } else {
                known.unlisted.insert(path.clone(), first);
            }
        }
        Ok(self.home.write_hosts(&hosts)?)
    }

    /// A page that is no longer open, and all that a closed mailbox had.
    fn goes_at_once(&self, path: &str) -> Result<bool, PublishError> {
        let mut names = path.split('/');
        Ok(match (names.next(), names.next()) {
            (Some(layout::PUBLIC), folder) => folder != Some("assets"),
            (Some(layout::INDEXES | layout::KEYRINGS), Some(id)) => {
                !self.store.list(layout::MAILBOXES)?.contains(&format!("{}/{id}.json", layout::MAILBOXES))
            }
            _ => false,
        })
    }

    /// The head on this machine, of a publication that is whole.
    async fn own_head(&self) -> Result<(Head, Bytes), PublishError> {
        let bytes = self.store.read(layout::HEAD, LARGEST).await?.ok_or(PublishError::Nothing)?;
        let (head, _) = verified_head(&bytes, self.keys.root()).ok_or(PublishError::Foreign)?;
        for path in self.store.list(layout::MAILBOXES)? {
            let record = self.store.read(&path, LARGEST).await?;
            let record = record.and_then(|json| serde_json::from_slice::<MailboxRecord>(&json).ok());
            if !record.is_some_and(|record| record.index.ends_with(&format!("/{}", head.release))) {
                return Err(PublishError::Unfinished);
            }
        }
        Ok((head, bytes))
    }

    /// SECURITY: nobody's publication is overwritten unseen: not another practice's, and not one that another machine of
    /// this practice has brought there.
    async fn may_overwrite(&self, own: &Head, own_bytes: &[u8]) -> Result<(), PublishError> {
        let Some(bytes) = self.host.read(layout::HEAD).await? else {
            let mailboxes = self.host.list(layout::MAILBOXES).await?;
            return if mailboxes.is_empty() || self.known()?.head.is_some() {
                Ok(())
            } else {
                Err(PublishError::Foreign)
            };
        };
        let Some((head, epoch)) = verified_head(&bytes, self.keys.root()) else {
            return if self.known()?.head.is_some() { Ok(()) } else { Err(PublishError::Foreign) };
        };
        if epoch > self.keys.epoch() {
            return Err(PublishError::LaterEpoch { host: epoch, here: self.keys.epoch() });
        }
        let seen = bytes == own_bytes || self.known()?.head == Some(Digest::of(&bytes));
        if head.release > own.release || !seen {
            return Err(PublishError::Ahead { host: head.release, here: own.release });
        }
        Ok(())
    }

    fn known(&self) -> Result<KnownHost, PublishError> {
        Ok(self.home.hosts()?.remove(&self.host.name()).unwrap_or_default())
    }

    /// The paths of a folder that are not the same there, and those that are there alone.
    async fn changed(&self, folder: &str) -> Result<(Vec<String>, Vec<String>), PublishError> {
        let there: BTreeMap<String, Option<Digest>> = self.host.list(folder).await?.into_iter().collect();
        let here = self.store.list_with_digests(folder).await?;
        let changed =
            here.iter().filter(|(path, digest)| there.get(path) != Some(digest)).map(|(path, _)| path.clone());
        let known: BTreeSet<&String> = here.iter().map(|(path, _)| path).collect();
        Ok((changed.collect(), there.keys().filter(|path| !known.contains(path)).cloned().collect()))
    }

    async fn carry_all(&self, paths: &[String], one: &(dyn Fn() + Sync)) -> Result<(), PublishError> {
        let carried = paths.iter().map(|path| self.carry(path, one));
        stream::iter(carried).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn carry(&self, path: &str, one: &(dyn Fn() + Sync)) -> Result<(), PublishError> {
        let bytes = self.store.read(path, LARGEST).await?.ok_or(PublishError::Unfinished)?;
        self.host.put(path, bytes).await?;
        one();
        Ok(())
    }
}

fn paths(listed: Vec<Listed>) -> BTreeSet<String> {
    listed.into_iter().map(|(path, _)| path).collect()
}
