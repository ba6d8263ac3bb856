//! The plan: what would change for whom. Shown and agreed to before anything is given.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Counted, Dated, Given, Reader, ToldOf, Uncounted, Wanted, WantedPage};
use crate::{content::Lapsed, seal::Entry, wire::PageId};

/// What would change, page by page.
#[derive(Debug, Default, Serialize)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// Mailboxes that go.
    pub closing: Vec<Closing>,
    /// Members who have no mailbox yet, by folder.
    pub without_mailbox: Vec<String>,
    /// Files of a group that everyone in it is too new for.
    pub unread: Vec<String>,
    /// Files that pages had which somebody keeps, and which are nowhere any more.
    pub lost: Vec<Lost>,
    /// Pages that others may not read any more, since a consent of someone named there has ended.
    pub lapsed: Vec<Lapsed>,
    /// What the days in the front matter do.
    pub dated: Dated,
    /// Answers that members see as arrived from then on.
    pub confirmed: usize,
    /// Numbers of closed questions that are given for the first time, and stay.
    pub told: Vec<ToldOf>,
    /// Closed questions that are not counted yet.
    pub uncounted: Vec<Uncounted>,
    /// Who can read everything that members send from then on, and could not before.
    pub stand_in: Option<String>,
}

/// A mailbox that goes: its member's, or the old one of a member who has a new card.
#[derive(Debug, Serialize)]
pub struct Closing {
    pub name: String,
    pub replaced: bool,
}

/// A file that is neither in the store nor in the record, so that who keeps its page gets it without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lost {
    /// The page's.
    pub file: String,
    pub name: String,
    /// The member's name.
    pub reader: String,
}

/// One page, and whom its change concerns.
#[derive(Debug, Serialize)]
pub struct Change {
    pub what: What,
    pub title: String,
    /// None where only the index still knows the page.
    pub file: Option<String>,
    /// Names of members; empty for everyone on the open web.
    pub readers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    NewlyReadable,
    Changed,
    TakenBack,
    NewlyOpen,
    OpenChanged,
    NoLongerOpen,
}

impl Plan {
    pub fn of(wanted: &Wanted, given: &Given) -> Self {
        let mut changes: BTreeMap<(What, String), Change> = BTreeMap::new();
        for reader in &wanted.readers {
            for (id, change) in changes_for(reader, given) {
                let key = (change.what, change.file.clone().unwrap_or_else(|| id.to_string()));
                let readers = change.readers.clone();
                changes.entry(key).and_modify(|known| known.readers.extend(readers)).or_insert(change);
            }
        }
        let known: BTreeSet<_> = wanted.readers.iter().map(|reader| reader.mailbox.id).collect();
        Self {
            changes: changes.into_values().chain(open_changes(wanted, given)).collect(),
            closing: given
                .mailboxes
                .iter()
                .filter(|(id, _)| !known.contains(id))
                .map(|(id, mailbox)| Closing {
                    name: mailbox.reader(),
                    replaced: wanted.readers.iter().any(|reader| reader.former.contains(id)),
                })
                .collect(),
            without_mailbox: wanted.without_mailbox.clone(),
            unread: wanted.unread.iter().map(|file| file.display().to_string()).collect(),
            lost: lost(wanted),
            lapsed: wanted.lapsed.clone(),
            dated: wanted.dated.clone(),
            confirmed: 0,
            told: Vec::new(),
            uncounted: Vec::new(),
            stand_in: None,
        }
    }

    /// With what was counted for these readers.
    #[must_use]
    pub fn with(self, counted: &Counted, readers: &[Reader]) -> Self {
        Self { told: counted.told(readers), uncounted: counted.uncounted(), ..self }
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.closing.is_empty() && self.stand_in.is_none()
    }

    /// How many changes of each kind: what a script may know of it.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let kinds = [
            ("newly-readable", What::NewlyReadable),
            ("changed", What::Changed),
            ("taken-back", What::TakenBack),
            ("newly-open", What::NewlyOpen),
            ("open-changed", What::OpenChanged),
            ("no-longer-open", What::NoLongerOpen),
        ];
        kinds.into_iter().map(|(name, what)| (name, self.count(what))).collect()
    }

    pub fn count(&self, what: What) -> usize {
        self.changes.iter().filter(|change| change.what == what).count()
    }
}

