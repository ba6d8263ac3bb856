//! The record: every version of a page that was ever given, and who could read it from when to when.
//!
//! In: each release, before it is given. Out: which object is which page, who could read what and when, and the texts
//! themselves. It only grows, apart from what is taken out once its retention time is over. It lies in
//! `.heldspace/`, sealed to the practice: `record.log` says what happened, `record/` holds the texts, each once however many
//! could read it. It must not know a host or a folder of content.
//!
//! What stands here is what members *could* read, by their indexes: more than what they opened, which the audit log tells.
//! A release that was cut short counts from its first mailbox on, and ends nothing before its last one.

mod entry;
mod expire;
mod give;
mod span;
mod told;
mod unified;
mod version;

use std::collections::{HashMap, HashSet};

use entry::Entry;
pub use entry::{NotedAttachment, NotedObject, NotedPage};
pub use expire::{Expired, Expiry};
pub use give::{Giving, KEPT, ReadFile};
pub use span::Span;
use span::Spans;
pub use told::{Since, Told, Withdrawn};
pub use unified::unified;
pub use version::{People, Reading, Stage};

use crate::{
    keys::Keys,
    practice::{Home, HomeError, Journal},
    seal::Pack,
    wire::{Digest, MailboxId, ObjectName, PageId, Release, UnixTime},
};

const JOURNAL: &str = "record";

/// Everything that the record says.
#[derive(Debug, Default)]
pub struct Record {
    /// Every object that was ever given.
    objects: HashMap<ObjectName, NotedObject>,
    /// Those of the newest release.
    current: HashSet<ObjectName>,
    spans: Spans,
    /// When each page was first in a release.
    first: HashMap<PageId, UnixTime>,
    /// When each text that an author wrote was first in a release.
    written: HashMap<Digest, UnixTime>,
    /// The pack that each text lies in.
    packs: HashMap<Digest, String>,
    readers: HashMap<MailboxId, String>,
    /// The newest release that members have begun to find, and whether all of them do.
    reached: Option<(Release, bool)>,
}

impl Record {
    pub fn read(home: &Home, keys: &Keys) -> Result<Self, HomeError> {
        let mut record = Self::default();
        for entry in journal(home).read(keys)? {
            record.follow(entry);
        }
        Ok(record)
    }

    fn follow(&mut self, entry: Entry) {
        match entry {
            Entry::First { pages } => self.first.extend(pages),
            Entry::Kept { pack, texts } => self.packs.extend(texts.into_iter().map(|text| (text, pack.clone()))),
            Entry::Given { opened, aside: true, .. } => {
                for object in opened {
                    self.objects.entry(object.object).or_insert(object);
                }
            }
            Entry::Given { issued, readers, opened, ended, .. } => {
                self.readers.extend(readers);
                for name in &ended {
                    self.current.remove(name);
                }
                for object in opened {
                    if let Some(page) = &object.page {
                        let first = *self.first.entry(page.id).or_insert(issued);
                        if let Some(source) = page.source {
                            let known = self.written.entry(source).or_insert(first);
                            *known = first.min(*known);
                        }
                    }
                    self.current.insert(object.object);
                    self.objects.insert(object.object, object);
                }
            }
            Entry::Reached { release, time, whole } => {
                self.reached = Some((release, whole));
                let pages = self.current.iter().filter(|name| self.objects[*name].page.is_some());
                self.spans.reached(&pages.copied().collect(), time, whole);
            }
        }
    }

    /// What an object is, if it was ever given.
    pub fn object(&self, name: &ObjectName) -> Option<&NotedObject> {
        self.objects.get(name)
    }

    /// The objects that a mailbox had of these pages, in every version.
    pub fn objects_of(&self, mailbox: &MailboxId, pages: &HashSet<PageId>) -> impl Iterator<Item = &ObjectName> {
        let is_it = |object: &&NotedObject| object.page.as_ref().is_some_and(|page| pages.contains(&page.id));
        self.objects.values().filter(|object| object.mailbox == *mailbox).filter(is_it).map(|object| &object.object)
    }

    /// Every page of the newest release, once for each mailbox that it is in.
    pub fn current_pages(&self) -> impl Iterator<Item = (&MailboxId, &NotedPage)> {
        let objects = self.current.iter().filter_map(|name| self.objects.get(name));
        objects.filter_map(|object| Some((&object.mailbox, object.page.as_ref()?)))
    }

