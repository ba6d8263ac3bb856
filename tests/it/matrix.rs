//! Who can read what: every member's keys against every object is exactly the intended matrix.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    reader::Reader,
    site::{Card, TestSite},
};

fn practice() -> (TestSite, BTreeMap<&'static str, Card>) {
    let site = TestSite::empty().group("a").group("b");
    let cards = [("ann", &["a"][..]), ("ben", &["a", "b"]), ("cam", &["b"]), ("dee", &[])];
    let cards = cards.into_iter().map(|(name, groups)| (name, site.member(name, groups))).collect();
    site.page("library/all.md", "# For all\n\nHello {{ member.name }}.")
        .page("groups/a/one.md", "# A one\n\nText.")
        .page("groups/b/one.md", "# B one\n\nText.")
        .page("members/ann/own.md", "# Ann's\n\nText.")
        .page("messages/two.md", "+++\nto = [\"ann\", \"cam\"]\n+++\n# For two\n\nText.")
        .page("groups/a/notes/mine.md", "# My own note\n\nNever given.")
        .page("members/ann/notes/mine.md", "# My own note\n\nNever given.")
        .page("groups/a/draft.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\nNot yet.");
    (site, cards)
}

fn titles(site: &TestSite, card: &Card) -> BTreeSet<String> {
    let reader = Reader::unlock(&site.store(), card).expect("the card unlocks");
    reader.pages(&site.store()).into_iter().map(|(title, _)| title).collect()
}

fn set(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

#[test]
fn each_member_reads_what_the_folders_say_and_nothing_else() {
    let (site, cards) = practice();
    site.build();
    assert_eq!(titles(&site, &cards["ann"]), set(&["For all", "A one", "Ann’s", "For two"]));
    assert_eq!(titles(&site, &cards["ben"]), set(&["For all", "A one", "B one"]));
    assert_eq!(titles(&site, &cards["cam"]), set(&["For all", "B one", "For two"]));
    assert_eq!(titles(&site, &cards["dee"]), set(&["For all"]));
}

#[test]
fn no_members_keys_open_an_object_that_their_index_does_not_name() {
    let (site, cards) = practice();
    site.build();
    let store = site.store();
    let readers: BTreeMap<_, _> =
        cards.iter().map(|(name, card)| (name, Reader::unlock(&store, card).unwrap())).collect();
    let mut named: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, reader) in &readers {
        for entry in reader.entries(&store) {
            named.entry(entry.object.name.to_string()).or_default().push(name);
        }
    }
    let objects: Vec<_> = std::fs::read_dir(store.join("objects")).unwrap().map(|e| e.unwrap()).collect();
    assert_eq!(objects.len(), named.len(), "every object is in someone's index");
    for object in objects {
        let name = object.file_name().into_string().unwrap();
        assert_eq!(named[&name].len(), 1, "each object is sealed for one member");
        let sealed = std::fs::read(object.path()).unwrap();
        for reader in readers.values() {
            assert!(!reader.opens(&sealed), "only the key in an index opens an object");
            for other in reader.entries(&store) {
                let key = serde_json::to_value(&other.object).unwrap();
                let key: heldspace::seal::Identity = key["identity"].as_str().unwrap().parse().unwrap();
                assert_eq!(key.open(&sealed, 1 << 24).is_ok(), other.object.name.to_string() == name);
            }
        }
    }
    for (name, card) in &cards {
        let index =
            std::fs::read_dir(store.join("indexes").join(&card.mailbox)).unwrap().next().unwrap().unwrap().path();
        let sealed = std::fs::read(index).unwrap();
        for (other, reader) in &readers {
            assert_eq!(reader.opens(&sealed), name == *other, "{other} and the index of {name}");
        }
    }
}

#[test]
fn a_page_that_is_taken_back_leaves_the_index_at_once_and_the_store_later() {
    let (site, cards) = practice();
    site.build();
    std::fs::remove_file(site.path("content/groups/a/one.md")).unwrap();
    let done = site.build();
    assert_eq!(done["withdrawn"], 1);
    assert_eq!(titles(&site, &cards["ben"]), set(&["For all", "B one"]));
}

