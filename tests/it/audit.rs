//! Who has opened what: a whole journey over a real server, and a host that changes its log.

mod changes;
mod hand_log;
pub mod host;

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use heldspace::wire::hour_of;
use serde_json::Value;

use self::host::{Host, now};
use crate::{
    markers::holds_marker,
    site::{Card, TestSite, files_below},
};

fn audit(site: &TestSite, args: &[&str]) -> Value {
    serde_json::from_str(&site.ok(&[&["audit", "--json"], args].concat())).unwrap()
}

/// Who, what, and the title of the page; without what a turn of the hour repeats.
fn told(log: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let events = log["events"].as_array().unwrap();
    let mut told: Vec<_> = events
        .iter()
        .map(|event| (text(&event["member"]), text(&event["what"]), text(&event["page"]["title"])))
        .collect();
    told.sort();
    told.dedup();
    told
}

/// Waits until the host has written that much.
pub fn until_written(site: &TestSite, enough: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let log = audit(site, &[]);
        if enough(&log) {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{log}");
    }
}

#[test]
fn a_whole_journey_is_told_in_names_and_titles() {
    let site = TestSite::empty().group("a");
    let (ann, _) = (site.member("ann", &["a"]), site.member("ben", &[]));
    site.page("groups/a/agenda.md", "# Agenda\n\nFirst.").page("members/ann/own.md", "# Your own\n\nWords.");
    site.build();
    assert_eq!(audit(&site, &[])["events"], serde_json::json!([]));
    let listed = |of: usize| {
        let list: Value = serde_json::from_str(&site.ok(&["member", "list", "--json"])).unwrap();
        list[of]["opened"].as_u64()
    };
    assert_eq!((listed(0), listed(1)), (None, None));

    let host = Host::over(&site);
    assert_eq!(host.read_all(&ann).len(), 2);
    site.page("groups/a/agenda.md", "# The agenda, edited\n\nSecond.");
    site.build();
    host.read_all(&ann);
    let again: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    host.read_all(&again);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    site.build();
    let log = until_written(&site, |log| {
        let of_new = |event: &&Value| event["mailbox"] == again.mailbox && event["what"] == "object";
        log["events"].as_array().unwrap().iter().filter(of_new).count() >= 2
    });
    let said = |what: &str, title: &str| ("ann".to_owned(), what.to_owned(), title.to_owned());
    let expected = [
        said("index", "-"),
        said("keyring", "-"),
        said("object", "Agenda"),
        said("object", "The agenda, edited"),
        said("object", "Your own"),
    ];
    assert_eq!(told(&log), expected, "both cards are hers, and old versions are known");
    assert!(
        log["trusted"] == true
            && log["events"].as_array().unwrap().iter().all(|e| e["time"].as_u64().unwrap() % 3600 == 0)
    );
    assert!(listed(0).is_some_and(|time| time >= hour_of(now()) - 3600) && listed(1).is_none());

    // Filters.
    assert_eq!(told(&audit(&site, &["--member", "ben"])), []);
    let by_file = told(&audit(&site, &["--page", "groups/a/agenda.md"]));
    assert_eq!(by_file, [said("object", "Agenda"), said("object", "The agenda, edited")]);
    assert_eq!(told(&audit(&site, &["--page", "agenda"])), by_file, "a page is its versions, by any of its titles");
    assert_eq!(told(&audit(&site, &["--until", "2000-01-01"])), []);
    assert_eq!(told(&audit(&site, &["--since", "2999-01-01"])), []);
    assert_eq!(told(&audit(&site, &["--since", "2000-01-01", "--until", "2999-01-01"])), expected);
    assert_eq!(site.fails(&["audit", "--page", "nothing"]).0, 2);
    assert!(site.fails(&["audit", "--member", "nobody"]).1.contains("ann"));

    // In her own record, version by version.
    let folder = site.path("record-of-ann");
    site.ok(&["member", "export", "ann", folder.to_str().unwrap()]);
    let record: Value = serde_json::from_slice(&fs::read(folder.join("record.json")).unwrap()).unwrap();
    let versions = record["versions"].as_array().unwrap();
    let is_opened = |version: &Value| version["opened"].as_array().is_some_and(|hours| !hours.is_empty());
    assert!(versions.len() == 3 && versions.iter().all(is_opened) && record["log_until"].is_string(), "{record}");

    // As people read it, in their own time.
    let output = site.command(&["audit", "--page", "agenda"]).env("TZ", "EST5").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(" EST  ann  opened  Agenda (content/groups/a/agenda.md)"), "{text}");
    let list = site.ok(&["member", "list"]);
    assert!(
        list.lines().any(|line| line.contains("ben@example.org") && line.ends_with("last opened: never")),
        "{list}"
    );
}

