//! Taking out what is over: the one thing that removes anything from the record.
//!
//! In: the record, the practice, a moment. Out: an [`Expiry`] to show, and then the record without it. First the packs are
//! written anew, then the journal in one step, then packs that no line names go: cut short anywhere, the next run ends it.

use std::collections::{HashMap, HashSet};

use super::{Entry, NotedPage, People, Record, journal};
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Practice},
    seal::Pack,
    wire::{Digest, ObjectName, PageId, UnixTime},
};

/// Pages in one entry of the journal, which takes a megabyte.
const FIRST: usize = 4096;

/// What is over.
#[derive(Debug)]
pub struct Expiry<'a> {
    pub versions: Vec<Expired<'a>>,
    objects: HashSet<ObjectName>,
    /// Texts that are still somebody's.
    kept: HashSet<Digest>,
    record: &'a Record,
}

/// A version that nobody was able to read since long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired<'a> {
    pub page: &'a NotedPage,
    pub from: UnixTime,
    pub until: UnixTime,
    /// By folder.
    pub readers: Vec<&'a str>,
}

impl<'a> Expiry<'a> {
    /// The versions of which every reading ended before `cutoff`, and which no one who is on hold could read.
    pub fn of(record: &'a Record, practice: &'a Practice, cutoff: UnixTime) -> Self {
        let people = People::of(practice, record);
        let is_held = |folder: &str| practice.members.get(folder).is_some_and(crate::practice::Member::is_held);
        let mut versions: HashMap<(String, Digest), Option<Expired<'a>>> = HashMap::new();
        for reading in record.readings(&people) {
            let over = reading.until.filter(|until| *until < cutoff).filter(|_| !reading.person.is_some_and(is_held));
            let expired = over.map(|until| Expired {
                page: reading.page,
                from: reading.from,
                until,
                readers: reading.person.into_iter().collect(),
            });
            versions
                .entry((reading.page.known_by(), reading.page.document))
                .and_modify(|known| *known = known.take().zip(expired.clone()).map(|(known, more)| known.and(more)))
                .or_insert(expired);
        }
        let is_over = |page: &NotedPage| matches!(versions.get(&(page.known_by(), page.document)), Some(Some(_)));
        let objects = record.objects.values().filter(|object| !record.current.contains(&object.object));
        let objects: HashSet<ObjectName> =
            objects.filter(|object| object.page.as_ref().is_some_and(is_over)).map(|object| object.object).collect();
        let staying = record.objects.values().filter(|object| !objects.contains(&object.object));
        let staying = staying.filter_map(|object| object.page.as_ref());
        let files = |page: &'a NotedPage| page.attachments.iter().map(|file| file.digest);
        let kept = staying.flat_map(|page| [Some(page.document), page.source].into_iter().flatten().chain(files(page)));
        let kept = kept.collect();
        let mut versions: Vec<_> = versions.into_values().flatten().collect();
        versions.sort_by(|a, b| (a.until, &a.page.file, a.from).cmp(&(b.until, &b.page.file, b.from)));
        Self { versions, objects, kept, record }
    }

    /// Takes them out. Whoever calls it holds the practice's lock.
    pub fn take_out(self, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        if !self.objects.is_empty() {
            self.thin_packs(home, keys)?;
            let entries = self.entries(journal(home).read(keys)?);
            journal(home).replace(&entries, keys)?;
        }
        let left = Record::read(home, keys)?;
        let named: HashSet<&String> = left.packs.values().collect();
        for name in home.packs()?.iter().filter(|name| !named.contains(name)) {
            home.remove_pack(name)?;
        }
        Ok(())
    }

    /// Writes each pack anew without what is over, where something else is left in it.
    fn thin_packs(&self, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        let over = self.record.packs.iter().filter(|(text, _)| !self.kept.contains(text));
        let names: HashSet<&String> = over.map(|(_, name)| name).collect();
        for name in names {
            let Some(sealed) = home.pack(name)? else { continue };
            let mut pack = Pack::open(&sealed, keys).map_err(|_| HomeError::Pack { name: name.clone() })?;
            pack.retain(|text| self.kept.contains(text));
            if !pack.is_empty() {
                home.write_pack(name, &pack.seal(keys))?;
            }
        }
        Ok(())
    }

    /// The journal's entries without what is over; what says nothing any more goes too.
    fn entries(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let first = self.first();
        let staying = |name: &ObjectName| !self.objects.contains(name);
        let mailboxes: HashSet<_> = self
            .record
            .objects
            .values()
            .filter(|object| staying(&object.object))
            .map(|object| object.mailbox)
            .collect();
        let mut left: Vec<Entry> = first.chunks(FIRST).map(|pages| Entry::First { pages: pages.to_vec() }).collect();
        left.extend(entries.into_iter().filter_map(|entry| match entry {
            Entry::First { .. } => None,
            Entry::Kept { pack, mut texts } => {
                texts.retain(|text| self.kept.contains(text));
                (!texts.is_empty()).then_some(Entry::Kept { pack, texts })
            }
            Entry::Given { release, issued, mut readers, mut opened, mut ended, aside } => {
                readers.retain(|(mailbox, _)| mailboxes.contains(mailbox));
                opened.retain(|object| staying(&object.object));
                ended.retain(staying);
                Some(Entry::Given { release, issued, readers, opened, ended, aside })
            }
            reached @ Entry::Reached { .. } => Some(reached),
        }));
        left
    }

    /// When the pages that stay were first given: the release that says so may be gone.
    fn first(&self) -> Vec<(PageId, UnixTime)> {
        let staying = self.record.objects.values().filter(|object| !self.objects.contains(&object.object));
        let ids: HashSet<PageId> = staying.filter_map(|object| Some(object.page.as_ref()?.id)).collect();
        let mut first: Vec<_> = ids.into_iter().filter_map(|id| Some((id, self.record.first_given(&id)?))).collect();
        first.sort_unstable();
        first
    }
}

impl Expired<'_> {
    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.from = self.from.min(other.from);
        self.until = self.until.max(other.until);
        self.readers.extend(other.readers);
        self.readers.sort_unstable();
        self.readers.dedup();
        self
    }
}
