//! The publication itself: seal what is new, bring it to the disk, then change each mailbox in one atomic step.
//!
//! Order, so that a crash anywhere leaves some mailboxes on the old release and none broken: release written down → which
//! object is which page → objects, indexes, keyrings, new open files → one sync → mailboxes, one by one → head → what is
//! no longer open goes. Running it again converges.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::{
    Counted, Given, Plan, PublishError, Reader, Receipts, Uncounted, Wanted, WantedPage, WantedPart,
    again::Again,
    open_files::{OpenBytes, OpenFiles},
    plan::is_open_page,
    tickets,
};
use crate::{
    attachment::Attachment,
    keys::Keys,
    practice::{Home, Mailbox, Practice, Released},
    record::{Giving, KEPT, NotedObject, NotedPage, ReadFile, Record},
    results::Shared,
    seal::{self, Cut, Entry, Index, ObjectRef, Plaintext, Recipient, SealedObject, StandInKeys},
    store::{Store, layout},
    wire::{Digest, Envelope, Gate, Head, MailboxId, MailboxRecord, ObjectName, Release, UnixTime},
};

const HOUR: UnixTime = 60 * 60;
const WEEK: UnixTime = 7 * 24 * HOUR;
/// Sealed and written together; bounds what is in memory.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 32 * 1024 * 1024;
/// In one index: each takes some 230 bytes, and the whole, in base64, has to stay below 4 MiB.
const MOST_OBJECTS: usize = 10_000;
const PART_SIZE: usize = 4 * 1024 * 1024;
/// Files written at a time.
const AT_ONCE: usize = 8;
pub(super) const OBJECT_LIMIT: u64 = 64 * 1024 * 1024;

/// Everything that is needed to publish, once the plan was agreed to.
pub struct Publication<'a> {
    pub practice: &'a Practice,
    pub wanted: Wanted,
    pub given: Given,
    /// Which answers the indexes confirm.
    pub receipts: Receipts,
    /// Numbers of closed questions.
    pub counted: Counted,
    pub record: &'a Record,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub store: &'a Store,
    pub now: UnixTime,
    /// Whoever stands in: can open what members send from now on.
    pub stand_in: Option<&'a StandInKeys>,
    /// What `gate.json` is to say.
    pub gate: Vec<u8>,
    /// Whether nobody reads from it, because there is another one that they do read from.
    pub is_aside: bool,
}

/// What a publication did, in numbers.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct Done {
    /// None when nothing had to be written.
    pub release: Option<u64>,
    pub members: usize,
    pub sealed: usize,
    pub kept: usize,
    pub withdrawn: usize,
    pub open_pages: usize,
    pub mended: usize,
    /// Pages that wait for their day.
    pub waiting: usize,
    /// The next day on which a build changes something by its date alone.
    pub next_date: Option<Date>,
    /// Numbers of closed questions that were frozen.
    pub results: Vec<Shared>,
    /// Closed questions that are not counted yet.
    pub uncounted: Vec<Uncounted>,
}

/// What is to be sealed.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Whole(&'a Plaintext),
    /// Of an attachment: read when its turn comes.
    Part(&'a WantedPart),
}

impl Piece<'_> {
    fn size(self) -> usize {
        match self {
            Self::Whole(plaintext) => plaintext.size(),
            // Once it is padded, at most.
            Self::Part(_) => PART_SIZE,
        }
    }
}

/// A reader's entries, in order of first appearance, and how they are cut.
pub(super) struct Issue<'a> {
    reader: &'a Reader,
    pub(super) cut: Cut,
}

