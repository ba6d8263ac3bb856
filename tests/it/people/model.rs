//! What everyone should be able to read, told as simply as it can be: day by day, person by person.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;

use crate::site::TestSite;

pub const GROUPS: [&str; 2] = ["a", "b"];
pub const PEOPLE: [&str; 4] = ["ann", "ben", "cam", "dee"];
/// Acts for Ann, and so finds no library.
pub const GUARDIAN: &str = "dee";

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Op {
    /// Into that group: older pages too, or those of so many days back, or from today on.
    Join(usize, usize, History),
    Leave(usize, usize, Keep),
    /// Out of that group into the other.
    Move(usize, usize, History, Keep),
    Close(usize, Keep),
    Rekey(usize),
    /// A page in the library, someone's own folder or a group, or a message.
    Write(Place, Dated),
    Edit(usize),
    Remove(usize),
}

#[derive(Debug, Clone, Copy)]
pub enum History {
    All,
    Back(i64),
    Today,
}

#[derive(Debug, Clone, Copy)]
pub enum Keep {
    Usual,
    Now,
    Days(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Library,
    Own(usize),
    Group(usize),
    /// To these two.
    Message(usize, usize),
}

#[derive(Debug, Clone, Copy)]
pub enum Dated {
    /// So many days from today.
    Day(i64),
    No,
    Newcomers,
}

impl Arbitrary for Op {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
        let person = || 0..PEOPLE.len();
        let group = || 0..GROUPS.len();
        let history = || prop_oneof![Just(History::All), (0i64..40).prop_map(History::Back), Just(History::Today)];
        let keep = || prop_oneof![Just(Keep::Usual), Just(Keep::Now), (0i64..20).prop_map(Keep::Days)];
        let place = prop_oneof![
            1 => Just(Place::Library),
            1 => person().prop_map(Place::Own),
            2 => (person(), person()).prop_map(|(one, other)| Place::Message(one, other)),
            4 => group().prop_map(Place::Group)
        ];
        let dated = prop_oneof![(-20i64..10).prop_map(Dated::Day), Just(Dated::No), Just(Dated::Newcomers)];
        prop_oneof![
            3 => (person(), group(), history()).prop_map(|(p, g, h)| Self::Join(p, g, h)),
            3 => (person(), group(), keep()).prop_map(|(p, g, k)| Self::Leave(p, g, k)),
            2 => (person(), group(), history(), keep()).prop_map(|(p, g, h, k)| Self::Move(p, g, h, k)),
            1 => (person(), keep()).prop_map(|(p, k)| Self::Close(p, k)),
            2 => person().prop_map(Self::Rekey),
            6 => (place, dated).prop_map(|(p, d)| Self::Write(p, d)),
            3 => (0usize..8).prop_map(Self::Edit),
            1 => (0usize..8).prop_map(Self::Remove),
        ]
        .boxed()
    }
}

#[derive(Debug, Clone)]
struct Page {
    place: Place,
    date: Option<Date>,
    newcomers: bool,
    version: u32,
    /// When it was first given to anyone.
    given: Option<Date>,
}

/// What happened between someone and a group.
#[derive(Debug, Clone, Copy)]
enum Event {
    Joined(Date, Option<Date>),
    /// The last day on which what they had can be read.
    Left(Date),
}

#[derive(Debug, Default, Clone)]
struct Person {
    events: BTreeMap<&'static str, Vec<Event>>,
    closed: Option<(Date, Date)>,
    /// Page number → version, as of the last build.
    has: BTreeMap<usize, u32>,
}

#[derive(Debug, Default)]
pub struct Model {
    people: BTreeMap<&'static str, Person>,
    pages: BTreeMap<usize, Page>,
    written: usize,
}

impl Model {
    pub fn joins(&mut self, person: &'static str, group: &'static str, on: Date, from: Option<Date>) {
        let events = &mut self.people.entry(person).or_default().events;
        events.entry(group).or_default().push(Event::Joined(on, from));
    }

