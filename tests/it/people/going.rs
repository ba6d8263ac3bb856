//! Joining and leaving, one thing at a time.

use std::{collections::BTreeSet, fs};

use heldspace::{
    practice::{Home, HomeError},
    record::Record,
    wire::UnixTime,
};

use crate::{
    clock::{DAY, START, build_at},
    reader::Reader,
    site::{Card, TestSite},
};

/// A group with a page from before, which Ann has had for a while.
fn begun() -> (TestSite, Card) {
    let site = TestSite::empty().group("a");
    let ann = site.member("ann", &[]);
    site.ok(&["member", "join", "ann", "a", "--with-history", "--on", "2026-11-25"]);
    site.page("groups/a/dated.md", "+++\ndate = 2026-11-10\n+++\n# Dated\n\nText.")
        .page("groups/a/undated.md", "# Undated\n\nText.");
    build_at(&site, START);
    (site, ann)
}

fn titles(site: &TestSite, card: &Card) -> BTreeSet<String> {
    let reader = Reader::unlock(&site.store(), card);
    reader.map(|r| r.pages(&site.store())).unwrap_or_default().into_iter().map(|(title, _)| title).collect()
}

fn set(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

const LATER: UnixTime = START + 10 * DAY;

fn join(site: &TestSite, name: &str, more: &[&str]) {
    site.ok(&[&["member", "join", name, "a", "--on", "2026-12-05"], more].concat());
}

#[test]
fn what_is_planned_shows_in_the_list() {
    let (site, _) = begun();
    site.member("ben", &[]);
    site.ok(&["member", "join", "ben", "a", "--on", "2999-01-02"]);
    site.ok(&["member", "leave", "ann", "a", "--on", "2999-01-01"]);
    let listed = site.ok(&["member", "list"]);
    assert!(listed.contains("a (leaves 2999-01-01)") && listed.contains("a (from 2999-01-02)"), "{listed}");
}

#[test]
fn whoever_joins_sees_what_is_from_then_on() {
    let (site, ann) = begun();
    let (ben, cam) = (site.member("ben", &[]), site.member("cam", &[]));
    join(&site, "ben", &[]);
    join(&site, "cam", &["--since", "2026-11-10"]);
    site.page("groups/a/new.md", "# New\n\nText.")
        .page("groups/a/agreement.md", "+++\nnewcomers = true\ndate = 2026-09-01\n+++\n# Agreement\n\nText.");
    build_at(&site, LATER - DAY);
    assert_eq!(titles(&site, &ben), set(&[]), "not yet");
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ann), set(&["Agreement", "Dated", "New", "Undated"]));
    assert_eq!(titles(&site, &ben), set(&["Agreement"]), "new.md was given to Ann a day before");
    assert_eq!(titles(&site, &cam), set(&["Agreement", "Dated", "New", "Undated"]));
    site.page("groups/a/newer.md", "# Newer\n\nText.");
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ben), set(&["Agreement", "Newer"]));
}

#[test]
fn without_the_record_a_page_of_no_day_is_older_than_everyone() {
    let (site, _) = begun();
    fs::remove_file(site.path(".heldspace/record.log")).unwrap();
    let ben = site.member("ben", &[]);
    join(&site, "ben", &["--since", "2026-11-01"]);
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ben), set(&["Dated"]));
    // The record that was begun then knows no better.
    site.page("groups/a/new.md", "# New\n\nText.");
    build_at(&site, LATER + DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "New"]));
    // What was theirs stays theirs, when the record is lost once more.
    fs::remove_file(site.path(".heldspace/record.log")).unwrap();
    build_at(&site, LATER + 2 * DAY);
    site.page("groups/a/newer.md", "# Newer\n\nOther text.");
    build_at(&site, LATER + 3 * DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "New", "Newer"]));
}

#[test]
fn a_page_that_is_renamed_is_as_old_as_before() {
    let (site, ann) = begun();
    let ben = site.member("ben", &[]);
    join(&site, "ben", &[]);
    build_at(&site, LATER);
    fs::rename(site.path("content/groups/a/undated.md"), site.path("content/groups/a/renamed.md")).unwrap();
    build_at(&site, LATER + DAY);
    assert_eq!((titles(&site, &ann).len(), titles(&site, &ben)), (2, set(&[])));
}