#[test]
fn what_is_not_known_here_is_shown_as_such() {
    let site = TestSite::empty();
    let ann = site.member("ann", &[]);
    site.page("library/a.md", "# A page\n\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&ann);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 3);
    drop(host);
    // Another machine, which has neither the record of what was given nor this member.
    fs::remove_file(site.path(".heldspace/record.log")).unwrap();
    fs::rename(site.path("content/members"), site.path("elsewhere")).unwrap();
    let text = site.ok(&["audit"]);
    assert!(text.contains(&format!("unknown mailbox {}  opened", &ann.mailbox[..8])), "{text}");
    assert!(text.contains("opened           unknown page "), "{text}");
    // The record is made anew with the next release.
    fs::rename(site.path("elsewhere"), site.path("content/members")).unwrap();
    site.page("library/b.md", "# Another\n\nText.");
    site.build();
    assert!(site.ok(&["audit"]).contains("A page (content/library/a.md)"));
}

#[test]
fn which_object_is_which_page_is_noted_sealed_and_only_when_there_is_news() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A zqxmarker page\n\nText.");
    site.build();
    let given = || fs::read(site.path(".heldspace/record.log")).unwrap();
    let first = given();
    assert!(!String::from_utf8_lossy(&first).contains("zqxmarker"));
    site.build();
    assert_eq!(given(), first);
    site.page("library/b.md", "# B\n\nText.");
    site.build();
    assert!(given().starts_with(&first) && given().len() > first.len());
}

#[test]
fn a_spreadsheet_sees_words_and_no_formula() {
    let site = TestSite::empty();
    let member = ["member", "add", "ann", "--name", "=1+1", "--email", "ann@example.org", "--json"];
    let card: Card = serde_json::from_str(&site.ok(&member)).unwrap();
    site.page("members/ann/a.md", "+++\ntitle = \"@SUM(1,2)\"\n+++\nText.")
        .page("members/ann/b.md", "+++\ntitle = \"＝1+1, \\\"quoted\\\"\"\n+++\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&card);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 4);
    let csv = site.ok(&["audit", "--csv"]);
    assert!(csv.starts_with("hour,member,name,what,title,file,trusted\n"), "{csv}");
    assert!(csv.contains(",ann,'=1+1,opened,\"'@SUM(1,2)\",content/members/ann/a.md,yes\n"), "{csv}");
    let folder = tempfile::tempdir().unwrap();
    assert!(!as_opened_by_a_spreadsheet(folder.path(), &csv).contains("table:formula"), "{csv}");
    let without = csv.replace(",'", ",").replace("\"'", "\"");
    assert!(as_opened_by_a_spreadsheet(folder.path(), &without).contains("table:formula"), "this test finds formulas");
}

/// A spreadsheet program, told to compute what it takes for a formula, as its users may.
fn as_opened_by_a_spreadsheet(folder: &Path, csv: &str) -> String {
    fs::write(folder.join("a.csv"), csv).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let opened = Command::new("soffice")
        .args([&profile, "--headless", "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"])
        .args(["--convert-to", "fods", "--outdir"])
        .arg(folder)
        .arg(folder.join("a.csv"))
        .output()
        .expect("soffice is installed by tests/run");
    assert!(opened.status.success(), "{opened:?}");
    fs::read_to_string(folder.join("a.fods")).unwrap()
}

#[test]
fn nothing_that_can_be_read_is_in_the_log_or_what_is_remembered_of_it() {
    let site = TestSite::empty();
    let member = ["member", "add", "zqxmarker", "--name", "Zqxmarker", "--email", "zqxmarker@example.org", "--json"];
    let card: Card = serde_json::from_str(&site.ok(&member)).unwrap();
    site.page("members/zqxmarker/zqxmarker.md", "# Zqxmarker\n\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&card);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 3);
    let kept = files_below(&site.path(".heldspace"));
    assert!(kept.iter().any(|(path, _)| path.starts_with("store/audit/")));
    assert!(kept.iter().any(|(path, _)| path == "audit.json"));
    for (path, bytes) in kept {
        assert!(!holds_marker(&bytes), "{path}");
    }
}
