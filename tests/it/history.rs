//! `history`: every version, who could read it, what changed, and the text as it was.

use serde_json::Value;

use crate::{
    clock::{DAY, START, build_at, joined},
    site::TestSite,
};

fn history(site: &TestSite, more: &[&str]) -> Vec<Value> {
    let found: Value = serde_json::from_str(&site.ok(&[&["history", "--json"], more].concat())).unwrap();
    let pages = found.as_array().unwrap();
    assert_eq!(pages.len(), 1, "{found}");
    pages[0]["versions"].as_array().unwrap().clone()
}

fn members(version: &Value) -> Vec<&str> {
    version["readers"].as_array().unwrap().iter().map(|reader| reader["member"].as_str().unwrap()).collect()
}

fn practice() -> TestSite {
    let site = TestSite::empty().group("g");
    joined(&site, "ann", &["g"]);
    joined(&site, "ben", &["g"]);
    site
}

#[test]
fn versions_come_with_their_days_their_readers_and_what_changed() {
    let site = practice();
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.name }}.\n\nBring a pen.\n");
    build_at(&site, START);
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.name }}.\n\nBring a book.\n");
    build_at(&site, START + DAY);
    std::fs::remove_file(site.path("content/groups/g/plan.md")).unwrap();
    build_at(&site, START + 2 * DAY);
    let versions = history(&site, &["g/plan.md"]);
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert_eq!((versions[0]["from"].as_u64(), versions[0]["until"].as_u64()), (Some(START), Some(START + DAY)));
    assert_eq!((versions[0]["changed"].as_str(), versions[1]["changed"].as_str()), (Some("first"), Some("text")));
    assert_eq!(members(&versions[1]), ["ann", "ben"]);
    let diff = versions[1]["diff"].as_str().unwrap();
    assert!(diff.contains("\n-Bring a pen.\n+Bring a book.\n") && !diff.contains("-Hello"), "{diff}");
    let told = site.ok(&["history", "Plan"]);
    assert!(told.contains("Taken back 2026-11-2") && told.contains("for ann, ben"), "{told}");
    assert_eq!(
        site.ok(&["history", "plan.md", "--source", "1"]),
        "# Plan\n\nHello {{ member.name }}.\n\nBring a pen.\n"
    );
}

#[test]
fn a_new_title_or_date_is_a_change_that_can_be_read() {
    let site = practice();
    let write = |title: &str, day: &str| {
        site.page("groups/g/plan.md", &format!("+++\ntitle = \"{title}\"\ndate = {day}\n+++\nText.\n"));
    };
    write("Maya's plan", "2026-11-03");
    build_at(&site, START);
    write("The plan", "2026-11-04");
    build_at(&site, START + DAY);
    let versions = history(&site, &["plan.md"]);
    let diff = versions[1]["diff"].as_str().unwrap();
    assert!(diff.contains("-title: Maya's plan\n-date: 2026-11-03\n+title: The plan\n+date: 2026-11-04\n"), "{diff}");
    assert_eq!(versions[1]["changed"], "text");
}

#[test]
fn what_is_sealed_anew_is_no_new_version_and_a_new_look_says_so() {
    let site = practice();
    site.page("groups/g/plan.md", "# Plan\n\nText.\n");
    build_at(&site, START);
    site.ok(&["member", "rekey", "ann", "--yes", "--json"]);
    build_at(&site, START + DAY);
    let words = site.words_file();
    site.ok(&["keys", "rotate", "--words-file", words.to_str().unwrap()]);
    build_at(&site, START + 2 * DAY);
    let versions = history(&site, &["plan.md"]);
    assert_eq!(versions.len(), 1, "{versions:?}");
    assert_eq!((members(&versions[0]), versions[0]["until"].as_u64()), (vec!["ann", "ben"], None));
    let group = site.path("content/groups/g/group.toml");
    let text = std::fs::read_to_string(&group).unwrap().replace("Group g", "Group of trees");
    std::fs::write(group, text).unwrap();
    build_at(&site, START + 3 * DAY);
    let versions = history(&site, &["plan.md"]);
    assert_eq!((versions.len(), versions[1]["changed"].as_str()), (2, Some("appearance")));
}

#[test]
fn what_was_taken_back_and_given_again_are_two_versions() {
    let site = practice();
    for (n, text) in ["One", "Two", "One"].iter().enumerate() {
        site.page("library/a.md", &format!("# A\n\n{text}.\n"));
        build_at(&site, START + n as u64 * DAY);
    }
    let versions = history(&site, &["library/a.md", "--member", "ben"]);
    assert_eq!(versions.len(), 3);
    assert_eq!(members(&versions[2]), ["ben"]);
}

#[test]
fn what_is_not_there_is_said_and_nothing_moves_the_cursor() {
    let site = practice();
    let (code, said) = site.fails(&["history", "plan.md"]);
    assert!(code == 2 && said.contains("no page \"plan.md\" was ever given"), "{said}");
    site.page("library/a.md", "# A\n\nOne.\n").page("library/b/a.md", "# A\n\nOther.\n");
    build_at(&site, START);
    site.page("library/a.md", "# A\n\nOne\u{202e}two.\n");
    let (code, said) = site.fails(&["history", "library/a.md", "--source", "9"]);
    assert!(code == 2 && said.contains("versions 1 to 1"), "{said}");
    let (_, said) = site.fails(&["history", "A", "--source", "1"]);
    assert!(said.contains("content/library/a.md") && said.contains("content/library/b/a.md"), "{said}");
    std::fs::write(site.path(".heldspace/record.log"), "bm90aGluZw==\n").unwrap();
    let (_, said) = site.fails(&["history", "library/a.md"]);
    assert!(said.contains("line 1") && said.contains("from a backup"), "{said}");
}