#[test]
fn the_last_leaving_counts_and_what_was_planned_can_be_called_off() {
    let (site, ann) = begun();
    site.ok(&["member", "leave", "ann", "a", "--on", "2026-12-05", "--keep-until", "always"]);
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ann).len(), 2);
    site.ok(&["member", "join", "ann", "a", "--with-history", "--on", "2026-12-06"]);
    site.ok(&["member", "leave", "ann", "a", "--on", "2026-12-10", "--keep-until", "now"]);
    build_at(&site, LATER + 6 * DAY);
    assert_eq!(titles(&site, &ann), set(&[]), "always was before");
    let ben = site.member("ben", &[]);
    site.ok(&["member", "join", "ben", "a", "--with-history", "--on", "2026-11-25"]);
    site.ok(&["member", "leave", "ben", "a", "--on", "2099-01-10"]);
    let said = site.ok(&["member", "join", "ben", "a"]);
    assert!(said.starts_with("ben stays in a: the leaving that was planned is called off."), "{said}");
    build_at(&site, START + 60 * DAY);
    assert_eq!(titles(&site, &ben).len(), 2, "the leaving was called off");
    site.member("cam", &[]);
    site.ok(&["member", "join", "cam", "a", "--on", "2099-02-01"]);
    site.ok(&["member", "leave", "cam", "a", "--on", "2099-02-01"]);
    let group = fs::read_to_string(site.path("content/groups/a/group.toml")).unwrap();
    assert!(!group.contains("cam"), "{group}");
}

#[test]
fn a_name_written_into_a_group_by_hand_is_asked_about() {
    let (site, _) = begun();
    site.member("ben", &[]);
    let file = site.path("content/groups/a/group.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"ann\"", "\"ann\", \"ben\"", 1)).unwrap();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert_eq!(code, 3);
    assert!(said.contains("content/groups/a/group.toml") && said.contains("`ben` was added by hand"), "{said}");
    // The same where the store was lost: the record knows that the group has a past.
    fs::remove_dir_all(site.store()).unwrap();
    assert!(site.fails(&["build", "--yes"]).1.contains("`ben` was added by hand"));
    site.ok(&["member", "join", "ben", "a"]);
    site.build();
    let (code, said) = site.fails(&["member", "join", "ben", "a"]);
    assert!(code == 2 && said.contains("already"), "{said}");
}

#[test]
fn a_slip_in_a_line_of_joining_is_told_at_its_place() {
    let (site, _) = begun();
    let file = site.path("content/groups/a/group.toml");
    let text = fs::read_to_string(&file).unwrap() + "\n[[joined]]\nmember = \"an\"\non = 2026-12-01\n";
    fs::write(&file, text).unwrap();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("`an` stands neither in `members`"), "{said}");
}

#[test]
fn a_page_that_everyone_is_too_new_for_is_told() {
    let site = TestSite::empty().group("a");
    site.page("groups/a/old.md", "+++\ndate = 2020-01-01\n+++\n# Old\n\nText.");
    site.member("ann", &["a"]);
    let output = site.run(&["build", "--yes"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("1 page that nobody reads yet"), "{said}");
}

#[test]
fn what_someone_keeps_outlives_new_keys_a_new_card_and_a_spoiled_store() {
    let (site, ann) = begun();
    let ben = site.member("ben", &[]);
    site.ok(&["member", "join", "ben", "a", "--with-history", "--on", "2026-11-26"]);
    build_at(&site, START + DAY);
    site.ok(&["member", "leave", "ben", "a", "--on", "2026-12-05", "--keep-until", "2026-12-31"]);
    site.page("groups/a/undated.md", "# Edited since\n\nText.");
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ann), set(&["Dated", "Edited since"]));
    assert_eq!(titles(&site, &ben), set(&["Dated", "Undated"]), "as it was");
    site.ok(&["keys", "rotate", "--words-file", site.words_file().to_str().unwrap()]);
    build_at(&site, LATER + DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "Undated"]));
    let ben: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ben", "--yes", "--json"])).unwrap();
    build_at(&site, LATER + 2 * DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "Undated"]));
    for (path, _) in site.store_files().iter().filter(|(path, _)| path.starts_with("objects/")) {
        fs::remove_file(site.store().join(path)).unwrap();
    }
    build_at(&site, LATER + 3 * DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "Undated"]), "out of the record");
    fs::remove_file(site.path("content/groups/a/undated.md")).unwrap();
    build_at(&site, LATER + 4 * DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated"]), "what is taken back is taken from everyone");
    build_at(&site, LATER + 40 * DAY);
    assert_eq!(titles(&site, &ben), set(&[]));
}

