//! Who could read what, for people: a mailbox is a person's, and sealing anew is no new version.
//!
//! In: spans, and whose each mailbox is. Out: [`Reading`]s, one for each time that a person could read a document without
//! a break; and the [`Stage`]s of a page, one for each thing its author made of it.

use std::collections::{BTreeMap, HashMap};

use super::{NotedPage, Record};
use crate::{
    practice::Practice,
    seal::AudienceKind,
    wire::{Digest, MailboxId, UnixTime},
};

/// Whose a mailbox is, or was, by folder.
pub struct People<'a> {
    record: &'a Record,
    now: HashMap<MailboxId, &'a str>,
}

impl<'a> People<'a> {
    pub fn of(practice: &'a Practice, record: &'a Record) -> Self {
        let mailboxes =
            practice.members.values().flat_map(|member| member.mailboxes().map(|id| (*id, member.folder.as_str())));
        Self { record, now: mailboxes.collect() }
    }

    /// As the practice has it; where it no longer knows, as it was when something was given to it.
    pub fn folder(&self, mailbox: &MailboxId) -> Option<&'a str> {
        self.now.get(mailbox).copied().or_else(|| self.record.reader(mailbox))
    }
}

/// One time that a person could read a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<'a> {
    /// Their folder; none where nothing says whose the mailbox was.
    pub person: Option<&'a str>,
    pub page: &'a NotedPage,
    pub from: UnixTime,
    /// None: they still can.
    pub until: Option<UnixTime>,
}

impl NotedPage {
    /// What it is known by over time: a message has another id in each mailbox.
    pub fn known_by(&self) -> String {
        if self.audience.kind == AudienceKind::Message { self.file.clone() } else { self.id.to_string() }
    }
}

impl Record {
    /// Who could read what and when, oldest first; what touches or overlaps is one.
    pub fn readings<'a>(&'a self, people: &People<'a>) -> Vec<Reading<'a>> {
        let mut readings: Vec<Reading<'a>> = Vec::new();
        let mut last: HashMap<(Result<&str, MailboxId>, String, Digest), usize> = HashMap::new();
        for span in self.spans() {
            let person = people.folder(&span.mailbox);
            let key = (person.ok_or(span.mailbox), span.page.known_by(), span.page.document);
            let before =
                last.get(&key).copied().filter(|&at| readings[at].until.is_none_or(|until| until >= span.from));
            if let Some(at) = before {
                let reading = &mut readings[at];
                reading.until = reading.until.and_then(|until| span.until.map(|other| until.max(other)));
                continue;
            }
            last.insert(key, readings.len());
            readings.push(Reading { person, page: span.page, from: span.from, until: span.until });
        }
        readings
    }
}

/// What the author made of a page once, and everyone who could read it so.
#[derive(Debug, Clone)]
pub struct Stage<'a> {
    pub page: &'a NotedPage,
    pub readings: Vec<Reading<'a>>,
    pub from: UnixTime,
    pub until: Option<UnixTime>,
}

impl<'a> Stage<'a> {
    /// The stages of each page among `readings`, oldest first, by what the page is known by. What differs between readers
    /// alone, such as a name in it, is one stage.
    pub fn of(readings: &[Reading<'a>]) -> BTreeMap<String, Vec<Self>> {
        let mut pages: BTreeMap<String, Vec<Self>> = BTreeMap::new();
        for reading in readings {
            let stages = pages.entry(reading.page.known_by()).or_default();
            match stages.iter_mut().rev().find(|stage| stage.takes(reading)) {
                Some(stage) => stage.add(reading.clone()),
                None => stages.push(Self {
                    page: reading.page,
                    readings: vec![reading.clone()],
                    from: reading.from,
                    until: reading.until,
                }),
            }
        }
        pages
    }

    fn takes(&self, reading: &Reading<'_>) -> bool {
        let goes_on = self.until.is_none_or(|until| until >= reading.from);
        let same = self.readings.iter().any(|other| other.page.document == reading.page.document);
        let has = self.readings.iter().any(|other| other.person == reading.person);
        goes_on && (same || self.page.source == reading.page.source && !has)
    }

    fn add(&mut self, reading: Reading<'a>) {
        self.until = self.until.and_then(|until| reading.until.map(|other| until.max(other)));
        self.readings.push(reading);
    }
}
