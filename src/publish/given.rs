//! What everyone has: read from the store, and believed only where the practice's own signature stands.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;

use super::PublishError;
use crate::{
    keys::Keys,
    practice::{Home, Mailbox, Practice},
    seal::{self, Entry, Index, ObjectRef, StandInKeys},
    store::{LARGEST, Store, StoreError, layout},
    wire::{
        Digest, Envelope, Epoch, Head, MailboxId, MailboxRecord, ObjectName, PageId, Release, Statement, UnixTime,
        VerifyingKey,
    },
};

/// More than any keyring.
const KEYRING_LIMIT: usize = 64 * 1024;

/// The publication that stands in the store.
#[derive(Default)]
pub struct Given {
    pub head: Option<Head>,
    pub gate: Option<Vec<u8>>,
    /// What lies there for whoever stands in.
    pub brief: Option<Digest>,
    pub mailboxes: BTreeMap<MailboxId, GivenMailbox>,
    /// Objects that are there and that a standing index names. What a publication that was cut short left beside them may
    /// be half a file, and counts for nothing.
    pub objects: HashSet<ObjectName>,
    /// Paths of keyrings that are there and that a standing mailbox names.
    pub keyrings: HashSet<String>,
    /// Path below `public/` and what is there now, whatever the head says of it.
    pub open: BTreeMap<String, Digest>,
    /// Paths of all objects, indexes and keyrings, whole or not.
    pub sealed_paths: HashSet<String>,
    /// Mailboxes whose record or index the host spoiled: they count as empty.
    pub spoiled: usize,
}

/// The newest release, and the epoch it was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub epoch: Epoch,
    pub release: Release,
    pub issued: UnixTime,
}

/// What one mailbox holds.
#[derive(Default)]
pub struct GivenMailbox {
    pub record: Option<MailboxRecord>,
    pub index: Option<Index>,
    pub entries: Vec<Entry>,
}

impl GivenMailbox {
    /// Whose it is, as its index says.
    pub fn reader(&self) -> String {
        self.index.as_ref().map_or_else(|| "unknown".to_owned(), |index| index.reader.clone())
    }
}

impl Given {
    pub async fn read(store: &Store, keys: &Keys) -> Result<Self, PublishError> {
        store.is_store()?;
        let head = head(store, keys).await?;
        let mut given = Self {
            head: head.ours(),
            gate: read(store, layout::GATE).await?.map(|bytes| bytes.to_vec()),
            brief: read(store, layout::BRIEF).await?.map(|bytes| Digest::of(&bytes)),
            mailboxes: BTreeMap::new(),
            objects: HashSet::new(),
            keyrings: HashSet::new(),
            open: open_files(store).await?,
            sealed_paths: HashSet::new(),
            spoiled: 0,
        };
        for folder in [layout::OBJECTS, layout::INDEXES, layout::KEYRINGS] {
            given.sealed_paths.extend(store.list(folder)?);
        }
        for path in store.list(layout::MAILBOXES)? {
            let name = path.strip_prefix(layout::MAILBOXES).and_then(|name| name.strip_prefix('/'));
            let id = name.and_then(|name| name.strip_suffix(".json")).and_then(|id| id.parse::<MailboxId>().ok());
            let Some(id) = id else { continue };
            let mailbox = mailbox(store, keys, &id).await?;
            given.spoiled += usize::from(mailbox.index.is_none());
            given.trust(&mailbox);
            given.mailboxes.insert(id, mailbox);
        }
        let none_is_ours = given.mailboxes.values().all(|mailbox| mailbox.index.is_none());
        let foreign = match head {
            FoundHead::Ours(_) => false,
            FoundHead::Unsigned => none_is_ours,
            FoundHead::None => none_is_ours && !given.mailboxes.is_empty(),
        };
        // SECURITY: nobody's publication is overwritten. One spoiled head over indexes of ours is the host's doing.
        if foreign { Err(PublishError::Foreign) } else { Ok(given) }
    }

    /// What members read the practice's name as; none where nobody has a list.
    pub fn practice(&self) -> Option<&str> {
        self.mailboxes.values().find_map(|mailbox| Some(mailbox.index.as_ref()?.practice.as_str()))
    }

