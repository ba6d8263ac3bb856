//! What came of a question: tallies, scores and how they changed, texts, and who has not answered.
//!
//! In: a block, everyone who can answer it, and the answers that stand (see `inbox`), each with the block in the words of
//! its version. Out: a [`Sheet`] for each block, for the therapist alone: with names. As a table, JSON, CSV, or a [`report`].
//! It must not know a host, a key, or how to ask anyone; it writes nothing.

mod chart;
mod course;
mod frozen;
mod gather;
mod report;
mod settle;
mod shared;
mod table;
mod tally;
mod texts;

pub use course::{Course, Figure, Point};
pub use frozen::{Frozen, Told};
pub use gather::{Gathered, Of};
pub use report::report;
pub use shared::{FEWEST, NotShared, Numbers, Rolled, Shared, Spread, can_be_shared};
pub use table::csv;
pub use tally::{Chosen, Tally};
pub use texts::{Text, Texts};

use crate::{
    block::{Asks, Block, Instruments},
    wire::{Said, UnixTime},
};

/// A block that was given, and what was answered.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The page's.
    pub title: &'a str,
    /// The page's, below the practice.
    pub file: &'a str,
    /// As it was given last.
    pub block: &'a Block,
    /// Everyone who can answer, by name; also who answered and no longer can.
    pub readers: Vec<&'a str>,
    /// The answers that stand, oldest first.
    pub given: Vec<Given<'a>>,
    /// Every version that somebody has, or has answered.
    pub versions: &'a [Block],
}

