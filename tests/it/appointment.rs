//! The session of a page as a file for its readers' calendars: sealed, read by another program, and telling nothing.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use data_encoding::BASE64;
use heldspace::seal::{AttachmentEntry, Entry};
use serde_json::{Value, json};

use crate::{
    attachments::{entries, opened},
    clock::{DAY, build_at},
    export_links::whole,
    site::{Card, TestSite},
};

const READ: &str = "
import sys, json, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
[event] = calendar.walk('VEVENT')
assert not event.errors and not calendar.errors, (event.errors, calendar.errors)
said = {key: event.decoded(key) for key in event}
print(json.dumps({key: value.decode() if isinstance(value, bytes) else value.isoformat() if hasattr(value, 'isoformat') else value for key, value in said.items()}))
";

/// What Python's icalendar reads. It is Debian's package, and so it goes with Debian's own Python.
fn by_python(file: &[u8]) -> Value {
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(file).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(file));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A practice in New York, with Ann and Ben in one group.
fn practice(line: &str) -> (TestSite, [Card; 2]) {
    let site = TestSite::empty().group("grief");
    site.time_zone(&format!("time_zone = \"America/New_York\"\n{line}"));
    let cards = ["ann", "ben"].map(|name| site.member(name, &["grief"]));
    (site, cards)
}

fn agenda(site: &TestSite, lines: &str) {
    site.page("groups/grief/agenda.md", &format!("+++\ntitle = \"The chair by the window\"\n{lines}\n+++\nText.\n"));
}

/// The one page that a card opens, and its one file.
fn given(site: &TestSite, card: &Card) -> (Entry, AttachmentEntry, Vec<u8>) {
    let mut pages = entries(site, card);
    let mut files: Vec<_> = pages.iter().flat_map(|page| page.attachments.clone()).collect();
    assert_eq!((pages.len(), files.len()), (1, 1));
    let (entry, file) = (pages.remove(0), files.remove(0));
    let bytes = opened(site, &file);
    (entry, file, bytes)
}

fn uid(file: &[u8]) -> String {
    by_python(file)["UID"].as_str().unwrap().to_owned()
}

#[test]
fn another_program_reads_the_hours_in_winter_in_summer_and_where_clocks_change() {
    let (site, [card, _]) = practice("");
    for (lines, begins, ends) in [
        ("session = 2026-12-03T18:30", "2026-12-03T23:30:00+00:00", "2026-12-04T01:00:00+00:00"),
        ("session = 2026-07-09T18:30\nminutes = 45", "2026-07-09T22:30:00+00:00", "2026-07-09T23:15:00+00:00"),
        // Half past one comes twice on that night: the first one, and ninety minutes are ninety minutes.
        ("session = 2026-11-01T01:30", "2026-11-01T05:30:00+00:00", "2026-11-01T07:00:00+00:00"),
        // Clocks go forward at two, while it lasts.
        ("session = 2026-03-08T01:30", "2026-03-08T06:30:00+00:00", "2026-03-08T08:00:00+00:00"),
    ] {
        agenda(&site, lines);
        site.build();
        let (_, file, bytes) = given(&site, &card);
        assert_eq!((file.name.as_str(), file.media_type.as_str()), ("appointment.ics", "text/calendar"));
        let said = by_python(&bytes);
        assert_eq!(
            said,
            json!({
                "UID": uid(&bytes), "DTSTAMP": "2000-01-01T00:00:00+00:00", "DTSTART": begins, "DTEND": ends,
                "SUMMARY": "Appointment", "CLASS": "PRIVATE",
            })
        );
    }
}

#[test]
fn the_page_says_when_and_leads_to_the_file() {
    let (site, [card, _]) = practice("");
    agenda(&site, "session = 2026-12-03T23:00");
    site.build();
    let (entry, file, _) = given(&site, &card);
    let html = crate::reader::open_object(&site.store(), &entry.object).unwrap();
    let html = String::from_utf8(html).unwrap();
    let link = format!("<a data-attachment=\"{}\">Add to your calendar</a>", file.id);
    assert!(html.contains(&format!("Thursday 3 December 2026, 23:00–00:30 {link}")), "{html}");
}

