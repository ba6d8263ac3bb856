//! Who signs with what: every mailbox that somebody has, or had.

use std::collections::BTreeMap;

use crate::{
    practice::{Member, Practice},
    wire::{MailboxId, VerifyingKey},
};

/// Whose a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub folder: String,
    pub name: String,
    pub key: VerifyingKey,
    /// They have another mailbox by now.
    pub is_former: bool,
}

/// Everyone's mailboxes.
#[derive(Debug, Default)]
pub struct People(BTreeMap<MailboxId, Person>);

impl People {
    pub fn of(practice: &Practice) -> Self {
        let mut people = BTreeMap::new();
        for member in practice.members.values() {
            for (mailbox, key) in member.answer_keys() {
                let person = person(member, mailbox, key);
                // One in use counts before one that somebody writes down as theirs of old.
                if !person.is_former || !people.contains_key(mailbox) {
                    people.insert(*mailbox, person);
                }
            }
        }
        Self(people)
    }

    pub fn all(&self) -> impl Iterator<Item = (&MailboxId, &Person)> {
        self.0.iter()
    }

    pub fn of_mailbox(&self, mailbox: &MailboxId) -> Option<&Person> {
        self.0.get(mailbox)
    }
}

impl FromIterator<(MailboxId, Person)> for People {
    fn from_iter<I: IntoIterator<Item = (MailboxId, Person)>>(people: I) -> Self {
        Self(people.into_iter().collect())
    }
}

fn person(member: &Member, mailbox: &MailboxId, key: &VerifyingKey) -> Person {
    let is_former = member.mailbox.as_ref().is_none_or(|current| current.id != *mailbox);
    Person { folder: member.folder.clone(), name: member.name.clone(), key: *key, is_former }
}
