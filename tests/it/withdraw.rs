//! `withdraw`: one page is taken back from everyone, at once, and nothing else is given.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::{
    audit::{host::Host, until_written},
    reader::{Reader, open_object},
    served::Served,
    site::{Card, TestSite},
};

fn titles(site: &TestSite, card: &Card) -> BTreeSet<String> {
    let reader = Reader::unlock(&site.store(), card);
    reader.map(|r| r.pages(&site.store())).unwrap_or_default().into_iter().map(|(title, _)| title).collect()
}

fn set(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Ann and Ben of one group, with a page that was a mistake.
fn practice() -> (TestSite, [Card; 2]) {
    let site = TestSite::empty().group("g");
    let cards = [site.member("ann", &["g"]), site.member("ben", &["g"])];
    site.page("groups/g/slip.md", "---\ntitle: Slip\n---\nDear {{ member.name }}, the wrong words.")
        .page("groups/g/good.md", "# Good\n\nThe right words.")
        .page("library/lib.md", "# Library\n\nFor all.");
    site.build();
    (site, cards)
}

#[test]
fn a_page_goes_from_everyone_and_what_else_was_written_stays_here() {
    let (site, cards) = practice();
    // Since then: a new page, a changed one, one that is not finished and would stop any build.
    site.page("groups/g/new.md", "# New\n\nNot yet.")
        .page("groups/g/good.md", "# Good\n\nChanged words.")
        .page("groups/g/half.md", "+++\ntitle = \n+++\nHalf a page.");
    let told = json(&site.ok(&["withdraw", "g/slip.md", "--yes", "--json"]));
    let readers: Vec<&str> =
        told["readers"].as_array().unwrap().iter().map(|reader| reader["member"].as_str().unwrap()).collect();
    assert_eq!((readers, &told["file"]), (vec!["ann", "ben"], &"content/groups/g/slip.md".into()));
    for card in &cards {
        assert_eq!(titles(&site, card), set(&["Good", "Library"]));
        let pages = Reader::unlock(&site.store(), card).unwrap().pages(&site.store());
        assert!(pages.iter().any(|(_, html)| html.contains("The right words.")), "nothing else has changed");
    }
    let text = fs::read_to_string(site.path("content/groups/g/slip.md")).unwrap();
    assert_eq!(text, "---\ndraft: true\ntitle: Slip\n---\nDear {{ member.name }}, the wrong words.");
    fs::remove_file(site.path("content/groups/g/half.md")).unwrap();
    site.build();
    assert_eq!(titles(&site, &cards[0]), set(&["Good", "Library", "New"]), "no build gives it again");
    fs::write(site.path("content/groups/g/slip.md"), text.replace("draft: true\n", "")).unwrap();
    site.build();
    assert!(titles(&site, &cards[1]).contains("Slip"), "until its author says so");
}

#[test]
fn who_has_opened_it_is_told_and_it_goes_from_the_host_too() {
    let (site, cards) = practice();
    let host = Host::over(&site);
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), settings.replace("http://127.0.0.1:8080", &host.url)).unwrap();
    site.build();
    host.read_all(&cards[1]);
    until_written(&site, |log| log.to_string().contains("Slip"));
    drop(host);
    let output = site.run(&["withdraw", "Slip", "--yes"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("ben has opened it, last 2") && said.contains("not opened, as far as the host's log tells: ann"),
        "{said}"
    );

    let (site, [ann, _]) = practice();
    let key = json(&site.ok(&["host", "add", "elsewhere", "--json"]))["key"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = Served::with(&store, &["--publisher", &key]);
    site.ok(&["host", "add", &server.origin()]);
    site.build();
    site.ok(&["publish", "--yes"]);
    let there = || Reader::unlock(&store, &ann).unwrap().pages(&store).len();
    assert_eq!(there(), 3);
    site.ok(&["withdraw", "slip.md", "--yes", "--remove"]);
    assert_eq!(there(), 2);
    assert!(!site.path("content/groups/g/slip.md").exists());
    let removed = crate::site::files_below(&site.path(".heldspace/removed"));
    assert!(
        removed.len() == 1 && removed[0].0.ends_with("content/groups/g/slip.md"),
        "nothing of the author's is lost"
    );
}

#[test]
fn a_page_on_the_open_web_goes_and_its_neighbours_stay() {
    let (site, _) = practice();
    let open = |name: &str| format!("+++\npublic = true\ntitle = \"{name}\"\n+++\nText.");
    site.page("library/one.md", &open("One")).page("library/two.md", &open("Two"));
    site.build();
    let stands = |name: &str| site.store().join(format!("public/library/{name}/index.html")).exists();
    assert!(stands("one") && stands("two"));
    // Since then: a new page, a changed one, and one that would stop any build.
    site.page("library/three.md", &open("Three"))
        .page("library/two.md", &open("Two").replace("Text", "Not yet"))
        .page("library/half.md", "+++\nwrong = 1\n+++\nText.");
    site.ok(&["withdraw", "content/library/one.md", "--yes"]);
    assert!(!stands("one") && stands("two") && !stands("three"));
    let read = |path: &str| fs::read_to_string(site.store().join("public").join(path)).unwrap();
    let list = read("library/index.html");
    assert!(!list.contains("One") && list.contains("Two") && !list.contains("Three"), "{list}");
    assert!(!read("library/two/index.html").contains("Not yet") && !read("index.html").contains("library/one/"));
    let paths: Vec<String> = site.store_files().into_iter().map(|(path, _)| path).collect();
    assert!(paths.iter().all(|path| !path.ends_with(".br.gz") && !path.contains("library/one")), "{paths:?}");
    // Two of one title are told apart by their files.
    site.page("library/two.md", &open("Two")).page("library/more/two.md", &open("Two"));
    fs::remove_file(site.path("content/library/half.md")).unwrap();
    site.build();
    let (code, said) = site.fails(&["withdraw", "two", "--yes"]);
    assert!(code == 2 && said.contains("content/library/two.md") && said.contains("more/two.md"), "{said}");
    assert!(stands("two") && stands("more/two"));
    // By its title; and when its file has gone, by its name.
    site.page("library/four.md", &open("Four"));
    site.build();
    site.ok(&["withdraw", "four", "--yes"]);
    fs::remove_file(site.path("content/library/two.md")).unwrap();
    site.ok(&["withdraw", "library/two.md", "--yes"]);
    assert!(!stands("four") && !stands("two") && stands("three"));
}

#[test]
fn what_is_wrong_with_the_file_keeps_no_page_where_it_is() {
    let (site, cards) = practice();
    fs::write(site.path("content/groups/g/slip.md"), b"+\0+\0\xff\xfe").unwrap();
    let (code, said) = site.fails(&["withdraw", "g/slip.md", "--yes"]);
    assert!(code == 1 && said.contains("The page is taken back, but the next build would give it again"), "{said}");
    assert_eq!(titles(&site, &cards[0]), set(&["Good", "Library"]));
}

#[test]
fn a_spoiled_file_of_another_page_holds_nothing_up_and_is_not_lost() {
    let (site, cards) = practice();
    fs::write(site.path("content/groups/g/a.txt"), "words").unwrap();
    site.page("groups/g/with.md", "# With\n\n[a](a.txt)");
    site.build();
    let reader = Reader::unlock(&site.store(), &cards[0]).unwrap();
    let entries = reader.entries(&site.store());
    let entry = entries.iter().find(|entry| entry.title == "With").unwrap();
    let name = entry.attachments[0].parts[0].name.to_string();
    let (path, _) = site.store_files().into_iter().find(|(path, _)| path.ends_with(&name)).unwrap();
    fs::write(site.store().join(path), "spoiled").unwrap();
    // The record has it.
    site.ok(&["withdraw", "slip.md", "--yes"]);
    let entries = Reader::unlock(&site.store(), &cards[0]).unwrap().entries(&site.store());
    let with = entries.iter().find(|entry| entry.title == "With").unwrap();
    assert_eq!(with.attachments[0].parts[0].name.to_string(), name);
    site.ok(&["build", "--yes", "--verify"]);
    assert!(open_object(&site.store(), &with.attachments[0].parts[0]).unwrap().starts_with(b"words"));
}

#[test]
fn what_nobody_has_or_what_names_two_pages_is_refused_and_a_no_changes_nothing() {
    let (site, cards) = practice();
    site.page("library/more/good.md", "# Good\n\nAnother.");
    site.build();
    let before = crate::site::files_below(&site.path("content"));
    let (code, said) = site.fails(&["withdraw", "nothing.md", "--yes"]);
    assert!(code == 2 && said.contains("nobody has a page that is called nothing.md"), "{said}");
    let (code, said) = site.fails(&["withdraw", "Good", "--yes"]);
    assert!(code == 2 && said.contains("content/groups/g/good.md"), "{said}");
    assert_eq!(site.fails(&["withdraw", "slip.md"]).0, 2, "without a yes nothing goes");
    assert_eq!(crate::site::files_below(&site.path("content")), before);
    assert!(titles(&site, &cards[0]).contains("Slip"));
}

#[test]
fn where_it_would_take_more_than_the_page_it_is_refused() {
    let (site, cards) = practice();
    let file = site.path("content/members/ann/member.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.split("[mailbox]").next().unwrap()).unwrap();
    let (code, said) = site.fails(&["withdraw", "slip.md", "--yes"]);
    assert!(code == 4 && said.contains("no member.toml names the mailbox of: ann"), "{said}");
    assert!(titles(&site, &cards[0]).contains("Slip"));
}

#[test]
fn a_new_card_that_was_not_yet_built_loses_nothing_but_the_page() {
    let (site, _) = practice();
    let card = json(&site.ok(&["member", "rekey", "ann", "--yes", "--json"]));
    let card: Card = serde_json::from_value(card).unwrap();
    site.ok(&["withdraw", "slip.md", "--yes"]);
    assert_eq!(titles(&site, &card), set(&["Good", "Library"]));
}

/// `site.toml` with something else in the place of something.
fn settings(site: &TestSite, from: &str, to: &str) {
    let file = site.path("site.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn what_is_wrong_elsewhere_in_the_folder_keeps_no_page_where_it_is() {
    let (site, cards) = practice();
    site.page("library/open.md", "+++\npublic = true\n+++\n# Open to all\n\nText.\n");
    site.build();
    let gate = fs::read(site.store().join("gate.json")).unwrap();
    let name = Reader::unlock(&site.store(), &cards[0]).unwrap().index(&site.store()).unwrap().practice;
    settings(&site, "[practice]", "[practice]\nnmae = \"x\"");
    settings(&site, "name = \"", "name = \"New ");
    settings(&site, "[help]", "[hlep]");
    settings(&site, "http://127.0.0.1:8080", "https://elsewhere.example");
    fs::write(site.path("register.toml"), "[[agreement]\n").unwrap();
    site.page("groups/g/group.toml", "title = ");
    let member = fs::read_to_string(site.path("content/members/ann/member.toml")).unwrap();
    site.page("members/ann/member.toml", &format!("nickname = \"A\"\n{member}"));
    site.ok(&["withdraw", "slip.md", "--yes"]);
    for card in &cards {
        assert_eq!(titles(&site, card), set(&["Good", "Library"]));
    }
    assert_eq!(
        Reader::unlock(&site.store(), &cards[0]).unwrap().index(&site.store()).unwrap().practice,
        name,
        "nothing else changes"
    );
    assert_eq!(fs::read(site.store().join("gate.json")).unwrap(), gate);
    let open = site.store().join("public/library/open/index.html");
    assert!(open.exists());
    site.ok(&["withdraw", "Open to all", "--yes"]);
    assert!(!open.exists());
    // No more than this would be left of it; and this machine is the host, as far as it ever knew.
    fs::write(site.path("site.toml"), "[practice\n").unwrap();
    site.ok(&["withdraw", "good.md", "--yes"]);
    assert_eq!(titles(&site, &cards[1]), set(&["Library"]));
}

#[test]
fn where_the_host_is_not_known_nothing_is_said_to_be_gone() {
    let (site, [ann, _]) = practice();
    let key = json(&site.ok(&["host", "add", "elsewhere", "--json"]))["key"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = Served::with(&store, &["--publisher", &key]);
    site.ok(&["host", "add", &server.origin()]);
    site.build();
    site.ok(&["publish", "--yes"]);
    settings(&site, "[help]", "[hlep]");
    settings(&site, "\n[host]", "\n[hots]");
    let (code, said) = site.fails(&["withdraw", "slip.md", "--yes"]);
    assert!(code == 3 && said.contains("unknown key `hots`") && said.contains("Nothing is taken back yet"), "{said}");
    assert!(titles(&site, &ann).contains("Slip"), "nor is it gone here alone");
    settings(&site, "[hots]", "[host]");
    site.ok(&["withdraw", "slip.md", "--yes"]);
    assert_eq!(Reader::unlock(&store, &ann).unwrap().pages(&store).len(), 2, "the rest of the file can wait");
}

#[test]
fn a_page_that_is_a_link_now_goes_and_what_it_leads_to_stays_as_it_is() {
    let (site, cards) = practice();
    let (slip, elsewhere) = (site.path("content/groups/g/slip.md"), site.path("elsewhere.md"));
    fs::rename(&slip, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &slip).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    let (code, said) = site.fails(&["withdraw", "g/slip.md", "--yes"]);
    assert!(code == 1 && said.contains("slip.md is a symbolic link") && said.contains("is taken back"), "{said}");
    assert_eq!(titles(&site, &cards[0]), set(&["Good", "Library"]));
    assert!(slip.is_symlink() && fs::read(&elsewhere).unwrap() == before);
}