    /// What is to be typed; none where it makes no sense today, or is a matter of files.
    pub fn apply(&mut self, op: &Op, today: Date, site: &TestSite) -> Option<Vec<String>> {
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let on = today.to_string();
        match *op {
            Op::Join(p, g, history) => {
                let (person, group) = (PEOPLE[p], GROUPS[g]);
                if self.is_closed(person, today) || self.sight(person, group).is_some() {
                    return None;
                }
                self.joins(person, group, today, self.from(g, history, today));
                let mut args = words(&["member", "join", person, group, "--on", &on])?;
                args.extend(history.typed(today));
                Some(args)
            }
            Op::Leave(p, g, keep) => {
                let (person, group) = (PEOPLE[p], GROUPS[g]);
                if !self.can_leave(person, group, today) {
                    return None;
                }
                self.leaves(person, group, today, keep);
                let mut args = words(&["member", "leave", person, group, "--on", &on])?;
                args.extend(keep.typed(today));
                Some(args)
            }
            Op::Move(p, g, history, keep) => {
                let (person, from, to) = (PEOPLE[p], GROUPS[g], GROUPS[1 - g]);
                if !self.can_leave(person, from, today) || self.sight(person, to).is_some() {
                    return None;
                }
                self.leaves(person, from, today, keep);
                self.joins(person, to, today, self.from(1 - g, history, today));
                let mut args = words(&["member", "move", person, from, to, "--on", &on])?;
                args.extend(history.typed(today).into_iter().chain(keep.typed(today)));
                Some(args)
            }
            Op::Close(p, keep) => {
                let person = PEOPLE[p];
                // Somebody has to be left.
                let open = PEOPLE.iter().filter(|person| !self.is_closed(person, today)).count();
                if self.is_closed(person, today) || open < 3 {
                    return None;
                }
                self.people.get_mut(person)?.closed = Some((today, keep.last(today)));
                let mut args = words(&["member", "close", person, "--reason", "left", "--yes", "--on", &on])?;
                args.extend(keep.typed(today));
                Some(args)
            }
            Op::Rekey(p) => {
                let person = PEOPLE[p];
                if self.people[person].closed.is_some() {
                    return None;
                }
                words(&["member", "rekey", person, "--yes", "--json"])
            }
            Op::Write(place, dated) => {
                let number = self.written;
                self.written += 1;
                let date = if let Dated::Day(days) = dated { Some(today + days.days()) } else { None };
                let newcomers = matches!((dated, place), (Dated::Newcomers, Place::Group(_)));
                self.pages.insert(number, Page { place, date, newcomers, version: 1, given: None });
                self.write(number, site);
                None
            }
            Op::Edit(n) => {
                let number = *self.pages.keys().nth(n % self.pages.len().max(1))?;
                self.pages.get_mut(&number)?.version += 1;
                self.write(number, site);
                None
            }
            Op::Remove(n) => {
                let number = *self.pages.keys().nth(n % self.pages.len().max(1))?;
                let page = self.pages.remove(&number)?;
                std::fs::remove_file(site.path("content").join(page.path(number))).unwrap();
                None
            }
        }
    }

    fn write(&self, number: usize, site: &TestSite) {
        let page = &self.pages[&number];
        let date = page.date.map(|date| format!("date = {date}\n")).unwrap_or_default();
        let newcomers = if page.newcomers { "newcomers = true\n" } else { "" };
        let to = match page.place {
            Place::Message(one, other) if one == other => format!("to = [{:?}]\n", PEOPLE[one]),
            Place::Message(one, other) => format!("to = [{:?}, {:?}]\n", PEOPLE[one], PEOPLE[other]),
            _ => String::new(),
        };
        let title = title(number, page.version);
        site.page(&page.path(number), &format!("+++\n{date}{newcomers}{to}+++\n# {title}\n\nText of {title}.\n"));
    }

    /// Whoever is there before the first page is there from the beginning.
    fn from(&self, group: usize, history: History, today: Date) -> Option<Date> {
        let is_begun = self.pages.values().any(|page| page.place == Place::Group(group));
        // Only those who join on the day itself: what is written until then is not theirs.
        let joins_now = today <= heldspace::clock::today();
        history.from(today).filter(|_| is_begun || !joins_now || !matches!(history, History::Today))
    }

    fn is_closed(&self, person: &str, today: Date) -> bool {
        self.people[person].closed.is_some_and(|(on, _)| on <= today)
    }

    fn leaves(&mut self, person: &str, group: &'static str, on: Date, keep: Keep) {
        let events = &mut self.people.get_mut(person).unwrap().events;
        events.get_mut(group).unwrap().push(Event::Left(keep.last(on)));
    }

