//! What the group was told of closed questions, for good: `.heldspace/results.log`, sealed like every journal of the practice.
//!
//! SECURITY: the first numbers of a block are its only ones, whatever becomes of page, question or answers: the difference
//! of two would tell what one person said.

use std::collections::BTreeMap;

use super::Shared;
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Journal},
    wire::BlockId,
};

/// Numbers that groups may see, by what their page is derived from ([`crate::content::Page::identity`]) and the block's id.
pub type Told = BTreeMap<(String, BlockId), Shared>;

/// All numbers that were ever counted, by what their page is known by and the block's id.
#[derive(Debug, Default)]
pub struct Frozen(BTreeMap<(String, BlockId), Shared>);

impl Frozen {
    pub fn read(home: &Home, keys: &Keys) -> Result<Self, HomeError> {
        let mut frozen = Self::default();
        for shared in journal(home).read(keys)? {
            frozen.add(shared);
        }
        Ok(frozen)
    }

    /// One more, unless there are numbers of this block already.
    pub fn add(&mut self, shared: Shared) {
        self.0.entry((shared.page.clone(), shared.block.clone())).or_insert(shared);
    }

    pub fn of(&self, page: &str, block: &BlockId) -> Option<&Shared> {
        self.0.get(&(page.to_owned(), block.clone()))
    }

    /// Writes numbers down; they are on the disk when this returns.
    pub fn write(fresh: &[Shared], home: &Home, keys: &Keys) -> Result<(), HomeError> {
        if fresh.is_empty() { Ok(()) } else { journal(home).append_all(fresh, keys) }
    }
}

fn journal(home: &Home) -> Journal {
    home.journal("results")
}
