//! Writing down a release, before any of it is anywhere: first the texts, then who is given which of them.

use std::collections::{HashMap, HashSet};

use super::{Entry, NotedObject, Record, journal};
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Released},
    seal::{Pack, Plaintext},
    wire::{Digest, MailboxId, ObjectName, PageId},
};

/// Bytes in one entry of the journal, which takes a megabyte.
const ENTRY: usize = 512 * 1024;

/// What a release gives, all of it: what was given before and is not in it ends.
#[derive(Default)]
pub struct Giving<'a> {
    /// Into a store that members do not read from.
    pub is_aside: bool,
    pub readers: Vec<(MailboxId, String)>,
    pub objects: Vec<NotedObject>,
    /// Pages that members have already: what is not in the record yet is from before it.
    pub had: HashSet<PageId>,
    pub pages: HashMap<Digest, &'a Plaintext>,
    pub sources: HashMap<Digest, &'a str>,
    /// Files that go with pages, none larger than [`KEPT`]; each is read when it is kept.
    pub files: Vec<(Digest, ReadFile<'a>)>,
}

/// Gives a file's bytes.
pub type ReadFile<'a> = Box<dyn Fn() -> Option<Vec<u8>> + Sync + 'a>;
/// Bytes of a file that is kept; of larger ones the record has name, length and digest, and their author has the file.
pub const KEPT: u64 = 16 * 1024 * 1024;

impl Giving<'_> {
    /// Writes down what is new.
    pub fn write(self, record: &Record, released: Released, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        if self.is_aside {
            return self.write_aside(record, released, home, keys);
        }
        let mut entries = self.keep(record, released, home, keys)?;
        let mut before: Vec<_> =
            self.had.iter().filter(|page| !record.first.contains_key(page)).map(|page| (*page, 0)).collect();
        before.sort_unstable();
        entries.extend(before.chunks(ENTRY / 64).map(|pages| Entry::First { pages: pages.to_vec() }));
        let now: HashSet<ObjectName> = self.objects.iter().map(|object| object.object).collect();
        let mut ended: Vec<ObjectName> = record.current.difference(&now).copied().collect();
        ended.sort_unstable();
        let is_new = |object: &NotedObject| {
            !record.current.contains(&object.object) || record.objects.get(&object.object) != Some(object)
        };
        let opened = in_entries(self.objects.into_iter().filter(is_new));
        let Released { release, issued } = released;
        let given = |readers, opened, ended| Entry::Given { release, issued, readers, opened, ended, aside: false };
        entries.extend(ended.chunks(ENTRY / 64).map(|ended| given(Vec::new(), Vec::new(), ended.to_vec())));
        entries.extend(opened.into_iter().map(|opened| given(Vec::new(), opened, Vec::new())));
        let readers = self.readers.into_iter().filter(|(mailbox, folder)| record.readers.get(mailbox) != Some(folder));
        entries.push(given(readers.collect(), Vec::new(), Vec::new()));
        journal(home).append_all(&entries, keys)
    }

    /// What the objects of another store are: for its audit log, and to open them by name.
    fn write_aside(self, record: &Record, released: Released, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        let Released { release, issued } = released;
        let opened = self.objects.into_iter().filter(|object| !record.objects.contains_key(&object.object));
        let entries = in_entries(opened).into_iter().map(|opened| {
            let (readers, ended) = (Vec::new(), Vec::new());
            Entry::Given { release, issued, readers, opened, ended, aside: true }
        });
        journal(home).append_all(&entries.collect::<Vec<_>>(), keys)
    }

    /// Lays the texts that are not kept yet into packs, on the disk when this returns; the entries that say where.
    fn keep(&self, record: &Record, released: Released, home: &Home, keys: &Keys) -> Result<Vec<Entry>, HomeError> {
        let mut entries = Vec::new();
        let mut pack = Pack::default();
        let mut seal = |pack: &mut Pack| {
            let name = format!("{}-{}", released.release, entries.len());
            home.write_pack(&name, &pack.seal(keys))?;
            entries.push(Entry::Kept { pack: name, texts: pack.digests().collect() });
            *pack = Pack::default();
            Ok::<(), HomeError>(())
        };
        for page in self.pages.iter().filter(|(digest, _)| !record.packs.contains_key(digest)).map(|(_, page)| page) {
            pack.add_page(page);
            if pack.is_full() {
                seal(&mut pack)?;
            }
        }
        for (digest, text) in self.sources.iter().filter(|(digest, _)| !record.packs.contains_key(digest)) {
            pack.add_text(*digest, text);
            if pack.is_full() {
                seal(&mut pack)?;
            }
        }
        for (digest, read) in self.files.iter().filter(|(digest, _)| !record.packs.contains_key(digest)) {
            // What was changed a moment ago is told when it is sealed.
            let Some(bytes) = read() else { continue };
            pack.add_file(*digest, &bytes);
            if pack.is_full() {
                seal(&mut pack)?;
            }
        }
        if !pack.is_empty() {
            seal(&mut pack)?;
        }
        Ok(entries)
    }
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
