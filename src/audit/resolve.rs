//! From mailboxes and objects to people and pages, which the practice alone knows.

use std::collections::{HashMap, HashSet};

use super::{AuditError, Event, Log};
use crate::{
    keys::Keys,
    practice::{Home, Practice},
    record::{NotedPage, Record},
    wire::{MailboxId, ObjectName, PageId, UnixTime, What},
};

/// A member, as the practice knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub folder: String,
    pub name: String,
}

/// Whose a mailbox is, also one they had before; what an object is.
pub struct Names {
    people: HashMap<MailboxId, Who>,
    record: Record,
}

/// Which events to show. Nothing set: all.
#[derive(Debug, Default)]
pub struct Filter {
    /// Folder name.
    pub member: Option<String>,
    pub pages: Option<HashSet<PageId>>,
    pub since: Option<UnixTime>,
    /// The first moment that is too late.
    pub until: Option<UnixTime>,
}

/// An event, resolved.
#[derive(Debug)]
pub struct Shown<'a> {
    pub time: UnixTime,
    pub what: &'a What,
    pub mailbox: Option<MailboxId>,
    /// None where no member has this mailbox, or had it.
    pub who: Option<&'a Who>,
    pub object: Option<ObjectName>,
    /// None where this machine does not know the object, and for a part of an index.
    pub page: Option<&'a NotedPage>,
    pub is_index_part: bool,
    pub trusted: bool,
}

impl Names {
    pub fn of(practice: &Practice, home: &Home, keys: &Keys) -> Result<Self, AuditError> {
        let people = practice.members.values().flat_map(|member| {
            let who = Who { folder: member.folder.clone(), name: member.name.clone() };
            member.mailboxes().map(move |id| (*id, who.clone()))
        });
        Ok(Self { people: people.collect(), record: Record::read(home, keys)? })
    }

    /// The pages with this file, whole or its end, or with this title.
    pub fn pages(&self, named: &str) -> Result<HashSet<PageId>, AuditError> {
        let found = self.record.named(named);
        if found.is_empty() { Err(AuditError::NoPage { page: named.to_owned() }) } else { Ok(found) }
    }

    fn resolve<'a>(&'a self, event: &'a Event) -> Shown<'a> {
        let object = event.object.and_then(|object| self.record.object(&object));
        Shown {
            time: event.time,
            what: &event.what,
            mailbox: event.mailbox,
            who: event.mailbox.and_then(|mailbox| self.people.get(&mailbox)),
            object: event.object,
            page: object.and_then(|object| object.page.as_ref()),
            is_index_part: object.is_some_and(|object| object.page.is_none()),
            trusted: event.trusted,
        }
    }
}

impl Filter {
    fn wants(&self, shown: &Shown<'_>) -> bool {
        let of_member = |folder: &String| shown.who.is_some_and(|who| who.folder == *folder);
        let of_page = |pages: &HashSet<PageId>| shown.page.is_some_and(|page| pages.contains(&page.id));
        self.member.as_ref().is_none_or(of_member)
            && self.pages.as_ref().is_none_or(of_page)
            && self.since.is_none_or(|since| shown.time >= since)
            && self.until.is_none_or(|until| shown.time < until)
    }
}

impl Log {
    /// The events that were asked for, resolved, by time.
    pub fn shown<'a>(&'a self, names: &'a Names, filter: &Filter) -> Vec<Shown<'a>> {
        self.events.iter().map(|event| names.resolve(event)).filter(|shown| filter.wants(shown)).collect()
    }
}
