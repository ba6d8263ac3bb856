//! What somebody else is not given: every page that names another member.
//!
//! By what its author says of it (`names`), and by looking for every other member's name in what was given, word by word.
//! Rather one too many: whoever exports sees each with its reason, and can ask that person for their consent.

use std::collections::BTreeMap;

use super::Version;
use crate::{
    content::Page,
    names::{Phrase, Words, html::runs, parts},
    practice::{Member, Practice},
    record::NotedPage,
    wire::UnixTime,
};

/// A page that was kept back; its text is nowhere in the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld<'a> {
    pub page: &'a NotedPage,
    pub from: UnixTime,
    pub reason: Reason,
}

/// Why it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its author says so, in `names`.
    Said,
    /// A name stands in it.
    Found,
    /// Nothing is left to look at.
    Lost,
}

impl Reason {
    /// Without saying whom.
    pub fn text(self) -> &'static str {
        match self {
            Self::Said => "its author says that it names somebody else",
            Self::Found => "somebody else's name stands in it",
            Self::Lost => "its text is lost, so that nobody can tell whom it names",
        }
    }
}

/// The names of everyone else.
pub struct Names<'a> {
    member: &'a Member,
    phrases: Vec<Phrase>,
    /// Who is named, by the file of a page that is there today.
    said: BTreeMap<String, &'a [String]>,
}

impl<'a> Names<'a> {
    pub fn of(practice: &'a Practice, member: &'a Member, pages: &'a [Page]) -> Self {
        let own = Words::of(&member.name);
        let own: Vec<&str> = own.iter().collect();
        let others = practice.members.values().filter(|other| other.folder != member.folder);
        let phrases = others.flat_map(|other| phrases(other, &own)).collect();
        let said = pages.iter().map(|page| (page.file.to_string_lossy().replace('\\', "/"), page.names.as_slice()));
        Self { member, phrases, said: said.collect() }
    }

    pub(super) fn found_in(&self, version: &Version<'_>) -> Option<Reason> {
        // What it says today, and what it said when it was given: the page may be gone.
        let now = self.said.get(&version.page.file).copied().unwrap_or_default();
        let said = now.iter().chain(&version.page.names).any(|named| *named != self.member.folder);
        if said {
            return Some(Reason::Said);
        }
        let Some(document) = &version.document else { return Some(Reason::Lost) };
        let title = format!("{} {}", version.page.title, version.page.audience.title);
        let mut texts = words_of(document);
        texts.push(Words::of(&title));
        let found = self.phrases.iter().any(|phrase| texts.iter().any(|text| phrase.is_in(text)));
        found.then_some(Reason::Found)
    }
}

/// The whole name, each word of it that may stand for it, and what else the person is called. What is in the person's own
/// name too tells nothing.
fn phrases(other: &Member, own: &[&str]) -> Vec<Phrase> {
    let names = std::iter::once(&other.name).chain(&other.also);
    let all = names.flat_map(|name| std::iter::once(name.as_str()).chain(parts(name)));
    let is_other = |word: &&str| !Words::of(word).iter().all(|word| own.contains(&word));
    all.filter(is_other).map(Phrase::exact).collect()
}

/// What a person sees of a document, and what is read out to them.
fn words_of(html: &str) -> Vec<Words> {
    runs(html).iter().map(|run| Words::of(&run.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, own: &str, html: &str) -> bool {
        let own = Words::of(own);
        let other = Member { name: name.to_owned(), ..Member::default() };
        let phrases = phrases(&other, &own.iter().collect::<Vec<_>>());
        phrases.iter().any(|phrase| words_of(html).iter().any(|text| phrase.is_in(text)))
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for html in
            ["<p>Ben’s plan</p>", "<p>BEN's", "<p>B<b>en</b> said", "<li>x</li><li>Ben</li>", "<img alt=\"Ben\">"]
        {
            assert!(found("Ben Ode", "Ann Lee", html), "{html}");
        }
        assert!(found("Zoë", "Ann", "<p>zoe</p>") && found("太郎", "Ann", "<p>太郎さん</p>"));
        assert!(found("Ann Ode", "Ann Lee", "<p>Dear Ode</p>"));
    }

    #[test]
    fn what_is_no_name_of_somebody_else_is_not() {
        assert!(!found("Ben Ode", "Ann Lee", "<p class=intro>Bending modes. Benign.</p>"));
        assert!(!found("Ann Ode", "Ann Lee", "<p>Dear Ann</p>") && !found("Jan van Ek", "Ann", "<p>van</p>"));
    }
}
