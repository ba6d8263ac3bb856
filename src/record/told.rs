//! What one person could read, page by page: since when, and until when where it is over.

use std::collections::BTreeMap;

use super::{NotedPage, Reading, Record};
use crate::{
    seal::Entry,
    wire::{Digest, UnixTime},
};

/// Everything that one person was given.
pub struct Told<'a> {
    record: &'a Record,
    pages: BTreeMap<String, Vec<&'a Reading<'a>>>,
}

/// When someone could begin to read a page, and its newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    pub page: UnixTime,
    pub version: UnixTime,
}

/// A page that someone could read, and can't any more.
#[derive(Debug, Clone, Copy)]
pub struct Withdrawn<'a> {
    /// As it was last.
    pub page: &'a NotedPage,
    pub from: UnixTime,
    pub until: UnixTime,
}

impl<'a> Told<'a> {
    pub fn of(record: &'a Record, readings: &'a [Reading<'a>], person: &str) -> Self {
        let mut pages: BTreeMap<String, Vec<&Reading<'_>>> = BTreeMap::new();
        for reading in readings.iter().filter(|reading| reading.person == Some(person)) {
            pages.entry(reading.page.known_by()).or_default().push(reading);
        }
        Self { record, pages }
    }

    /// Since when they can read what stands in their list; none where no member could find it yet.
    pub fn since(&self, entry: &Entry) -> Option<Since> {
        let noted = self.record.object(&entry.object.name)?.page.as_ref()?;
        let readings = self.pages.get(&noted.known_by())?;
        let newest = readings.iter().filter(|reading| reading.until.is_none());
        let newest =
            newest.filter(|reading| is_same(reading, entry.object.digest)).max_by_key(|reading| reading.from)?;
        // Back through the versions before it, as long as there is no gap.
        let before = readings.iter().rev().filter(|reading| reading.from <= newest.from);
        let page = before.fold(newest.from, |since, reading| match reading.until {
            Some(until) if until < since => since,
            _ => since.min(reading.from),
        });
        Some(Since { page, version: newest.from })
    }

    /// What they can't read any more, what went last first.
    pub fn withdrawn(&self) -> Vec<Withdrawn<'a>> {
        let gone = self.pages.values().filter_map(|readings| {
            let until = readings.iter().map(|reading| reading.until).collect::<Option<Vec<_>>>()?.into_iter().max()?;
            let (first, last) = (readings.first()?, readings.iter().max_by_key(|reading| reading.until)?);
            Some(Withdrawn { page: last.page, from: first.from, until })
        });
        let mut gone: Vec<_> = gone.collect();
        gone.sort_by(|a, b| (b.until, &a.page.file).cmp(&(a.until, &b.page.file)));
        gone
    }
}

fn is_same(reading: &Reading<'_>, document: Digest) -> bool {
    reading.page.document == document
}