#[test]
fn what_someone_keeps_names_nobody_whose_consent_has_ended() {
    let (site, _) = begun();
    let (ben, _) = (site.member("ben", &[]), site.member("cam", &[]));
    site.ok(&["member", "join", "ben", "a", "--with-history", "--on", "2026-11-25"]);
    site.page("groups/a/thanks.md", "+++\nnames = [\"cam\"]\n+++\n# Thanks\n\nCam brought the tea.");
    let consent = [
        "--naming",
        "content/groups/a/thanks.md",
        "--how",
        "signed form",
        "--given",
        "2026-11-25",
        "--recorded-by",
        "Ines",
    ];
    let added = site.ok(&[&["consent", "add", "cam", "--json"], &consent[..]].concat());
    let id: serde_json::Value = serde_json::from_str(&added).unwrap();
    build_at(&site, START + DAY);
    site.ok(&["member", "leave", "ben", "a", "--on", "2026-11-27"]);
    build_at(&site, START + 3 * DAY);
    assert!(titles(&site, &ben).contains("Thanks"));
    // The name is taken out; what Ben keeps has it still.
    site.ok(&[
        "consent",
        "revoke",
        "cam",
        &id["consent"].to_string(),
        "--on",
        "2026-11-29",
        "--yes",
        "--recorded-by",
        "Ines",
    ]);
    site.page("groups/a/thanks.md", "# Thanks\n\nSomeone brought the tea.");
    build_at(&site, START + 4 * DAY);
    assert_eq!(titles(&site, &ben), set(&["Dated", "Undated"]));
}

#[test]
fn a_closed_membership_ends_with_mailbox_and_tickets() {
    let (site, _) = begun();
    let ben = site.member("ben", &[]);
    site.page("library/all.md", "# All\n\nText.").page("members/ben/own.md", "# Own\n\nText.");
    build_at(&site, START + DAY);
    let close = ["member", "close", "ben", "--reason", "discharged", "--on", "2026-12-05", "--yes"];
    assert!(site.fails(&[&close[..], &["--keep-until", "always"]].concat()).1.contains("ends some day"));
    site.ok(&close);
    site.page("library/new.md", "# New\n\nText.");
    build_at(&site, LATER);
    assert_eq!(titles(&site, &ben), set(&["All", "Own"]));
    build_at(&site, LATER + 30 * DAY);
    assert_eq!(titles(&site, &ben), set(&["All", "Own"]), "the last day");
    build_at(&site, LATER + 31 * DAY);
    let left = site.store_files().into_iter().filter(|(path, _)| path.contains(&ben.mailbox));
    assert_eq!(left.count(), 0, "mailbox, index and keyring are gone");
}

#[test]
fn for_someone_who_died_nothing_stays_open() {
    let (site, ann) = begun();
    site.ok(&["member", "close", "ann", "--reason", "died", "--yes"]);
    build_at(&site, START + 700 * DAY);
    assert_eq!(titles(&site, &ann), set(&[]));
}

#[test]
fn with_a_host_members_can_read_what_was_brought_there_and_not_before() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let host = site.path("host");
    fs::create_dir(&host).unwrap();
    site.ok(&["host", "add", host.to_str().unwrap()]);
    site.page("library/a.md", "# First words\n\nText.");
    site.build();
    let home = Home::of(site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    let titles = || -> Vec<(String, bool)> {
        let record = Record::read(&home, &keys).unwrap();
        record.spans().iter().map(|span| (span.page.title.clone(), span.until.is_none())).collect()
    };
    assert_eq!(titles(), []);
    site.page("library/a.md", "# Better words\n\nText.");
    site.build();
    site.ok(&["publish", "--yes"]);
    assert_eq!(titles(), [("Better words".to_owned(), true)], "the first words were never anywhere");
    site.page("library/a.md", "# Last words\n\nText.");
    site.build();
    assert_eq!(titles(), [("Better words".to_owned(), true)]);
    site.ok(&["publish", "--yes"]);
    assert_eq!(titles(), [("Better words".to_owned(), false), ("Last words".to_owned(), true)]);
}