/// An answer that stands.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub name: &'a str,
    /// By folder: two people may be called alike.
    pub member: &'a str,
    pub time: UnixTime,
    pub said: &'a Said,
    /// What was asked, in the words of that version.
    pub block: &'a Block,
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
    /// How to go on, where people voted on times: commands to type.
    pub settle: Vec<String>,
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
    pub fn of(asked: &Asked<'a>, instruments: &Instruments) -> Option<Self> {
        let (title, result) = match &asked.block.asks {
            Asks::Reply { prompt } => (prompt.clone(), Outcome::Texts(Texts::of_reply(asked))),
            Asks::Agenda { prompts } => (None, Outcome::Texts(Texts::of_agenda(prompts, asked))),
            Asks::Poll { prompt, options, .. } => (Some(prompt.clone()), Outcome::Tally(Tally::of(options, asked))),
            Asks::Checkin { instrument, items, .. } => {
                let title = instrument.as_ref().and_then(|name| instruments.find(name)).map(|it| it.title.clone());
                (title, Outcome::Course(Course::of(instrument.as_deref(), items, asked, instruments)))
            }
            Asks::Done { .. } => return None,
        };
        let answered = |name: &&str| asked.given.iter().any(|given| given.name == *name);
        let silent = asked.readers.iter().copied().filter(|name| !answered(name)).collect();
        let title = asked.block.title.clone().or(title).unwrap_or_else(|| asked.block.asks.called().to_owned());
        let settle = settle::commands(&result, asked.file);
        Some(Self { page: asked.title, title, result, silent, settle })
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

    #[expect(clippy::needless_pass_by_value, reason = "so that calls read as what they make")]
    pub(super) fn block(asks: serde_json::Value) -> Block {
        let block = json!({ "version": 1, "id": "x", "title": null, "closes": null, "repeats": null, "readers": "", "asks": asks });
        serde_json::from_value(block).unwrap()
    }

    pub(super) fn said(json: serde_json::Value) -> Said {
        serde_json::from_value(json).unwrap()
    }

    fn sheet<'a>(block: &'a Block, said: &'a [(&'a str, UnixTime, Said)]) -> Sheet<'a> {
        let given =
            said.iter().map(|(name, time, said)| Given { name, member: name, time: *time, said, block }).collect();
        Sheet::of(
            &Asked {
                title: "A page",
                file: "content/groups/a/x.md",
                block,
                readers: vec!["Maya", "Ben", "<Grete>"],
                given,
                versions: &[],
            },
            &Instruments::default(),
        )
        .unwrap()
    }

    fn check_in() -> Block {
        let instrument = Instruments::default().find("gad-7").cloned().unwrap();
        let items = serde_json::to_value(&instrument.items).unwrap();
        block(
            json!({ "kind": "checkin", "instrument": "gad-7", "intro": null, "items": items, "notes": [], "danger": null }),
        )
    }

    /// Every item answered alike, but for those that are left out.
    fn all(choice: &str, without: &[&str]) -> Said {
        let items = ["1", "2", "3", "4", "5", "6", "7"].into_iter().filter(|id| !without.contains(id));
        let items: serde_json::Map<String, serde_json::Value> =
            items.map(|id| (id.to_owned(), json!([choice]))).collect();
        said(json!({ "kind": "checkin", "items": items }))
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
    fn a_vote_on_times_says_how_to_settle_on_the_first_of_them() {
        let options = json!([{ "id": "2026-12-03-18-30", "label": "Thursday" }, { "id": "2026-12-04", "label": "Friday" }, { "id": "2027-01-07-07-05", "label": "January" }, { "id": "neither", "label": "Neither" }]);
        let poll = block(json!({ "kind": "poll", "prompt": "When?", "options": options, "several": true }));
        let settle = |votes: &[&[&str]]| {
            let chosen = |ids: &&[&str]| said(json!({ "kind": "poll", "chosen": ids }));
            let votes: Vec<_> =
                ["Maya", "Ben"].into_iter().zip(votes.iter().map(chosen)).map(|(name, vote)| (name, 1, vote)).collect();
            sheet(&poll, &votes).settle
        };
        let first = "heldspace new agenda --group a --at \"2026-12-03 18:30\"";
        let third = "heldspace new agenda --group a --at \"2027-01-07 07:05\"";
        assert_eq!(settle(&[&["2026-12-03-18-30", "neither"], &["2026-12-03-18-30"]]), [first]);
        assert_eq!(settle(&[&["2027-01-07-07-05"], &["2026-12-03-18-30"]]), [first, third]);
        assert_eq!(settle(&[&["2026-12-04"]]), [""; 0], "a day is no time");
        assert_eq!(settle(&[]), [""; 0]);
    }

    #[test]
    fn a_missing_item_gives_no_total_and_no_change() {
        let check_in = check_in();
        let answers = [
            ("Maya", 100, all("several-days", &[])),
            ("Maya", 200, all("nearly-every-day", &["4"])),
            ("Maya", 300, all("nearly-every-day", &[])),
            ("Maya", 400, all("not-at-all", &[])),
        ];
        let sheet = sheet(&check_in, &answers);
        let Outcome::Course(course) = &sheet.result else { panic!() };
        let rows: Vec<_> =
            course.rows().map(|row| (row.point.score.as_ref().map(|score| score.total), row.change)).collect();
        assert_eq!(rows, [(Some(7), None), (None, None), (Some(21), None), (Some(0), Some(-21))]);
        let values = &course.people[0].1[1].values;
        assert_eq!((&values[0], &values[3]), (&Some(Figure::Words(vec!["Nearly every day"])), &None));
        assert_eq!(course.highest(), 21);
    }

    #[test]
    fn a_report_shows_what_people_wrote_as_text() {
        let reply = block(json!({ "kind": "reply", "prompt": null }));
        let texts = [("<Grete>", 1, said(json!({ "kind": "reply", "text": "<script>alert(1)</script>\u{202e}x" })))];
        let check_in = check_in();
        let scores =
            [("Maya", 1_795_000_000, all("not-at-all", &[])), ("Maya", 1_795_600_000, all("several-days", &[]))];
        let html = report("Grief", "Larch Lane", &[sheet(&reply, &texts), sheet(&check_in, &scores)], 1_795_700_000);
        assert!(
            html.contains("&lt;script&gt;") && html.contains("&lt;Grete&gt;") && !html.contains("<script"),
            "{html}"
        );
        assert!(!html.contains('\u{202e}'), "{html}");
        assert!(html.contains("<polyline") && html.contains("a screening, not a diagnosis."), "{html}");
        assert!(html.contains(">+7<"), "{html}");
    }

    #[test]
    fn a_table_has_no_formula() {
        let reply = block(json!({ "kind": "reply", "prompt": "=A1" }));
        let texts = [("Maya", 1, said(json!({ "kind": "reply", "text": "=1+1\nand more" })))];
        let table = csv(&[sheet(&reply, &texts)]);
        assert!(table.contains("\"'=1+1\nand more\"") && table.contains("'=A1"), "{table}");
    }
}
