//! What the host can see, and what it can't do unseen; and that a build converges.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt};

use heldspace::wire::Link;
use serde_json::Value;

use crate::{
    reader::{Reader, record},
    site::TestSite,
};

/// Two practices of one shape; in the second the members have changed groups.
fn shape(ann: &str, ben: &str) -> TestSite {
    let site = TestSite::empty().group("a").group("b");
    site.member("ann", &[ann]);
    site.member("ben", &[ben]);
    for group in ["a", "b"] {
        for n in 0..3 {
            site.page(&format!("groups/{group}/{n}.md"), &format!("# Page {n}\n\nSome words for {group}."));
        }
    }
    site.page("members/ann/own.md", "# Own\n\nWords.").page("members/ben/own.md", "# Own\n\nWords.");
    site.build();
    site
}

/// Paths with every opaque name replaced, and sizes: all that a host could compare. age adds a stanza of random length to
/// every file, up to 265 bytes, so what is sealed counts as the 4 KiB steps that its content was padded to.
fn seen_by_host(site: &TestSite) -> BTreeMap<String, Vec<usize>> {
    let opaque = |part: &str| {
        let (stem, ending) = part.split_once('.').unwrap_or((part, ""));
        let hex = stem.len() == 32 && stem.chars().all(|c| c.is_ascii_hexdigit());
        let release = stem.len() == 10 && stem.chars().all(|c| c.is_ascii_digit());
        if hex || release { format!("*.{ending}") } else { part.to_owned() }
    };
    let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (path, bytes) in site.store_files() {
        let path = path.split('/').map(opaque).collect::<Vec<_>>().join("/");
        let sealed = ["objects", "indexes"].iter().any(|folder| path.starts_with(folder));
        seen.entry(path).or_default().push(if sealed { (bytes.len() - 150) / 4096 } else { bytes.len() });
    }
    for sizes in seen.values_mut() {
        sizes.sort_unstable();
    }
    seen
}

#[test]
fn members_swapped_between_groups_give_stores_that_differ_in_random_bytes_only() {
    assert_eq!(seen_by_host(&shape("a", "b")), seen_by_host(&shape("b", "a")));
    assert_eq!(seen_by_host(&shape("a", "a")), seen_by_host(&shape("a", "b")), "nor that two share a group");
}

#[test]
fn no_time_in_the_store_is_finer_than_an_hour_and_nothing_was_written_reader_by_reader() {
    let site = shape("a", "b");
    let mut mailboxes = Vec::new();
    for (path, _) in site.store_files() {
        let meta = fs::metadata(site.store().join(&path)).unwrap();
        if ["objects/", "mailboxes/", "indexes/", "keyrings/"].iter().any(|folder| path.starts_with(folder)) {
            assert_eq!((meta.mtime() % 3600, meta.mtime_nsec()), (0, 0), "{path}");
        }
        if path.starts_with("mailboxes/") {
            mailboxes.push(((meta.ctime(), meta.ctime_nsec()), path));
        }
    }
    // Mailboxes are written one after the other: in the order of their names, whoever they belong to.
    mailboxes.sort_by(|(_, one), (_, other)| one.cmp(other));
    assert!(mailboxes.is_sorted_by_key(|(written, _)| *written), "{mailboxes:?}");
}

#[test]
fn every_mailbox_has_the_same_ten_tickets_whoever_was_given_something() {
    let site = TestSite::empty();
    let (ann, ben) = (site.member("ann", &[]), site.member("ben", &[]));
    site.page("members/ann/own.md", "# Own\n\nWords.");
    site.build();
    let record = |card: &crate::site::Card| record(&site.store(), &link(&card.link)).unwrap();
    let ends = |card| record(card).tickets.iter().map(|ticket| ticket.ends).collect::<Vec<_>>();
    assert_eq!(ends(&ann), ends(&ben));
    assert_eq!(ends(&ann).len(), 10);
    assert_eq!(ends(&ann).iter().filter(|end| end.is_none()).count(), 1, "the card's has no end");
    assert!(record(&ann).admits(&link(&ann.link).ticket, u64::MAX), "the card's ticket");
    assert!(record(&ann).admits(&link(&site.link("ann")).ticket, 1_900_000_000 - 1_000_000_000), "this week's");
    assert!(!record(&ann).admits(&link(&ben.link).ticket, 0), "another member's");
}

