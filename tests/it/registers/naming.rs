//! A page that names somebody: others read it with that person's consent, and only then. With real keys.

use std::collections::{BTreeMap, BTreeSet};

use heldspace::{
    content::{Survey, readers_of},
    practice::Practice,
};
use jiff::civil::{Date, date};

use super::{days_ago, json};
use crate::{
    draft::Draft,
    reader::Reader,
    site::{Card, TestSite},
};

type Cards = BTreeMap<&'static str, Card>;

/// Ann, Ben and Cam meet in `g`; Dee belongs to no group.
fn practice() -> (TestSite, Cards) {
    let site = TestSite::empty().group("g");
    let names = [("ann", &["g"][..]), ("ben", &["g"]), ("cam", &["g"]), ("dee", &[])];
    let cards = names.into_iter().map(|(name, groups)| (name, site.member(name, groups))).collect();
    (site, cards)
}

fn page(site: &TestSite, path: &str, names: &str, title: &str) {
    site.page(path, &format!("+++\nnames = {names}\n+++\n# {title}\n\nText."));
}

fn consent(site: &TestSite, name: &str, page: &str, more: &[&str]) -> String {
    let add = ["consent", "add", name, "--naming", page, "--how", "form", "--recorded-by", "I", "--json"];
    json(&site.ok(&[&add, more].concat()))["consent"].to_string()
}

fn revoke(site: &TestSite, name: &str, id: &str) {
    site.ok(&["consent", "revoke", name, id, "--recorded-by", "I", "--yes"]);
}

/// Who can open a page of that title with their own card.
fn read_by(site: &TestSite, cards: &Cards, title: &str) -> BTreeSet<&'static str> {
    let opens = |card: &Card| {
        let reader = Reader::unlock(&site.store(), card).expect("the card unlocks");
        reader.pages(&site.store()).iter().any(|(known, _)| known == title)
    };
    cards.iter().filter(|(_, card)| opens(card)).map(|(name, _)| *name).collect()
}

