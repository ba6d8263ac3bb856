//! From what lies here to a publication that can be shown and agreed to.

use std::borrow::Cow;

use super::{
    Counted, Foreseen, Given, Publication, PublishError, Receipts, Wanting, days, gate, open_files::OpenBytes,
};
use crate::{
    content::Page,
    inbox,
    keys::Keys,
    practice::{Home, Member, Practice},
    record::Record,
    render::Theme,
    results::Told,
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
        let (told, counted) = self.counted(&given, now).await?;
        let mut wanted = self.telling(&told_by(practice, told)).wanting(&given).wanted(done).await?;
        let viewer = viewer::open_files(practice, theme).into_iter();
        wanted.open.extend(viewer.map(|(path, bytes)| (path, OpenBytes::Here(bytes))));
        let (gate, receipts) = (gate(practice), Receipts::of(&inbox::receipts(home, keys)?, &given));
        let stand_in = practice.site.answers.stand_in_keys();
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
            is_aside,
        })
    }

    /// What everyone would have after a build at a time, and what is wrong: the same decision, for the author's eyes. Nothing
    /// comes of it. Without a time nothing is counted: that takes the keys.
    pub async fn foreseen(self, given: &Given, now: Option<UnixTime>) -> Result<(Foreseen, Counted), PublishError> {
        let (told, counted) = match now {
            Some(now) => self.counted(given, now).await?,
            None => Default::default(),
        };
        let foreseen = self.telling(&told_by(self.practice, told)).wanting(given).foreseen(&|| {}).await?;
        Ok((foreseen, counted))
    }

    /// The same, of a practice that can tell numbers.
    fn telling<'b>(self, practice: &'b Practice) -> Sources<'b>
    where
        'a: 'b,
    {
        Sources { practice, ..self }
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

fn told_by(practice: &Practice, told: Told) -> Cow<'_, Practice> {
    if told.is_empty() { Cow::Borrowed(practice) } else { Cow::Owned(Practice { told, ..practice.clone() }) }
}
