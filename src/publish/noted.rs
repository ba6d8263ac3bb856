//! Which object is which page: the host knows objects, the therapist knows pages, and only here are both.
//!
//! In `.heldspace/given.log`, sealed to the practice. Noted before an object is written, so that none is ever at the host
//! and unknown here; what a killed build noted, and another notes again, is harmless.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::WantedPage;
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Released},
    wire::{MailboxId, ObjectName, PageId, Release, UnixTime},
};

const JOURNAL: &str = "given";
/// Bytes of objects in one entry of the journal, which takes a megabyte.
const ENTRY: usize = 512 * 1024;

/// An entry of the journal.
#[derive(Serialize, Deserialize)]
struct Entry {
    release: Release,
    issued: UnixTime,
    objects: Vec<NotedObject>,
}

/// An object at the host, and what it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotedObject {
    pub object: ObjectName,
    pub mailbox: MailboxId,
    /// None for a part of an index.
    pub page: Option<NotedPage>,
}

/// A page as it was when it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedPage {
    pub id: PageId,
    pub title: String,
    /// Below the practice's folder.
    pub file: String,
}

impl NotedObject {
    pub(super) fn page(page: &WantedPage, mailbox: MailboxId) -> Self {
        let entry = &page.entry;
        let noted = NotedPage { id: entry.id, title: entry.title.clone(), file: page.file.display().to_string() };
        Self { object: entry.object.name, mailbox, page: Some(noted) }
    }

    pub(super) fn index_part(object: ObjectName, mailbox: MailboxId) -> Self {
        Self { object, mailbox, page: None }
    }
}

/// Every object that was ever given, by its name, as far as this machine knows.
pub fn noted(home: &Home, keys: &Keys) -> Result<HashMap<ObjectName, NotedObject>, HomeError> {
    let entries: Vec<Entry> = home.journal(JOURNAL).read(keys)?;
    Ok(entries.into_iter().flat_map(|entry| entry.objects).map(|object| (object.object, object)).collect())
}

/// Notes those that are not noted yet: new ones, those that another machine gave, those whose page has moved.
pub(super) fn note(
    objects: impl Iterator<Item = NotedObject>,
    released: Released,
    home: &Home,
    keys: &Keys,
) -> Result<(), HomeError> {
    let known = noted(home, keys)?;
    let is_new = |object: &NotedObject| known.get(&object.object).is_none_or(|known| known.page != object.page);
    for objects in in_entries(objects.filter(is_new)) {
        let Released { release, issued } = released;
        home.journal(JOURNAL).append(&Entry { release, issued, objects }, keys)?;
    }
    Ok(())
}

/// As many in each entry as it takes.
fn in_entries(objects: impl Iterator<Item = NotedObject>) -> Vec<Vec<NotedObject>> {
    let mut entries: Vec<Vec<NotedObject>> = Vec::new();
    let mut size = ENTRY;
    for object in objects {
        let length = serde_json::to_vec(&object).map_or(0, |json| json.len());
        if size + length > ENTRY {
            entries.push(Vec::new());
            size = 0;
        }
        size += length;
        entries.last_mut().expect("one was just begun").push(object);
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_so_many() {
        let page = |n: u8| NotedObject {
            object: ObjectName::from_bytes([n; 16]),
            mailbox: MailboxId::from_bytes([1; 16]),
            page: Some(NotedPage { id: PageId::from_bytes([2; 16]), title: "t".repeat(100_000), file: "f".into() }),
        };
        let entries = in_entries((0..12).map(page));
        assert_eq!(entries.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 2]);
        assert!(in_entries(std::iter::empty()).is_empty());
    }
}
