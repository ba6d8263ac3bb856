//! `publish_on` and `expires_on`: nobody has a page before its day, everybody after the next build, and nobody after its last.

use std::collections::BTreeSet;

use heldspace::clock::today;
use jiff::ToSpan;
use serde_json::Value;

use crate::{
    clock::{DAY, START, build_at, date, joined},
    pty::Pty,
    reader::Reader,
    site::{Card, TestSite},
};

fn titles(site: &TestSite, card: &Card) -> BTreeSet<String> {
    Reader::unlock(&site.store(), card).unwrap().pages(&site.store()).into_iter().map(|(title, _)| title).collect()
}

fn dated(title: &str, lines: &str) -> String {
    format!("+++\ntitle = \"{title}\"\n{lines}\n+++\nText of {title}.\n")
}

#[test]
fn a_page_is_there_from_its_first_day_to_its_last() {
    let site = TestSite::empty().group("g");
    let card = joined(&site, "ann", &["g"]);
    site.page("library/a.md", "# Always\n\nText.");
    let term = "publish_on = 2026-11-27\nexpires_on = 2026-11-28";
    for (file, title) in [("library/b.md", "B"), ("groups/g/c.md", "C"), ("members/ann/d.md", "D")] {
        site.page(file, &dated(title, term));
    }
    site.page("messages/e.md", &dated("E", &format!("to = [\"ann\"]\n{term}")));
    let mut was = Vec::new();
    for day in 0..6 {
        build_at(&site, START + day * DAY);
        was.push(titles(&site, &card).len());
    }
    assert_eq!(was, [1, 1, 5, 5, 1, 1], "waiting on two days, there on two, over after");
}

#[test]
fn the_next_day_is_told_and_changes_something() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", &dated("A", "publish_on = 2026-11-27\nexpires_on = 2026-12-24"));
    let first = build_at(&site, START);
    assert_eq!((first.waiting, first.next_date), (1, Some(date(START + 2 * DAY))));
    assert_eq!(build_at(&site, START + DAY).release, None, "nothing changes before the day");
    let second = build_at(&site, START + 2 * DAY);
    assert_eq!((second.sealed, second.waiting, second.next_date), (1, 0, Some("2026-12-25".parse().unwrap())));
    let last = build_at(&site, START + 30 * DAY);
    assert_eq!((last.withdrawn, last.next_date), (1, None));
}

#[test]
fn the_open_web_has_a_page_on_its_days_alone() {
    let site = TestSite::empty();
    site.page("library/a.md", &dated("Evenings", "public = true\npublish_on = 2026-11-27\nexpires_on = 2026-11-27"));
    let open = |day: u64| {
        build_at(&site, START + day * DAY);
        let files = site.store_files();
        let list = files.iter().find(|(path, _)| path == "public/library/index.html").unwrap();
        let page = files.iter().any(|(path, _)| path == "public/library/a/index.html");
        assert_eq!(String::from_utf8_lossy(&list.1).contains("Evenings"), page, "the list names it when it is there");
        page
    };
    assert_eq!([open(0), open(2), open(3)], [false, true, false]);
}

#[test]
fn whoever_left_keeps_no_page_whose_last_day_is_over() {
    let site = TestSite::empty().group("g");
    let card = site.member("ann", &[]);
    site.page("groups/g/group.toml", "title = \"G\"\nmembers = [\"ann\"]\n");
    site.page("groups/g/a.md", &dated("Stays", "")).page("groups/g/b.md", &dated("Ends", "expires_on = 2026-11-30"));
    build_at(&site, START);
    site.page("groups/g/group.toml", "title = \"G\"\nmembers = []\n[[left]]\nmember = \"ann\"\non = 2026-11-26\n");
    build_at(&site, START + 2 * DAY);
    assert_eq!(titles(&site, &card).len(), 2, "they keep what they had");
    build_at(&site, START + 10 * DAY);
    assert_eq!(titles(&site, &card), BTreeSet::from(["Stays".to_owned()]));
}

