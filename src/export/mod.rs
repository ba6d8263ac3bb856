//! What a person was given, and what they sent, as plain files: for their right of access (45 CFR 164.524, article 15 GDPR), or for somebody
//! whom the law lets have it.
//!
//! In: the record, a person, the audit log where it can be believed. Out: a list of documents and what is known of each, as
//! pages ([`paper`]) and for machines ([`data`]). What names somebody else is [withheld](withhold) from a third party. It
//! must not know how to ask anyone, and writes nothing itself.

mod answers;
mod attached;
mod data;
mod inline;
mod paper;
mod withhold;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

pub use answers::Sent;
pub use attached::ExportedFile;
pub use inline::Inline;
pub use withhold::{Names, Withheld};

use crate::{
    audit::{Filter, Log},
    keys::Keys,
    practice::{Home, HomeError, Member, Practice},
    record::{NotedPage, People, Record},
    wire::{Digest, UnixTime, What, hour_of},
};

/// The statement that goes with records of a Part 2 program: 42 CFR 2.32(a)(2), as amended in 2024 (89 FR 12472).
pub const PART2: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// Whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The person whose record it is.
    Person,
    /// Somebody else.
    Other(Recipient),
}

/// Who else receives it, and what allows that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub name: String,
    pub basis: String,
    pub purpose: String,
}

/// Everything that goes into an export.
pub struct Export<'a> {
    pub practice: &'a Practice,
    pub member: &'a Member,
    pub to: To,
    pub at: UnixTime,
    pub versions: Vec<Version<'a>>,
    pub withheld: Vec<Withheld<'a>>,
    /// What the person sent.
    pub answers: Vec<Sent>,
    /// The files that the record kept, by what is in them.
    pub files: HashSet<Digest>,
    /// The last hour that the audit log at hand tells of; none where there is none, or it is not to be believed.
    pub log_until: Option<UnixTime>,
}

/// A document that the person could read, once for each time they could.
pub struct Version<'a> {
    pub page: &'a NotedPage,
    pub from: UnixTime,
    pub until: Option<UnixTime>,
    /// As it was given, without the spaces at its end; none where the record has lost it.
    pub document: Option<String>,
    /// The hours in which they opened it.
    pub opened: Vec<UnixTime>,
}

impl<'a> Export<'a> {
    /// Everything that `member` was given.
    pub fn of(
        practice: &'a Practice,
        member: &'a Member,
        record: &'a Record,
        home: &Home,
        keys: &Keys,
        at: UnixTime,
    ) -> Result<Self, HomeError> {
        let people = People::of(practice, record);
        let readings = record.readings(&people).into_iter().filter(|reading| reading.person == Some(&member.folder));
        let readings: Vec<_> = readings.collect();
        let wanted: Vec<_> = readings.iter().map(|reading| reading.page.document).collect();
        let texts = record.texts(&wanted, home, keys)?;
        let versions = readings.into_iter().map(|reading| Version {
            document: texts.get(&reading.page.document).map(|text| text.trim_end().to_owned()),
            page: reading.page,
            from: reading.from,
            until: reading.until,
            opened: Vec::new(),
        });
        let (versions, withheld): (Vec<Version<'_>>, _) = (versions.collect(), Vec::new());
        let files = versions.iter().flat_map(|version| &version.page.attachments).map(|file| file.digest);
        let files = files.filter(|digest| record.keeps(digest)).collect();
        let answers = Vec::new();
        Ok(Self { practice, member, to: To::Person, at, versions, withheld, answers, files, log_until: None })
    }

    /// Adds what the person opened, where the log can be believed.
    pub fn add_opened(&mut self, log: &Log, names: &crate::audit::Names) {
        // What the log does not reach, it does not deny: an old copy of it says nothing of later days.
        self.log_until = log.events.last().filter(|_| log.flaws.is_empty()).map(|event| event.time);
        if self.log_until.is_none() {
            return;
        }
        let filter = Filter { member: Some(self.member.folder.clone()), ..Filter::default() };
        let mut hours: HashMap<String, Vec<(UnixTime, Digest)>> = HashMap::new();
        for shown in log.shown(names, &filter).into_iter().filter(|shown| shown.trusted && *shown.what == What::Object)
        {
            if let Some(page) = shown.page {
                hours.entry(page.known_by()).or_default().push((shown.time, page.document));
            }
        }
        for version in &mut self.versions {
            let of_page = hours.get(&version.page.known_by()).map_or(&[][..], Vec::as_slice);
            let fits =
                |time: UnixTime| time >= hour_of(version.from) && version.until.is_none_or(|until| time <= until);
            let opened = of_page.iter().filter(|(time, document)| *document == version.page.document && fits(*time));
            version.opened = opened.map(|(time, _)| *time).collect();
        }
    }

    /// Keeps back whatever names somebody else.
    pub fn withhold(&mut self, to: Recipient, names: &Names<'_>) {
        self.to = To::Other(to);
        let versions = std::mem::take(&mut self.versions);
        for version in versions {
            match names.found_in(&version) {
                Some(reason) => self.withheld.push(Withheld { page: version.page, from: version.from, reason }),
                None => self.versions.push(version),
            }
        }
    }

    /// The notice that has to go with it, if one has to.
    pub fn notice(&self) -> Option<&'static str> {
        let is_part2 = |version: &Version<'_>| self.practice.is_part2(Path::new(&version.page.file));
        let asked = self.to != To::Person && self.versions.iter().any(is_part2);
        asked.then_some(PART2)
    }
}