    /// Not on the day they came: then it is not known which of the two was first.
    fn can_leave(&self, person: &str, group: &str, today: Date) -> bool {
        let came_today = matches!(
            self.people[person].events.get(group).and_then(|events| events.last()),
            Some(Event::Joined(on, _)) if *on == today
        );
        !self.is_closed(person, today) && !came_today && self.sight(person, group).is_some()
    }

    /// From which day on someone sees pages of a group they are in; the first of days is all of them.
    fn sight(&self, person: &str, group: &str) -> Option<Date> {
        match self.people[person].events.get(group)?.last()? {
            Event::Joined(_, from) => Some(from.unwrap_or(Date::MIN)),
            Event::Left(..) => None,
        }
    }

    /// What everyone has after a build on that day.
    pub fn build(&mut self, today: Date) -> BTreeSet<(String, String)> {
        let mut all = BTreeSet::new();
        for person in PEOPLE {
            let has = self.reads(person, today);
            all.extend(has.iter().map(|(number, version)| (person.to_owned(), title(*number, *version))));
            for number in has.keys() {
                self.pages.get_mut(number).unwrap().given.get_or_insert(today);
            }
            self.people.get_mut(person).unwrap().has = has;
        }
        all
    }

    fn reads(&self, name: &str, today: Date) -> BTreeMap<usize, u32> {
        let person = &self.people[name];
        let closed = person.closed.filter(|(on, _)| *on <= today);
        if closed.is_some_and(|(_, last)| last < today) {
            return BTreeMap::new();
        }
        let mut reads = BTreeMap::new();
        for (number, page) in &self.pages {
            let kept = person.has.get(number).map(|version| (*number, *version));
            let now = Some((*number, page.version)).filter(|_| closed.is_none());
            let entry = match page.place {
                Place::Library if name == GUARDIAN => None,
                Place::Library => now.or(kept),
                Place::Message(one, other) if PEOPLE[one] == name || PEOPLE[other] == name => now.or(kept),
                Place::Own(owner) if PEOPLE[owner] == name => now.or(kept),
                Place::Message(..) | Place::Own(_) => None,
                Place::Group(group) => {
                    let sight = self.sight(name, GROUPS[group]);
                    let day = page.date.or(page.given).unwrap_or(today);
                    let sees = sight.is_some_and(|from| page.newcomers || from == Date::MIN || day >= from);
                    let events = person.events.get(GROUPS[group]);
                    let mut left = events.into_iter().flatten().filter_map(|event| match event {
                        Event::Left(last) => Some(*last),
                        Event::Joined(..) => None,
                    });
                    let keeps = left.next_back().is_some_and(|last| last >= today);
                    now.filter(|_| sees).or(kept.filter(|_| keeps || closed.is_some() && sight.is_some()))
                }
            };
            reads.extend(entry);
        }
        reads
    }
}

impl Page {
    fn path(&self, number: usize) -> String {
        match self.place {
            Place::Library => format!("library/p{number}.md"),
            Place::Own(owner) => format!("members/{}/p{number}.md", PEOPLE[owner]),
            Place::Message(..) => format!("messages/p{number}.md"),
            Place::Group(group) => format!("groups/{}/p{number}.md", GROUPS[group]),
        }
    }
}

fn title(number: usize, version: u32) -> String {
    format!("Page {number} version {version}")
}

impl History {
    fn from(self, today: Date) -> Option<Date> {
        match self {
            Self::All => None,
            Self::Back(days) => Some(today - days.days()),
            Self::Today => Some(today),
        }
    }

    fn typed(self, today: Date) -> Vec<String> {
        match self {
            Self::All => vec!["--with-history".to_owned()],
            Self::Back(days) => vec!["--since".to_owned(), (today - days.days()).to_string()],
            Self::Today => Vec::new(),
        }
    }
}

impl Keep {
    fn last(self, on: Date) -> Date {
        match self {
            Self::Usual => on + 30.days(),
            Self::Now => on - 1.day(),
            Self::Days(days) => on + days.days(),
        }
    }

    fn typed(self, on: Date) -> Vec<String> {
        match self {
            Self::Usual => Vec::new(),
            Self::Now => vec!["--keep-until".to_owned(), "now".to_owned()],
            Self::Days(_) => vec!["--keep-until".to_owned(), self.last(on).to_string()],
        }
    }
}
