//! A page whose file has another name is still the same page, if its author says so.

use std::fs;

use serde_json::Value;

use crate::{pty::Pty, site::TestSite};

fn ids(site: &TestSite) -> Vec<String> {
    let shown: Value = serde_json::from_str(&site.ok(&["history", "plan", "--json"])).unwrap();
    shown.as_array().unwrap().iter().map(|page| page["versions"].to_string()).collect()
}

fn practice(text: &str) -> TestSite {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.page("groups/g/plan.md", text).page("groups/g/other.md", "# Other\n\nText.");
    site.build();
    site
}

fn rename(site: &TestSite, from: &str, to: &str) {
    fs::rename(site.path(from), site.path(to)).unwrap();
}

#[test]
fn on_a_terminal_it_is_offered_and_nobody_sees_a_change() {
    let site = practice("---\ntitle: Plan\n---\nBring a pen.");
    rename(&site, "content/groups/g/plan.md", "content/groups/g/2026-12-01 plan.md");
    let mut build = Pty::run(site.root(), &["build"], &[]);
    build.expect("looks like content/groups/g/plan.md by another name");
    build.press("y\r");
    let (good, said) = build.end();
    assert!(good && said.contains("Nothing has changed"), "{said}");
    let text = fs::read_to_string(site.path("content/groups/g/2026-12-01 plan.md")).unwrap();
    assert_eq!(text, "---\nid: \"groups/g/plan.md\"\ntitle: Plan\n---\nBring a pen.");
    assert_eq!(ids(&site).len(), 1, "it is one page");
    site.page("groups/g/2026-12-01 plan.md", &text.replace("pen", "book"));
    site.build();
    assert_eq!(ids(&site).len(), 1, "and stays one");
}

#[test]
fn elsewhere_it_is_said_and_nothing_is_written() {
    for (text, new) in [
        ("# Plan\n\nBring a pen.", None),
        ("+++\ntitle = \"Plan\"\n+++\nPen.", Some("+++\ntitle = \"Plan\"\n+++\nBook.")),
    ] {
        let site = practice(text);
        rename(&site, "content/groups/g/plan.md", "content/groups/g/new plan.md");
        if let Some(new) = new {
            site.page("groups/g/new plan.md", new);
        }
        let before = fs::read(site.path("content/groups/g/new plan.md")).unwrap();
        let said = String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
        assert!(said.contains("id = \"groups/g/plan.md\" in its front matter"), "{said}");
        assert_eq!(fs::read(site.path("content/groups/g/new plan.md")).unwrap(), before);
    }
}

#[test]
fn where_there_is_a_doubt_nothing_is_said() {
    let said = |site: &TestSite| String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
    let doubt = |site: &TestSite| assert!(!said(site).contains("another name"));
    // Two that could be it.
    let site = practice("# Plan\n\nBring a pen.");
    rename(&site, "content/groups/g/plan.md", "content/groups/g/one.md");
    site.page("groups/g/two.md", "# Plan\n\nBring a pen.");
    doubt(&site);
    // Gone, and something else is new.
    let site = practice("# Plan\n\nBring a pen.");
    rename(&site, "content/groups/g/plan.md", "content/groups/g/new.md");
    site.page("groups/g/new.md", "# News\n\nWe meet on Friday.");
    doubt(&site);
    // Still there, and copied.
    let site = practice("# Plan\n\nBring a pen.");
    site.page("groups/g/copy.md", "# Plan\n\nBring a pen.");
    doubt(&site);
}
