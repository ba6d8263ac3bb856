//! What a therapist sees of what was answered, from real pages with real blocks.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt};

use heldspace::wire::{Answer, Said, Value};
use serde_json::{Value as Json, json};

use super::world::{Sender, now, sync};
use crate::{
    attachments::{entries, opened},
    site::TestSite,
};

const ASKED: &str = "+++\ntitle = \"This week\"\n+++\nWhen, and how are you?\n\n```poll\nprompt = \"Which evening?\"\noptions = [\"Tuesday\", \"=Wednesday\"]\n```\n\n```checkin\ninstrument = \"gad-7\"\n```\n\n```agenda\nprompts = [\"What do you want time for?\"]\n```\n";

fn asked() -> (TestSite, Sender, Sender) {
    let site = TestSite::empty().group("tuesday");
    let cards = ["maya", "colm", "rosa"].map(|name| site.member(name, &["tuesday"]));
    site.page("groups/tuesday/week.md", ASKED);
    site.build();
    let [maya, colm, _] = cards.map(|card| Sender::unlock(&site, &card));
    (site, maya, colm)
}

fn vote(sender: &Sender, option: &str) -> Answer {
    sender.answer("This week", "poll", Said::Poll { chosen: vec![option.to_owned()] })
}

fn gad7(sender: &Sender, choice: &str, items: usize) -> Answer {
    let items = (1..=items).map(|n| (n.to_string(), Value::Chosen(vec![choice.to_owned()])));
    sender.answer("This week", "checkin", Said::Checkin { items: items.collect::<BTreeMap<_, _>>() })
}

fn results(site: &TestSite, what: &str) -> Json {
    serde_json::from_str(&site.ok(&["results", what, "--json"])).unwrap()
}

#[test]
fn votes_scores_and_who_has_not_answered() {
    let (site, maya, colm) = asked();
    let first = Answer { time: now() - 500, ..vote(&maya, "tuesday") };
    let second = Answer { time: now() - 400, replaces: Some(first.id), ..vote(&maya, "wednesday") };
    let early = Answer { time: now() - 300, ..gad7(&maya, "several-days", 7) };
    let late = Answer { time: now() - 100, ..gad7(&maya, "not-at-all", 7) };
    let texts = BTreeMap::from([("what-do-you-want-time-for".to_owned(), "My \u{1b}[31mbrother".to_owned())]);
    let agenda = maya.answer("This week", "agenda", Said::Agenda { texts });
    let taken = vote(&colm, "tuesday");
    let back = Answer {
        replaces: Some(taken.id),
        time: taken.time + 1,
        ..colm.answer("This week", "poll", Said::Withdrawn {})
    };
    for answer in [&first, &second, &early, &late, &agenda] {
        maya.send(answer);
    }
    for answer in [&taken, &back, &gad7(&colm, "nearly-every-day", 6)] {
        colm.send(answer);
    }
    sync(&site);

    let sheets = results(&site, "tuesday");
    let of = |kind: &str| sheets.as_array().unwrap().iter().find(|sheet| sheet["kind"] == kind).unwrap();
    let counts: Vec<_> = of("poll")["options"].as_array().unwrap().iter().map(|one| one["count"].clone()).collect();
    assert_eq!((counts, &of("poll")["not_answered"]), (vec![json!(0), json!(1)], &json!(["colm", "rosa"])));
    let told: Vec<_> = of("checkin")["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["name"], one["total"], one["band"], one["change"]]))
        .collect();
    let expected =
        [json!(["maya", 7, "Mild", null]), json!(["maya", 0, "Minimal", -7]), json!(["colm", null, null, null])];
    assert_eq!(told, expected);
    assert_eq!(of("texts")["not_answered"], json!(["colm", "rosa"]));

    let printed = site.ok(&["results", "content/groups/tuesday/week.md"]);
    assert!(
        printed.contains("no total: an item is missing") && printed.contains("a screening, not a diagnosis"),
        "{printed}"
    );
    assert!(!printed.contains('\u{1b}'), "{printed}");
    // One person's are of that person alone.
    let own = results(&site, "colm").to_string();
    assert!(!own.contains("maya") && own.contains("colm"), "{own}");

    let csv = site.ok(&["results", "tuesday", "--csv"]);
    assert!(csv.contains(",maya,,,'=Wednesday,"), "{csv}");
    let file = site.path("report.html");
    site.ok(&["results", "tuesday", "--html", file.to_str().unwrap()]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let report = std::fs::read_to_string(&file).unwrap();
    assert!(report.contains("<polyline") && !report.contains("<script") && !report.contains('\u{1b}'), "{report}");
    let (code, said) = site.fails(&["results", "tuesday", "--html", file.to_str().unwrap()]);
    assert!(code != 0 && said.contains("Nothing was overwritten"), "{said}");
}

#[test]
fn what_nobody_answered_or_nothing_asks_is_said() {
    let (site, ..) = asked();
    let printed = site.ok(&["results", "tuesday"]);
    assert!(printed.contains("not answered: colm, maya, rosa") && printed.contains("Which evening?"), "{printed}");
    let (code, said) = site.fails(&["results", "thursday"]);
    assert!(code != 0 && said.contains("thursday"), "{said}");
}

#[test]
fn from_a_vote_on_times_to_an_hour_in_a_calendar() {
    let site = TestSite::empty().group("tuesday");
    site.time_zone("time_zone = \"Europe/Berlin\"");
    let card = site.member("maya", &["tuesday"]);
    let year = heldspace::clock::today().year() + 1;
    let options = format!("[{year}-06-03T18:30, {year}-06-04T07:00, \"Neither\"]");
    let text = format!("# This week\n\n```poll\nprompt = \"When?\"\noptions = {options}\n```\n");
    site.page("groups/tuesday/when.md", &text);
    site.build();
    let maya = Sender::unlock(&site, &card);
    maya.send(&vote(&maya, &format!("{year}-06-04-07-00")));
    sync(&site);
    let printed = site.ok(&["results", "tuesday"]);
    let command = printed.lines().find_map(|line| line.trim().strip_prefix("to settle on it: heldspace "));
    assert_eq!(command, Some(&*format!("new agenda --group tuesday --at \"{year}-06-04 07:00\"")));
    let (words, hour) = command.unwrap().split_once(" \"").unwrap();
    site.ok(&words.split(' ').chain([hour.trim_end_matches('"')]).collect::<Vec<_>>());
    let file = site.path(&format!("content/groups/tuesday/{year}-06-04-agenda.md"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.lines().filter(|line| !line.starts_with("draft")).collect::<Vec<_>>().join("\n"))
        .unwrap();
    site.build();
    let given = entries(&site, &card).into_iter().flat_map(|page| page.attachments).map(|file| opened(&site, &file));
    let files: Vec<_> = given.map(|file| String::from_utf8(file).unwrap()).collect();
    assert!(files.len() == 1 && files[0].contains(&format!("\r\nDTSTART:{year}0604T050000Z\r\n")), "{files:?}");
}
