//! `results`: the numbers of a block that was answered, wished for in a page. Nobody answers it.

use std::ops::Range;

use super::read::{Written, block_id};
use crate::{
    content::{At, Fields, Mistake},
    wire::BlockId,
};

/// Which block's numbers are to stand here.
pub(crate) struct Wish {
    /// The page that asks, as a link from this one; without it, this page.
    pub(crate) of: Option<At<String>>,
    /// Needed where that page asks several things.
    pub(crate) block: Option<At<BlockId>>,
    pub(crate) title: Option<String>,
    /// The line with the fence.
    pub(crate) fence: Range<usize>,
}

/// The wish, or everything that is wrong with it.
pub(crate) fn wish(written: &Written<'_>) -> Result<Wish, Vec<Mistake>> {
    let node = written.keys()?;
    let mut mistakes = Vec::new();
    let mut fields = Fields::new(written.source, node, &mut mistakes);
    let of = fields.text("of");
    let block = fields.text("block").and_then(|id| {
        let value = block_id(&mut fields, &id)?;
        Some(At { value, at: id.at })
    });
    let title = fields.short_text("title").map(|title| title.value);
    fields.finish();
    if mistakes.is_empty() { Ok(Wish { of, block, title, fence: written.fence() }) } else { Err(mistakes) }
}
