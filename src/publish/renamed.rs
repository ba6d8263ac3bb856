//! Pages that have another name now: to members, and to the record, each would be one page gone and a new one come.
//!
//! In: today's pages, and the record. Out: which page was which, where that is beyond doubt: the same words, or the same title in
//! the same folder, and one candidate on either side.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
};

use unicode_normalization::UnicodeNormalization;

use super::wanted::page_id;
use crate::{
    content::{Audience, Page},
    keys::Keys,
    record::{NotedPage, Record},
    seal::AudienceKind,
    wire::{MailboxId, PageId},
};

/// A page, and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    pub file: PathBuf,
    pub was: String,
    /// The `id` by which it stays what it was.
    pub identity: String,
}

/// The pages that were given by another name.
pub fn renamed(pages: &[Page], record: &Record, keys: &Keys) -> Vec<Renamed> {
    let known = Known::of(pages, record, keys);
    let mut found: BTreeMap<&Path, Vec<&(String, &NotedPage)>> = BTreeMap::new();
    for gone in &known.gone {
        let mut fits = known.new.iter().filter(|page| is_same(page, gone.1));
        if let (Some(page), None) = (fits.next(), fits.next()) {
            found.entry(&page.file).or_default().push(gone);
        }
    }
    let alone = found.into_iter().filter_map(|(file, gone)| match gone.as_slice() {
        [(identity, noted)] => {
            Some(Renamed { file: file.to_owned(), was: noted.file.clone(), identity: identity.clone() })
        }
        _ => None,
    });
    alone.collect()
}

struct Known<'a> {
    /// Pages that nobody has by the name they have now.
    new: Vec<&'a Page>,
    /// What someone has and no page of today is, with what it was known by.
    gone: Vec<(String, &'a NotedPage)>,
}

impl<'a> Known<'a> {
    fn of(pages: &'a [Page], record: &'a Record, keys: &Keys) -> Self {
        let given: HashSet<PageId> = record.current_pages().map(|(_, page)| page.id).collect();
        let mailboxes: HashSet<&MailboxId> = record.current_pages().map(|(mailbox, _)| mailbox).collect();
        let ids: HashMap<PageId, &Page> = pages
            .iter()
            .flat_map(|page| {
                // A message alone is known by another id in each mailbox.
                let own = matches!(page.audience, Audience::Message(_));
                let mailboxes = mailboxes.iter().take(if own { usize::MAX } else { 1 });
                mailboxes.map(move |mailbox| (page_id(page, mailbox, keys), page))
            })
            .collect();
        let given_files: HashSet<&Path> =
            ids.iter().filter(|(id, _)| given.contains(id)).map(|(_, page)| page.file.as_path()).collect();
        let new = pages.iter().filter(|page| page.audience != Audience::Open && page.id.is_none());
        let new = new.filter(|page| !given_files.contains(page.file.as_path())).collect();
        let gone = record.current_pages().filter(|(_, page)| !ids.contains_key(&page.id));
        let gone: BTreeMap<&str, (String, &NotedPage)> = gone
            .filter_map(|(mailbox, page)| Some((page.file.as_str(), (identity(page, mailbox, keys)?, page))))
            .collect();
        Self { new, gone: gone.into_values().collect() }
    }
}

/// What a page was known by, if that was its path.
fn identity(page: &NotedPage, mailbox: &MailboxId, keys: &Keys) -> Option<String> {
    let path: Vec<String> =
        Path::new(&page.file).iter().skip(1).map(|part| part.to_string_lossy().nfc().collect()).collect();
    let path = path.join("/");
    let own = (page.audience.kind == AudienceKind::Message).then_some(mailbox);
    (keys.page_id(own, &path) == page.id).then_some(path)
}

fn is_same(page: &Page, noted: &NotedPage) -> bool {
    let both_messages = matches!(page.audience, Audience::Message(_)) == (noted.audience.kind == AudienceKind::Message);
    let same_words = noted.source == Some(page.digest());
    let same_place = page.file.parent() == Path::new(&noted.file).parent();
    both_messages && (same_words || same_place && page.title.as_ref() == Some(&noted.title))
}
