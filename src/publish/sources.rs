//! From what lies here to a publication that can be shown and agreed to.

use super::{Foreseen, Given, Publication, PublishError, Receipts, Wanting, days, gate, open_files::OpenBytes};
use crate::{
    content::Page,
    inbox,
    keys::Keys,
    practice::{Home, Member, Practice},
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
        let Self { practice, theme, keys, home, store, record, is_aside, .. } = self;
        let given = Given::read(store, keys).await?;
        let mut wanted = self.wanting(&given).wanted(done).await?;
        let viewer = viewer::open_files(practice, theme).into_iter();
        wanted.open.extend(viewer.map(|(path, bytes)| (path, OpenBytes::Here(bytes))));
        let (gate, receipts) = (gate(practice), Receipts::of(&inbox::receipts(home, keys)?, &given));
        let stand_in = practice.site.answers.stand_in_keys();
        Ok(Publication { practice, wanted, given, receipts, record, keys, home, store, now, stand_in, gate, is_aside })
    }

    /// What everyone would have after a build, and what is wrong: the same decision, for the author's eyes. Nothing comes of it.
    pub async fn foreseen(self, given: &Given) -> Result<Foreseen, PublishError> {
        self.wanting(given).foreseen(&|| {}).await
    }

    /// Whether a page stays for a member as it was when they left.
    pub fn is_kept(self, page: &Page, member: &Member, given: &Given) -> bool {
        self.wanting(given).kept_since(member, page).is_some()
    }

    /// Whether only what was given before tells if, and how, a member reads a page.
    pub fn rests_on_the_past(self, page: &Page, member: &Member, given: &Given) -> bool {
        self.is_kept(page, member, given) || days::rests_on_the_past(page, member, self.practice)
    }

    fn wanting(self, given: &'a Given) -> Wanting<'a> {
        let Self { practice, pages, theme, keys, home, store, record, .. } = self;
        Wanting { practice, pages, theme, keys, home, store, given, record }
    }
}
