//! That somebody looked at an answer; and who has seen to one that must not wait, when, and what they did: on record for good.

use serde::{Deserialize, Serialize};

use super::{
    Inbox, InboxError, Letter,
    journal::{Entry, journal},
};
use crate::{
    keys::Keys,
    practice::Home,
    wire::{AnswerId, UnixTime},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub time: UnixTime,
    /// A person's name.
    pub by: String,
    /// In their own words.
    pub did: String,
}

/// Writes it down; what is on record already is not changed. Whoever calls it holds the practice's lock.
pub fn acknowledge(
    id: AnswerId,
    how: Acknowledgement,
    inbox: &Inbox,
    home: &Home,
    keys: &Keys,
) -> Result<(), InboxError> {
    for (option, text) in [("--by", &how.by), ("--did", &how.did)] {
        if text.trim().is_empty() {
            return Err(InboxError::Empty { option });
        }
    }
    if let Some(known) = inbox.letter(&id).and_then(|letter| letter.acknowledged.as_ref()) {
        return Err(InboxError::Acknowledged { id: id.to_string()[..8].to_owned(), by: known.by.clone() });
    }
    Ok(journal(home).append(&Entry::Acknowledged { id, how }, keys)?)
}

/// Writes down that somebody looked at it. Whoever calls it holds the practice's lock.
pub fn shown(letter: &Letter, home: &Home, keys: &Keys) -> Result<(), InboxError> {
    if letter.is_new { Ok(journal(home).append(&Entry::Shown { id: letter.answer.id }, keys)?) } else { Ok(()) }
}
