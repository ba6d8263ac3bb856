//! What whoever stands in sees: the answers that lie at the host, believed by the practice's own list of keys, with what was
//! asked. All of it in memory, and gone when it was shown.

use std::collections::HashMap;

use super::{Brief, Document, OwnKey, VisitError, Visitor};
use crate::{
    block::Block,
    inbox::{Asked, Glance, Inbox, Letter},
    record::NotedPage,
    seal::SealedAnswer,
    wire::{BlockId, Digest, MailboxId, UnixTime},
};

/// The inbox, and what it takes to say it.
pub struct Sight {
    pub inbox: Inbox,
    /// Files in mailboxes that the brief does not know.
    pub strangers: usize,
    pages: Vec<NotedPage>,
    /// Who was given which of them.
    given: HashMap<(MailboxId, Digest), usize>,
    blocks: HashMap<(Digest, BlockId), Block>,
}

impl Sight {
    /// Fetches everything that lies there. `progress` hears of every answer.
    pub fn fetch(
        brief: &Brief,
        own: &OwnKey,
        visitor: &Visitor,
        now: UnixTime,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Self, VisitError> {
        let people = brief.people();
        let (known, strangers): (Vec<_>, Vec<_>) =
            visitor.answers()?.into_iter().partition(|(mailbox, _)| people.of_mailbox(mailbox).is_some());
        let mut glance = Glance::new(&people, &brief.seen_to, now);
        for (n, (mailbox, name)) in known.iter().enumerate() {
            if let Some(bytes) = visitor.answer(mailbox, name)? {
                let sealed = SealedAnswer { name: *name, bytes };
                let opened = sealed.open_with([own.identity().clone()]);
                glance.take(*mailbox, *name, opened);
            }
            progress(n as u64 + 1, known.len() as u64);
        }
        Ok(Self { inbox: glance.inbox(), strangers: strangers.len(), ..Self::of(brief) })
    }

    fn of(brief: &Brief) -> Self {
        let note = |document: &Document| NotedPage::bare(document.page, document.title.clone(), document.digest);
        let pages = brief.documents.iter().map(note).collect();
        let mut sight =
            Self { inbox: Inbox::default(), strangers: 0, pages, given: HashMap::new(), blocks: HashMap::new() };
        for (n, document) in brief.documents.iter().enumerate() {
            sight.given.extend(document.mailboxes.iter().map(|mailbox| ((*mailbox, document.digest), n)));
            let blocks = document.blocks.iter().filter_map(|at| brief.blocks.get(*at));
            sight.blocks.extend(blocks.map(|block| ((document.digest, block.id.clone()), block.clone())));
        }
        sight
    }

    /// SECURITY: a member could name any digest; only what they were given themselves says what they were asked.
    pub fn asked(&self, letter: &Letter) -> Asked<'_> {
        let answer = &letter.answer;
        let page = self.given.get(&(answer.mailbox, answer.digest)).map(|at| &self.pages[*at]);
        let page = page.filter(|page| page.id == answer.page);
        let block = page.and_then(|_| self.blocks.get(&(answer.digest, answer.block.clone())));
        Asked { page, block }
    }
}