fn set<const N: usize>(names: [&'static str; N]) -> BTreeSet<&'static str> {
    names.into_iter().collect()
}

#[test]
fn without_a_consent_the_page_is_for_nobody() {
    let (site, cards) = practice();
    page(&site, "groups/g/a.md", "[\"ann\"]", "About Ann");
    let (code, said) = site.fails(&["build", "--yes"]);
    let mends = "heldspace consent add ann --naming content/groups/g/a.md";
    assert!(code == 3 && said.contains("content/groups/g/a.md:2:10") && said.contains(mends), "{said}");
    assert!(!site.store().join("indexes").exists());
    consent(&site, "ann", "content/groups/g/a.md", &[]);
    site.build();
    assert_eq!(read_by(&site, &cards, "About Ann"), set(["ann", "ben", "cam"]));
}

#[test]
fn what_was_revoked_is_taken_from_the_others_and_stays_with_the_person() {
    let (site, cards) = practice();
    page(&site, "groups/g/a.md", "[\"ann\"]", "In the group");
    page(&site, "library/b.md", "[\"ann\"]", "In the library");
    page(&site, "members/ben/c.md", "[\"ann\"]", "For Ben");
    site.page("messages/d.md", "+++\nnames = \"ann\"\nto = [\"ann\", \"dee\"]\n+++\n# A message\n\nText.");
    let pages = ["groups/g", "library/b.md", "members/ben/c.md", "messages/d.md"];
    let ids = pages.map(|page| consent(&site, "ann", &format!("content/{page}"), &[]));
    site.build();
    let everyone = set(["ann", "ben", "cam", "dee"]);
    assert_eq!(read_by(&site, &cards, "In the library"), everyone);
    assert_eq!(read_by(&site, &cards, "For Ben"), set(["ben"]));
    assert_eq!(read_by(&site, &cards, "A message"), set(["ann", "dee"]));
    for id in &ids {
        revoke(&site, "ann", id);
    }
    let said = String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
    assert!(said.contains("a consent ended: 4 pages") && !said.contains("In the group"), "{said}");
    for title in ["In the group", "In the library", "A message"] {
        assert_eq!(read_by(&site, &cards, title), set(["ann"]), "{title}");
    }
    assert_eq!(read_by(&site, &cards, "For Ben"), set([]));
    // Given anew, it is there again.
    consent(&site, "ann", "content/groups/g/a.md", &[]);
    site.build();
    assert_eq!(read_by(&site, &cards, "In the group"), set(["ann", "ben", "cam"]));
}

#[test]
fn of_two_who_are_named_each_reads_it_with_the_others_consent() {
    let (site, cards) = practice();
    page(&site, "groups/g/a.md", "[\"ann\", \"ben\"]", "About two");
    let ann = consent(&site, "ann", "content/groups/g", &[]);
    assert!(site.fails(&["build", "--yes"]).1.contains("consent add ben"));
    let ben = consent(&site, "ben", "content/groups/g/a.md", &[]);
    site.build();
    assert_eq!(read_by(&site, &cards, "About two"), set(["ann", "ben", "cam"]));
    revoke(&site, "ben", &ben);
    site.build();
    assert_eq!(read_by(&site, &cards, "About two"), set(["ben"]), "neither cam nor ann without ben's");
    revoke(&site, "ann", &ann);
    site.build();
    assert_eq!(read_by(&site, &cards, "About two"), set([]), "and ben not without ann's");
}

#[test]
fn the_plan_says_whose_consent_ended_and_when() {
    let (site, _) = practice();
    page(&site, "groups/g/a.md", "[\"ann\"]", "About Ann");
    let id = consent(&site, "ann", "content/groups/g/a.md", &["--given", &days_ago(9)]);
    site.build();
    revoke(&site, "ann", &id);
    let mut build = crate::pty::Pty::run(site.root(), &["build"], &[]);
    build.expect("Taken back for ben, cam");
    build.expect(&format!("the consent of ann for content/groups/g/a.md was revoked on {}", super::today()));
    build.press("n\r");
    build.end();
}

#[test]
fn nobody_is_kept_from_a_page_of_their_own_and_strangers_are_no_names() {
    let (site, cards) = practice();
    page(&site, "members/ann/a.md", "[\"ann\"]", "Her own");
    site.build();
    assert_eq!(read_by(&site, &cards, "Her own"), set(["ann"]));
    page(&site, "members/ann/b.md", "[\"amn\"]", "Whose");
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("there is no member `amn`") && said.contains("`ann`"), "{said}");
}

const ANN: &str = "content/members/anna/register.toml";

/// A consent of Anna's, from 1 March 2026 on.
fn register(page: &str, more: &str) -> String {
    format!(
        "[[consent]]\nid = 1\nto = \"naming\"\npage = \"{page}\"\ngiven = 2026-03-01\n{more}how = \"form\"\nby = \"self\"\nrecorded = \"2026-03-01T10:00:00Z\"\nrecorded_by = \"I\"\n"
    )
}

fn draft(path: &str, front: &str, register: &str) -> Draft {
    Draft::new().file(ANN, register).file(path, format!("+++\nnames = [\"anna\"]\n{front}+++\n# A\n\nText."))
}

/// Readers on that day, and whether a consent had lapsed by then.
fn on(site: &Draft, day: Date) -> (Vec<String>, Option<Date>) {
    let Survey { practice, pages, .. } = Survey::read(site.root());
    let practice = Practice { today: day, ..practice };
    let (readers, lapsed) = readers_of(&pages[0], &practice);
    (readers.iter().map(|member| member.folder.clone()).collect(), lapsed.first().map(|lapsed| lapsed.on))
}

#[test]
fn it_lapses_after_its_last_day() {
    let site = draft("content/groups/grief/a.md", "", &register("content/groups/grief", "expires = 2026-05-31\n"));
    let both = vec!["anna".to_owned(), "ben".to_owned()];
    assert_eq!(on(&site, date(2026, 5, 31)), (both, None));
    let last = Some(date(2026, 5, 31));
    assert_eq!(on(&site, date(2026, 6, 1)), (vec!["anna".to_owned()], last));
    // Before it was given nobody but Anna has it either.
    assert_eq!(on(&site, date(2026, 2, 28)), (vec!["anna".to_owned()], None));
}

#[test]
fn a_consent_is_for_its_page_and_folder_alone() {
    let mistaken = |consent: &str| {
        let site = draft("content/groups/grief/a.md", "", &register(consent, ""));
        Survey::read(site.root()).finish().is_err()
    };
    assert!(!mistaken("content/groups/grief/a.md") && !mistaken("content/groups/grief"));
    for other in ["content/groups/grief/a", "content/groups/grie", "content/groups/grief/b.md", "content/library/a.md"]
    {
        assert!(mistaken(other), "{other}");
    }
}

#[test]
fn a_part_2_page_needs_every_element_and_takes_a_lapsed_one_back() {
    let elements = [
        "expires = 2999-12-31\n",
        "person = \"Anna\"\n",
        "discloses = \"L\"\n",
        "what = \"W\"\n",
        "recipients = \"R\"\n",
        "purpose = \"P\"\n",
        "revocable = true\n",
    ];
    let group = "title = \"G\"\nmembers = [\"anna\", \"ben\"]\npart2 = true\n";
    let survey = |elements: &str| {
        let site = draft("content/groups/grief/a.md", "", &register("content/groups/grief", elements));
        let site = site.file("content/groups/grief/group.toml", group);
        Survey::read(site.root()).finish().map(drop).map_err(|mistakes| mistakes.to_string())
    };
    assert!(survey(&elements.concat()).is_ok());
    for left_out in elements {
        let said = survey(&elements.concat().replace(left_out, "")).unwrap_err();
        let key = left_out.split(' ').next().unwrap();
        assert!(
            said.contains("42 CFR 2.31") && said.contains(&format!("--{key}")) && said.contains("a.md:2:10"),
            "{said}"
        );
    }
    let lapsed = elements.concat().replace("2999", "2026");
    let site = draft("content/groups/grief/a.md", "", &register("content/groups/grief", &lapsed));
    let site = site.file("content/groups/grief/group.toml", group);
    assert_eq!(on(&site, date(2027, 1, 1)), (vec!["anna".to_owned()], Some(date(2026, 12, 31))));
}

#[test]
fn an_open_page_is_for_all_or_for_nobody() {
    let page = |register: &str| {
        let site = draft("content/library/a.md", "public = true\n", register);
        Survey::read(site.root()).finish().map(drop).map_err(|mistakes| mistakes.to_string())
    };
    assert!(page("").unwrap_err().contains("no consent of anna"));
    assert!(page(&register("content/library/a.md", "")).is_ok());
    let lapsed = page(&register("content/library/a.md", "expires = 2026-03-02\n")).unwrap_err();
    assert!(lapsed.contains("ended on 2026-03-02") && lapsed.contains("a.md:2:10"), "{lapsed}");
}