    /// Every page that was ever given, and into which mailbox.
    pub fn given_pages(&self) -> impl Iterator<Item = (&MailboxId, &NotedPage)> {
        self.objects.values().filter_map(|object| Some((&object.mailbox, object.page.as_ref()?)))
    }

    /// Every page that was ever given, once for each object.
    pub fn pages(&self) -> impl Iterator<Item = &NotedPage> {
        self.objects.values().filter_map(|object| object.page.as_ref())
    }

    /// The pages with this file, whole or its end, or with this title.
    pub fn named(&self, named: &str) -> HashSet<PageId> {
        let path = named.trim_start_matches("./");
        let is_named = |page: &&NotedPage| {
            let rest = page.file.strip_suffix(path);
            let by_file = !path.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
            by_file || page.title.to_lowercase() == named.to_lowercase()
        };
        self.pages().filter(is_named).map(|page| page.id).collect()
    }

    /// When a page was first in a release; the beginning of time where that was before this record.
    pub fn first_given(&self, page: &PageId) -> Option<UnixTime> {
        self.first.get(page).copied()
    }

    /// When this text was first in a release, whatever its page was called then.
    pub fn first_written(&self, source: &Digest) -> Option<UnixTime> {
        self.written.get(source).copied()
    }

    /// Whether any of these pages was ever given to that mailbox.
    pub fn gave(&self, mailbox: &MailboxId, pages: &HashSet<PageId>) -> bool {
        let to_it = self.objects.values().filter(|object| object.mailbox == *mailbox);
        to_it.filter_map(|object| object.page.as_ref()).any(|page| pages.contains(&page.id))
    }

    /// The folder of the member whose mailbox it was when something was given to it.
    pub fn reader(&self, mailbox: &MailboxId) -> Option<&str> {
        self.readers.get(mailbox).map(String::as_str)
    }

    /// Who could read which version from when to when, oldest first.
    pub fn spans(&self) -> Vec<Span<'_>> {
        self.spans_of(|_| true)
    }

    /// The same, of some mailboxes.
    pub fn spans_of(&self, is_theirs: impl Fn(&MailboxId) -> bool) -> Vec<Span<'_>> {
        self.spans.of(&self.objects, is_theirs)
    }

    /// A text that was kept.
    pub fn text(&self, digest: &Digest, home: &Home, keys: &Keys) -> Result<Option<String>, HomeError> {
        Ok(self.texts(&[*digest], home, keys)?.remove(digest))
    }

    /// Whether a text or file lies in a pack.
    pub fn keeps(&self, digest: &Digest) -> bool {
        self.packs.contains_key(digest)
    }

    /// A file that was kept: its bytes, as they were given.
    pub fn file(&self, digest: &Digest, home: &Home, keys: &Keys) -> Result<Option<Vec<u8>>, HomeError> {
        let Some(name) = self.packs.get(digest) else { return Ok(None) };
        let Some(sealed) = home.pack(name)? else { return Ok(None) };
        let pack = Pack::open(&sealed, keys).map_err(|_| HomeError::Pack { name: name.clone() })?;
        Ok(pack.file(digest))
    }

    /// Those of these texts that were kept; each pack is opened once.
    pub fn texts(&self, wanted: &[Digest], home: &Home, keys: &Keys) -> Result<HashMap<Digest, String>, HomeError> {
        let mut by_pack: HashMap<&String, Vec<&Digest>> = HashMap::new();
        for digest in wanted {
            if let Some(pack) = self.packs.get(digest) {
                by_pack.entry(pack).or_default().push(digest);
            }
        }
        let mut texts = HashMap::new();
        for (name, digests) in by_pack {
            let Some(sealed) = home.pack(name)? else { continue };
            let pack = Pack::open(&sealed, keys).map_err(|_| HomeError::Pack { name: name.clone() })?;
            texts.extend(digests.into_iter().filter_map(|digest| Some((*digest, pack.text(digest)?.to_owned()))));
        }
        Ok(texts)
    }

    /// Writes down that members begin to find a release, or that all of them do; once for each.
    pub fn reached(
        &self,
        release: Release,
        time: UnixTime,
        whole: bool,
        home: &Home,
        keys: &Keys,
    ) -> Result<(), HomeError> {
        let is_known = self.reached.is_some_and(|(known, was_whole)| known == release && (was_whole || !whole));
        if is_known { Ok(()) } else { journal(home).append(&Entry::Reached { release, time, whole }, keys) }
    }
}

fn journal(home: &Home) -> Journal {
    home.journal(JOURNAL)
}
