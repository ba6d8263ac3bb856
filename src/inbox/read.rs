//! Everything in the inbox, opened.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::{
    Acknowledgement, InboxError, People, Why,
    journal::{Arrival, Past},
};
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Tray},
    seal::SealedAnswer,
    wire::{ANSWER_SIZE, Answer, AnswerId, BlockId, Digest, MailboxId, PageId, UnixTime},
};

/// Fewer characters of an id name nothing.
const SHORTEST: usize = 6;

/// All that members sent, in the order of their own clocks.
#[derive(Debug, Default)]
pub struct Inbox {
    pub letters: Vec<Letter>,
    /// What was not believed, as far as it is not explained by an answer that came since.
    pub refused: Vec<Refused>,
    /// Answers that members named as sent before, and that never came.
    pub missing: Vec<Missing>,
    /// Answers that arrived, and can't be opened on this machine any more.
    pub lost: Vec<AnswerId>,
    /// When whoever stands in was told last that something waits.
    pub told: Option<UnixTime>,
}

/// An answer that a member signed.
#[derive(Debug, Clone)]
pub struct Letter {
    pub answer: Answer,
    /// Whose it is, by folder: as the practice has it, or as it was when it came.
    pub member: String,
    pub name: String,
    pub arrived: UnixTime,
    /// Sent with a card that was replaced since.
    pub is_former: bool,
    /// Another answer took its place, or took it back.
    pub is_replaced: bool,
    /// Nobody has looked at all of it yet.
    pub is_new: bool,
    pub acknowledged: Option<Acknowledgement>,
}

/// Something that was not believed.
#[derive(Debug, Clone)]
pub struct Refused {
    pub mailbox: MailboxId,
    pub sealed: Digest,
    pub why: Why,
    pub time: UnixTime,
    /// In whose mailbox it lay.
    pub name: String,
}

/// An answer that was sent, as a later one says, and that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub id: AnswerId,
    /// The first answer that names it.
    pub named_by: AnswerId,
    pub name: String,
    pub time: UnixTime,
}

impl Inbox {
    pub fn read(people: &People, home: &Home, keys: &Keys) -> Result<Self, InboxError> {
        let past = Past::read(home, keys)?;
        let opened: Vec<Result<_, HomeError>> = past
            .first_copies()
            .collect::<Vec<_>>()
            .par_iter()
            .map(|(arrival, time)| Ok((arrival, *time, open(arrival, home, keys)?)))
            .collect();
        let mut inbox = Self { told: past.told, ..Self::default() };
        for one in opened {
            let (arrival, time, answer) = one?;
            match answer {
                Some(answer) => inbox.letters.push(letter(answer, arrival, time, &past, people)),
                None => inbox.lost.push(arrival.id),
            }
        }
        by_time(&mut inbox.letters);
        mark_replaced(&mut inbox.letters);
        inbox.missing = missing(&inbox.letters, |id| past.ids.contains_key(id));
        let name = |mailbox| people.of_mailbox(mailbox).map_or_else(|| "?".to_owned(), |person| person.name.clone());
        let refused = past.refused.iter().map(|((mailbox, sealed), (why, time))| Refused {
            mailbox: *mailbox,
            sealed: *sealed,
            why: *why,
            time: *time,
            name: name(mailbox),
        });
        inbox.refused = refused.collect();
        inbox.refused.sort_by_key(|refused| (refused.time, refused.sealed));
        Ok(inbox)
    }

    /// The letters that count, and which of them stood when nothing else had come: what another took the place of later
    /// counts again.
    pub fn standing(&self, counts: impl Fn(&Letter) -> bool) -> Vec<Letter> {
        let counting = self.letters.iter().filter(|letter| counts(letter)).cloned();
        let mut letters: Vec<Letter> = counting.map(|letter| Letter { is_replaced: false, ..letter }).collect();
        mark_replaced(&mut letters);
        letters
    }