fn link(address: &str) -> Link {
    address.trim().split_once('#').unwrap().1.parse().unwrap()
}

#[test]
fn revoking_one_link_or_all_ends_them_with_the_next_build() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let first = link(&site.link("ann"));
    let admits = |link: &Link| record(&site.store(), link).unwrap().admits(&link.ticket, 0);
    assert!(admits(&first) && admits(&link(&card.link)));
    site.ok(&["link", "ann", "--revoke", "--yes"]);
    site.build();
    let second = link(&site.link("ann"));
    assert!(!admits(&first) && admits(&second) && admits(&link(&card.link)));
    site.ok(&["link", "ann", "--revoke", "--all", "--yes"]);
    site.build();
    assert!(!admits(&second) && !admits(&link(&card.link)));
    assert!(admits(&link(&site.link("ann"))) && admits(&link(&site.ok(&["link", "ann", "--card"]))));
}

#[test]
fn building_twice_changes_nothing() {
    let site = shape("a", "b");
    let before = site.store_files();
    let done = site.build();
    assert_eq!(done["release"], Value::Null);
    assert_eq!(site.store_files(), before);
}

#[test]
fn what_the_host_spoiled_is_found_and_mended() {
    let site = shape("a", "b");
    let ann = site.member("cam", &["a"]);
    site.build();
    for folder in ["objects", "indexes", "keyrings", "mailboxes", "public", "head.json", "gate.json"] {
        let (path, bytes) = site.store_files().into_iter().rfind(|(path, _)| path.starts_with(folder)).unwrap();
        let mut spoiled = bytes.clone();
        let middle = spoiled.len() / 2;
        spoiled[middle] ^= 1;
        fs::write(site.store().join(&path), &spoiled).unwrap();
        let done: Value = serde_json::from_str(&site.ok(&["build", "--yes", "--verify", "--json"])).unwrap();
        assert!(done["mended"].as_u64().unwrap() >= 1 || done["release"].is_u64(), "{path}: {done}");
        let now = site.store_files();
        // An index is issued anew under another name; the spoiled one is listed nowhere.
        assert!(folder == "indexes" || !now.contains(&(path.clone(), spoiled)), "{path} is as the host spoiled it");
        assert_eq!(Reader::unlock(&site.store(), &ann).unwrap().pages(&site.store()).len(), 3, "after {path}");
        assert_eq!(
            serde_json::from_str::<Value>(&site.ok(&["build", "--yes", "--verify", "--json"])).unwrap()["mended"],
            0
        );
    }
    let (path, _) = site.store_files().into_iter().find(|(path, _)| path.starts_with("objects")).unwrap();
    fs::remove_file(site.store().join(&path)).unwrap();
    assert_eq!(site.build()["sealed"], 1, "what is missing is sealed again without being asked");
}

#[test]
fn a_store_of_another_practice_is_left_alone() {
    let (mine, other) = (shape("a", "b"), shape("a", "b"));
    let before = other.store_files();
    let store = other.store();
    let (code, said) = mine.fails(&["build", "--yes", "--store", store.to_str().unwrap()]);
    assert_eq!(code, 4);
    assert!(said.contains("another practice"), "{said}");
    assert_eq!(other.store_files(), before);
}

#[test]
fn a_page_that_stops_being_public_is_gone_with_the_next_build() {
    let site = TestSite::empty();
    site.page("library/open.md", "+++\ntitle = \"Open\"\npublic = true\n+++\nFor everyone.")
        .page("library/sealed.md", "# Sealed\n\nNot for everyone.");
    site.build();
    let page = site.store().join("public/library/open/index.html");
    assert!(fs::read_to_string(&page).unwrap().contains("For everyone."));
    let open = |site: &TestSite| {
        site.store_files().into_iter().filter(|(path, _)| path.starts_with("public/")).collect::<Vec<_>>()
    };
    assert!(open(&site).iter().all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("Sealed")));
    site.page("library/open.md", "+++\ntitle = \"Open\"\n+++\nFor everyone.");
    site.build();
    assert!(!page.exists());
    assert!(open(&site).iter().all(|(path, _)| !path.starts_with("public/library/open")));
}
