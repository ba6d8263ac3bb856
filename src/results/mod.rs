//! What came of a question: tallies, scores and how they changed, texts, and who has not answered.
//!
//! In: a block, everyone who can answer it, and the answers that stand (see `inbox`), each with the block in the words of
//! its version. Out: a [`Sheet`] for each block, for the therapist alone: with names. As a table, JSON, CSV, or a [`report`].
//! It must not know a host, a key, or how to ask anyone; it writes nothing.

mod chart;
mod course;
mod gather;
mod report;
mod shared;
mod table;
mod tally;
mod texts;

use std::collections::BTreeMap;

pub use course::{Course, Figure, Point};
pub use gather::{Gathered, Of};
pub use report::report;
pub use shared::{FEWEST, NotShared, Numbers, Rolled, Shared, Spread, can_be_shared};
pub use table::csv;
pub use tally::{Chosen, Tally};
pub use texts::{Text, Texts};

use crate::{
    block::{Asks, Block},
    wire::{Said, UnixTime, Value},
};

/// A block that was given, and what was answered.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The page's.
    pub title: &'a str,
    /// As it was given last.
    pub block: &'a Block,
    /// Everyone who can answer, by name; also who answered and no longer can.
    pub readers: Vec<&'a str>,
    /// The answers that stand, oldest first.
    pub given: Vec<Given<'a>>,
}

/// An answer that stands.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub name: &'a str,
    pub time: UnixTime,
    pub said: &'a Said,
    /// What was asked, in the words of that version.
    pub block: &'a Block,
}

/// What an instrument makes of a whole set of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    pub total: i32,
    /// In the words of the instrument: "moderate".
    pub band: Option<String>,
}

/// A range of totals, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    pub from: i32,
    pub to: i32,
    pub label: String,
}

/// What instruments make of answers, by the instrument's name.
pub trait Scoring {
    /// None where an item is missing, or where nothing is scored.
    fn score(&self, instrument: &str, items: &BTreeMap<String, Value>) -> Option<Score>;
    /// Lowest first.
    fn bands(&self, instrument: &str) -> Vec<Band>;
    /// What has to stand with every score: "a screening, not a diagnosis".
    fn notes(&self, instrument: &str) -> Vec<String>;
}

/// What came of one block.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The page's.
    pub page: &'a str,
    pub title: String,
    pub result: Outcome<'a>,
    /// Who can answer and has not, by name.
    pub silent: Vec<&'a str>,
}