    /// Whether answers are sealed to this person already.
    pub fn is_read_by(&self, keys: &StandInKeys) -> bool {
        let recipient = keys.recipient.to_string();
        let indexes = self.mailboxes.values().filter_map(|mailbox| mailbox.index.as_ref());
        indexes.map(|index| index.recipients.contains(&recipient)).reduce(|all, one| all && one).unwrap_or(false)
    }

    /// Every page that stands in anyone's list.
    pub fn pages(&self) -> HashSet<PageId> {
        self.mailboxes.values().flat_map(|mailbox| &mailbox.entries).map(|entry| entry.id).collect()
    }

    /// Puts what a mailbox is to have in order: what its reader had keeps its place, what is new comes after.
    pub(super) fn arrange<T>(&self, mailbox: &MailboxId, wanted: &mut [T], entry: impl Fn(&T) -> &Entry) {
        let before = self.mailboxes.get(mailbox).map_or(&[][..], |given| &given.entries);
        let place: BTreeMap<_, _> = before.iter().enumerate().map(|(n, entry)| (entry.id, n)).collect();
        wanted.sort_by_cached_key(|one| {
            let entry = entry(one);
            (place.get(&entry.id).copied().unwrap_or(usize::MAX), entry.date.clone(), entry.title.clone(), entry.id)
        });
    }

    /// Counts what a standing mailbox names: it was brought to the disk before the mailbox was.
    fn trust(&mut self, mailbox: &GivenMailbox) {
        let (Some(index), Some(record)) = (&mailbox.index, &mailbox.record) else { return };
        let objects = mailbox.entries.iter().flat_map(Entry::objects).chain(&index.parts).map(|object| object.name);
        self.objects.extend(objects.filter(|name| self.sealed_paths.contains(&layout::object(name))));
        self.keyrings.extend(Some(record.keyring.clone()).filter(|path| self.sealed_paths.contains(path)));
    }
}

/// The file, or nothing where it is absurdly large: that is the host's doing, and it is mended like any other damage.
async fn read(store: &Store, path: &str) -> Result<Option<Bytes>, StoreError> {
    match store.read(path, LARGEST).await {
        Err(StoreError::TooLarge { .. }) => Ok(None),
        read => read,
    }
}

/// What lies below `public/`.
async fn open_files(store: &Store) -> Result<BTreeMap<String, Digest>, PublishError> {
    let mut files = BTreeMap::new();
    for path in store.list(layout::PUBLIC)? {
        let Some(bytes) = read(store, &path).await? else { continue };
        let path = path.strip_prefix(layout::PUBLIC).and_then(|path| path.strip_prefix('/')).unwrap_or(&path);
        files.insert(path.to_owned(), Digest::of(&bytes));
    }
    Ok(files)
}

/// The newest epoch that the practice with this root is known to have published in, if anything was; an error when another
/// root signed it.
pub async fn published_epoch(store: &Store, root: &VerifyingKey) -> Result<Option<Epoch>, PublishError> {
    let Some(bytes) = store.read(layout::HEAD, LARGEST).await? else { return Ok(None) };
    let Ok(envelope) = Envelope::parse(&bytes) else { return Ok(None) };
    let Ok(claimed) = envelope.peek::<Head>() else { return Ok(None) };
    let statement = claimed.statement.open::<Statement>(root).map_err(|_| PublishError::Foreign)?;
    Ok(envelope.open::<Head>(&statement.key).is_ok().then_some(statement.epoch))
}

/// A head and its epoch, if the practice with this root signed it. SECURITY: what it claims counts for nothing before.
pub(super) fn verified_head(bytes: &[u8], root: &VerifyingKey) -> Option<(Head, Epoch)> {
    let envelope = Envelope::parse(bytes).ok()?;
    let statement: Statement = envelope.peek::<Head>().ok()?.statement.open(root).ok()?;
    Some((envelope.open(&statement.key).ok()?, statement.epoch))
}

/// The release that stands in a store, by the practice's own head.
pub async fn standing(store: &Store, keys: &Keys) -> Result<Option<Standing>, PublishError> {
    let Some(head) = head(store, keys).await?.ours() else { return Ok(None) };
    let statement = head.statement.open::<Statement>(keys.root()).map_err(|_| PublishError::Foreign)?;
    Ok(Some(Standing { epoch: statement.epoch, release: head.release, issued: head.issued }))
}