#[test]
fn a_calendar_learns_the_hour_and_nothing_else() {
    let (site, cards) = practice("");
    agenda(&site, "session = 2026-12-03T18:30");
    site.build();
    let [ann, ben] = [&cards[0], &cards[1]].map(|card| given(&site, card).2);
    assert_ne!(uid(&ann), uid(&ben), "two calendars at one provider would tell who meets");
    let text = String::from_utf8(ann).unwrap();
    let toml = fs::read_to_string(site.path("site.toml")).unwrap();
    let name = toml.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"').to_owned();
    let lower = text.to_lowercase();
    let words = ["grief", "ann", "ben", "chair", "window", "agenda", "heldspace", "http", "127.0.0.1", "new_york"];
    for word in words.into_iter().chain([name.to_lowercase().as_str(), &cards[0].mailbox]) {
        assert!(!lower.contains(word), "{word}: {text}");
    }
}

#[test]
fn a_changed_hour_takes_the_place_of_the_old_entry_and_the_same_one_is_the_same_on_any_day() {
    let (site, cards) = practice("");
    agenda(&site, "session = 2026-12-03T18:30");
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
    assert!(build_at(&site, now + DAY).release.is_some());
    let (_, file, first) = given(&site, &cards[0]);
    assert_eq!(build_at(&site, now + 2 * DAY).release, None, "nothing in it comes from a clock");
    agenda(&site, "session = 2026-12-03T19:00");
    build_at(&site, now + 3 * DAY);
    let (_, moved, second) = given(&site, &cards[0]);
    assert!(moved.id != file.id && first != second);
    assert_eq!(uid(&first), uid(&second));
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    build_at(&site, now + 4 * DAY);
    assert_eq!(uid(&given(&site, &card).2), uid(&first), "with a new card it is still their calendar");
    let versions: Value = serde_json::from_str(&site.ok(&["history", "agenda.md", "--json"])).unwrap();
    let versions = versions[0]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2, "an hour for each of them is one version: {versions:?}");
    assert!(site.ok(&["history", "agenda.md"]).contains("an hour"));
}

#[test]
fn a_title_of_ones_own_is_said_as_it_is() {
    let (site, cards) = practice("appointment = \"Tea; at three, \\\\ sharp\"\n");
    agenda(&site, "session = 2026-12-03T15:00");
    site.build();
    assert_eq!(by_python(&given(&site, &cards[1]).2)["SUMMARY"], "Tea; at three, \\ sharp");
}

#[test]
fn an_export_has_the_file() {
    let (site, cards) = practice("");
    agenda(&site, "session = 2026-12-03T18:30");
    site.build();
    let (_, _, bytes) = given(&site, &cards[0]);
    let out = site.path("out");
    site.ok(&["member", "export", "ann", out.to_str().unwrap()]);
    let files = crate::site::files_below(&out);
    let exported: Vec<_> = files.iter().filter(|(_, found)| *found == bytes).collect();
    assert_eq!(exported.len(), 1, "{:?}", files.iter().map(|(path, _)| path).collect::<Vec<_>>());
    let name = exported[0].0.rsplit_once('.');
    assert!(name.is_some_and(|(stem, ending)| stem.contains("appointment.") && ending == "ics"), "{name:?}");
    let inside = format!("<a href=\"data:text/calendar;base64,{}\" download=\"", BASE64.encode(&bytes));
    assert!(whole(&site).contains(&inside));
}

#[test]
fn a_session_that_is_over_before_the_page_is_given_is_told_once() {
    let (site, _) = practice("");
    agenda(&site, "session = 2026-02-03T18:30");
    let said = String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
    assert!(said.contains("Going out after their `session`: 1 page"), "{said}");
    site.page("groups/grief/another.md", "# Another\n\nText.");
    let said = String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
    assert!(!said.contains("`session`"), "{said}");
}

#[test]
fn a_file_that_somebody_brings_is_not_given() {
    let (site, _) = practice("");
    site.page("groups/grief/mine.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    site.page("groups/grief/x.md", "# X\n\n[the hour](mine.ics)");
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("`content/groups/grief/mine.ics` is of no kind that can be given"), "{said}");
}
