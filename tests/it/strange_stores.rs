//! Stores that someone else has written to: links, leftovers, other people's files, older releases.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::{
    reader::{Reader, record},
    site::{Card, TestSite, files_below},
};

fn practice() -> (TestSite, Card) {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.").page("library/open.md", "+++\npublic = true\n+++\n# Open\n\nText.");
    site.build();
    (site, card)
}

#[test]
fn a_link_in_the_place_of_a_keyring_brings_no_secret_to_the_host() {
    let (site, _) = practice();
    let keyring = files_below(&site.store()).into_iter().find(|(path, _)| path.starts_with("keyrings/")).unwrap().0;
    let there = site.store().join(&keyring);
    let own = site.path(".heldspace").join("keyrings").join(keyring.split('/').nth(1).unwrap());
    let secret = site.path(".heldspace/keys.json");
    for (lie, told) in [("link", "link"), ("copy", "Mailboxes missing")] {
        fs::remove_file(&there).unwrap();
        fs::remove_file(&own).ok();
        if lie == "link" {
            symlink(&secret, &there).unwrap();
        } else {
            fs::copy(&secret, &there).unwrap();
        }
        let output = site.run(&["build", "--yes"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(told), "{lie}: {said}");
        assert!(!own.exists(), "{lie}: what is no keyring is not taken for one");
        if lie == "link" {
            fs::write(&own, "x").unwrap();
        }
    }
}

#[test]
fn a_linked_folder_is_neither_followed_nor_swept() {
    let (site, _) = practice();
    let words = site.path("words");
    fs::create_dir_all(&words).unwrap();
    fs::write(words.join("index.html"), "a therapist's words").unwrap();
    let planted = site.store().join("public/library/v");
    symlink(&words, &planted).unwrap();
    site.page("library/a.md", "# A\n\nChanged.");
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 4 && said.contains("public/library/v"), "{said}");
    assert_eq!(fs::read(words.join("index.html")).unwrap(), b"a therapist's words");
    fs::remove_file(planted).unwrap();
    site.build();
}

#[test]
fn a_folder_that_is_no_store_is_left_alone() {
    let (site, _) = practice();
    let web = site.path("web");
    let with = |path: &str| {
        let _ = fs::remove_dir_all(&web);
        fs::create_dir_all(web.join(path).parent().unwrap()).unwrap();
        fs::write(web.join(path), "mine").unwrap();
        let (code, said) = site.fails(&["build", "--yes", "--store", web.to_str().unwrap()]);
        assert!(code == 4 && said.contains("is no store"), "{path}: {said}");
        assert_eq!(files_below(&web), [(path.to_owned(), b"mine".to_vec())]);
    };
    with("public/blog/post.html");
    with("docs/C# notes#7");
    with("notes.txt");
}

#[test]
fn another_practices_store_is_refused_with_its_head_or_without() {
    let (site, _) = practice();
    let (other, card) = practice();
    let store = other.store();
    let refused = |missing: &str| {
        let before = files_below(&store);
        let (code, said) = site.fails(&["build", "--yes", "--store", store.to_str().unwrap()]);
        assert!(code == 4 && said.contains("another practice"), "{missing}: {said}");
        assert_eq!(files_below(&store), before);
    };
    refused("nothing");
    fs::remove_file(store.join("head.json")).unwrap();
    refused("head.json");
    assert!(Reader::unlock(&store, &card).is_some());
}

#[test]
fn a_store_set_back_to_an_older_release_of_the_same_content_is_noticed() {
    let (site, card) = practice();
    let first = files_below(&site.store());
    site.page("library/b.md", "# B\n\nText.");
    site.build();
    fs::remove_file(site.path("content/library/b.md")).unwrap();
    let third = site.build()["release"].as_u64().unwrap();
    restore(&site.store(), &first);
    let fourth = site.build()["release"].as_u64().expect("a release, though no page has changed");
    assert!(fourth > third);
    let index = Reader::unlock(&site.store(), &card).unwrap().index(&site.store()).unwrap();
    assert_eq!(index.release, fourth);
    assert!(site.link("ann").len() > 80);
}

fn restore(store: &Path, files: &[(String, Vec<u8>)]) {
    for (path, _) in files_below(store) {
        fs::remove_file(store.join(path)).unwrap();
    }
    for (path, bytes) in files {
        fs::create_dir_all(store.join(path).parent().unwrap()).unwrap();
        fs::write(store.join(path), bytes).unwrap();
    }
}

#[test]
fn a_closed_members_keyring_and_indexes_go_with_the_next_build() {
    let (site, card) = practice();
    site.member("ben", &[]);
    site.build();
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    site.build();
    let left = files_below(&site.store()).into_iter().map(|(path, _)| path).filter(|path| path.contains(&card.mailbox));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_link_is_that_of_the_release_that_stands() {
    let (site, card) = practice();
    let root = fs::read(site.path(".heldspace/release.json")).unwrap();
    // A build that was cut short before it changed anything.
    let later = String::from_utf8(root).unwrap().replace("\"release\":1", "\"release\":9");
    fs::write(site.path(".heldspace/release.json"), later).unwrap();
    let index = Reader::unlock(&site.store(), &card).unwrap().index(&site.store()).unwrap();
    let link: heldspace::wire::Link = site.link("ann").trim().split_once('#').unwrap().1.parse().unwrap();
    assert_eq!((link.release, link.epoch), (index.release, 1));
    assert!(record(&site.store(), &link).unwrap().admits(&link.ticket, 0));
}

#[test]
fn keys_that_were_lost_are_not_made_anew() {
    let (site, _) = practice();
    fs::remove_file(site.path(".heldspace/keys.json")).unwrap();
    let (code, said) = site.fails(&["init", "--no-passphrase"]);
    assert!(code == 4 && said.contains("heldspace recover"), "{said}");
    assert!(!site.path(".heldspace/keys.json").exists());
}

#[test]
fn what_the_front_of_the_open_web_says_is_in_the_plan() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.build();
    for (page, heading) in [
        ("+++\npublic = true\ntitle = \"Front\"\n+++\nWelcome.", "Changed on the open web"),
        ("+++\npublic = true\ntitle = \"Front\"\n+++\nWelcome here.", "Changed on the open web"),
    ] {
        site.page("library/index.md", page);
        let before = site.store_files();
        let (_, said) = site.fails(&["build"]);
        assert!(said.contains(heading) && said.contains("--yes"), "{said}");
        assert_eq!(site.store_files(), before, "nothing is on the open web before a yes");
        site.build();
    }
}
