//! What leaves the practice's machine because somebody stands in.

use heldspace::seal::SealedAnswer;
use serde_json::Value;

use super::world::{Machine, add, window};
use crate::{
    inbox::world::{Sender, ask, check_in, ids, practice},
    markers::{self, holds_marker},
    served::Served,
    site::{TestSite, files_below},
};

#[test]
fn it_travels_to_a_server_with_every_publication_and_goes_when_nobody_stands_in() {
    let site = TestSite::empty().group("tuesday");
    let card = site.member("maya", &["tuesday"]);
    site.page("groups/tuesday/week.md", "+++\ntitle = \"This week\"\n+++\nHow was it?\n");
    ask(&site, &[check_in()]);
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let host: Value = serde_json::from_str(&site.ok(&["host", "add", "elsewhere", "--json"])).unwrap();
    let served = Served::with(&store, &["--publisher", host["key"].as_str().unwrap()]);
    site.ok(&["host", "add", &served.origin()]);
    let naomi = Machine::new();
    let line = add(&site, &naomi.line);
    let publish = || serde_json::from_str::<Value>(&site.ok(&["publish", "--yes", "--json"])).unwrap();
    site.build();
    publish();
    assert_eq!(publish()["sent"], 0, "all of it is there");
    // As it was printed.
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    let maya = Sender::unlock(&site, &card);
    let danger = maya.checked_in("often");
    let sealed = maya.seal(&danger);
    let there = store.join("answers").join(maya.mailbox().to_string());
    std::fs::create_dir_all(&there).unwrap();
    std::fs::write(there.join(sealed.name.to_string()), &sealed.bytes).unwrap();
    let listed = naomi.json(&words);
    assert_eq!((ids(&listed), &listed["answers"][0]["must_not_wait"]), (vec![danger.id.to_string()], &true.into()));
    // A host that spoils it is found out, and mended.
    std::fs::write(store.join("standin/brief"), "spoiled").unwrap();
    let mended: Value = serde_json::from_str(&site.ok(&["publish", "--verify", "--yes", "--json"])).unwrap();
    assert_eq!(mended["sent"], 1);
    naomi.ok(&["standin", "open"]);
    // A publication that was built with somebody else in mind does not go out.
    site.ok(&["standin", "remove", "--yes"]);
    let (code, said) = site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("another stand-in"), "{said}");
    site.build();
    publish();
    assert!(!store.join("standin/brief").exists());
    assert!(!std::fs::read_to_string(store.join("gate.json")).unwrap().contains("readers"));
}

#[test]
fn a_second_machine_takes_it_over() {
    let (site, _, _) = practice();
    let naomi = Machine::new();
    add(&site, &naomi.line);
    let host = site.path("host");
    site.ok(&["host", "add", "./host"]);
    site.build();
    site.ok(&["publish", "--yes"]);
    std::fs::remove_dir_all(site.store()).unwrap();
    std::fs::remove_file(site.path(".heldspace/hosts.json")).unwrap();
    site.ok(&["publish", "--adopt", "--yes"]);
    let read = |path: std::path::PathBuf| std::fs::read(path.join("standin/brief")).unwrap();
    assert_eq!(read(site.store()), read(host));
}

#[test]
fn building_twice_changes_nothing_and_a_new_name_or_number_brings_a_new_brief() {
    let (site, _, _) = practice();
    add(&site, &Machine::new().line);
    let output = site.run(&["build"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("can read everything that members send from then on"), "{said}");
    assert!(site.build()["release"].is_number());
    let brief = || std::fs::read(site.store().join("standin/brief")).unwrap();
    let first = brief();
    assert!(site.build()["release"].is_null() && brief() == first);
    window(&site, "2 days");
    assert!(site.build()["release"].is_number() && brief() != first);
}

#[test]
fn no_marker_word_is_in_the_store_or_the_state() {
    let site = markers::practice();
    add(&site, &Machine::new().line);
    site.build();
    let files = files_below(&site.path(".heldspace"));
    assert!(files.iter().any(|(path, _)| path == "store/standin/brief"));
    for (path, bytes) in &files {
        assert!(!holds_marker(bytes), "in {path}");
    }
}

#[test]
fn the_host_can_not_tell_an_answer_that_worries_from_another() {
    let (site, maya, _) = practice();
    let naomi = Machine::new();
    add(&site, &naomi.line);
    site.build();
    assert_eq!(maya.recipients().len(), 2);
    // What age puts after the stanzas has a random length, whatever is in the file.
    let shape = |sealed: &SealedAnswer| {
        let text = String::from_utf8_lossy(&sealed.bytes).into_owned();
        let stanzas: Vec<String> =
            text.lines().filter(|line| line.starts_with("-> X25519 ")).map(|line| line.len().to_string()).collect();
        (stanzas, naomi.own().identity().open(&sealed.bytes, 1 << 20).unwrap().len())
    };
    let quiet = shape(&maya.seal(&maya.reply("yes")));
    assert_eq!(quiet.0.len(), 2);
    for answer in [maya.checked_in("often"), maya.checked_in("never")] {
        assert_eq!(shape(&maya.seal(&answer)), quiet);
    }
}