/// One page of one reader that is not as it was.
pub(super) struct Step<'a> {
    pub what: What,
    pub before: Option<&'a Entry>,
    pub now: Option<&'a WantedPage>,
}

/// What is not as it was for a reader: first what they are to have, then what goes.
pub(super) fn steps<'a>(reader: &'a Reader, given: &'a Given) -> Vec<Step<'a>> {
    let had: HashMap<PageId, &Entry> = given
        .mailboxes
        .get(&reader.mailbox.id)
        .map(|m| m.entries.iter().map(|e| (e.id, e)).collect())
        .unwrap_or_default();
    let wanted: BTreeSet<PageId> = reader.pages.iter().map(|page| page.entry.id).collect();
    let given_now = reader.pages.iter().filter_map(|page| {
        let before = had.get(&page.entry.id).copied();
        let what = match before {
            None => What::NewlyReadable,
            Some(before) if differs(before, &page.entry) => What::Changed,
            Some(_) => return None,
        };
        Some(Step { what, before, now: Some(page) })
    });
    let gone = had.values().filter(|entry| !wanted.contains(&entry.id));
    let gone = gone.map(|before| Step { what: What::TakenBack, before: Some(before), now: None });
    given_now.chain(gone).collect()
}

fn changes_for(reader: &Reader, given: &Given) -> Vec<(PageId, Change)> {
    let change = |Step { what, before, now }: Step<'_>| {
        let entry = now.map(|page| &page.entry).or(before)?;
        let file = now.map(|page| page.file.display().to_string());
        let readers = vec![reader.label.clone()];
        Some((entry.id, Change { what, title: entry.title.clone(), file, readers }))
    };
    steps(reader, given).into_iter().filter_map(change).collect()
}

fn lost(wanted: &Wanted) -> Vec<Lost> {
    let pages = wanted.readers.iter().flat_map(|reader| reader.pages.iter().map(move |page| (reader, page)));
    let of = |(reader, page): (&Reader, &WantedPage)| {
        let (file, reader) = (page.file.display().to_string(), reader.label.clone());
        page.lost
            .iter()
            .map(move |name| Lost { file: file.clone(), name: name.clone(), reader: reader.clone() })
            .collect::<Vec<_>>()
    };
    pages.flat_map(of).collect()
}

/// Whether a reader would see a difference. A new epoch seals everything anew, and nobody sees that.
fn differs(before: &Entry, now: &Entry) -> bool {
    let seen = |entry: &Entry| (entry.title.clone(), entry.date.clone(), entry.order, entry.kind, entry.object.digest);
    seen(before) != seen(now)
        || before.audience != now.audience
        || before.tags != now.tags
        || before.links != now.links
        || before.attachments != now.attachments
}

/// Pages of the open web: what anyone finds there now, against what is wanted.
pub(super) fn open_changes(wanted: &Wanted, given: &Given) -> Vec<Change> {
    let change = |what, path: &str| Change { what, title: address(path), file: None, readers: Vec::new() };
    let mut changes: Vec<Change> = wanted
        .open
        .iter()
        .filter(|(path, _)| is_open_page(path))
        .filter_map(|(path, bytes)| match given.open.get(path) {
            None => Some(change(What::NewlyOpen, path)),
            Some(digest) if *digest != bytes.digest() => Some(change(What::OpenChanged, path)),
            Some(_) => None,
        })
        .collect();
    let gone = given.open.keys().filter(|path| is_open_page(path) && !wanted.open.contains_key(*path));
    changes.extend(gone.map(|path| change(What::NoLongerOpen, path)));
    changes.sort_by(|a, b| (a.what, &a.title).cmp(&(b.what, &b.title)));
    changes
}

/// What people read: the front page, the list, and every page below it.
pub(super) fn is_open_page(path: &str) -> bool {
    path == "index.html" || path.starts_with("library/") && path.ends_with("/index.html")
}

fn address(path: &str) -> String {
    format!("/{}", path.trim_end_matches("index.html"))
}
