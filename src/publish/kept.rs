//! What someone who left may still read: the pages as they had them on their last day.
//!
//! From the day they left on they get nothing new, so a page stays as it was, even where it has been edited since. A page that
//! the therapist takes away, or addresses to others, is taken from them as from everyone. The record says what they could
//! read; where it knows nothing of them (another machine gave it), their own list does.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    PublishError, Reader, WantedPage, Wanting,
    again::{Again, Kept, unplaced},
    commit::OBJECT_LIMIT,
};
use crate::{
    clock,
    content::{Audience, Page, is_hidden_from},
    practice::Member,
    record::{NotedPage, Span},
    seal::{Entry, Plaintext},
    store::layout,
    wire::{MailboxId, PageId},
};

impl Wanting<'_> {
    /// Adds to a reader's pages what they keep.
    pub(super) async fn keep(&self, reader: &mut Reader) -> Result<(), PublishError> {
        let member = &self.practice.members[&reader.folder];
        let kept: Vec<(&Page, Date)> =
            self.there().filter_map(|page| Some((page, self.kept_since(member, page)?))).collect();
        if kept.is_empty() {
            return Ok(());
        }
        let mailboxes: Vec<MailboxId> =
            std::iter::once(reader.mailbox.id).chain(reader.former.iter().rev().copied()).collect();
        let is_known = mailboxes.iter().any(|mailbox| self.record.reader(mailbox).is_some());
        let spans = self.record.spans_of(|mailbox| mailboxes.contains(mailbox));
        for (page, since) in kept {
            let id = self.page_id(page, &reader.mailbox.id);
            // Someone who came back has today's version of it.
            if reader.pages.iter().any(|page| page.entry.id == id) {
                continue;
            }
            let noted = self.last_read(page, since, &spans);
            if !is_known || noted.is_some() {
                reader.pages.extend(self.kept_page(page, id, noted, &mailboxes, member).await?);
            }
        }
        Ok(())
    }

    /// What is taken from everyone when its last day is over is taken from those who left, too.
    fn there(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter().filter(|page| page.is_there(self.practice.today))
    }

    /// From which day on this page stays for a member as it was, if they keep it.
    pub(super) fn kept_since(&self, member: &Member, page: &Page) -> Option<Date> {
        let today = self.practice.today;
        let closed = member.closed.filter(|_| member.is_closed(today)).map(|closed| closed.on);
        match &page.audience {
            Audience::Open => None,
            Audience::Library => closed,
            Audience::Member(owner) => closed.filter(|_| *owner == member.folder),
            Audience::Message(to) => closed.filter(|_| to.contains(&member.folder)),
            Audience::Group(group) => {
                let group = self.practice.groups.get(group)?;
                let left = group.last_left(&member.folder, today).filter(|_| group.keeps(&member.folder, today));
                let closed = closed.filter(|_| group.sight(&member.folder, today).is_some());
                left.map(|left| left.on).or(closed)
            }
        }
    }

    /// The version that they could read last, on that day or before.
    fn last_read<'a>(&self, page: &Page, since: Date, spans: &[Span<'a>]) -> Option<&'a NotedPage> {
        let (begin, end) = (clock::begins(since)?, clock::begins(since.tomorrow().ok()?)?);
        let is_it = |span: &&Span<'_>| {
            span.from < end
                && span.until.is_none_or(|until| until >= begin)
                && span.page.id == self.page_id(page, &span.mailbox)
        };
        spans.iter().filter(is_it).max_by_key(|span| span.from).map(|span| span.page)
    }

    async fn kept_page(
        &self,
        page: &Page,
        id: PageId,
        noted: Option<&NotedPage>,
        mailboxes: &[MailboxId],
        member: &Member,
    ) -> Result<Option<WantedPage>, PublishError> {
        // What they keep is the page as it was, with the names that stood in it; or that its author knows of since.
        let mut names = page.names.clone();
        names.extend(noted.into_iter().flat_map(|noted| noted.names.clone()).filter(|name| !page.names.contains(name)));
        if is_hidden_from(member, &names, &page.file, self.practice) {
            return Ok(None);
        }
        let Some((entry, plaintext)) = self.had(page, noted, mailboxes).await? else { return Ok(None) };
        let mut files = noted.map(|noted| noted.attachments.clone()).unwrap_or_default();
        let again = Again { keys: self.keys, home: self.home, store: self.store, record: self.record };
        let Kept { attachments, parts, lost } = again.attachments(&entry.attachments, &files, &mailboxes[0]).await?;
        files.retain(|file| attachments.iter().any(|kept| kept.id == file.id));
        Ok(Some(WantedPage {
            file: page.file.clone(),
            entry: Entry { id, attachments, ..entry },
            plaintext: Arc::new(plaintext),
            parts,
            files,
            lost,
            source: noted.and_then(|noted| noted.source),
            names,
            results: Vec::new(),
        }))
    }

    /// The page as they had it, for the first of their mailboxes: from the store, or where that is spoiled or lists it no
    /// more, from the record.
    async fn had(
        &self,
        page: &Page,
        noted: Option<&NotedPage>,
        mailboxes: &[MailboxId],
    ) -> Result<Option<(Entry, Plaintext)>, PublishError> {
        let reference = |plaintext: &Plaintext| plaintext.reference(&mailboxes[0], self.keys);
        for mailbox in mailboxes {
            let id = self.page_id(page, mailbox);
            let is_it =
                |entry: &&Entry| entry.id == id && noted.is_none_or(|noted| noted.document == entry.object.digest);
            let given = self.given.mailboxes.get(mailbox);
            let Some(entry) = given.and_then(|given| given.entries.iter().find(is_it)) else { continue };
            let path = layout::object(&entry.object.name);
            let stored = self.store.read(&path, OBJECT_LIMIT).await.ok().flatten();
            let plaintext = stored.and_then(|sealed| Plaintext::of_object(&sealed, &entry.object, self.keys));
            if let Some(plaintext) = plaintext {
                return Ok(Some((Entry { object: reference(&plaintext), ..entry.clone() }, plaintext)));
            }
        }
        let Some(noted) = noted else { return Ok(None) };
        let text = self.record.text(&noted.document, self.home, self.keys)?;
        let plaintext = text.and_then(|text| Plaintext::of_record(text, noted.document));
        Ok(plaintext.map(|plaintext| {
            let NotedPage { id, title, date, order, kind, audience, tags, attachments, links, .. } = noted.clone();
            (
                Entry {
                    id,
                    title,
                    date,
                    order,
                    audience,
                    kind,
                    object: reference(&plaintext),
                    tags,
                    attachments: unplaced(&attachments),
                    links,
                },
                plaintext,
            )
        }))
    }
}
