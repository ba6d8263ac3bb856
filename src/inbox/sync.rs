//! Fetching what is new, and looking again at what was not believed.
//!
//! Killed anywhere, the next run goes on: sealed bytes are on the disk before the journal names them, and what lies there
//! unnamed is judged as if it had just come. The same file again is nothing.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use rayon::prelude::*;
use serde::Serialize;

use super::{
    InboxError, People, Why,
    journal::{Arrival, Entry, Past, Refusal, Spot, TOGETHER, journal},
    judge::judge,
};
use crate::{
    host::{Host, HostError},
    keys::Keys,
    practice::{Fetched, Home, Letter, Tray},
    seal::SealedAnswer,
    store::{StoreError, layout},
    wire::{ANSWER_SIZE, Answer, Digest, UnixTime},
};

/// More than all members send in many years; a host that lists more is not listened to.
pub(crate) const LISTED: usize = 500_000;
/// Fetched in one run; the next one goes on.
const FETCHED: usize = 20_000;
/// Bytes kept of what was not believed: beyond that, the journal alone says that it was there.
const KEPT: usize = 500;
/// Fetched at a time.
const AT_ONCE: usize = 8;

/// What a fetch is made with. Whoever runs it holds the practice's lock.
pub struct Fetching<'a> {
    pub host: &'a Host,
    pub home: &'a Home,
    pub keys: &'a Keys,
    pub people: &'a People,
    pub now: UnixTime,
}

/// What a fetch brought.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// Answers that were not here before.
    pub arrived: usize,
    /// Files that were not believed, and not told of before.
    pub refused: usize,
    /// Files in mailboxes that are nobody's: they were left where they are.
    pub strangers: usize,
    /// Whether there is more to fetch.
    pub more: bool,
}

/// A run, as far as it is.
struct Run<'a> {
    sync: &'a Fetching<'a>,
    past: Past,
    arrivals: Vec<Arrival>,
    refusals: Vec<Refusal>,
    /// What is not on the disk yet.
    letters: Vec<Letter>,
    kept: usize,
    synced: Synced,
}

impl Fetching<'_> {
    pub async fn run(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Synced, InboxError> {
        let past = Past::read(self.home, self.keys)?;
        let quarantined = self.home.letters(Tray::Quarantine)?;
        let mut run = Run {
            sync: self,
            past,
            arrivals: Vec::new(),
            refusals: Vec::new(),
            letters: Vec::new(),
            kept: quarantined.len(),
            synced: Synced::default(),
        };
        run.settle(&quarantined)?;
        let wanted = run.wanted().await?;
        run.fetch(&wanted, progress).await?;
        run.write()?;
        // Closed questions are counted by it: what still lies at the host would be missing.
        if !run.synced.more {
            self.home.write_fetched(Fetched { time: self.now, strangers: run.synced.strangers })?;
        }
        Ok(run.synced)
    }
}