impl Issue<'_> {
    fn id(&self) -> &MailboxId {
        &self.reader.mailbox.id
    }

    /// Whether the index, or a part of it, would be more than the gate gives and a browser takes.
    fn is_unwieldy(&self) -> bool {
        let objects = self.cut.pages.iter().flat_map(Entry::objects).count();
        objects > MOST_OBJECTS || self.cut.parts.iter().any(|(_, part)| part.size() > PART_SIZE)
    }

    /// Every object that the index names: pages, their attachments, and parts of the index.
    fn objects(&self) -> impl Iterator<Item = (ObjectName, Piece<'_>)> {
        let pages = self.reader.pages.iter().map(|page| (page.entry.object.name, Piece::Whole(&page.plaintext)));
        let attached = self.reader.pages.iter().flat_map(|page| &page.parts);
        let index = self.cut.parts.iter().map(|(part, plaintext)| (part.name, Piece::Whole(plaintext)));
        pages.chain(attached.map(|part| (part.name, Piece::Part(part)))).chain(index)
    }

    /// What each of these objects is, for the practice's own eyes.
    fn noted(&self) -> impl Iterator<Item = NotedObject> {
        let mailbox = *self.id();
        let pages = self.reader.pages.iter().map(|page| (page.entry.object.name, Some(noted_page(page))));
        let attached = self.reader.pages.iter().flat_map(|page| &page.parts).map(|part| (part.name, None));
        let parts = self.cut.parts.iter().map(|(part, _)| (part.name, None));
        pages.chain(attached).chain(parts).map(move |(object, page)| NotedObject { object, mailbox, page })
    }
}

fn noted_page(page: &WantedPage) -> NotedPage {
    let entry = page.entry.clone();
    NotedPage {
        id: entry.id,
        title: entry.title,
        file: page.file.display().to_string(),
        date: entry.date,
        order: entry.order,
        kind: entry.kind,
        audience: entry.audience,
        tags: entry.tags,
        names: page.names.clone(),
        document: entry.object.digest,
        attachments: page.files.clone(),
        links: entry.links,
        source: page.source,
    }
}

/// Reads a file as it is given, when the record keeps it.
fn read(digest: Digest, file: &Arc<Attachment>) -> ReadFile<'_> {
    Box::new(move || file.bytes(0, file.length).ok().filter(|bytes| Digest::of(bytes) == digest))
}

