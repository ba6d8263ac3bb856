//! What everyone has: read from the store, and believed only where the practice's own signature stands.

use std::collections::{BTreeMap, HashSet};

use super::PublishError;
use crate::{
    keys::Keys,
    practice::{Home, Practice},
    seal::{Entry, Index, ObjectRef},
    store::{Store, layout},
    wire::{Envelope, Epoch, Head, MailboxId, MailboxRecord, ObjectName, Statement, VerifyingKey},
};

/// More than any index, record or page.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The publication that stands in the store.
pub struct Given {
    pub head: Option<Head>,
    pub gate: Option<Vec<u8>>,
    pub mailboxes: BTreeMap<MailboxId, GivenMailbox>,
    pub objects: HashSet<ObjectName>,
    /// Path below `public/` of every file that is there.
    pub open: HashSet<String>,
    /// All paths of keyrings and indexes.
    pub sealed_paths: HashSet<String>,
    /// Mailboxes whose record or index the host spoiled: they count as empty.
    pub spoiled: usize,
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
        let head = head(store, keys).await?;
        let mut given = Self {
            head: head.ours(),
            gate: store.read(layout::GATE, FILE_LIMIT).await?.map(|bytes| bytes.to_vec()),
            mailboxes: BTreeMap::new(),
            objects: HashSet::new(),
            open: HashSet::new(),
            sealed_paths: HashSet::new(),
            spoiled: 0,
        };
        for name in names(store, layout::OBJECTS).await? {
            given.objects.extend(name.parse::<ObjectName>());
        }
        given.open.extend(names(store, layout::PUBLIC).await?);
        for folder in [layout::INDEXES, layout::KEYRINGS] {
            given.sealed_paths.extend(names(store, folder).await?.into_iter().map(|name| format!("{folder}/{name}")));
        }
        for name in names(store, layout::MAILBOXES).await? {
            let Some(id) = name.strip_suffix(".json").and_then(|id| id.parse::<MailboxId>().ok()) else { continue };
            let mailbox = mailbox(store, keys, &id).await?;
            given.spoiled += usize::from(mailbox.index.is_none());
            given.mailboxes.insert(id, mailbox);
        }
        let some_are_ours = given.mailboxes.values().any(|mailbox| mailbox.index.is_some());
        match head {
            // SECURITY: nobody's publication is overwritten. One spoiled head over indexes of ours is the host's doing.
            FoundHead::Unsigned if !some_are_ours => Err(PublishError::Foreign),
            _ => Ok(given),
        }
    }
}

/// The epoch of what was published, if anything was; an error when another root signed it.
pub async fn head_epoch(store: &Store, root: &VerifyingKey) -> Result<Option<Epoch>, PublishError> {
    let Some(bytes) = store.read(layout::HEAD, FILE_LIMIT).await? else { return Ok(None) };
    let claimed = Envelope::parse(&bytes).and_then(|envelope| envelope.peek::<Head>());
    let Ok(claimed) = claimed else { return Ok(None) };
    let statement = claimed.statement.open::<Statement>(root).map_err(|_| PublishError::Foreign)?;
    Ok(Some(statement.epoch))
}

/// Brings keyrings that only the store has back to this machine; members whose keyring is nowhere count as without a
/// mailbox, since nothing could let them in.
pub async fn adopt_keyrings(store: &Store, home: &Home, practice: &mut Practice) -> Result<(), PublishError> {
    for member in practice.members.values_mut() {
        let Some(mailbox) = &member.mailbox else { continue };
        if home.keyring(&mailbox.id)?.is_some() {
            continue;
        }
        match store.read(&layout::keyring(&mailbox.id, mailbox.keyring), FILE_LIMIT).await? {
            Some(sealed) => home.write_keyring(&mailbox.id, &sealed)?,
            None => member.mailbox = None,
        }
    }
    Ok(())
}

/// The names of all files below a folder of the store, without that folder.
async fn names(store: &Store, folder: &str) -> Result<Vec<String>, PublishError> {
    let files = store.list(folder).await?;
    Ok(files
        .into_iter()
        .filter_map(|(path, _)| Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()))
        .collect())
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
    let Some(bytes) = store.read(layout::HEAD, FILE_LIMIT).await? else { return Ok(FoundHead::None) };
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
    let Some(bytes) = store.read(&layout::mailbox(id), FILE_LIMIT).await? else { return Ok(given) };
    let Ok(record) = serde_json::from_slice::<MailboxRecord>(&bytes) else { return Ok(given) };
    // SECURITY: the record is not signed; a path in it is followed only where indexes of this mailbox lie.
    let own = record.index.starts_with(&format!("{}/{id}/", layout::INDEXES));
    let sealed = if own { store.read(&record.index, FILE_LIMIT).await? } else { None };
    given.record = Some(record);
    let Some(index) = sealed.and_then(|bytes| Index::open(&bytes, keys).ok()).filter(|index| index.mailbox == *id)
    else {
        return Ok(given);
    };
    let mut parts = BTreeMap::new();
    for part in &index.parts {
        parts.insert(part.name, store.read(&layout::object(&part.name), FILE_LIMIT).await?);
    }
    let fetch = |part: &ObjectRef| parts.get(&part.name).cloned().flatten().map(|bytes| bytes.to_vec());
    if let Ok(entries) = index.entries(keys, fetch) {
        given.entries = entries;
        given.index = Some(index);
    }
    Ok(given)
}
