//! `expire`: what is over goes, and nothing else ever does. The clock is an argument.

use std::fs;

use heldspace::{
    keys::Keys,
    practice::{Home, HomeError, Practice},
    record::{Expiry, Record},
    wire::UnixTime,
};

use crate::{
    clock::{DAY, START, build_at},
    site::TestSite,
};

fn keys(site: &TestSite) -> (Home, Keys) {
    let home = Home::of(site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    (home, keys)
}

/// Takes out what nobody could read since `cutoff`; the files of what went.
fn expire(site: &TestSite, cutoff: UnixTime) -> Vec<String> {
    let (home, keys) = keys(site);
    let (record, practice) = (Record::read(&home, &keys).unwrap(), Practice::read(site.root()).unwrap());
    let expiry = Expiry::of(&record, &practice, cutoff);
    let files = expiry.versions.iter().map(|version| version.page.file.clone()).collect();
    expiry.take_out(&home, &keys).unwrap();
    files
}

/// The titles that the record still has a text of, each once.
fn kept(site: &TestSite) -> Vec<String> {
    let (home, keys) = keys(site);
    let record = Record::read(&home, &keys).unwrap();
    let has = |digest| record.text(&digest, &home, &keys).unwrap().is_some();
    let mut titles: Vec<_> = record.pages().filter(|page| has(page.document)).map(|page| page.title.clone()).collect();
    titles.sort();
    titles.dedup();
    titles
}

fn practice() -> TestSite {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.member("ben", &[]);
    site.page("library/a.md", "# Old\n\nOld.").page("library/b.md", "# Stays\n\nText.");
    build_at(&site, START);
    site.page("library/a.md", "# New\n\nNew.");
    build_at(&site, START + DAY);
    site
}

#[test]
fn only_what_ended_before_goes_and_its_text_with_it() {
    let site = practice();
    assert_eq!(expire(&site, START + DAY), [""; 0], "it ended at that very moment");
    assert_eq!(kept(&site), ["New", "Old", "Stays"]);
    assert_eq!(expire(&site, START + DAY + 1), ["content/library/a.md"]);
    assert_eq!(kept(&site), ["New", "Stays"]);
    // What everyone can read now never ends.
    assert_eq!(expire(&site, START + 9999 * DAY), [""; 0]);
    let (home, keys) = keys(&site);
    let record = Record::read(&home, &keys).unwrap();
    let first: Vec<_> = record.pages().map(|page| record.first_given(&page.id)).collect();
    assert!(first.iter().all(|first| *first == Some(START)), "who joins later is measured by it: {first:?}");
    assert_eq!(build_at(&site, START + 2 * DAY).release, None, "nothing is given anew");
    site.page("library/a.md", "# Old\n\nOld.");
    build_at(&site, START + 3 * DAY);
    assert_eq!(kept(&site), ["New", "Old", "Stays"], "given again, it is kept again");
}

#[test]
fn nothing_of_a_person_on_hold_goes() {
    let site = practice();
    site.ok(&["hold", "ann", "--reason", "a complaint", "--recorded-by", "Ines", "--yes"]);
    assert_eq!(expire(&site, START + 9 * DAY), [""; 0]);
    assert_eq!(kept(&site), ["New", "Old", "Stays"]);
}

#[test]
fn killed_in_the_middle_it_converges() {
    let site = practice();
    // Packs first: the journal still says what the packs no longer have.
    let log = fs::read(site.path(".heldspace/record.log")).unwrap();
    assert_eq!(expire(&site, START + 2 * DAY).len(), 1);
    let done = kept(&site);
    fs::write(site.path(".heldspace/record.log"), log).unwrap();
    assert_eq!(expire(&site, START + 2 * DAY).len(), 1);
    assert_eq!(kept(&site), done);
    // Then packs that nothing names.
    let stray = site.path(".heldspace/record/9999-0.age");
    fs::write(&stray, "age").unwrap();
    assert_eq!(expire(&site, START + 2 * DAY), [""; 0]);
    assert!(!stray.exists());
}

#[test]
fn without_a_time_in_site_toml_nothing_goes_and_it_asks() {
    let site = practice();
    let (code, said) = site.fails(&["expire", "--yes"]);
    assert!(code == 4 && said.contains("keep_years = 7"), "{said}");
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), settings + "\n[record]\nkeep_years = 7\n").unwrap();
    let told = site.ok(&["expire", "--dry-run", "--json"]);
    assert!(told.contains("\"versions\":[]") && told.contains("\"removed\":false"), "{told}");
}
