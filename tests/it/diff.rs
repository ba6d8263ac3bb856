//! `diff`: what would change for whom, text by text; and what `show` tells of what was given before.

use serde_json::Value;

use crate::{
    clock::{DAY, START, build_at},
    site::{TestSite, files_below},
};

fn practice() -> TestSite {
    let site = TestSite::empty().group("g");
    for name in ["ann", "ben"] {
        site.member(name, &[]);
    }
    std::fs::write(site.path("content/groups/g/group.toml"), "title = \"G\"\nmembers = [\"ann\", \"ben\"]\n").unwrap();
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.name }}.\n\nBring a pen.\n");
    site.page("members/ann/own.md", "# For Ann\n\nText.\n");
    site
}

fn diff(site: &TestSite, more: &[&str]) -> Value {
    serde_json::from_str(&site.ok(&[&["diff", "--json"], more].concat())).unwrap()
}

/// Kind, file, readers, and what became of the text.
fn pages(diff: &Value) -> Vec<(&str, &str, Vec<&str>, &str)> {
    let each = diff["pages"].as_array().unwrap().iter().map(|page| {
        let readers = page["readers"].as_array().unwrap().iter().map(|reader| reader["member"].as_str().unwrap());
        (
            page["what"].as_str().unwrap(),
            page["file"].as_str().unwrap(),
            readers.collect(),
            page["changed"].as_str().unwrap(),
        )
    });
    each.collect()
}

const PLAN: &str = "content/groups/g/plan.md";
const OWN: &str = "content/members/ann/own.md";

#[test]
fn what_would_change_is_told_page_by_page_with_its_readers_and_nothing_is_done() {
    let site = practice();
    assert_eq!(
        pages(&diff(&site, &[])),
        [("newly-readable", PLAN, vec!["ann", "ben"], "whole"), ("newly-readable", OWN, vec!["ann"], "whole"),],
        "before the first build, too"
    );
    assert!(!site.store().exists(), "not even a store is made");
    build_at(&site, START);
    assert_eq!(site.ok(&["diff"]), "Nothing would change for anyone since the last release.\n");
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.name }}.\n\nBring a book.\n");
    site.page("groups/g/new.md", "# New\n\nText.\n");
    std::fs::remove_file(site.path(OWN)).unwrap();
    let before = files_below(site.root());
    let found = diff(&site, &[]);
    assert_eq!(
        pages(&found),
        [
            ("newly-readable", "content/groups/g/new.md", vec!["ann", "ben"], "whole"),
            ("changed", PLAN, vec!["ann", "ben"], "text"),
            ("taken-back", OWN, vec!["ann"], "whole"),
        ]
    );
    let text = found["pages"][1]["diff"].as_str().unwrap();
    assert!(text.contains("\n-Bring a pen.\n+Bring a book.\n") && !text.contains("ann"), "{text}");
    let said = site.ok(&["diff"]);
    for line in [
        "Newly readable:\n  New  (content/groups/g/new.md), for ann, ben",
        "\n-Bring a pen.\n+Bring a book.\n",
        "Taken back:\n  For Ann",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert_eq!(pages(&diff(&site, &["--member", "ben"])).len(), 2);
    assert!(site.fails(&["diff", "--member", "bem"]).1.contains("ben"));
    assert!(files_below(site.root()) == before, "it writes nothing");
}

#[test]
fn a_new_title_or_look_is_no_new_text_and_versions_are_told_apart() {
    let site = practice();
    build_at(&site, START);
    site.page(
        "groups/g/plan.md",
        "+++\ntitle = \"The plan\"\n+++\n# Plan\n\nHello {{ member.name }}.\n\nBring a pen.\n",
    );
    let found = diff(&site, &[]);
    assert_eq!(pages(&found), [("changed", PLAN, vec!["ann", "ben"], "appearance")]);
    assert_eq!(
        (found["pages"][0]["title"].as_str(), found["pages"][0]["old_title"].as_str()),
        (Some("The plan"), Some("Plan"))
    );
    assert!(site.ok(&["diff"]).contains("It was called: Plan"));
    build_at(&site, START + DAY);
    // ben is out of it for a version, and comes back to a later one.
    std::fs::write(site.path("content/groups/g/group.toml"), "title = \"G\"\nmembers = [\"ann\"]\n").unwrap();
    let found = diff(&site, &[]);
    assert_eq!(pages(&found), [("taken-back", PLAN, vec!["ben"], "whole")]);
    site.page("library/open.md", "+++\npublic = true\n+++\n# Open\n\nText.\n");
    let open = diff(&site, &[])["open"].clone();
    assert!(
        open.as_array().unwrap().iter().any(|page| page["title"] == "/library/open/" && page["what"] == "newly-open"),
        "{open}"
    );
    site.page("groups/g/plan.md", "# Plan\n\n{{ member.nam }}\n");
    let (code, said) = site.fails(&["diff"]);
    assert!(code == 3 && said.contains("plan.md:3"), "a mistake as for a build: {said}");
}

