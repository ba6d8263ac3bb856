//! No consent on record, no notice.

use std::fs;

use serde_json::Value;

use super::{days_ago, json, practice};
use crate::{
    served::Served,
    site::{TestSite, files_below},
};

/// Served at the address that stands in its links, with files for notices.
fn served() -> (TestSite, Served) {
    let site = practice();
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let server = Served::over(&site.store());
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    let settings = settings.replace("http://127.0.0.1:8080", &server.origin());
    let mail = "[mail]\nfrom = \"pages@example.org\"\nfolder = \"outbox\"\n";
    fs::write(site.path("site.toml"), format!("{settings}\n{mail}")).unwrap();
    site.build();
    (site, server)
}

fn notify(site: &TestSite) -> Value {
    json(&site.ok(&["notify", "--yes", "--json"]))
}

fn sent(site: &TestSite) -> usize {
    let outbox = site.path("outbox");
    if outbox.exists() { files_below(&outbox).len() } else { 0 }
}

#[test]
fn who_has_not_agreed_gets_none_and_the_plan_says_so() {
    let (site, _server) = served();
    let told = notify(&site);
    assert_eq!((&told["sent"], &told["without_consent"]), (&0.into(), &serde_json::json!(["ann", "ben"])));
    let said = String::from_utf8(site.run(&["notify", "--yes"]).stderr).unwrap();
    assert!(said.contains("2 members") && said.contains("consent list") && !said.contains("ann"), "{said}");
    site.ok(&["consent", "add", "ann", "--notices", "--how", "in session"]);
    assert_eq!(notify(&site)["without_consent"], serde_json::json!(["ben"]));
    assert_eq!(sent(&site), 1);
    // Given to ben too, it reaches them with what they were not told of yet.
    site.ok(&["consent", "add", "ben", "--notices", "--how", "in session", "--given", &days_ago(1)]);
    assert_eq!(notify(&site)["sent"], 1);
    assert_eq!(sent(&site), 2);
}

#[test]
fn whoever_revokes_gets_no_more() {
    let (site, _server) = served();
    for name in ["ann", "ben"] {
        site.ok(&["consent", "add", name, "--notices", "--how", "in session", "--given", &days_ago(9)]);
    }
    site.ok(&["consent", "revoke", "ann", "1", "--on", &days_ago(2), "--yes"]);
    assert_eq!(notify(&site)["members"][0]["member"], "ben");
    assert_eq!(sent(&site), 1);
    let again = site.ok(&["notify", "--again", "--member", "ann", "--yes"]);
    assert!(again.contains("no notice was sent"), "not even by name: {again}");
    assert_eq!(sent(&site), 1);
    site.ok(&["consent", "add", "ann", "--notices", "--how", "by telephone"]);
    assert_eq!(notify(&site)["members"][0]["member"], "ann");
}

#[test]
fn a_person_at_the_terminal_is_told_the_command() {
    let (site, _server) = served();
    site.ok(&["consent", "add", "ben", "--notices", "--how", "in session", "--given", &days_ago(9)]);
    site.ok(&["consent", "revoke", "ben", "1", "--yes"]);
    let mut plan = crate::pty::Pty::run(site.root(), &["notify", "--dry-run"], &[]);
    plan.expect("heldspace consent add ann --notices");
    plan.expect("ben gets none: they revoked");
    assert!(plan.end().0);
}

#[test]
fn a_first_week_needs_no_command_of_its_own() {
    let site = practice();
    let add = |name: &str, more: &[&str]| {
        let email = ["--name", "X", "--email", "x@example.org", "--json"];
        site.run(&[&["member", "add", name], &email[..], more].concat())
    };
    let of = |name: &str| json(&site.ok(&["consent", "list", name, "--json"]))[0].clone();
    assert!(add("cam", &["--consent", "signed form"]).status.success());
    assert_eq!((&of("cam")["how"], &of("cam")["by"]), (&"signed form".into(), &"self".into()));
    let by = ["--consent", "form", "--consent-date", "2026-01-02", "--consent-by", "guardian", "--guardian", "Mo"];
    assert!(add("dee", &by).status.success());
    assert_eq!((&of("dee")["given"], &of("dee")["guardian"]), (&"2026-01-02".into(), &"Mo".into()));
    for wrong in [
        &["--consent", "form", "--consent-by", "guardian"][..],
        &["--consent", "form", "--consent-date", &days_ago(-1)],
        &["--consent-date", "2026-01-02"],
        &["--consent", "\u{7}"],
    ] {
        let refused = add("eve", wrong);
        assert!(refused.status.code() == Some(2) && !site.path("content/members/eve").exists(), "{wrong:?}");
    }
    assert!(!site.path("content/members/eve").exists(), "no half of a member is left");
}
