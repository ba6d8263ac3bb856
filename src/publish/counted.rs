//! What came of closed questions, for the pages that show it: counted once, with the first build after the answers came in.
//!
//! In: the pages that wish for numbers, what members sent, and what was counted before. Out: [`Counted`], and the numbers
//! that pages show. Looking writes nothing: numbers are frozen with the publication that gives them, once that was agreed to,
//! and before anybody has it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::{Given, PublishError, Reader, Sources, commit::OBJECT_LIMIT, wanted::page_id};
use crate::{
    block::Block,
    content::{Audience, Page},
    inbox::{Inbox, Letter, People, Questions},
    keys::Keys,
    practice::Home,
    render::{Rendering, Showing, render_page},
    results::{Asked, Frozen, Gathered, Of, Shared, Told},
    seal::Plaintext,
    store::layout,
    wire::{BlockId, UnixTime},
};

/// A page with none of these has no block `results`, of its own or from its theme.
const WORDS: [&str; 4] = ["results", "include", "import", "extends"];

/// Numbers for pages.
#[derive(Debug, Default)]
pub struct Counted {
    /// Counted now for the first time; frozen once somebody is given them.
    fresh: BTreeMap<(String, BlockId), Shared>,
    uncounted: BTreeSet<Uncounted>,
}

/// Numbers that a build gives for the first time, and to whom.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToldOf {
    /// The file that asks.
    pub asked: String,
    /// The file that shows it.
    pub shown: String,
    /// Names of members.
    pub readers: Vec<String>,
    pub numbers: Shared,
}

/// A closed block that can't be counted yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Uncounted {
    /// The file that asks.
    pub asked: String,
    pub block: BlockId,
    pub waits_for: WaitsFor,
}

/// What a closed block waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// What was sent till it closed was not fetched yet.
    Sync,
    /// Nobody has it yet as it is written now.
    Build,
}

impl Counted {
    /// What these readers are told for the first time.
    pub(super) fn told(&self, readers: &[Reader]) -> Vec<ToldOf> {
        let mut told: BTreeMap<(String, &Showing), ToldOf> = BTreeMap::new();
        for reader in readers {
            for page in &reader.pages {
                for showing in &page.results {
                    let Some(numbers) = self.fresh.get(&showing.key()) else { continue };
                    let shown = page.file.display().to_string();
                    let entry = told.entry((shown.clone(), showing)).or_insert_with(|| ToldOf {
                        asked: showing.file.clone(),
                        shown,
                        readers: Vec::new(),
                        numbers: numbers.clone(),
                    });
                    entry.readers.push(reader.label.clone());
                }
            }
        }
        told.into_values().collect()
    }

    pub(super) fn uncounted(&self) -> Vec<Uncounted> {
        self.uncounted.iter().cloned().collect()
    }

    /// Writes down what these readers are told for the first time.
    pub(super) fn freeze(&self, readers: &[Reader], home: &Home, keys: &Keys) -> Result<Vec<Shared>, PublishError> {
        let mut fresh: Vec<Shared> = Vec::new();
        for told in self.told(readers) {
            if !fresh.contains(&told.numbers) {
                fresh.push(told.numbers);
            }
        }
        Frozen::write(&fresh, home, keys)?;
        Ok(fresh)
    }
}

