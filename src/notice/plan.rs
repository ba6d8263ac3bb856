//! Who gets a notice, and why.
//!
//! In: what each member can read, what they were told of before, and what the therapist chose. Out: a [`Plan`] to show.
//! An edited page keeps its id and a theme has none, so neither is a reason; neither is a new card.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::journal::{Covered, History, Refusal};
use crate::{
    keys::Keys,
    practice::{Mailbox, Member, Practice, register::Permission},
    publish::{self, PublishError, Standing},
    seal::Entry,
    store::Store,
    wire::{MailboxId, UnixTime},
};

/// Less, so that the same hour of the next day counts as the next day.
const DAY: UnixTime = 20 * 60 * 60;

/// What members can read, by folder name; and the newest release among their indexes.
#[derive(Default)]
pub struct Reading {
    pub pages: BTreeMap<String, Vec<Entry>>,
    pub released: Option<Standing>,
}

/// Whether someone has opened anything since then.
pub type Opened<'a> = &'a dyn Fn(&MailboxId, UnixTime) -> bool;

/// Whom the therapist wants to write to.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    /// Folder names; none means everyone.
    pub members: &'a [String],
    pub cause: Cause<'a>,
    pub now: UnixTime,
}

/// What is reason enough for a notice.
#[derive(Clone, Copy)]
pub enum Cause<'a> {
    /// Something that they can newly read.
    New,
    /// That, and also nothing: a page was edited, or a notice may have been lost.
    Again,
    /// That they have not opened anything since their last notice.
    Remind(Opened<'a>),
}

/// Who gets a notice, who does not, and every title that must not stand in one.
#[derive(Debug, Default)]
pub struct Plan {
    pub notices: Vec<Planned>,
    pub left_out: Vec<(Person, LeftOut)>,
    pub titles: BTreeSet<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Person {
    #[serde(rename = "member")]
    pub folder: String,
    pub name: String,
    #[serde(rename = "email")]
    pub address: String,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Planned {
    pub person: Person,
    pub mailbox: Mailbox,
    pub reason: Reason,
    /// What is new to them, in the order of their index.
    pub titles: Vec<String>,
    pub(super) covers: Vec<Covered>,
    /// What the mail server said last time, where it refused this address.
    pub refused: Option<Refusal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    New,
    Again,
    Reminder,
}

/// Why someone gets none, where a person would ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// They asked for none.
    AskedForNone,
    /// No consent to notices is on record.
    NoConsent,
    /// They had consented, until that day.
    Revoked(Date),
    NoMailbox,
    /// On a break: `paused_until`, or `paused`, in their file.
    Paused,
    /// They got one within the day, and there is nothing new: so `--again` and `--remind` can be run again after they were
    /// cut short.
    JustTold(UnixTime),
    /// A notice may have been sent at this time, or not.
    Uncertain(UnixTime),
}

/// What the store's own indexes say that members can read.
pub async fn readings(store: &Store, keys: &Keys, practice: &Practice) -> Result<Reading, PublishError> {
    let mut reading = Reading { released: publish::standing(store, keys).await?, ..Reading::default() };
    for member in practice.members.values().filter(|member| !member.is_closed(practice.today)) {
        let Some(mailbox) = &member.mailbox else { continue };
        let given = publish::mailbox(store, keys, &mailbox.id).await?;
        let Some(index) = given.index else { continue };
        if reading.released.is_some_and(|standing| standing.release != index.release) {
            return Err(PublishError::Unfinished);
        }
        reading.pages.insert(member.folder.clone(), given.entries);
    }
    Ok(reading)
}

impl Plan {
    pub fn of(practice: &Practice, history: &History, reading: &Reading, choice: Choice<'_>) -> Self {
        let titles = reading.pages.values().flatten().map(|entry| entry.title.clone()).collect();
        let mut plan = Self { titles, ..Self::default() };
        let chosen = |member: &&Member| choice.members.is_empty() || choice.members.contains(&member.folder);
        let members = practice.members.values().filter(|member| !member.is_closed(practice.today));
        for member in members.filter(chosen) {
            let person =
                Person { folder: member.folder.clone(), name: member.name.clone(), address: member.email.clone() };
            let Some(mailbox) = &member.mailbox else {
                plan.left_out.push((person, LeftOut::NoMailbox));
                continue;
            };
            let pages = reading.pages.get(&member.folder).map_or(&[][..], Vec::as_slice);
            let new = history.new_pages(member, pages);
            let reason = reason(member, history, &new, pages, choice.cause);
            let told = choice.just_told(member, history, reading).filter(|_| reason != Some(Reason::New));
            let unwanted = unwanted(member, practice.today);
            match (reason, told) {
                (Some(_), _) if unwanted.is_some() => plan.left_out.extend(unwanted.map(|why| (person, why))),
                (Some(_), Some(told)) => plan.left_out.push((person, LeftOut::JustTold(told))),
                (Some(reason), None) => plan.notices.push(Planned {
                    person,
                    mailbox: mailbox.clone(),
                    reason,
                    titles: new.iter().map(|entry| entry.title.clone()).collect(),
                    covers: new.iter().map(|entry| Covered::of(entry)).collect(),
                    refused: history.refused(member).cloned(),
                }),
                (None, _) => {
                    let doubt = history.uncertain(member).map(|since| (person, LeftOut::Uncertain(since)));
                    plan.left_out.extend(doubt);
                }
            }
        }
        plan
    }
}

impl Choice<'_> {
    /// When this member, not chosen by name, was told within the day, and of this release where that is what it is about.
    fn just_told(&self, member: &Member, history: &History, reading: &Reading) -> Option<UnixTime> {
        let told = history.last_sent(member).max(history.uncertain(member))?;
        let since = match (self.cause, reading.released) {
            (Cause::Again, Some(released)) => released.issued,
            _ => 0,
        };
        (self.members.is_empty() && told >= since.max(self.now.saturating_sub(DAY))).then_some(told)
    }
}

/// Why a member gets none, whatever there is to read.
fn unwanted(member: &Member, today: Date) -> Option<LeftOut> {
    if !member.notices {
        return Some(LeftOut::AskedForNone);
    }
    if member.is_paused(today) {
        return Some(LeftOut::Paused);
    }
    match member.register.notices(today) {
        Permission::Given => None,
        Permission::Lapsed(on) | Permission::Revoked(on) => Some(LeftOut::Revoked(on)),
        Permission::Never | Permission::Lacking { .. } => Some(LeftOut::NoConsent),
    }
}

fn reason(member: &Member, history: &History, new: &[&Entry], pages: &[Entry], cause: Cause<'_>) -> Option<Reason> {
    match cause {
        Cause::Remind(opened) => {
            let (mailbox, last) = (member.mailbox.as_ref()?, history.last_sent(member)?);
            (!pages.is_empty() && !opened(&mailbox.id, last)).then_some(Reason::Reminder)
        }
        _ if !new.is_empty() => Some(Reason::New),
        Cause::Again if !pages.is_empty() => Some(Reason::Again),
        _ => None,
    }
}
