//! Groups that a template asked about and that nobody has: a slip that would show in nothing but in what a member misses.
//!
//! In: what was asked while a template ran. Out: a mistake for each group that is not there, where its name stands.

use super::{Job, context::Looked};
use crate::content::{Mistake, Source, made_visible, suggest};

impl Job<'_> {
    pub(super) fn unknown_groups(&self, looked: &Looked) -> Vec<Mistake> {
        let groups = &self.practice.groups;
        let asked = looked.for_groups();
        asked.iter().filter(|name| !groups.contains_key(*name)).map(|name| self.unknown_group(name)).collect()
    }

    fn unknown_group(&self, name: &str) -> Mistake {
        let groups = &self.practice.groups;
        let what = format!("there is no group `{}`", made_visible(name));
        let hint = match groups.values().find(|group| group.title == name) {
            Some(group) => format!("a group goes by its folder here: did you mean `{}`?", group.folder),
            None => suggest::hint(name, "groups", groups.keys().map(String::as_str)),
        };
        let theme = self.theme.sources();
        let mut sources =
            std::iter::once(&self.page.body).chain(theme.names().into_iter().filter_map(|name| theme.source(name)));
        let found = sources.find_map(|source| Some((source, quoted(source, name)?)));
        match found {
            Some((source, at)) => source.mistake(&at, what, hint),
            None => Mistake::whole(&self.page.file, what, hint),
        }
    }
}

/// Where a name stands in quotes.
fn quoted(source: &Source, name: &str) -> Option<std::ops::Range<usize>> {
    ['"', '\''].iter().find_map(|quote| {
        let start = source.text().find(&format!("{quote}{name}{quote}"))? + 1;
        Some(start..start + name.len())
    })
}
