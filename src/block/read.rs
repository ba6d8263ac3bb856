//! One block: the keys that all have, then those of its kind.

use std::ops::Range;

use super::{
    Asks, Block, Kind, agenda, checkin, done, poll,
    readers::{self, Afterwards},
    reply, time,
};
use crate::{
    content::{At, Audience, Fields, Mistake, Node, SHORT, Shape, Source, toml},
    practice::Practice,
    wire::BlockId,
};

const VERSION: u8 = 1;

/// A block as it stands in a page: its source is the line with the fence, and the TOML below it.
pub(crate) struct Written<'a> {
    pub(crate) source: &'a Source,
    /// Where the TOML begins.
    pub(crate) from: usize,
    /// Puts what the page's template printed in the place of its token. SECURITY: after TOML was read, so that a name can
    /// be no key and end no string.
    pub(crate) put: &'a dyn Fn(&str) -> String,
}

/// Where a block stands.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) practice: &'a Practice,
    pub(crate) audience: &'a Audience,
}

/// What one kind of block asks, and what goes with it.
pub(super) struct Form {
    pub(super) asks: Asks,
    pub(super) repeats: Option<u16>,
    pub(super) afterwards: Afterwards,
}

impl From<Asks> for Form {
    fn from(asks: Asks) -> Self {
        Self { asks, repeats: None, afterwards: Afterwards::Nothing }
    }
}

impl Written<'_> {
    /// The line with the fence.
    pub(super) fn fence(&self) -> Range<usize> {
        0..self.from.saturating_sub(1)
    }

    /// What stands below the fence; what is missing there is missing at the fence.
    pub(super) fn keys(&self) -> Result<Node, Vec<Mistake>> {
        let mut node = toml::parse(self.source, self.from..self.source.text().len())?;
        put_in(&mut node, self.put);
        node.at = self.fence();
        Ok(node)
    }
}

/// The block, or everything that is wrong with it.
pub(crate) fn read(kind: Kind, written: &Written<'_>, setting: Setting<'_>) -> Result<Block, Vec<Mistake>> {
    let source = written.source;
    if *setting.audience == Audience::Open {
        let what = format!("a block `{}` in a page that is open to everyone: nobody could answer it", kind.name());
        let hint = "take it out, or take `public = true` out of the front matter";
        return Err(vec![source.mistake(&written.fence(), what, hint)]);
    }
    let node = written.keys()?;
    let mut mistakes = Vec::new();
    let block = block(kind, Fields::new(source, node, &mut mistakes), setting);
    block.filter(|_| mistakes.is_empty()).ok_or(mistakes)
}

fn put_in(node: &mut Node, put: &dyn Fn(&str) -> String) {
    match &mut node.shape {
        Shape::Text(text) => *text = put(text),
        Shape::List(items) => items.iter_mut().for_each(|item| put_in(item, put)),
        Shape::Table(entries) => entries.iter_mut().for_each(|entry| put_in(&mut entry.value, put)),
        _ => {}
    }
}

fn block(kind: Kind, mut fields: Fields<'_>, setting: Setting<'_>) -> Option<Block> {
    let id = match fields.text("id") {
        Some(id) => block_id(&mut fields, &id),
        None => kind.name().parse().ok(),
    };
    let title = fields.short_text("title").map(|title| title.value);
    // What stays on the member's own side is neither closed nor read.
    let (closes, read) = if kind == Kind::Done {
        (None, None)
    } else {
        (time::closes(&mut fields, setting.practice), fields.words("read", SHORT).map(|text| text.value))
    };
    let form = match kind {
        Kind::Reply => Some(reply::read(&mut fields)),
        Kind::Poll => poll::read(&mut fields, setting),
        Kind::Checkin => checkin::read(&mut fields, setting),
        Kind::Agenda => agenda::read(&mut fields),
        Kind::Done => Some(done::read(&mut fields)),
    };
    fields.finish();
    let form = form?;
    let readers = readers::said(&form, setting, read.as_deref());
    Some(Block { version: VERSION, id: id?, title, closes, repeats: form.repeats, readers, asks: form.asks })
}

pub(super) fn block_id(fields: &mut Fields<'_>, id: &At<String>) -> Option<BlockId> {
    let parsed = id.value.parse();
    if parsed.is_err() {
        let hint = "write small letters, digits and hyphens, 64 at most: id = \"how-was-tuesday\"";
        fields.mistake(&id.at, format!("`{}` is no id", id.value), hint);
    }
    parsed.ok()
}