impl Publication<'_> {
    pub fn plan(&self) -> Plan {
        let mailboxes = self.wanted.readers.iter().map(|reader| &reader.mailbox.id);
        let plan = Plan::of(&self.wanted, &self.given).with(&self.counted, &self.wanted.readers);
        let confirmed = self.receipts.news(mailboxes, &self.given);
        Plan { confirmed, stand_in: self.new_reader(), ..plan }
    }

    /// Whoever stands in, where answers were not sealed to them before.
    fn new_reader(&self) -> Option<String> {
        let is_new = self.stand_in.is_some_and(|keys| !self.given.is_read_by(keys));
        let name = || self.practice.site.answers.stand_in.as_ref().map(|stand_in| stand_in.name.clone());
        if is_new && !self.wanted.readers.is_empty() { name() } else { None }
    }

    /// Publishes. When nothing differs and no index is a week old, nothing is written.
    pub async fn commit(self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Done, PublishError> {
        let plan = self.plan();
        let open = OpenFiles::of(&self.wanted.open, self.given.head.as_ref(), &self.given.open)?;
        let issues: Vec<Issue<'_>> = self.wanted.readers.iter().map(|reader| self.issue(reader)).collect();
        let mut done = Done {
            members: self.wanted.readers.len(),
            open_pages: self.wanted.open.keys().filter(|path| is_open_page(path)).count(),
            withdrawn: plan.count(super::What::TakenBack) + plan.count(super::What::NoLongerOpen),
            waiting: plan.dated.waiting.len(),
            next_date: plan.dated.next,
            uncounted: plan.uncounted.clone(),
            ..Done::default()
        };
        done.kept = self.listed_objects().len();
        if self.stands(&plan, &issues, &open)? {
            self.sweep(&self.listed(&issues, &open, None)).await?;
            if let Some(head) = &self.given.head {
                // What was cut short after its last step.
                self.reached(head.release, true)?;
            }
            return Ok(done);
        }
        if let Some(issue) = issues.iter().find(|issue| issue.is_unwieldy()) {
            return Err(PublishError::TooManyParts { reader: issue.reader.label.clone() });
        }
        // SECURITY: before anybody has them, or a build that is cut short would count anew.
        done.results = self.counted.freeze(&self.wanted.readers, self.home, self.keys)?;
        self.store.clear_staged()?;
        let released = self.begin()?;
        done.release = Some(released.release);
        done.kept -= self.listed_objects().keys().filter(|name| !self.given.objects.contains(name)).count();
        self.note(&issues, released)?;
        self.write_gate().await?;
        done.sealed = self.write_objects(&issues, progress).await?;
        self.write_indexes(&issues, released).await?;
        self.write_brief(released).await?;
        self.write_open_files(&open).await?;
        self.store.sync()?;
        self.switch_mailboxes(released).await?;
        self.finish(&issues, open, released).await?;
        self.reached(released.release, true)?;
        Ok(done)
    }

    /// Writes down what is about to be given, and its texts: none is ever at the host and unknown here. What a killed build
    /// wrote, and another writes again, is harmless.
    fn note(&self, issues: &[Issue<'_>], released: Released) -> Result<(), PublishError> {
        let pages = || self.wanted.readers.iter().flat_map(|reader| &reader.pages);
        let sources = pages().filter_map(|page| page.source);
        let files: BTreeMap<Digest, &Arc<Attachment>> = pages()
            .flat_map(|page| page.parts.iter().filter_map(WantedPart::file))
            .filter(|file| file.length <= KEPT)
            .map(|file| (file.digest, file))
            .collect();
        let giving = Giving {
            is_aside: self.is_aside,
            readers: issues.iter().map(|issue| (*issue.id(), issue.reader.folder.clone())).collect(),
            objects: issues.iter().flat_map(Issue::noted).collect(),
            had: self.given.pages(),
            pages: pages().map(|page| (page.entry.object.digest, page.plaintext.as_ref())).collect(),
            files: files.into_iter().map(|(digest, file)| (digest, read(digest, file))).collect(),
            sources: sources.filter_map(|id| Some((id, self.wanted.sources.get(&id)?.as_str()))).collect(),
        };
        giving.write(self.record, released, self.home, self.keys)?;
        self.reached(released.release, false)
    }

    /// Where this machine is the host, members find a release while it is being written.
    fn reached(&self, release: Release, whole: bool) -> Result<(), PublishError> {
        if self.practice.site.host.is_none() && !self.is_aside {
            self.record.reached(release, self.now, whole, self.home, self.keys)?;
        }
        Ok(())
    }

    fn again(&self) -> Again<'_> {
        Again { keys: self.keys, home: self.home, store: self.store, record: self.record }
    }

    /// In the order of first appearance.
    pub(super) fn issue<'a>(&self, reader: &'a Reader) -> Issue<'a> {
        let mut entries: Vec<Entry> = reader.pages.iter().map(|page| page.entry.clone()).collect();
        self.given.arrange(&reader.mailbox.id, &mut entries, |entry| entry);
        Issue { reader, cut: seal::cut(&entries, &reader.mailbox.id, self.keys) }
    }

    /// Every page object that is wanted, by name.
    pub(super) fn listed_objects(&self) -> BTreeMap<ObjectName, &ObjectRef> {
        let pages = self.wanted.readers.iter().flat_map(|reader| &reader.pages);
        pages.map(|page| (page.entry.object.name, &page.entry.object)).collect()
    }

    /// Whether everything is as it should be already. A release that was begun here and is not what stands was cut short,
    /// or the host has brought an older one back.
    fn stands(&self, plan: &Plan, issues: &[Issue<'_>], open: &OpenFiles) -> Result<bool, PublishError> {
        let Some(head) = &self.given.head else { return Ok(false) };
        let released = Released { release: head.release, issued: head.issued };
        let newest = self.home.released()?.is_none_or(|known| known.release <= head.release);
        Ok(newest
            && plan.is_empty()
            && (head.issued..head.issued.saturating_add(WEEK)).contains(&self.now)
            && open.fresh.is_empty()
            && head.files == open.digests
            && self.given.open.keys().all(|path| Self::is_wanted_or_asset(path, open))
            && head.statement == *self.keys.statement()
            && self.given.gate.as_ref() == Some(&self.gate)
            && self.is_briefed()?
            && issues.iter().all(|issue| self.has(issue, released)))
    }

    /// Whether this member has exactly this, and it is all there.
    fn has(&self, issue: &Issue<'_>, released: Released) -> bool {
        let Some(given) = self.given.mailboxes.get(issue.id()) else { return false };
        let keyring = layout::keyring(issue.id(), issue.reader.mailbox.keyring);
        given.record.as_ref() == Some(&self.record(&issue.reader.mailbox, released))
            && given.index.as_ref() == Some(&self.index(issue, released))
            && issue.objects().all(|(name, _)| self.given.objects.contains(&name))
            && self.given.keyrings.contains(&keyring)
    }

    /// Old fingerprinted files may lie there for an hour; anything else that is not wanted may not.
    fn is_wanted_or_asset(path: &str, open: &OpenFiles) -> bool {
        open.digests.contains_key(path) || path.starts_with("assets/")
    }

    /// The number and time of this release, written down before anything is given.
    fn begin(&self) -> Result<Released, PublishError> {
        let known = self.home.released()?.map_or(0, |released| released.release);
        let host = self.given.head.as_ref().map_or(0, |head| head.release);
        let seen = self
            .given
            .mailboxes
            .values()
            .filter_map(|m| m.index.as_ref())
            .map(|index| index.release)
            .max()
            .unwrap_or(0);
        let release = (known.max(host).max(seen) + 1).max(self.now);
        let released = Released { release, issued: self.now };
        self.home.write_released(released)?;
        Ok(released)
    }

    /// Seals and writes every object that is not there; how many of them are pages.
    ///
    /// SECURITY: in the order of their names. Written reader by reader, the times and inodes of the store would tell which
    /// objects belong to one reader, and so who shares a group.
    async fn write_objects(
        &self,
        issues: &[Issue<'_>],
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<usize, PublishError> {
        let missing: BTreeMap<ObjectName, Piece<'_>> =
            issues.iter().flat_map(Issue::objects).filter(|(name, _)| !self.given.objects.contains(name)).collect();
        let pages = self.listed_objects();
        let count = missing.keys().filter(|name| pages.contains_key(name)).count();
        let missing: Vec<(ObjectName, Piece<'_>)> = missing.into_iter().collect();
        let again = self.again();
        let mut done = 0;
        for batch in batches(&missing) {
            let mut read = Vec::new();
            for (name, piece) in batch {
                if let Piece::Part(part) = piece {
                    read.push((*name, part.plaintext(again).await?));
                }
            }
            let whole = batch.iter().filter_map(|(name, piece)| match piece {
                Piece::Whole(plaintext) => Some((*name, *plaintext)),
                Piece::Part(_) => None,
            });
            let mut batch: Vec<(ObjectName, &Plaintext)> =
                whole.chain(read.iter().map(|(name, plaintext)| (*name, plaintext))).collect();
            batch.sort_unstable_by_key(|(name, _)| *name);
            let sealed: Vec<SealedObject> =
                batch.par_iter().map(|(name, plaintext)| plaintext.seal(*name, self.keys)).collect();
            let files = sealed.into_iter().map(|object| (layout::object(&object.name), object.bytes));
            self.write_all(files).await?;
            done += batch.len();
            progress(done as u64, missing.len() as u64);
        }
        Ok(count)
    }

    /// The readers by their opaque names: the order in which anything of theirs is written.
    fn by_mailbox(&self) -> BTreeMap<MailboxId, &Reader> {
        self.wanted.readers.iter().map(|reader| (reader.mailbox.id, reader)).collect()
    }

    async fn write_indexes(&self, issues: &[Issue<'_>], released: Released) -> Result<(), PublishError> {
        let mut sealed: Vec<(String, Vec<u8>)> = issues
            .par_iter()
            .map(|issue| {
                let recipient: &Recipient = &issue.reader.mailbox.recipient;
                let path = layout::index(issue.id(), released.release);
                (path, self.index(issue, released).seal(recipient, self.keys))
            })
            .collect();
        sealed.sort_unstable();
        self.write_all(sealed).await?;
        for reader in self.by_mailbox().into_values() {
            let path = layout::keyring(&reader.mailbox.id, reader.mailbox.keyring);
            if !self.given.keyrings.contains(&path) {
                self.store.put_in_bulk(&path, self.keyring(reader)?.into()).await?;
            }
        }
        Ok(())
    }

    async fn write_open_files(&self, open: &OpenFiles) -> Result<(), PublishError> {
        let here = open.fresh.iter().filter_map(|(path, bytes)| Some((layout::public(path), bytes.here()?.to_vec())));
        self.write_all(here).await?;
        // One after the other: each may be large.
        for (path, bytes) in &open.fresh {
            if let OpenBytes::File(file) = bytes {
                self.store.put_in_bulk(&layout::public(path), file.whole()?.into()).await?;
            }
        }
        Ok(())
    }

    /// First of all: by this file a store is known as one.
    async fn write_gate(&self) -> Result<(), PublishError> {
        if self.given.gate.as_ref() != Some(&self.gate) {
            self.store.put(layout::GATE, self.gate.clone().into()).await?;
        }
        Ok(())
    }

    async fn write_all(&self, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<(), PublishError> {
        let puts = files
            .into_iter()
            .map(|(path, bytes)| async move { self.store.put_in_bulk(&path, Bytes::from(bytes)).await });
        Ok(stream::iter(puts).buffer_unordered(AT_ONCE).try_collect().await?)
    }

    /// Each mailbox in one atomic step, on the disk when it is done.
    async fn switch_mailboxes(&self, released: Released) -> Result<(), PublishError> {
        let readers = self.by_mailbox();
        for (id, reader) in &readers {
            let record = self.record(&reader.mailbox, released);
            let json = serde_json::to_vec(&record).expect("a record is plain JSON");
            self.store.put(&layout::mailbox(id), json.into()).await?;
        }
        for id in self.given.mailboxes.keys().filter(|id| !readers.contains_key(id)) {
            self.store.delete(&layout::mailbox(id)).await?;
        }
        Ok(())
    }

    /// The head; then whatever may not stay, or has been unlisted for an hour, goes.
    async fn finish(&self, issues: &[Issue<'_>], open: OpenFiles, released: Released) -> Result<(), PublishError> {
        let listed = self.listed(issues, &open, Some(released));
        let head = Head {
            statement: self.keys.statement().clone(),
            release: released.release,
            issued: released.issued,
            files: open.digests,
        };
        self.store.put(layout::HEAD, Envelope::sign(&head, &self.keys.signing_key()).to_json().into()).await?;
        self.sweep(&listed).await
    }

    /// Every path that has a reason to be there; with the indexes of `released`, or else those that stand.
    fn listed(&self, issues: &[Issue<'_>], open: &OpenFiles, released: Option<Released>) -> BTreeSet<String> {
        let mut listed: BTreeSet<String> = open.digests.keys().map(|path| layout::public(path)).collect();
        for issue in issues {
            let given = || self.given.mailboxes.get(issue.id())?.record.as_ref().map(|record| record.index.clone());
            listed.extend(issue.objects().map(|(name, _)| layout::object(&name)));
            listed.extend(released.map(|released| layout::index(issue.id(), released.release)).or_else(given));
            listed.insert(layout::keyring(issue.id(), issue.reader.mailbox.keyring));
        }
        listed
    }

    async fn sweep(&self, listed: &BTreeSet<String>) -> Result<(), PublishError> {
        let open = self.given.open.keys().map(|path| layout::public(path));
        let there = self.given.sealed_paths.iter().cloned().chain(open);
        let since = self.home.unlisted()?;
        let mut unlisted = BTreeMap::new();
        for path in there.filter(|path| !listed.contains(path)) {
            let first = since.get(&path).copied().unwrap_or(self.now);
            if self.goes_at_once(&path) || self.now >= first.saturating_add(HOUR) {
                self.store.delete(&path).await?;
            } else {
                unlisted.insert(path, first);
            }
        }
        if unlisted == since { Ok(()) } else { Ok(self.home.write_unlisted(&unlisted)?) }
    }

    /// A page that is no longer open, and all that a closed mailbox had, must be gone now; another sealed thing may still
    /// be on its way to someone.
    fn goes_at_once(&self, path: &str) -> bool {
        let mut names = path.split('/');
        match (names.next(), names.next()) {
            (Some(layout::PUBLIC), folder) => folder != Some("assets"),
            (Some(layout::INDEXES | layout::KEYRINGS), Some(id)) => {
                !self.wanted.readers.iter().any(|reader| reader.mailbox.id.to_string() == id)
            }
            _ => false,
        }
    }

    fn index(&self, issue: &Issue<'_>, released: Released) -> Index {
        Index {
            mailbox: *issue.id(),
            release: released.release,
            issued: released.issued,
            statement: self.keys.statement().clone(),
            recipients: self.recipients(),
            practice: self.practice.site.practice.name.clone(),
            reader: issue.reader.name.clone(),
            pages: issue.cut.pages.clone(),
            parts: issue.cut.parts.iter().map(|(part, _)| part.clone()).collect(),
            received: self.receipts.of_mailbox(issue.id()),
        }
    }

    /// Whom answers are sealed to, alike for everyone: whose list were longer, or shorter, would tell who is in danger.
    fn recipients(&self) -> Vec<String> {
        let own = self.keys.current().identity().recipient();
        let stand_in = self.stand_in.map(|keys| keys.recipient.to_string());
        std::iter::once(own.to_string()).chain(stand_in).collect()
    }

    fn record(&self, mailbox: &Mailbox, released: Released) -> MailboxRecord {
        MailboxRecord {
            version: 1,
            key: mailbox.key,
            tickets: tickets::records(mailbox, self.keys, released.issued),
            index: layout::index(&mailbox.id, released.release),
            keyring: layout::keyring(&mailbox.id, mailbox.keyring),
        }
    }

    pub(super) fn keyring(&self, reader: &Reader) -> Result<Vec<u8>, PublishError> {
        let sealed = self.home.keyring(&reader.mailbox.id)?;
        sealed.ok_or_else(|| PublishError::NoKeyring { member: reader.folder.clone() })
    }
}

/// As many at a time as memory should hold.
fn batches<'a>(missing: &'a [(ObjectName, Piece<'a>)]) -> impl Iterator<Item = &'a [(ObjectName, Piece<'a>)]> {
    let mut rest = missing;
    std::iter::from_fn(move || {
        let mut size = 0;
        let fits = |(_, piece): &&(ObjectName, Piece<'_>)| {
            size += piece.size();
            size <= BATCH_BYTES
        };
        let count = rest.iter().take(BATCH).take_while(fits).count().max(1).min(rest.len());
        let (batch, after) = rest.split_at(count);
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}

/// What a server must know of the addresses in site.toml, and of who stands in: the file `gate.json`.
///
/// # Panics
/// Never: it is plain JSON.
pub fn gate(practice: &Practice) -> Vec<u8> {
    let address = &practice.site.address;
    let origins = vec![address.links.trim_end_matches('/').to_owned()];
    // None when both addresses are one: then everything stands there.
    let library = address.library.clone().filter(|library| *library != address.links);
    let readers = practice.site.answers.stand_in_keys().map(|keys| keys.key).into_iter().collect();
    serde_json::to_vec(&Gate { version: 1, origins, library, readers }).expect("a gate is plain JSON")
}
