//! What someone who left may still read: the pages as they had them, out of their own index.
//!
//! From the day they left on they get nothing new, so a page stays as it was on that day, even where it has been edited
//! since. A page that the therapist takes away, or addresses to others, is taken from them as from everyone.

use std::{collections::HashMap, sync::Arc};

use super::{PublishError, Reader, WantedPage, Wanting, commit::OBJECT_LIMIT};
use crate::{
    content::{Audience, Page, is_hidden_from},
    practice::Member,
    seal::{Entry, Plaintext},
    store::layout,
    wire::{MailboxId, PageId},
};

impl Wanting<'_> {
    /// Adds to a reader's pages what they keep.
    pub(super) async fn keep(&self, reader: &mut Reader) -> Result<(), PublishError> {
        let member = &self.practice.members[&reader.folder];
        let mailboxes = std::iter::once(&reader.mailbox.id).chain(reader.former.iter().rev());
        for mailbox in mailboxes {
            let Some(given) = self.given.mailboxes.get(mailbox) else { continue };
            let kept = self.kept_by(member, mailbox);
            for entry in &given.entries {
                let Some(page) = kept.get(&entry.id) else { continue };
                let id = self.page_id(page, &reader.mailbox.id);
                // Someone who came back has today's version of it.
                if !reader.pages.iter().any(|page| page.entry.id == id) {
                    reader.pages.extend(self.kept_page(page, id, entry, reader).await?);
                }
            }
        }
        Ok(())
    }

    /// The pages that `member` keeps, by their ids in that mailbox.
    fn kept_by(&self, member: &Member, mailbox: &MailboxId) -> HashMap<PageId, &Page> {
        let pages = self.pages.iter().filter(|page| self.keeps(member, page));
        pages.map(|page| (self.page_id(page, mailbox), page)).collect()
    }

    fn keeps(&self, member: &Member, page: &Page) -> bool {
        let today = self.practice.today;
        let closed = member.is_closed(today);
        match &page.audience {
            Audience::Open => false,
            Audience::Library => closed,
            Audience::Member(owner) => closed && *owner == member.folder,
            Audience::Message(to) => closed && to.contains(&member.folder),
            Audience::Group(group) => self.practice.groups.get(group).is_some_and(|group| {
                group.keeps(&member.folder, today) || closed && group.sight(&member.folder, today).is_some()
            }),
        }
    }

    /// The page as it was given: from the store, or where that is spoiled from the record.
    async fn kept_page(
        &self,
        page: &Page,
        id: PageId,
        entry: &Entry,
        reader: &Reader,
    ) -> Result<Option<WantedPage>, PublishError> {
        let noted = self.record.object(&entry.object.name).and_then(|noted| noted.page.as_ref());
        // What they keep is the page as it was, with the names that stood in it; or that its author knows of since.
        let mut names = page.names.clone();
        names.extend(noted.into_iter().flat_map(|noted| noted.names.clone()).filter(|name| !page.names.contains(name)));
        if is_hidden_from(&self.practice.members[&reader.folder], &names, &page.file, self.practice) {
            return Ok(None);
        }
        let path = layout::object(&entry.object.name);
        let stored = self.store.read(&path, OBJECT_LIMIT).await.ok().flatten();
        let mut plaintext = stored.and_then(|sealed| Plaintext::of_object(&sealed, &entry.object, self.keys));
        if plaintext.is_none() {
            let text = self.record.text(&entry.object.digest, self.home, self.keys)?;
            plaintext = text.and_then(|text| Plaintext::of_record(text, entry.object.digest));
        }
        Ok(plaintext.map(|plaintext| {
            let object = plaintext.reference(&reader.mailbox.id, self.keys);
            WantedPage {
                file: page.file.clone(),
                entry: Entry { id, object, ..entry.clone() },
                plaintext: Arc::new(plaintext),
                source: noted.and_then(|noted| noted.source),
                names,
            }
        }))
    }
}