#[test]
fn a_closed_member_has_no_mailbox_and_a_new_card_replaces_the_old_one() {
    let (site, mut cards) = practice();
    site.build();
    let old = Reader::unlock(&site.store(), &cards["ann"]).unwrap();
    site.ok(&["member", "close", "ben", "--reason", "left", "--keep-until", "now", "--yes"]);
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    assert!(Reader::unlock(&site.store(), &cards["ben"]).is_none());
    assert!(Reader::unlock(&site.store(), &cards["ann"]).is_none(), "the old card is dead");
    assert!(old.index(&site.store()).is_none());
    cards.insert("ann", card);
    assert_eq!(titles(&site, &cards["ann"]), set(&["For all", "A one", "Ann’s", "For two"]));
    assert!(!site.fails(&["member", "rekey", "ben", "--yes"]).1.is_empty());
}

#[test]
fn whoever_acts_for_someone_reads_what_is_addressed_to_them_and_not_the_library() {
    let (site, cards) = practice();
    let add = ["member", "add", "gil", "--name", "Gil", "--email", "gil@example.org", "--group", "b", "--json"];
    let card: Card = serde_json::from_str(&site.ok(&[&add[..], &["--acts-for", "ann"]].concat())).unwrap();
    site.page("members/gil/own.md", "# Gil's\n\nText.");
    site.page("messages/gil.md", "+++\nto = [\"gil\"]\n+++\n# To Gil\n\nText.");
    site.build();
    assert_eq!(titles(&site, &card), set(&["B one", "Gil’s", "To Gil"]), "nothing of Ann's, and not the library");
    assert_eq!(titles(&site, &cards["ann"]), set(&["For all", "A one", "Ann’s", "For two"]));
    let add = ["member", "add", "hal", "--name", "Hal", "--email", "hal@example.org", "--acts-for"];
    assert!(site.fails(&[&add[..], &["gil"]].concat()).1.contains("can't act for"));
    assert!(site.fails(&[&add[..], &["hal"]].concat()).1.contains("can't act for"));
    assert!(site.fails(&[&add[..], &["nobody"]].concat()).1.contains("no member"));
}

#[test]
fn what_show_says_is_what_the_key_opens() {
    let (site, cards) = practice();
    site.build();
    for (name, card) in &cards {
        let shown: serde_json::Value = serde_json::from_str(&site.ok(&["show", name, "--json"])).unwrap();
        let shown: BTreeSet<String> =
            shown["pages"].as_array().unwrap().iter().map(|p| p["title"].as_str().unwrap().to_owned()).collect();
        assert_eq!(shown, titles(&site, card));
    }
}

#[test]
fn a_page_that_looks_at_its_reader_is_made_for_each() {
    let (site, cards) = practice();
    site.build();
    for (name, card) in &cards {
        let pages = Reader::unlock(&site.store(), card).unwrap().pages(&site.store());
        let greeting = pages.iter().find(|(title, _)| title == "For all").unwrap();
        assert!(greeting.1.contains(&format!("Hello {name}.")));
    }
}

#[test]
fn more_pages_than_one_index_holds() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    for n in 0..600 {
        site.page(&format!("library/p{n:03}.md"), &format!("+++\ntitle = \"P{n}\"\n+++\nText {n}."));
    }
    site.build();
    let reader = Reader::unlock(&site.store(), &card).unwrap();
    assert_eq!(reader.index(&site.store()).unwrap().parts.len(), 2);
    assert_eq!(reader.entries(&site.store()).len(), 600);
    assert_eq!(site.build()["release"], serde_json::Value::Null, "nothing changed");
    let part = site.store().join("objects").join(reader.index(&site.store()).unwrap().parts[0].name.to_string());
    let mut spoiled = std::fs::read(&part).unwrap();
    spoiled[300] ^= 1;
    std::fs::write(&part, spoiled).unwrap();
    site.ok(&["build", "--yes", "--verify"]);
    assert_eq!(reader.entries(&site.store()).len(), 600, "a spoiled part of an index is mended");
    site.page("library/p001.md", "+++\ntitle = \"P1\"\n+++\nChanged.");
    let done = site.build();
    assert_eq!(
        (done["sealed"].as_u64(), done["kept"].as_u64()),
        (Some(1), Some(599)),
        "the page; its index part does not count"
    );
}