/// Whether a mailbox has its keyring, here or in the store.
pub(super) async fn has_keyring(store: &Store, home: &Home, mailbox: &Mailbox) -> Result<bool, PublishError> {
    if home.keyring(&mailbox.id)?.is_some() {
        return Ok(true);
    }
    Ok(stored_keyring(store, mailbox).await?.is_some())
}

/// SECURITY: only what looks like a keyring is taken from the host, and later given back to it.
async fn stored_keyring(store: &Store, mailbox: &Mailbox) -> Result<Option<Bytes>, StoreError> {
    let sealed = read(store, &layout::keyring(&mailbox.id, mailbox.keyring)).await?;
    Ok(sealed.filter(|sealed| sealed.len() <= KEYRING_LIMIT && seal::is_keyring(sealed)))
}

/// Brings keyrings that only the store has back to this machine; members whose keyring is nowhere count as without a
/// mailbox, since nothing could let them in.
pub async fn adopt_keyrings(store: &Store, home: &Home, practice: &mut Practice) -> Result<(), PublishError> {
    for member in practice.members.values_mut() {
        let Some(mailbox) = &member.mailbox else { continue };
        if home.keyring(&mailbox.id)?.is_some() {
            continue;
        }
        match stored_keyring(store, mailbox).await? {
            Some(sealed) => home.write_keyring(&mailbox.id, &sealed)?,
            None => member.mailbox = None,
        }
    }
    Ok(())
}

/// The head in a store.
enum FoundHead {
    None,
    Ours(Head),
    /// Not signed by this practice: another's, or spoiled.
    Unsigned,
}

impl FoundHead {
    fn ours(&self) -> Option<Head> {
        match self {
            Self::Ours(head) => Some(head.clone()),
            Self::None | Self::Unsigned => None,
        }
    }
}

/// The head, if this practice signed it. One of a later epoch stops everything: these keys are old.
async fn head(store: &Store, keys: &Keys) -> Result<FoundHead, PublishError> {
    let Some(bytes) = read(store, layout::HEAD).await? else { return Ok(FoundHead::None) };
    let Ok(envelope) = Envelope::parse(&bytes) else { return Ok(FoundHead::Unsigned) };
    let Ok(claimed) = envelope.peek::<Head>() else { return Ok(FoundHead::Unsigned) };
    // SECURITY: the claim counts for nothing until the root's own signature on its statement was checked.
    let Ok(statement) = claimed.statement.open::<Statement>(keys.root()) else { return Ok(FoundHead::Unsigned) };
    if statement.epoch > keys.epoch() {
        return Err(PublishError::LaterEpoch { host: statement.epoch, here: keys.epoch() });
    }
    Ok(envelope.open::<Head>(&statement.key).map_or(FoundHead::Unsigned, FoundHead::Ours))
}

/// What a mailbox holds now; whatever can't be believed counts as not there.
pub async fn mailbox(store: &Store, keys: &Keys, id: &MailboxId) -> Result<GivenMailbox, PublishError> {
    let mut given = GivenMailbox::default();
    let Some(bytes) = read(store, &layout::mailbox(id)).await? else { return Ok(given) };
    let Ok(record) = serde_json::from_slice::<MailboxRecord>(&bytes) else { return Ok(given) };
    // SECURITY: the record is not signed; a path in it is followed only where indexes of this mailbox lie.
    let own = record.index.starts_with(&format!("{}/{id}/", layout::INDEXES));
    let sealed = if own { read(store, &record.index).await? } else { None };
    given.record = Some(record);
    let Some(index) = sealed.and_then(|bytes| Index::open(&bytes, keys).ok()).filter(|index| index.mailbox == *id)
    else {
        return Ok(given);
    };
    let mut parts = BTreeMap::new();
    for part in &index.parts {
        parts.insert(part.name, read(store, &layout::object(&part.name)).await?);
    }
    let fetch = |part: &ObjectRef| parts.get(&part.name).cloned().flatten().map(|bytes| bytes.to_vec());
    if let Ok(entries) = index.entries(keys, fetch) {
        given.entries = entries;
        given.index = Some(index);
    }
    Ok(given)
}