impl Run<'_> {
    /// Judges what lies here unnamed, and again what was not believed: a key or a newer heldspace may have come since.
    fn settle(&mut self, quarantined: &[Spot]) -> Result<(), InboxError> {
        let home = self.sync.home;
        for (tray, spots) in [(Tray::Answers, home.letters(Tray::Answers)?), (Tray::Quarantine, quarantined.to_vec())] {
            let is_spoiled: Vec<bool> = spots.par_iter().map(|spot| is_spoiled(home, tray, spot)).collect();
            for (spot, is_spoiled) in spots.into_iter().zip(is_spoiled) {
                let is_named = self.past.spots.contains(&spot);
                if is_spoiled || (tray == Tray::Quarantine && is_named) {
                    // Half a file, after a power cut; it is fetched again. Or one that lies among the answers by now.
                    home.remove_letter(tray, &spot.0, &spot.1)?;
                } else if !is_named && let Some(bytes) = home.letter(tray, &spot.0, &spot.1, ANSWER_SIZE as u64)? {
                    self.take(spot, bytes.into())?;
                }
            }
        }
        self.write()
    }

    /// What lies at the host and not here, the unknown first: a flood of what is never believed holds nothing else up.
    async fn wanted(&mut self) -> Result<Vec<Spot>, InboxError> {
        let listed = self.sync.host.list(layout::ANSWERS).await?;
        if listed.len() > LISTED {
            return Err(InboxError::TooMany { files: listed.len() });
        }
        // SECURITY: the host chose these names; ids of fixed length are all that goes on from here.
        let there: BTreeSet<Spot> = listed.iter().filter_map(|(path, _)| layout::answer_at(path)).collect();
        let (known, strangers): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|spot| self.sync.people.of_mailbox(&spot.0).is_some());
        self.synced.strangers = strangers.len();
        let mut here: BTreeSet<Spot> = self.sync.home.letters(Tray::Answers)?.into_iter().collect();
        here.extend(self.sync.home.letters(Tray::Quarantine)?);
        let mut wanted: Vec<Spot> = known.into_iter().filter(|spot| !here.contains(spot)).collect();
        wanted.sort_by_key(|spot| (self.past.refused.contains_key(spot), *spot));
        self.synced.more = wanted.len() > FETCHED;
        wanted.truncate(FETCHED);
        Ok(wanted)
    }

    async fn fetch(&mut self, wanted: &[Spot], progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), InboxError> {
        let host = self.sync.host;
        let fetched = wanted.iter().map(|spot| async move {
            (*spot, host.read_up_to(&layout::answer(&spot.0, &spot.1), ANSWER_SIZE as u64).await)
        });
        let mut fetched = stream::iter(fetched).buffered(AT_ONCE);
        let mut done = 0;
        while let Some((spot, read)) = fetched.next().await {
            match read {
                // Gone since it was listed.
                Ok(None) => {}
                Ok(Some(bytes)) => self.take(spot, bytes)?,
                Err(error) if error.is_about_the_file() => self.refuse(spot, unreadable(&error), &[])?,
                Err(error) => {
                    // What came so far is here, and is written down.
                    self.write()?;
                    return Err(error.into());
                }
            }
            done += 1;
            progress(done, wanted.len() as u64);
        }
        Ok(())
    }

    /// Judges one, and lays it where it belongs.
    fn take(&mut self, spot: Spot, bytes: Bytes) -> Result<(), InboxError> {
        let Fetching { keys, people, .. } = *self.sync;
        // Whose it is may be forgotten since: then it stays as it is.
        let Some(person) = people.of_mailbox(&spot.0) else { return Ok(()) };
        let sealed = SealedAnswer { name: spot.1, bytes: bytes.into() };
        let judged = judge(sealed.open(keys), &spot.0, person, people);
        match judged.and_then(|answer| if self.is_first(&answer, &spot)? { Ok(answer.id) } else { Err(Why::Twice) }) {
            Err(why) => self.refuse(spot, why, &sealed.bytes),
            Ok(id) => {
                self.letters.push(letter(Tray::Answers, spot, &sealed.bytes));
                self.synced.arrived += usize::from(!self.past.ids.contains_key(&id));
                let (member, key) = (person.folder.clone(), person.key);
                let arrival = Arrival { mailbox: spot.0, sealed: spot.1, id, member, key };
                if !self.past.spots.contains(&spot) {
                    self.arrivals.push(arrival.clone());
                }
                self.past.arrive(arrival, self.sync.now);
                self.write_if_many()
            }
        }
    }

    /// Whether no other answer has this id: one that was sealed anew is the same answer.
    fn is_first(&self, answer: &Answer, spot: &Spot) -> Result<bool, Why> {
        let Some(known) = self.past.ids.get(&answer.id).filter(|known| *known != spot) else { return Ok(true) };
        let Fetching { home, keys, people, .. } = *self.sync;
        let waiting = self.letters.iter().find(|letter| (letter.mailbox, letter.name) == *known);
        let before = match waiting {
            Some(letter) => Some(letter.sealed.clone()),
            None => home.letter(Tray::Answers, &known.0, &known.1, ANSWER_SIZE as u64).ok().flatten(),
        };
        let (Some(bytes), Some(person)) = (before, people.of_mailbox(&known.0)) else { return Ok(false) };
        let before = judge(SealedAnswer { name: known.1, bytes }.open(keys), &known.0, person, people)?;
        Ok(before == *answer)
    }

    fn refuse(&mut self, spot: Spot, why: Why, bytes: &[u8]) -> Result<(), InboxError> {
        // What is no file of that name is fetched again each time, and not kept.
        let is_it = !matches!(why, Why::Size | Why::Damaged);
        if is_it && self.kept < KEPT && !self.past.refused.contains_key(&spot) {
            self.letters.push(letter(Tray::Quarantine, spot, bytes));
            self.kept += 1;
        }
        if self.past.refused.get(&spot).is_some_and(|(known, _)| *known == why) {
            return Ok(());
        }
        self.synced.refused += 1;
        let refusal = Refusal { mailbox: spot.0, sealed: spot.1, why };
        self.past.refuse(refusal, self.sync.now);
        self.refusals.push(refusal);
        self.write_if_many()
    }

    fn write_if_many(&mut self) -> Result<(), InboxError> {
        if self.arrivals.len() + self.refusals.len() >= TOGETHER { self.write() } else { Ok(()) }
    }

    /// First the sealed bytes, then what the journal says of them, then what lies in two places.
    fn write(&mut self) -> Result<(), InboxError> {
        let Fetching { home, keys, now: time, .. } = *self.sync;
        let (arrivals, refusals) = (std::mem::take(&mut self.arrivals), std::mem::take(&mut self.refusals));
        home.write_letters(&std::mem::take(&mut self.letters))?;
        let spots: Vec<Spot> = arrivals.iter().map(|arrival| (arrival.mailbox, arrival.sealed)).collect();
        let mut entries = Vec::new();
        if !arrivals.is_empty() {
            entries.push(Entry::Arrived { time, answers: arrivals });
        }
        if !refusals.is_empty() {
            entries.push(Entry::Refused { time, answers: refusals });
        }
        if !entries.is_empty() {
            journal(home).append_all(&entries, keys)?;
        }
        Ok(spots.iter().try_for_each(|spot| home.remove_letter(Tray::Quarantine, &spot.0, &spot.1))?)
    }
}

fn letter(tray: Tray, (mailbox, name): Spot, sealed: &[u8]) -> Letter {
    Letter { tray, mailbox, name, sealed: sealed.to_vec() }
}

/// Whether a file here is not what its name says.
fn is_spoiled(home: &Home, tray: Tray, spot: &Spot) -> bool {
    let bytes = home.letter(tray, &spot.0, &spot.1, ANSWER_SIZE as u64).ok().flatten();
    bytes.is_none_or(|bytes| Digest::of(&bytes) != spot.1)
}

fn unreadable(error: &HostError) -> Why {
    let is_large = matches!(error, HostError::Folder(StoreError::TooLarge { .. }) | HostError::Unreachable { .. });
    if is_large { Why::Size } else { Why::Damaged }
}