/// It depends on what was asked.
#[derive(Debug)]
pub enum Outcome<'a> {
    Tally(Tally<'a>),
    Course(Course<'a>),
    Texts(Texts<'a>),
}

impl<'a> Sheet<'a> {
    /// None for what stays the member's own.
    pub fn of(asked: &Asked<'a>, scoring: &dyn Scoring) -> Option<Self> {
        let (title, result) = match &asked.block.asks {
            Asks::Reply { prompt } => (prompt.clone(), Outcome::Texts(Texts::of_reply(asked))),
            Asks::Agenda { prompts } => (None, Outcome::Texts(Texts::of_agenda(prompts, asked))),
            Asks::Poll { prompt, options, .. } => (Some(prompt.clone()), Outcome::Tally(Tally::of(options, asked))),
            Asks::Checkin { instrument, items, .. } => {
                (None, Outcome::Course(Course::of(instrument.as_deref(), items, asked, scoring)))
            }
            Asks::Done { .. } => return None,
        };
        let answered = |name: &&str| asked.given.iter().any(|given| given.name == *name);
        let silent = asked.readers.iter().copied().filter(|name| !answered(name)).collect();
        let title = asked.block.title.clone().or(title).unwrap_or_else(|| asked.block.asks.called().to_owned());
        Some(Self { page: asked.title, title, result, silent })
    }
}

impl Asks {
    /// What it is called where it has no title of its own.
    pub fn called(&self) -> &'static str {
        match self {
            Self::Reply { .. } => "Reply",
            Self::Poll { .. } => "Poll",
            Self::Checkin { .. } => "Check-in",
            Self::Agenda { .. } => "Before the session",
            Self::Done { .. } => "Done",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Adds up what the ids of options say.
    struct Sum;

    impl Scoring for Sum {
        fn score(&self, _: &str, items: &BTreeMap<String, Value>) -> Option<Score> {
            let number = |value: &Value| match value {
                Value::Chosen(ids) => ids.first()?.parse::<i32>().ok(),
                _ => None,
            };
            let numbers: Option<Vec<i32>> = ["a", "b"].iter().map(|id| number(items.get(*id)?)).collect();
            let total = numbers?.iter().sum();
            Some(Score { total, band: Some(if total < 3 { "mild" } else { "severe" }.to_owned()) })
        }

        fn bands(&self, _: &str) -> Vec<Band> {
            let band = |from, to, label: &str| Band { from, to, label: label.to_owned() };
            vec![band(0, 2, "mild"), band(3, 6, "severe")]
        }

        fn notes(&self, _: &str) -> Vec<String> {
            vec!["A screening, not a diagnosis.".to_owned()]
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that calls read as what they make")]
    pub(super) fn block(asks: serde_json::Value) -> Block {
        let block = json!({ "version": 1, "id": "x", "title": null, "closes": null, "repeats": null, "readers": "", "asks": asks });
        serde_json::from_value(block).unwrap()
    }

    pub(super) fn said(json: serde_json::Value) -> Said {
        serde_json::from_value(json).unwrap()
    }

    fn sheet<'a>(block: &'a Block, said: &'a [(&'a str, UnixTime, Said)]) -> Sheet<'a> {
        let given = said.iter().map(|(name, time, said)| Given { name, time: *time, said, block }).collect();
        Sheet::of(&Asked { title: "A page", block, readers: vec!["Maya", "Ben", "<Grete>"], given }, &Sum).unwrap()
    }

    fn check_in() -> Block {
        let options = json!([{ "id": "0", "label": "no", "value": 0 }, { "id": "3", "label": "always", "value": 3 }]);
        let item = |id: &str| json!({ "id": id, "label": format!("Item {id}"), "asks": { "kind": "choice", "options": options, "several": false } });
        block(
            json!({ "kind": "checkin", "instrument": "sum", "intro": null, "items": [item("a"), item("b")], "notes": [], "danger": null }),
        )
    }

    #[test]
    fn a_vote_counts_each_person_once_for_each_option() {
        let options = json!([{ "id": "tue", "label": "Tuesday" }, { "id": "wed", "label": "Wednesday" }]);
        let poll = block(json!({ "kind": "poll", "prompt": "When?", "options": options, "several": true }));
        let vote = |chosen: &[&str]| said(json!({ "kind": "poll", "chosen": chosen }));
        let votes = [("Maya", 1, vote(&["tue", "tue", "gone"])), ("Ben", 2, vote(&["tue", "wed"]))];
        let sheet = sheet(&poll, &votes);
        let Outcome::Tally(tally) = &sheet.result else { panic!() };
        let counted: Vec<_> = tally.options.iter().map(|option| (option.label, option.names.clone())).collect();
        assert_eq!(counted, [("Tuesday", vec!["Maya", "Ben"]), ("Wednesday", vec!["Ben"]), ("gone", vec!["Maya"])]);
        assert_eq!((sheet.title.as_str(), &sheet.silent[..]), ("When?", &["<Grete>"][..]));
    }

    #[test]
    fn a_missing_item_gives_no_total_and_no_change() {
        let check_in = check_in();
        let given = |items: serde_json::Value| said(json!({ "kind": "checkin", "items": items }));
        let answers = [
            ("Maya", 100, given(json!({ "a": ["3"], "b": ["0"] }))),
            ("Maya", 200, given(json!({ "a": ["3"] }))),
            ("Maya", 300, given(json!({ "a": ["3"], "b": ["3"] }))),
            ("Maya", 400, given(json!({ "a": ["0"], "b": ["0"] }))),
        ];
        let sheet = sheet(&check_in, &answers);
        let Outcome::Course(course) = &sheet.result else { panic!() };
        let rows: Vec<_> =
            course.rows().map(|row| (row.point.score.as_ref().map(|score| score.total), row.change)).collect();
        assert_eq!(rows, [(Some(3), None), (None, None), (Some(6), None), (Some(0), Some(-6))]);
        assert_eq!(course.people[0].1[1].values, [Some(Figure::Words(vec!["always"])), None]);
    }

    #[test]
    fn a_report_shows_what_people_wrote_as_text() {
        let reply = block(json!({ "kind": "reply", "prompt": null }));
        let texts = [("<Grete>", 1, said(json!({ "kind": "reply", "text": "<script>alert(1)</script>\u{202e}x" })))];
        let check_in = check_in();
        let item = |a: &str| said(json!({ "kind": "checkin", "items": { "a": [a], "b": ["3"] } }));
        let scores = [("Maya", 1_795_000_000, item("0")), ("Maya", 1_795_600_000, item("3"))];
        let html = report("Grief", "Larch Lane", &[sheet(&reply, &texts), sheet(&check_in, &scores)], 1_795_700_000);
        assert!(
            html.contains("&lt;script&gt;") && html.contains("&lt;Grete&gt;") && !html.contains("<script"),
            "{html}"
        );
        assert!(!html.contains('\u{202e}'), "{html}");
        assert!(html.contains("<polyline") && html.contains("A screening, not a diagnosis."), "{html}");
        assert!(html.contains(">+3<"), "{html}");
    }

    #[test]
    fn a_table_has_no_formula() {
        let reply = block(json!({ "kind": "reply", "prompt": "=A1" }));
        let texts = [("Maya", 1, said(json!({ "kind": "reply", "text": "=1+1\nand more" })))];
        let table = csv(&[sheet(&reply, &texts)]);
        assert!(table.contains("\"'=1+1\nand more\"") && table.contains("'=A1"), "{table}");
    }
}