impl Sources<'_> {
    /// Counts what has to be counted at a time; with all numbers that pages may show.
    pub(super) async fn counted(self, given: &Given, now: UnixTime) -> Result<(Told, Counted), PublishError> {
        let wishing = self.wishing();
        let wished: BTreeSet<&Showing> = wishing.iter().flat_map(|(_, showing)| showing).collect();
        let (mut told, mut counted) = (Told::new(), Counted::default());
        if wished.is_empty() {
            return Ok((told, counted));
        }
        let mut frozen = Frozen::read(self.home, self.keys)?;
        let is_known = |frozen: &Frozen, showing: &Showing| frozen.of(&self.page_id(showing), &showing.block).is_some();
        for (page, showing) in &wishing {
            if !showing.iter().all(|showing| is_known(&frozen, showing)) {
                self.given_numbers(page, given, &mut frozen).await?;
            }
        }
        let fetched = self.home.fetched()?.map_or(0, |fetched| fetched.time);
        let waits = |showing: &Showing, waits_for| {
            let (asked, block) = (showing.file.clone(), showing.block.clone());
            Uncounted { asked, block, waits_for }
        };
        let mut inbox = None;
        for showing in wished {
            if let Some(shared) = frozen.of(&self.page_id(showing), &showing.block) {
                told.insert(showing.key(), shared.clone());
                continue;
            }
            if showing.closes > now {
                continue;
            }
            if showing.closes > fetched {
                counted.uncounted.insert(waits(showing, WaitsFor::Sync));
                continue;
            }
            let inbox = match &inbox {
                Some(inbox) => inbox,
                None => inbox.insert(Inbox::read(&People::of(self.practice), self.home, self.keys)?),
            };
            if let Some(shared) = self.count(showing, inbox, now)? {
                told.insert(showing.key(), shared.clone());
                counted.fresh.insert(showing.key(), shared);
            } else {
                counted.uncounted.insert(waits(showing, WaitsFor::Build));
            }
        }
        Ok((told, counted))
    }

    /// Pages that are there today and show numbers, or are to show some. What is wrong with one is told where all are rendered.
    fn wishing(&self) -> Vec<(&Page, Vec<Showing>)> {
        let today = self.practice.today;
        let may = |page: &&Page| {
            let has_word = || WORDS.iter().any(|word| page.text().contains(word));
            page.audience != Audience::Open && page.is_there(today) && has_word()
        };
        let wishing = self.pages.iter().filter(may).filter_map(|page| {
            let rendered = match render_page(page, self.practice, self.theme).ok()? {
                Rendering::Same(one) => vec![one],
                Rendering::Each(each) => each.into_values().collect(),
            };
            let showing: BTreeSet<Showing> = rendered.iter().flat_map(|one| one.along().results.clone()).collect();
            (!showing.is_empty()).then(|| (page, showing.into_iter().collect()))
        });
        wishing.collect()
    }

    /// What the page that asks is known by: none that somebody reads alone is ever counted.
    fn page_id(&self, showing: &Showing) -> String {
        self.keys.page_id(None, &showing.identity).to_string()
    }

    /// What members have been shown already, whichever machine has counted it.
    ///
    /// SECURITY: a machine that took over what another has published would count anew, and differently.
    async fn given_numbers(&self, page: &Page, given: &Given, frozen: &mut Frozen) -> Result<(), PublishError> {
        for (mailbox, had) in &given.mailboxes {
            let id = page_id(page, mailbox, self.keys);
            let Some(entry) = had.entries.iter().find(|entry| entry.id == id) else { continue };
            let sealed = self.store.read(&layout::object(&entry.object.name), OBJECT_LIMIT).await?;
            let opened = sealed.and_then(|sealed| Plaintext::of_object(&sealed, &entry.object, self.keys));
            opened.iter().flat_map(Plaintext::numbers).for_each(|shared| frozen.add(shared));
        }
        Ok(())
    }

    /// The numbers of what stood when a block closed; none where nobody has it yet as it is written now.
    fn count(&self, showing: &Showing, inbox: &Inbox, now: UnixTime) -> Result<Option<Shared>, PublishError> {
        let id = self.keys.page_id(None, &showing.identity);
        let is_of_it = |letter: &Letter| letter.answer.page == id && letter.answer.block == showing.block;
        // A clock that is wrong makes nobody's answer late that was here before.
        let in_time = |letter: &Letter| letter.answer.time < showing.closes || letter.arrived <= showing.closes;
        let letters = inbox.standing(|letter| is_of_it(letter) && in_time(letter));
        let questions = Questions::of(&letters, self.record, self.home, self.keys)?;
        // SECURITY: who was not told that the group may see numbers is in none.
        let was_told = |letter: &Letter| questions.asked(letter).block.is_some_and(Block::tells_of_numbers);
        let letters: Vec<Letter> = letters.iter().filter(|letter| was_told(letter)).cloned().collect();
        let of = Of::Pages(HashSet::from([id]));
        let gathered = Gathered::of(&of, self.practice, self.record, (&letters, &questions), (self.home, self.keys))?;
        let asked = gathered.asked();
        let key = (id.to_string(), showing.block.clone());
        let Some((_, asked)) = asked.iter().find(|(place, _)| **place == key) else { return Ok(None) };
        // SECURITY: what members were not given yet, such as another day of closing, holds for none of their answers.
        let version = asked.versions.iter().find(|version| version.version() == showing.version);
        let of =
            |block| Shared::of(key.0, &Asked { block, given: asked.given.clone(), readers: Vec::new(), ..*asked }, now);
        Ok(version.and_then(|block| of(block).ok()))
    }
}