    pub fn letter(&self, id: &AnswerId) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.answer.id == *id)
    }

    /// The one whose id begins so.
    pub fn named(&self, begin: &str) -> Result<&Letter, InboxError> {
        let id = begin.to_ascii_lowercase();
        if id.chars().count() < SHORTEST {
            return Err(InboxError::Short { id });
        }
        let mut found = self.letters.iter().filter(|letter| letter.answer.id.to_string().starts_with(&id));
        match (found.next(), found.next()) {
            (None, _) => Err(InboxError::Unknown { id }),
            (Some(letter), None) => Ok(letter),
            (Some(_), Some(_)) => Err(InboxError::Several { id }),
        }
    }

    /// The shortest beginning of an id that names it alone, of eight characters or more.
    pub fn called(&self, id: &AnswerId) -> String {
        let id = id.to_string();
        let others: Vec<String> = self.letters.iter().map(|letter| letter.answer.id.to_string()).collect();
        let is_alone = |length: &usize| others.iter().filter(|other| other.starts_with(&id[..*length])).count() <= 1;
        let length = (8..id.len()).find(is_alone).unwrap_or(id.len());
        id[..length].to_owned()
    }
}

/// The answer, as it was when it was believed.
fn open(arrival: &Arrival, home: &Home, keys: &Keys) -> Result<Option<Answer>, HomeError> {
    let bytes = home.letter(Tray::Answers, &arrival.mailbox, &arrival.sealed, ANSWER_SIZE as u64)?;
    let envelope = bytes.and_then(|bytes| SealedAnswer { name: arrival.sealed, bytes }.open(keys).ok());
    Ok(envelope.and_then(|envelope| Answer::open(&envelope, &arrival.mailbox, &arrival.key).ok()))
}

fn letter(answer: Answer, arrival: &Arrival, arrived: UnixTime, past: &Past, people: &People) -> Letter {
    let person = people.of_mailbox(&arrival.mailbox);
    let (member, name) = person.map_or((&arrival.member, &arrival.member), |person| (&person.folder, &person.name));
    Letter {
        member: member.clone(),
        name: name.clone(),
        arrived,
        is_former: person.is_none_or(|person| person.is_former),
        is_replaced: false,
        is_new: !past.shown.contains(&answer.id),
        acknowledged: past.acknowledged.get(&answer.id).cloned(),
        answer,
    }
}

/// In the order of their own clocks.
pub(super) fn by_time(letters: &mut [Letter]) {
    letters.sort_by_key(|letter| (letter.answer.time, letter.arrived, letter.answer.id));
}

/// What an answer to the same block of the same member names counts no more; of several that name the same one, the last.
pub(super) fn mark_replaced(letters: &mut [Letter]) {
    type Place<'a> = (&'a str, PageId, &'a BlockId, AnswerId);
    fn place(letter: &Letter, id: AnswerId) -> Place<'_> {
        (&letter.member, letter.answer.page, &letter.answer.block, id)
    }
    let mut last: HashMap<Place<'_>, usize> = HashMap::new();
    let mut replaced: HashSet<usize> = HashSet::new();
    for (n, letter) in letters.iter().enumerate() {
        if let Some(before) = letter.answer.replaces.and_then(|id| last.insert(place(letter, id), n)) {
            replaced.insert(before);
        }
    }
    let own = letters.iter().enumerate().filter(|(n, letter)| {
        // Nothing takes its own place.
        last.get(&place(letter, letter.answer.id)).is_some_and(|by| by != n)
    });
    replaced.extend(own.map(|(n, _)| n));
    for n in replaced {
        letters[n].is_replaced = true;
    }
}

/// Each once, by the first answer that names it.
pub(super) fn missing(letters: &[Letter], is_here: impl Fn(&AnswerId) -> bool) -> Vec<Missing> {
    let mut missing: BTreeMap<AnswerId, Missing> = BTreeMap::new();
    for letter in letters {
        for id in letter.answer.earlier.iter().filter(|id| !is_here(id)) {
            let (named_by, name, time) = (letter.answer.id, letter.name.clone(), letter.answer.time);
            missing.entry(*id).or_insert(Missing { id: *id, named_by, name, time });
        }
    }
    let mut missing: Vec<_> = missing.into_values().collect();
    missing.sort_by_key(|missing| (missing.time, missing.id));
    missing
}