#[test]
fn show_tells_since_when_and_what_was_taken_back_and_why() {
    let site = practice();
    build_at(&site, START);
    site.page("groups/g/plan.md", "# Plan\n\nBring a book.\n");
    site.page("library/all.md", "# For all\n\nText.\n");
    build_at(&site, START + DAY);
    std::fs::remove_file(site.path(OWN)).unwrap();
    site.ok(&["member", "leave", "ben", "g", "--on", "2026-11-27", "--keep-until", "now"]);
    build_at(&site, START + 2 * DAY);
    let show = |member: &str| -> Value { serde_json::from_str(&site.ok(&["show", member, "--json"])).unwrap() };
    let ann = show("ann");
    let since = |title: &str| {
        let page = ann["pages"].as_array().unwrap().iter().find(|page| page["title"] == title).unwrap();
        (page["since"].as_u64().unwrap(), page["version_since"].as_u64().unwrap())
    };
    assert_eq!((since("Plan"), since("For all")), ((START, START + DAY), (START + DAY, START + DAY)));
    let gone = &ann["withdrawn"][0];
    assert_eq!(
        (gone["file"].as_str(), gone["from"].as_u64(), gone["until"].as_u64()),
        (Some(OWN), Some(START), Some(START + 2 * DAY))
    );
    assert_eq!(gone["why"], "its file was removed, moved or renamed");
    let said = site.ok(&["show", "ann"]);
    assert!(said.contains("Plan  (G; since 2026-11-25, changed 2026-11-26)"), "{said}");
    assert!(
        said.contains(
            "Taken back, 1 page:\n  For Ann  (content/members/ann/own.md; 2026-11-25 to 2026-11-27; its file"
        ),
        "{said}"
    );
    let ben = show("ben");
    assert_eq!(ben["withdrawn"].as_array().unwrap().len(), 1, "{ben}");
    assert_eq!(ben["withdrawn"][0]["title"], "Plan");
}

#[test]
fn what_changes_on_the_open_web_is_told_line_by_line_as_it_is_read() {
    let site = practice();
    let page = |text: &str| format!("+++\npublic = true\n+++\n# Open\n\nFirst.\n\n{text}\n");
    site.page("library/open.md", &page("*Second* & [third](https://third.example)."));
    build_at(&site, START);
    assert_eq!(diff(&site, &[])["open"].as_array().unwrap().len(), 0);
    site.page("library/open.md", &page("Second & [third](https://other.example), \u{202e}too."));
    let found = diff(&site, &[]);
    let open = &found["open"][0];
    assert_eq!(
        (&open["title"], &open["what"], &open["changed"]),
        (&"/library/open/".into(), &"open-changed".into(), &"text".into())
    );
    let text = open["diff"].as_str().unwrap();
    for line in
        ["\n First.\n", "\n-https://third.example\n", "\n-Second & third.\n", "\n+Second & third, \u{202e}too.\n"]
    {
        assert!(text.contains(line), "{text}");
    }
    let said = site.ok(&["diff"]);
    assert!(said.contains("Changed on the open web:\n  /library/open/\n"), "{said}");
    assert!(said.contains("\n-Second & third.\n+") && !said.contains('\u{202e}') && !said.contains('<'), "{said}");
    assert_eq!(
        diff(&site, &["--member", "ann"])["open"].as_array().unwrap().len(),
        0,
        "it is for nobody in particular"
    );
    // A new look alone; and one that the host spoiled.
    site.page("library/open.md", &page("*Second* & [third](https://third.example)."));
    site.ok(&["theme", "eject", "open.css"]);
    std::fs::write(site.path("themes/default/open.css"), "/* mine */").unwrap();
    assert_eq!(diff(&site, &[])["open"][0]["changed"], "appearance");
    std::fs::write(site.store().join("public/library/open/index.html"), "spoiled").unwrap();
    let found = diff(&site, &[]);
    let open = found["open"].as_array().unwrap().iter().find(|page| page["title"] == "/library/open/").unwrap();
    assert_eq!(open["changed"], "unknown");
}

#[test]
fn another_store_can_be_named_as_for_show_and_build() {
    let site = practice();
    build_at(&site, START);
    let aside = site.path("aside");
    let aside = ["--store", aside.to_str().unwrap()];
    site.ok(&[&["build", "--yes"], &aside[..]].concat());
    site.page("groups/g/plan.md", "# Plan\n\nHello.\n");
    site.build();
    assert!(pages(&diff(&site, &[])).is_empty());
    assert_eq!(pages(&diff(&site, &aside)), [("changed", PLAN, vec!["ann", "ben"], "text")]);
    let (code, said) = site.fails(&["diff", "--store", "nowhere"]);
    assert!(code != 0 && said.contains("nowhere"), "{said}");
}
