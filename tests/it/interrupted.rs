//! Promise 3, as far as building goes: a failed or killed build leaves the last publication whole.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::{
    reader::Reader,
    site::{Card, TestSite},
};

const PAGES: usize = 400;

fn practice() -> (TestSite, Card) {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    for n in 0..PAGES {
        site.page(&format!("library/{n}.md"), &format!("# Page {n}\n\nFirst."));
    }
    site.build();
    (site, card)
}

fn edit_all(site: &TestSite, word: &str) {
    for n in 0..PAGES {
        site.page(&format!("library/{n}.md"), &format!("# Page {n}\n\n{word}."));
    }
}

/// Every page the member's index names opens, and they are all of one release.
fn words_read(site: &TestSite, card: &Card) -> Vec<String> {
    let pages = Reader::unlock(&site.store(), card).expect("still unlocks").pages(&site.store());
    assert_eq!(pages.len(), PAGES);
    let word = |html: &str| {
        ["First", "Second"].into_iter().find(|word| html.contains(&format!("<p>{word}.</p>"))).unwrap().to_owned()
    };
    let mut words: Vec<String> = pages.iter().map(|(_, html)| word(html)).collect();
    words.sort();
    words.dedup();
    words
}

#[test]
fn killed_anywhere_it_is_the_old_release_or_the_new_one_and_running_again_converges() {
    let (site, card) = practice();
    edit_all(&site, "Second");
    let started = Instant::now();
    let mut done = 0;
    for step in 0..25_u32 {
        let mut build =
            site.command(&["build", "--yes", "--json"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(u64::from(step) * 12));
        build.kill().unwrap();
        build.wait().unwrap();
        let words = words_read(&site, &card);
        assert!(words == ["First"] || words == ["Second"], "{words:?} after {:?}", started.elapsed());
        done += u32::from(words == ["Second"]);
        if words == ["Second"] {
            // Begin again with the next edit, so that later kills have something to interrupt.
            edit_all(&site, "First");
            site.build();
            edit_all(&site, "Second");
        }
    }
    site.page("library/last.md", "# The last page\n\nSecond.");
    site.build();
    std::fs::remove_file(site.path("content/library/last.md")).unwrap();
    site.build();
    assert_eq!(words_read(&site, &card), ["Second"], "{done} of 25 had finished");
    assert!(site.store_files().iter().all(|(path, _)| !path.contains('#')), "nothing half-written is left");
}

#[test]
fn a_page_with_a_mistake_stops_the_whole_publication() {
    let (site, card) = practice();
    edit_all(&site, "Second");
    site.page("library/7.md", "# Page 7\n\n{{ member.nmae }}");
    let before = site.store_files();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert_eq!(code, 3);
    assert!(said.contains("content/library/7.md:3:") && said.contains("did you mean `name`"), "{said}");
    assert_eq!(site.store_files(), before);
    assert_eq!(words_read(&site, &card), ["First"]);
}

#[test]
fn without_a_yes_nothing_is_given() {
    let (site, _) = practice();
    edit_all(&site, "Second");
    let before = site.store_files();
    let (code, said) = site.fails(&["build"]);
    assert_eq!(code, 2);
    assert!(said.contains("--yes") && said.contains("Changed"), "{said}");
    assert_eq!(site.store_files(), before);
}

#[test]
fn two_builds_at_once_take_turns() {
    let (site, card) = practice();
    edit_all(&site, "Second");
    let builds: Vec<_> = (0..3)
        .map(|_| site.command(&["build", "--yes"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let outcomes: Vec<_> = builds.into_iter().map(|build| build.wait_with_output().unwrap()).collect();
    assert!(outcomes.iter().any(|outcome| outcome.status.success()));
    for refused in outcomes.iter().filter(|outcome| !outcome.status.success()) {
        assert!(String::from_utf8_lossy(&refused.stderr).contains("another heldspace is at work"));
    }
    assert_eq!(words_read(&site, &card), ["Second"]);
}

#[test]
fn a_store_that_can_not_be_written_to_says_so() {
    let (site, _) = practice();
    fs::remove_dir_all(site.store()).unwrap();
    fs::write(site.store(), "not a folder").unwrap();
    let (_, said) = site.fails(&["build", "--yes"]);
    assert!(said.contains("store"), "{said}");
}
