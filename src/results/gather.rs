//! From letters and the record to what was asked: every block that was given, who can answer it, and which answers stand.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Asked, Given};
use crate::{
    block::{Asks, Block},
    inbox::{Letter, Questions},
    keys::Keys,
    practice::{Home, HomeError, Practice},
    record::{NotedPage, People, Record},
    wire::{BlockId, Digest, PageId, Said},
};

/// What the results are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Of some pages.
    Pages(HashSet<PageId>),
    /// Of the pages of a group, by its folder.
    Group(String),
    /// What one member said, by their folder.
    Member(String),
}

/// A block, by what its page is known by over time.
type Place = (String, BlockId);

/// A block as it was given last.
struct Last<'a> {
    page: &'a NotedPage,
    block: Block,
    /// By name.
    readers: Vec<&'a str>,
    versions: Vec<Block>,
}

impl<'a> Last<'a> {
    fn new(page: &'a NotedPage, block: &Block) -> Self {
        Self { page, block: block.clone(), readers: Vec::new(), versions: Vec::new() }
    }

    fn add(&mut self, version: &Block) {
        if !self.versions.contains(version) {
            self.versions.push(version.clone());
        }
    }
}

/// Every block of the newest release, and every one that was answered.
pub struct Gathered<'a> {
    last: BTreeMap<Place, Last<'a>>,
    answers: HashMap<Place, Vec<Given<'a>>>,
}

impl<'a> Gathered<'a> {
    pub fn of(
        of: &Of,
        practice: &'a Practice,
        record: &'a Record,
        (letters, questions): (&'a [Letter], &'a Questions<'a>),
        (home, keys): (&Home, &Keys),
    ) -> Result<Self, HomeError> {
        let mut gathered = Self { last: BTreeMap::new(), answers: HashMap::new() };
        gathered.add_current(of, practice, record, (home, keys))?;
        for letter in letters.iter().filter(|letter| !letter.is_replaced && letter.answer.said != Said::Withdrawn {}) {
            let asked = questions.asked(letter);
            if let (Some(page), Some(block)) = (asked.page, asked.block)
                && of.takes(page, &letter.member)
            {
                gathered.add(letter, page, block);
            }
        }
        Ok(gathered)
    }

    /// What stands in the pages that members have now, answered or not.
    fn add_current(
        &mut self,
        of: &Of,
        practice: &'a Practice,
        record: &'a Record,
        (home, keys): (&Home, &Keys),
    ) -> Result<(), HomeError> {
        let people = People::of(practice, record);
        let current: Vec<(&str, &NotedPage)> = record
            .current_pages()
            .filter_map(|(mailbox, page)| Some((people.folder(mailbox)?, page)))
            .filter(|(member, page)| of.takes(page, member))
            .collect();
        let documents: HashSet<Digest> = current.iter().map(|(_, page)| page.document).collect();
        let texts = record.texts(&documents.into_iter().collect::<Vec<_>>(), home, keys)?;
        let blocks: HashMap<Digest, Vec<Block>> =
            texts.into_iter().map(|(digest, text)| (digest, Block::all_in(&text))).collect();
        for (member, page) in current {
            let name = practice.members.get(member).map_or(member, |member| &member.name);
            for block in blocks.get(&page.document).into_iter().flatten() {
                let place = (page.known_by(), block.id.clone());
                let last = self.last.entry(place).or_insert_with(|| Last::new(page, block));
                last.add(block);
                last.readers.push(name);
            }
        }
        Ok(())
    }

    fn add(&mut self, letter: &'a Letter, page: &'a NotedPage, block: &'a Block) {
        let place = (page.known_by(), block.id.clone());
        let last = self.last.entry(place.clone()).or_insert_with(|| Last::new(page, block));
        last.add(block);
        if !last.readers.contains(&letter.name.as_str()) {
            last.readers.push(&letter.name);
        }
        let Letter { name, member, answer, .. } = letter;
        let given = Given { name, member, time: answer.time, said: &answer.said, block };
        self.answers.entry(place).or_default().push(given);
    }

    /// Everything that was asked, by date and title of the page; what stays the member's own is not part of it.
    pub fn asked(&'a self) -> Vec<(&'a Place, Asked<'a>)> {
        let is_told = |block: &Block| !matches!(block.asks, Asks::Done { .. });
        let mut asked: Vec<_> = self.last.iter().filter(|(_, last)| is_told(&last.block)).collect();
        asked.sort_by_key(|(place, last)| (last.page.date.as_deref(), last.page.title.as_str(), *place));
        let one = |(place, last): (&'a Place, &'a Last<'a>)| {
            let mut given = self.answers.get(place).cloned().unwrap_or_default();
            given.sort_by_key(|given| given.time);
            let mut readers = last.readers.clone();
            readers.sort_unstable();
            readers.dedup();
            let Last { page, block, versions, .. } = last;
            (place, Asked { title: &page.title, file: &page.file, block, readers, given, versions })
        };
        asked.into_iter().map(one).collect()
    }
}

impl Of {
    fn takes(&self, page: &NotedPage, member: &str) -> bool {
        match self {
            Self::Pages(pages) => pages.contains(&page.id),
            Self::Group(group) => page.file.starts_with(&format!("content/groups/{group}/")),
            Self::Member(folder) => folder == member,
        }
    }
}
