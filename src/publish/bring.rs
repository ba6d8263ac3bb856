//! Bringing the publication to a host: only what is missing there, each mailbox in one atomic step, the head last.
//!
//! In: the store on this machine, whole, and a host. Out: the same publication there. The host is believed nothing but its
//! signed head; a publication that this machine has not seen is never overwritten. Cut short anywhere, it leaves some
//! mailboxes on the old release and none broken; running it again goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{PublishError, adopt::FAR, given::verified_head};
use crate::{
    host::{Host, Listed},
    keys::Keys,
    practice::{Home, KnownHost},
    record::Record,
    store::{LARGEST, Store, layout},
    wire::{Digest, Head, MailboxRecord, Release, UnixTime},
};

const HOUR: UnixTime = 60 * 60;
/// Files that travel at a time.
pub(super) const AT_ONCE: usize = 8;

/// What is to travel, and in which order.
#[derive(Debug, Default, Serialize)]
pub struct Journey {
    pub release: Release,
    /// The release that stands there, where this machine has brought a newer one: someone has brought the old one back.
    pub brought_back: Option<Release>,
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
    /// For whoever stands in: it is brought there, or taken away.
    brief: Option<Brief>,
    head: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Brief {
    Brought,
    Taken,
}

impl Journey {
    /// Whether the host has all of it already.
    pub fn is_empty(&self) -> bool {
        self.files() == 0 && self.ended.is_empty() && self.brief.is_none()
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
                _ if path == layout::BRIEF => {
                    mended += usize::from(self.brief.replace(Brief::Brought).is_none());
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
        let brief = usize::from(self.brief == Some(Brief::Brought));
        let single = usize::from(self.gate) + usize::from(self.head) + brief;
        self.sealed.len() + self.open.len() + self.mailboxes.len() + single
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
        let brought_back = self.may_overwrite(head.release).await?;
        let mut journey = Journey { release: head.release, brought_back, ..Journey::default() };
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
        journey.brief = self.brief().await?;
        journey.head = self.host.read(layout::HEAD).await?.as_deref() != Some(&bytes[..]);
        Ok(journey)
    }

    /// What has to happen to what lies there for whoever stands in.
    async fn brief(&self) -> Result<Option<Brief>, PublishError> {
        let own = self.store.read(layout::BRIEF, LARGEST).await?;
        let there = self.host.read(layout::BRIEF).await?;
        Ok((own != there).then_some(if own.is_some() { Brief::Brought } else { Brief::Taken }))
    }

    /// Opens nothing and believes nothing: reads every file there, and says which are not as they are here.
    pub async fn spoiled(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<String>, PublishError> {
        let mut here = vec![layout::GATE.to_owned(), layout::HEAD.to_owned()];
        for folder in layout::FOLDERS {
            here.extend(self.store.list(folder)?);
        }
        let looked = here.iter().map(|path| async move { Ok::<_, PublishError>((path, self.is_spoiled(path).await?)) });
        let mut looked = stream::iter(looked).buffer_unordered(AT_ONCE);
        let (mut spoiled, mut done) = (Vec::new(), 0);
        while let Some((path, is_spoiled)) = looked.try_next().await? {
            spoiled.extend(is_spoiled.then(|| path.clone()));
            done += 1;
            progress(done, here.len() as u64);
        }
        spoiled.sort();
        Ok(spoiled)
    }

    /// A host that can't be reached has spoiled nothing; one that has something else, or nothing, or too much has.
    async fn is_spoiled(&self, path: &str) -> Result<bool, PublishError> {
        let own = self.store.read(path, LARGEST).await?;
        match self.host.read(path).await {
            Ok(there) => Ok(there != own),
            Err(error) if error.is_about_the_file() => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the journey.
    pub async fn go(&self, journey: &Journey, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), PublishError> {
        let done = std::sync::atomic::AtomicU64::new(0);
        let one = || {
            let n = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress(n, journey.files() as u64);
        };
        self.begin().await?;
        let record = Record::read(self.home, self.keys)?;
        record.reached(journey.release, self.now, false, self.home, self.keys)?;
        if journey.gate {
            self.carry(layout::GATE, &one).await?;
        }
        match journey.brief {
            Some(Brief::Brought) => self.carry(layout::BRIEF, &one).await?,
            Some(Brief::Taken) => self.host.delete(layout::BRIEF).await?,
            None => {}
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
        record.reached(journey.release, self.now, true, self.home, self.keys)?;
        self.arrived(journey).await
    }

    /// Writes down what is about to be there, so that it is known again if this is cut short after the last step.
    async fn begin(&self) -> Result<(), PublishError> {
        let (head, bytes) = self.own_head().await?;
        let mut hosts = self.home.hosts()?;
        let known = hosts.entry(self.host.name()).or_default();
        (known.begun, known.release) = (Some(Digest::of(&bytes)), known.release.max(head.release));
        Ok(self.home.write_hosts(&hosts)?)
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
        if self.home.released()?.is_some_and(|begun| begun.release > head.release) {
            return Err(PublishError::Unfinished);
        }
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
    /// this practice has brought there. A release that is older than what this machine brought there was seen, or is
    /// older than something that was: the host has taken a backup, or shows an old one on purpose.
    pub async fn may_overwrite(&self, own: Release) -> Result<Option<Release>, PublishError> {
        let known = self.known()?;
        let bytes = self.host.read(layout::HEAD).await?;
        let verified = bytes.as_ref().and_then(|bytes| verified_head(bytes, self.keys.root()));
        let believed = verified.filter(|(head, _)| head.release <= self.now.saturating_add(FAR));
        let (Some(bytes), Some((head, epoch))) = (&bytes, believed) else {
            return if self.is_free(&known, bytes.is_some()).await? { Ok(None) } else { Err(PublishError::Foreign) };
        };
        if epoch > self.keys.epoch() {
            return Err(PublishError::LaterEpoch { host: epoch, here: self.keys.epoch() });
        }
        // Not whether it is the same as here: two machines can make the same head in the same second, of different pages.
        let there = Some(Digest::of(bytes));
        let seen = known.head == there || known.begun == there;
        if head.release > own || !(seen || head.release < known.release) {
            return Err(PublishError::Unseen { host: head.release });
        }
        Ok((!seen).then_some(head.release))
    }

    /// Whether nobody's publication is there, or this machine's with a head that the host has spoiled.
    async fn is_free(&self, known: &KnownHost, has_head: bool) -> Result<bool, PublishError> {
        let there = paths(self.host.list(layout::MAILBOXES).await?);
        let here = self.store.list(layout::MAILBOXES)?;
        let ours = known.head.is_some() && (there.is_empty() || here.iter().any(|path| there.contains(path)));
        Ok(ours || (!has_head && there.is_empty()))
    }

    pub(super) fn known(&self) -> Result<KnownHost, PublishError> {
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
