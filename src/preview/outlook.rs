//! What everyone would have after the next build, rendered; and where that can't be told now, what they would have had last.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use super::reading::{Reading, Sound};
use crate::{
    clock,
    content::{Lapsed, Mistake, Mistakes, Page},
    publish::{Foreseen, OpenBytes, Past, PublishError, WantedPage, WantedPart},
    seal::{Entry, Plaintext},
};

/// What everyone would have.
#[derive(Default, Clone)]
pub struct Outlook {
    /// Of which reading.
    pub of: u64,
    /// By member's folder, in the order of their lists.
    pub readers: BTreeMap<String, Vec<Shown>>,
    /// Path below `public/` → bytes.
    pub open: BTreeMap<String, OpenBytes>,
    pub mistakes: Vec<Mistake>,
    /// Pages of a group that are older than everyone's days in it.
    pub unread: Vec<PathBuf>,
    pub lapsed: Vec<Lapsed>,
}

/// One page for one member.
#[derive(Clone)]
pub struct Shown {
    pub file: String,
    pub entry: Entry,
    pub plaintext: Arc<Plaintext>,
    /// Of its attachments, in their order.
    pub parts: Vec<WantedPart>,
    /// Whether it is as it was before a mistake came into its file.
    pub is_stale: bool,
}

impl From<WantedPage> for Shown {
    fn from(WantedPage { file, entry, plaintext, parts, .. }: WantedPage) -> Self {
        Self { file: file.display().to_string(), entry, plaintext, parts, is_stale: false }
    }
}

impl Outlook {
    /// Of these pages. `before` gives what can't be rendered now.
    pub async fn of(
        sound: &Sound,
        pages: &[Page],
        reading: &Reading,
        past: &Past,
        before: &Self,
    ) -> Result<Self, PublishError> {
        let now = past.is_known.then(clock::unix).flatten();
        let sources = past.sources(&sound.practice, pages, &sound.theme);
        let (Foreseen { wanted, mistakes, failed, is_open_whole }, _) = sources.foreseen(&past.given, now).await?;
        let flawed = reading.mistakes.iter().map(|mistake| &mistake.file).chain(&failed);
        let flawed: BTreeSet<String> = flawed.map(|file| file.display().to_string()).collect();
        let readers = wanted.readers.into_iter().map(|reader| {
            let sound = reader.pages.into_iter().map(Shown::from).filter(|page| !flawed.contains(&page.file));
            let stale = before.readers.get(&reader.folder).into_iter().flatten();
            let stale = stale.filter(|page| flawed.contains(&page.file));
            let stale = stale.map(|page| Shown { is_stale: true, ..page.clone() });
            (reader.folder, sound.chain(stale).collect())
        });
        Ok(Self {
            of: before.of,
            readers: readers.collect(),
            open: if is_open_whole { wanted.open } else { before.open.clone() },
            mistakes: Mistakes::new(reading.mistakes.iter().cloned().chain(mistakes).collect()).into_iter().collect(),
            unread: wanted.unread,
            lapsed: wanted.lapsed,
        })
    }

    pub fn page(&self, member: &str, file: &str) -> Option<&Shown> {
        self.readers.get(member)?.iter().find(|page| page.file == file)
    }
}