/// A practice whose host is a folder.
fn hosted() -> TestSite {
    let site = TestSite::empty().group("a");
    fs::create_dir(site.path("host")).unwrap();
    site.ok(&["host", "add", site.path("host").to_str().unwrap()]);
    site
}

#[test]
fn what_has_ended_since_it_was_built_goes_nowhere() {
    let site = hosted();
    let (ann, cam) = (site.member("ann", &["a"]), site.member("cam", &["a"]));
    site.page("groups/a/one.md", "# One\n\nText.");
    site.build();
    site.ok(&["member", "close", "cam", "--reason", "died", "--yes"]);
    let (code, said) = site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("has ended since") && said.contains("heldspace build"), "{said}");
    assert!(!site.path("host/head.json").exists());
    site.build();
    site.ok(&["publish", "--yes"]);
    let titles = |card: &Card| Reader::unlock(&site.path("host"), card).map(|r| r.pages(&site.path("host")).len());
    assert_eq!((titles(&ann), titles(&cam)), (Some(1), None));
    site.ok(&["member", "leave", "ann", "a", "--keep-until", "now"]);
    site.page("library/all.md", "# All\n\nText.");
    assert_eq!(site.fails(&["publish", "--yes"]).0, 4);
}

#[test]
fn whoever_leaves_keeps_what_was_published_and_not_what_was_only_built() {
    let site = hosted();
    let ann = site.member("ann", &["a"]);
    site.page("groups/a/one.md", "# One\n\nText.");
    site.build();
    site.ok(&["publish", "--yes"]);
    site.page("groups/a/two.md", "# Two\n\nMore.").page("groups/a/one.md", "# One, edited\n\nText.");
    site.build();
    site.ok(&["member", "leave", "ann", "a"]);
    site.build();
    site.ok(&["publish", "--yes"]);
    let host = site.path("host");
    let pages = Reader::unlock(&host, &ann).unwrap().pages(&host);
    assert_eq!(pages.into_iter().map(|(title, _)| title).collect::<Vec<_>>(), ["One"]);
}

#[test]
fn a_build_into_a_store_that_nobody_reads_says_nothing_of_anyone() {
    let (site, _) = begun();
    let home = Home::of(site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    let spans = || {
        Record::read(&home, &keys).unwrap().spans().iter().map(|s| (s.page.title.clone(), s.until)).collect::<Vec<_>>()
    };
    let before = spans();
    assert_eq!(before.len(), 2);
    site.page("groups/a/try.md", "# A try\n\nText.");
    let aside = site.path("aside");
    site.ok(&["build", "--yes", "--store", aside.to_str().unwrap()]);
    assert_eq!(spans(), before);
    // What lies there can be opened all the same.
    let object = fs::read_dir(aside.join("objects")).unwrap().next().unwrap().unwrap().path();
    site.ok(&["open", object.to_str().unwrap()]);
}

#[test]
fn what_someone_keeps_comes_back_after_a_build_without_it() {
    let (site, ann) = begun();
    site.member("ben", &[]);
    site.ok(&["member", "leave", "ann", "a", "--on", "2026-12-05"]);
    build_at(&site, LATER);
    let page = site.path("content/groups/a/undated.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("+++\ndraft = true\n+++\n{text}")).unwrap();
    build_at(&site, LATER + DAY);
    assert_eq!(titles(&site, &ann), set(&["Dated"]));
    fs::write(&page, text).unwrap();
    fs::remove_dir_all(site.store().join("mailboxes")).unwrap();
    build_at(&site, LATER + 2 * DAY);
    assert_eq!(titles(&site, &ann), set(&["Dated", "Undated"]));
}
