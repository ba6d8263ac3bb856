//! From what lies here to a publication that can be shown and agreed to.

use super::{Given, Publication, PublishError, Wanting};
use crate::{
    content::Page,
    keys::Keys,
    practice::{Home, Practice},
    record::Record,
    render::Theme,
    store::Store,
    viewer,
    wire::UnixTime,
};

/// All that a publication is made from: read, and found without a mistake.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    pub practice: &'a Practice,
    pub pages: &'a [Page],
    pub theme: &'a Theme,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub store: &'a Store,
    pub record: &'a Record,
    /// Whether nobody reads from this store, because there is another one that they do read from.
    pub is_aside: bool,
}

impl<'a> Sources<'a> {
    /// What would be published at a time, against what stands in the store. `done` is called after each page.
    pub async fn publication(self, now: UnixTime, done: &(impl Fn() + Sync)) -> Result<Publication<'a>, PublishError> {
        let Self { practice, pages, theme, keys, home, store, record, is_aside } = self;
        let given = Given::read(store, keys).await?;
        let wanting = Wanting { practice, pages, theme, keys, home, store, given: &given, record };
        let mut wanted = wanting.wanted(done).await?;
        wanted.open.extend(viewer::open_files(practice, theme));
        Ok(Publication { practice, wanted, given, record, keys, home, store, now, is_aside })
    }
}
