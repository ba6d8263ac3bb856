//! People who come and go: after any number of joins, moves, leaves, closings and new cards, every member's keys open what a
//! simple model says, and the record says the same of every day.

mod foreseen;
mod going;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use heldspace::{
    practice::{Home, HomeError},
    record::Record,
    wire::{ObjectName, UnixTime},
};
use proptest::prelude::*;
use serde_json::Value;

use self::model::{Dated, GROUPS, GUARDIAN, Model, Op, PEOPLE, Place};
use crate::{
    clock::{DAY, START, build_at, date},
    reader::Reader,
    site::{Card, TestSite},
};

/// What everyone could open, at each build.
type Seen = BTreeMap<UnixTime, BTreeSet<(String, String)>>;

struct World {
    site: TestSite,
    model: Model,
    /// With everyone's newest card; unlocked once, since that takes its time.
    readers: BTreeMap<String, Reader>,
    now: UnixTime,
    seen: Seen,
    /// Whatever anyone could ever open, also between two builds of the same second.
    ever: BTreeSet<(String, String)>,
    /// Every object that anyone could open, whose it was, and what stood in it.
    objects: BTreeMap<ObjectName, (String, String)>,
}

impl World {
    fn new() -> Self {
        let site = GROUPS.iter().fold(TestSite::empty(), |site, group| site.group(group));
        let (model, readers, seen) = (Model::default(), BTreeMap::new(), BTreeMap::new());
        let mut world =
            Self { site, model, readers, now: START, seen, ever: BTreeSet::new(), objects: BTreeMap::new() };
        let mut cards = Vec::new();
        for (n, person) in PEOPLE.iter().enumerate() {
            let group = GROUPS[n % GROUPS.len()];
            cards.push((*person, world.site.member(person, &[])));
            world.site.ok(&["member", "join", person, group, "--with-history", "--on", "2026-11-25"]);
            world.model.joins(person, group, date(START), None);
        }
        let file = world.site.path("content/members").join(GUARDIAN).join("member.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, format!("acts_for = \"ann\"\n{text}")).unwrap();
        build_at(&world.site, START);
        for (person, card) in cards {
            world.readers.insert(person.to_owned(), Reader::unlock(&world.site.store(), &card).unwrap());
        }
        world.build();
        world
    }

    /// One thing happens, some days later; then it is built.
    fn step(&mut self, op: &Op, days: u64) {
        self.now += days * DAY;
        let today = date(self.now);
        if let Some(args) = self.model.apply(op, today, &self.site) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let said = self.site.ok(&args);
            if let Op::Rekey(person) = op {
                let card: Card = serde_json::from_str(&said).unwrap();
                build_at(&self.site, self.now);
                let new = Reader::unlock(&self.site.store(), &card).unwrap();
                let old = self.readers.insert(PEOPLE[*person].to_owned(), new).unwrap();
                assert!(old.index(&self.site.store()).is_none(), "the old card is dead");
            }
        }
        self.build();
    }

    /// SECURITY: what each one's own keys open, against what the model says.
    fn build(&mut self) {
        let foreseen = foreseen::foreseen(self);
        build_at(&self.site, self.now);
        let wanted = self.model.build(date(self.now));
        let (mut seen, mut opened) = (BTreeSet::new(), BTreeSet::new());
        for (person, reader) in &self.readers {
            for entry in reader.entries(&self.site.store()) {
                self.objects.insert(entry.object.name, (person.clone(), entry.title));
            }
            for (title, document) in reader.pages(&self.site.store()) {
                assert!(document.contains(&title), "the document is this version's");
                opened.insert((person.clone(), title.clone(), document.trim_end().to_owned()));
                seen.insert((person.clone(), title));
            }
        }
        assert_eq!(seen, wanted, "on {}: {:#?}", date(self.now), self.model);
        assert_eq!(foreseen, opened, "what the preview showed before, on {}", date(self.now));
        self.ever.extend(seen.iter().cloned());
        self.seen.insert(self.now, seen);
    }

    /// The record, the exports, the history and `show` of what happened say the same.
    fn after(steps: &[(Op, u64)]) {
        let mut world = Self::new();
        for (op, days) in steps {
            world.step(op, *days);
        }
        world.is_recorded();
        world.is_told();
        foreseen::is_shown(&world);
    }

    /// What is handed to someone who asks for their record, and what `history` tells of a page, say the same.
    fn is_told(&self) {
        let second =
            |text: &str| -> UnixTime { text.parse::<jiff::Timestamp>().unwrap().as_second().try_into().unwrap() };
        for person in PEOPLE {
            let folder = self.site.path(&format!("export-{person}"));
            self.site.ok(&["member", "export", person, folder.to_str().unwrap()]);
            let export = std::fs::read_to_string(folder.join("record.json")).unwrap();
            assert!(!export.contains("content/"), "what files are called is the practice's own");
            let export: Value = serde_json::from_str(&export).unwrap();
            let versions: Vec<(String, UnixTime, Option<UnixTime>)> = export["versions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| {
                    let text = |key: &str| it[key].as_str();
                    (text("title").unwrap().to_owned(), second(text("from").unwrap()), text("until").map(second))
                })
                .collect();
            for (&time, seen) in &self.seen {
                let told: BTreeSet<&String> = versions
                    .iter()
                    .filter(|(_, from, until)| *from <= time && until.is_none_or(|until| until > time))
                    .map(|(title, ..)| title)
                    .collect();
                let seen: BTreeSet<&String> =
                    seen.iter().filter(|(who, _)| who == person).map(|(_, title)| title).collect();
                assert_eq!(told, seen, "{person} on {}", date(time));
            }
        }
        let titles: BTreeSet<&String> = self.seen.values().flatten().map(|(_, title)| title).collect();
        for title in titles {
            let pages: Value = serde_json::from_str(&self.site.ok(&["history", title, "--json"])).unwrap();
            for (&time, seen) in &self.seen {
                let could = |who: &&Value| {
                    who["from"].as_u64().unwrap() <= time && who["until"].as_u64().is_none_or(|until| until > time)
                };
                let versions = pages.as_array().unwrap().iter().flat_map(|page| page["versions"].as_array().unwrap());
                let told: BTreeSet<&str> = versions
                    .filter(|it| it["title"] == *title.as_str())
                    .flat_map(|it| it["readers"].as_array().unwrap())
                    .filter(could)
                    .map(|who| who["member"].as_str().unwrap())
                    .collect();
                let seen: BTreeSet<&str> =
                    seen.iter().filter(|(_, it)| it == title).map(|(who, _)| who.as_str()).collect();
                assert_eq!(told, seen, "{title} on {}", date(time));
            }
        }
    }

    /// What the record says of each day is what keys could open on it.
    fn is_recorded(&self) {
        let home = Home::of(self.site.root());
        let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
        let record = Record::read(&home, &keys).unwrap();
        let spans = record.spans();
        for (&time, seen) in &self.seen {
            let could = spans.iter().filter(|span| span.from <= time && span.until.is_none_or(|until| until > time));
            let could: BTreeSet<_> =
                could.map(|span| (record.reader(&span.mailbox).unwrap().to_owned(), span.page.title.clone())).collect();
            assert_eq!(&could, seen, "on {}", date(time));
        }
        // What the audit log's objects are resolved by.
        for (name, (person, title)) in &self.objects {
            let noted = record.object(name).unwrap();
            assert_eq!(record.reader(&noted.mailbox), Some(person.as_str()));
            assert_eq!(&noted.page.as_ref().unwrap().title, title);
        }
        for span in &spans {
            let text = record.text(&span.page.document, &home, &keys).unwrap().expect("every version is kept");
            assert!(text.contains(&span.page.title));
            let source = record.text(&span.page.source.expect("and what was written"), &home, &keys).unwrap().unwrap();
            assert!(source.contains(&span.page.title), "{source}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn keys_open_what_a_simple_model_says(steps in prop::collection::vec((any::<Op>(), 0u64..15), 20)) {
        World::after(&steps);
    }
}

#[test]
fn what_was_given_and_taken_back_in_the_same_second_is_told_as_gone() {
    World::after(&[(Op::Write(Place::Message(2, 1), Dated::No), 3), (Op::Remove(0), 0)]);
}
