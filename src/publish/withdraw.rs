//! Taking one page back, and giving nothing: what everyone has, without it.
//!
//! In: what stands in the store, and the page. Out: a publication in which nobody has anything that they did not have
//! before, however far the practice's other pages have come since, and whatever is wrong with them. It must not read or
//! render a page.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Counted, Dated, Given, Publication, PublishError, Reader, Receipts, Wanted, WantedPage,
    again::{Again, Kept},
    commit::OBJECT_LIMIT,
    open_files::{OpenBytes, is_compressible, original},
    wanted::readers,
};
use crate::{
    keys::Keys,
    practice::{Home, Practice},
    record::Record,
    seal::{AudienceKind, Entry, Plaintext},
    store::{Store, layout},
    visible::visible_line,
    wire::{MailboxId, PageId, UnixTime},
};

/// What a page is taken out of.
#[derive(Clone, Copy)]
pub struct Withdrawing<'a> {
    pub practice: &'a Practice,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub store: &'a Store,
    pub record: &'a Record,
}

impl<'a> Withdrawing<'a> {
    /// Everything as it was given, without the pages `gone`, and without the open page at `address`.
    pub async fn publication(
        self,
        gone: &HashSet<PageId>,
        address: Option<&str>,
        now: UnixTime,
    ) -> Result<Publication<'a>, PublishError> {
        let Self { practice, keys, home, store, record } = self;
        let given = Given::read(store, keys).await?;
        let mut open = self.standing_open(&given).await?;
        if let Some(address) = address {
            take_off(&mut open, address);
        }
        let mut readers: Vec<Reader> = readers(practice).into_values().collect();
        for reader in &mut readers {
            let (from, entries) = had(&given, reader)?;
            for entry in entries.iter().filter(|entry| !gone.contains(&entry.id)) {
                // A message has another id in each mailbox: it comes back with the next build.
                if from == Some(reader.mailbox.id) || entry.audience.kind != AudienceKind::Message {
                    let page = self.page(entry, &reader.mailbox.id).await?;
                    reader.pages.push(page);
                }
            }
        }
        let wanted = Wanted {
            readers,
            open,
            without_mailbox: Vec::new(),
            unread: Vec::new(),
            sources: HashMap::new(),
            lapsed: Vec::new(),
            dated: Dated::default(),
        };
        let receipts = Receipts::standing(&given);
        // Nothing else changes, the addresses no more than the pages.
        let gate = given.gate.clone().ok_or_else(|| PublishError::Lost { what: layout::GATE.to_owned() })?;
        let counted = Counted::default();
        let stand_in = practice.site.answers.stand_in_keys().filter(|keys| given.is_read_by(keys));
        Ok(Publication {
            practice,
            wanted,
            given,
            receipts,
            counted,
            record,
            keys,
            home,
            store,
            now,
            stand_in,
            gate,
            is_aside: false,
        })
    }

    /// The open files as they stand, each as the practice has signed it.
    async fn standing_open(&self, given: &Given) -> Result<BTreeMap<String, OpenBytes>, PublishError> {
        let mut open = BTreeMap::new();
        let Some(head) = &given.head else { return Ok(open) };
        // The compressed ones are made from the others.
        let is_made = |path: &str| original(path).is_some_and(|path| head.files.contains_key(path));
        for (path, signed) in head.files.iter().filter(|(path, _)| !is_made(path)) {
            if given.open.get(path) != Some(signed) {
                return Err(PublishError::Lost { what: path.clone() });
            }
            if !is_compressible(path) {
                open.insert(path.clone(), OpenBytes::Stands(*signed));
                continue;
            }
            let bytes = self.store.read(&layout::public(path), OBJECT_LIMIT).await?;
            let bytes = bytes.ok_or_else(|| PublishError::Lost { what: path.clone() })?;
            open.insert(path.clone(), OpenBytes::Here(bytes.to_vec()));
        }
        Ok(open)
    }

    async fn page(&self, entry: &Entry, mailbox: &MailboxId) -> Result<WantedPage, PublishError> {
        let noted = self.record.object(&entry.object.name).and_then(|object| object.page.as_ref());
        let stored = self.store.read(&layout::object(&entry.object.name), OBJECT_LIMIT).await.ok().flatten();
        let mut plaintext = stored.and_then(|sealed| Plaintext::of_object(&sealed, &entry.object, self.keys));
        if plaintext.is_none() {
            let text = self.record.text(&entry.object.digest, self.home, self.keys)?;
            plaintext = text.and_then(|text| Plaintext::of_record(text, entry.object.digest));
        }
        let plaintext = plaintext.ok_or_else(|| PublishError::Lost { what: entry.title.clone() })?;
        let files = noted.map(|noted| noted.attachments.clone()).unwrap_or_default();
        let Self { keys, home, store, record, .. } = *self;
        let again = Again { keys, home, store, record };
        let Kept { attachments, parts, lost } = again.attachments(&entry.attachments, &files, mailbox).await?;
        if let Some(file) = lost.first() {
            return Err(PublishError::Lost { what: format!("{}, a file of {},", visible_line(file), entry.title) });
        }
        Ok(WantedPage {
            file: noted.map(|noted| noted.file.clone().into()).unwrap_or_default(),
            entry: Entry { object: plaintext.reference(mailbox, self.keys), attachments, ..entry.clone() },
            plaintext: Arc::new(plaintext),
            parts,
            files,
            lost: Vec::new(),
            source: noted.and_then(|noted| noted.source),
            names: noted.map(|noted| noted.names.clone()).unwrap_or_default(),
            results: Vec::new(),
        })
    }
}

/// Takes an open page off the open web, with its files, and its line out of the lists; a list that has no such line goes
/// whole, until the next build makes it anew.
fn take_off(open: &mut BTreeMap<String, OpenBytes>, address: &str) {
    let folder = format!("{address}/");
    open.retain(|path, _| path.strip_prefix(&folder).is_none_or(|rest| rest.contains('/')));
    for list in ["index.html", "library/index.html"] {
        let Some(html) =
            open.get(list).and_then(OpenBytes::here).map(|html| String::from_utf8_lossy(html).into_owned())
        else {
            continue;
        };
        match without_line(&html, &format!("\"/{folder}\"")) {
            Some(html) => drop(open.insert(list.to_owned(), OpenBytes::Here(html.into_bytes()))),
            None => drop(open.remove(list)),
        }
    }
}

/// A document without the list items that lead to an address, as it stands in an attribute; nothing where it stands elsewhere.
fn without_line(html: &str, address: &str) -> Option<String> {
    let mut html = html.to_owned();
    while let Some(at) = html.find(address) {
        let begins = html[..at].rfind("<li")?;
        let ends = at + html[at..].find("</li>")? + "</li>".len();
        if html[begins..at].contains("</li>") {
            return None;
        }
        html.replace_range(begins..ends, "");
    }
    Some(html)
}

/// What a reader has, and in which mailbox: the newest of theirs that stands.
fn had<'a>(given: &'a Given, reader: &Reader) -> Result<(Option<MailboxId>, &'a [Entry]), PublishError> {
    let mut mailboxes = std::iter::once(reader.mailbox.id).chain(reader.former.iter().rev().copied());
    match mailboxes.find_map(|id| Some((id, given.mailboxes.get(&id)?))) {
        None => Ok((None, &[])),
        // Nobody loses their pages because the host has spoiled a list.
        Some((_, mailbox)) if mailbox.index.is_none() => {
            Err(PublishError::Lost { what: format!("the list of {}", reader.label) })
        }
        Some((id, mailbox)) => Ok((Some(id), &mailbox.entries)),
    }
}
