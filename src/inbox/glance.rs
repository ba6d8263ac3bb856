//! An inbox of what lies at a host just now, for whoever keeps nothing of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Acknowledgement, Inbox, Letter, People, Refused, Why,
    judge::judge,
    read::{by_time, mark_replaced, missing},
};
use crate::{
    seal::SealedAnswerError,
    wire::{Answer, AnswerId, Digest, Envelope, MailboxId, UnixTime},
};

/// The inbox, as far as it was fetched.
pub struct Glance<'a> {
    people: &'a People,
    /// What was seen to, as far as that is known here.
    seen_to: &'a BTreeMap<AnswerId, Acknowledgement>,
    now: UnixTime,
    inbox: Inbox,
    /// Where the answer with this id stands.
    places: HashMap<AnswerId, usize>,
}

impl<'a> Glance<'a> {
    pub fn new(people: &'a People, seen_to: &'a BTreeMap<AnswerId, Acknowledgement>, now: UnixTime) -> Self {
        Self { people, seen_to, now, inbox: Inbox::default(), places: HashMap::new() }
    }

    /// Takes what lay in a mailbox under this name.
    pub fn take(&mut self, mailbox: MailboxId, sealed: Digest, opened: Result<Envelope, SealedAnswerError>) {
        let Some(person) = self.people.of_mailbox(&mailbox) else { return };
        let why = match judge(opened, &mailbox, person, self.people) {
            Ok(answer) => match self.places.get(&answer.id).map(|at| &self.inbox.letters[*at].answer) {
                None => {
                    self.places.insert(answer.id, self.inbox.letters.len());
                    let letter = self.letter(answer, &person.folder, &person.name, person.is_former);
                    return self.inbox.letters.push(letter);
                }
                // Sealed anew, and the same.
                Some(known) if *known == answer => return,
                Some(_) => Why::Twice,
            },
            Err(why) => why,
        };
        self.inbox.refused.push(Refused { mailbox, sealed, why, time: self.now, name: person.name.clone() });
    }

    fn letter(&self, answer: Answer, folder: &str, name: &str, is_former: bool) -> Letter {
        Letter {
            member: folder.to_owned(),
            name: name.to_owned(),
            arrived: self.now,
            is_former,
            is_replaced: false,
            is_new: false,
            acknowledged: self.seen_to.get(&answer.id).cloned(),
            answer,
        }
    }

    pub fn inbox(self) -> Inbox {
        let Self { mut inbox, places, .. } = self;
        by_time(&mut inbox.letters);
        mark_replaced(&mut inbox.letters);
        let here: HashSet<AnswerId> = places.into_keys().collect();
        inbox.missing = missing(&inbox.letters, |id| here.contains(id));
        inbox
    }
}