/// Who joined on the 28th: of pages without `date`, the first day counts, unless it was given earlier.
#[test]
fn a_first_day_counts_as_the_day_of_a_page_but_makes_no_old_page_newer() {
    let site = TestSite::empty().group("g");
    site.member("ann", &[]);
    site.page("groups/g/group.toml", "title = \"G\"\nmembers = [\"ann\"]\n");
    let ben = site.member("ben", &[]);
    site.page("groups/g/old.md", &dated("Old", ""));
    site.page("groups/g/before.md", &dated("Before", "publish_on = 2026-11-26"));
    site.page("groups/g/after.md", &dated("After", "publish_on = 2026-11-29"));
    site.page("groups/g/of-that-evening.md", &dated("Evening", "date = 2026-11-26\npublish_on = 2026-11-29"));
    build_at(&site, START);
    let joined = "[[joined]]\nmember = \"ben\"\non = 2026-11-28\nsees_from = 2026-11-28\n";
    site.page("groups/g/group.toml", &format!("title = \"G\"\nmembers = [\"ann\", \"ben\"]\n{joined}"));
    // Written into an old page afterwards.
    site.page("groups/g/old.md", &dated("Old", "publish_on = 2026-11-30"));
    build_at(&site, START + 10 * DAY);
    assert_eq!(titles(&site, &ben), BTreeSet::from(["After".to_owned()]));
}

#[test]
fn the_plan_and_show_say_what_waits_what_is_late_and_what_is_over() {
    let site = TestSite::empty().group("g");
    joined(&site, "ann", &["g"]);
    site.member("ben", &[]);
    let today = today();
    let (past, soon) = (today - 3.days(), today + 3.days());
    site.page("library/over.md", &dated("Over", "")).page("library/known.md", &dated("Known", ""));
    site.build();
    site.page("library/over.md", &dated("Over", &format!("expires_on = {past}")));
    site.page("library/known.md", &dated("Known", &format!("publish_on = {past}")));
    site.page("library/late.md", &dated("Late", &format!("publish_on = {past}")));
    site.page("groups/g/soon.md", &dated("Soon", &format!("publish_on = {soon}")));
    let mut shown = Pty::run(site.root(), &["build"], &[]);
    shown.expect("`publish_on` of \"Late\" is in the past");
    shown.expect("it goes out now");
    shown.expect("last day is over: \"Over\"");
    shown.expect(&format!("Waiting: \"Soon\" for Group g, from {}", soon.strftime("%-d %B %Y")));
    shown.expect("The next build that changes something by date:");
    shown.expect("Publish this?");
    shown.press("n\r");
    assert!(!shown.end().0);
    let told = site.run(&["build", "--yes", "--json"]);
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(
        said.contains("Waiting for their day: 1 page") && !said.contains("Soon"),
        "no titles off a terminal: {said}"
    );
    assert!(!said.contains("Known") && said.contains("after the day of `publish_on`: 1 page"), "{said}");
    let done: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((done["waiting"].as_u64(), done["next_date"].as_str()), (Some(1), Some(&*soon.to_string())));
    let show = |member| -> Value { serde_json::from_str(&site.ok(&["show", member, "--json"])).unwrap() };
    assert_eq!(show("ann")["waiting"][0]["title"], "Soon");
    assert_eq!(show("ben")["waiting"].as_array().unwrap().len(), 0);
    assert!(site.ok(&["show", "ann"]).contains("Waiting: \"Soon\""));
    assert!(!site.ok(&["show", "ben"]).contains("Waiting"));
}

#[test]
fn check_tells_a_page_whose_day_has_come_without_a_build() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let day = |ago: i64| today().saturating_sub(ago.days());
    let late = |site: &TestSite| site.ok(&["check"]).contains("library/a.md: was to be there from ");
    site.page("library/a.md", &dated("A", &format!("publish_on = {}", day(1))));
    assert!(late(&site), "nothing was ever built");
    build_at(&site, heldspace::clock::begins(day(3)).unwrap());
    assert!(late(&site), "built before its day");
    site.build();
    assert!(!late(&site), "it is there");
    for term in [format!("publish_on = {}", today()), format!("publish_on = {}\nexpires_on = {}", day(2), day(1))] {
        site.page("library/a.md", &dated("A", &term));
        assert!(!late(&site), "{term}");
    }
}
