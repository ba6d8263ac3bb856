//! What was asked, in the words of the version that a member answered: from the record, not from today's page.

use std::collections::{HashMap, HashSet};

use super::Letter;
use crate::{
    block::Block,
    keys::Keys,
    practice::{Home, HomeError},
    record::{NotedPage, Record},
    wire::{BlockId, Digest, MailboxId},
};

/// The page that an answer answers, and its block in the words of that version.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// None where the record does not know that this member was given such a page.
    pub page: Option<&'a NotedPage>,
    /// None where the version was not kept, or has no such block.
    pub block: Option<&'a Block>,
}

/// What was asked in every version that was answered.
pub struct Questions<'a> {
    given: HashMap<(MailboxId, Digest), &'a NotedPage>,
    blocks: HashMap<(Digest, BlockId), Block>,
}

impl<'a> Questions<'a> {
    pub fn of<'l>(
        letters: impl IntoIterator<Item = &'l Letter>,
        record: &'a Record,
        home: &Home,
        keys: &Keys,
    ) -> Result<Self, HomeError> {
        let wanted: HashSet<(MailboxId, Digest)> =
            letters.into_iter().map(|letter| (letter.answer.mailbox, letter.answer.digest)).collect();
        let given: HashMap<_, _> = record
            .given_pages()
            .map(|(mailbox, page)| ((*mailbox, page.document), page))
            .filter(|(spot, _)| wanted.contains(spot))
            .collect();
        // SECURITY: a member could name any digest; only what they were given themselves says what they were asked.
        let documents: HashSet<Digest> = given.keys().map(|(_, document)| *document).collect();
        let documents: Vec<Digest> = documents.into_iter().collect();
        let mut blocks = HashMap::new();
        for (digest, text) in record.texts(&documents, home, keys)? {
            blocks.extend(Block::all_in(&text).into_iter().map(|block| ((digest, block.id.clone()), block)));
        }
        Ok(Self { given, blocks })
    }

    pub fn asked(&self, letter: &Letter) -> Asked<'_> {
        let answer = &letter.answer;
        let page = self.given.get(&(answer.mailbox, answer.digest)).filter(|page| page.id == answer.page).copied();
        let block = page.and_then(|_| self.blocks.get(&(answer.digest, answer.block.clone())));
        Asked { page, block }
    }
}
