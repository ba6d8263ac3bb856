//! What would change for whom, text by text.
//!
//! In: what everyone would have, what they have, and the record's texts. Out: one [`Difference`] for each page and each version
//! that readers have of it now. It changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Past, PublishError, Reader, Wanted, What,
    plan::{Step, steps},
};
use crate::{record::unified, wire::Digest};

/// One page that would not be as it is, for some readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub what: What,
    pub title: String,
    /// What they have it under, where that is another title.
    pub old_title: Option<String>,
    /// Where it lies, or lay when it was given; none where only an index still knows it.
    pub file: Option<String>,
    /// As the plan calls them, and by folder.
    pub readers: Vec<(String, String)>,
    pub how: How,
}

/// What became of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// All of it comes, or goes.
    Whole,
    /// A unified diff of what its author wrote.
    Text(String),
    /// The text is the same.
    Look,
    /// What was written then was not kept.
    Unknown,
}

/// What readers have in common: the kind of change, the page, and both versions.
type Key = (What, String, Option<Digest>, Option<Digest>);

/// Everything that would change for these readers, in the order of the plan.
pub fn differences(wanted: &Wanted, past: &Past) -> Result<Vec<Difference>, PublishError> {
    let mut found: BTreeMap<Key, Difference> = BTreeMap::new();
    for reader in &wanted.readers {
        for step in steps(reader, &past.given) {
            let (key, difference) = whole(&step, reader, past);
            let readers = difference.readers.clone();
            found.entry(key).and_modify(|known| known.readers.extend(readers)).or_insert(difference);
        }
    }
    let digests: BTreeSet<Digest> =
        found.keys().flat_map(|(_, _, before, now)| before.iter().chain(now)).copied().collect();
    let kept = past.texts(&digests.into_iter().collect::<Vec<_>>())?;
    let text = |digest: &Digest| wanted.sources.get(digest).or_else(|| kept.get(digest));
    for ((what, _, before, now), difference) in &mut found {
        if *what != What::Changed {
            continue;
        }
        difference.how = match (before.as_ref().and_then(text), now.as_ref().and_then(text)) {
            _ if before.is_some() && before == now => How::Look,
            (Some(before), Some(now)) => How::Text(unified(before, now)),
            _ => How::Unknown,
        };
    }
    Ok(found.into_values().collect())
}

fn whole(step: &Step<'_>, reader: &Reader, past: &Past) -> (Key, Difference) {
    let Step { what, before, now } = step;
    let noted = before.and_then(|before| past.record.object(&before.object.name)?.page.as_ref());
    let file = now.map(|page| page.file.display().to_string()).or_else(|| noted.map(|noted| noted.file.clone()));
    let entry = now.map(|page| &page.entry).or(*before).expect("a change has a page on one side at least");
    let old_title = before.map(|before| before.title.clone()).filter(|title| *title != entry.title);
    let name = file.clone().unwrap_or_else(|| entry.id.to_string());
    let key = (*what, name, noted.and_then(|noted| noted.source), now.and_then(|page| page.source));
    let readers = vec![(reader.label.clone(), reader.folder.clone())];
    (key, Difference { what: *what, title: entry.title.clone(), old_title, file, readers, how: How::Whole })
}
