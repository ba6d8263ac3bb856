//! `doctor`: each thing that can be amiss is found, with the rule that asks for it, and gone once it is mended.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use crate::site::TestSite;

/// What is found, and the exit code.
fn examine(site: &TestSite) -> (Vec<Value>, i32) {
    let output = site.run(&["doctor", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    (found["findings"].as_array().unwrap().clone(), output.status.code().unwrap())
}

/// The weight and the rule of the finding that says this.
fn finding(site: &TestSite, what: &str) -> Option<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (found, _) = examine(site);
    let found = found.iter().find(|finding| text(&finding["what"]).unwrap().contains(what))?;
    assert!(!text(&found["mend"]).unwrap().is_empty());
    Some((text(&found["weight"]).unwrap(), text(&found["rule"])))
}

fn weight(site: &TestSite, what: &str) -> Option<String> {
    finding(site, what).map(|(weight, _)| weight)
}

/// A practice in which all that is asked for is there; what only its place on this disk tells is left out.
fn in_order() -> TestSite {
    let site = TestSite::empty().group("a");
    site.member("ann", &["a"]);
    site.page("groups/a/one.md", "# One\n\nText.");
    site.build();
    site.ok(&["recover", "--try", "--words-file", site.words_file().to_str().unwrap()]);
    site.ok(&["agreement", "add", "--service", "backup", "--kind", "own", "--recorded-by", "Ines"]);
    let toml = fs::read_to_string(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), format!("{toml}\n[record]\nkeep_years = 7\n")).unwrap();
    site
}

#[test]
fn a_practice_in_order_has_nothing_in_the_way() {
    let site = in_order();
    let (found, code) = examine(&site);
    let heavy: Vec<_> = found
        .iter()
        .filter(|finding| finding["weight"] != "look")
        .map(|finding| finding["what"].as_str().unwrap().to_owned())
        .filter(|what| !what.contains("disk") && !what.contains("no passphrase"))
        .collect();
    assert!(heavy.is_empty(), "{heavy:?}");
    assert!(code == 1, "its keys are bare: {code}");
    let before = crate::site::files_below(site.root());
    examine(&site);
    assert_eq!(crate::site::files_below(site.root()), before, "it changes nothing");
}

#[test]
fn pages_whose_day_has_come_or_soon_will_are_told_until_they_are_built() {
    let site = in_order();
    let today = heldspace::clock::today();
    let day = |days: i64| today.checked_add(jiff::Span::new().days(days)).unwrap();
    let page = |name: &str, dates: &str| {
        site.page(&format!("groups/a/{name}.md"), &format!("+++\n{dates}\n+++\n# {name}\n\nText.\n"));
    };
    page("due", &format!("publish_on = {}", day(-1)));
    page("over", &format!("expires_on = {}", day(-1)));
    page("soon", &format!("expires_on = {}", day(6)));
    page("later", &format!("expires_on = {}", day(7)));
    page("waits", &format!("publish_on = {}", day(1)));
    // Three days ago, all of them were as they were written then.
    let file = site.path(".heldspace/release.json");
    let mut released: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    released["issued"] = (released["issued"].as_u64().unwrap() - 3 * 24 * 60 * 60).into();
    fs::write(&file, released.to_string()).unwrap();
    let told = |what: &str| {
        let (found, _) = examine(&site);
        let found = found.iter().find(|finding| finding["what"].as_str().unwrap().contains(what)).cloned();
        found.map(|found| (found["weight"].as_str().unwrap().to_owned(), found["what"].as_str().unwrap().to_owned()))
    };
    for (what, weight, file) in [
        ("wait for a day that has come", "stops", "groups/a/due.md"),
        ("should be taken back", "stops", "groups/a/over.md"),
        ("over within a week", "look", "groups/a/soon.md"),
    ] {
        let (found, said) = told(what).unwrap();
        assert!(found == weight && said.matches(".md").count() == 1 && said.contains(file), "{said}");
    }
    site.build();
    assert!(told("wait for a day").is_none() && told("should be taken back").is_none());
    assert!(told("over within a week").is_some());
}

#[test]
fn who_stands_in_a_list_or_acts_for_someone_after_the_end_is_found() {
    let site = in_order();
    let group = |members: &str| {
        let text = format!("title = \"A\"\nmembers = [{members}]\n[[left]]\nmember = \"ann\"\non = 2026-11-01\n");
        fs::write(site.path("content/groups/a/group.toml"), text).unwrap();
    };
    group("");
    assert_eq!(weight(&site, "stands in `members`"), None);
    group("\"ann\"");
    assert_eq!(weight(&site, "ann stands in `members` of a, left it on 2026-11-01").as_deref(), Some("look"));
    site.ok(&["member", "add", "rosa", "--name", "Rosa", "--email", "r@example.org", "--acts-for", "ann", "--json"]);
    assert_eq!(weight(&site, "acts for"), None);
    let closed = site.run(&["member", "close", "ann", "--reason", "left", "--yes"]);
    assert!(String::from_utf8_lossy(&closed.stderr).contains("rosa acts for them"));
    assert_eq!(weight(&site, "rosa acts for ann, whose membership has ended").as_deref(), Some("look"));
}

#[test]
fn what_is_amiss_among_people_is_found() {
    let site = in_order();
    fs::create_dir_all(site.path("content/members/ben")).unwrap();
    fs::write(site.path("content/members/ben/member.toml"), "name = \"Ben\"\nemail = \"ben@example.org\"\n").unwrap();
    assert_eq!(weight(&site, "no mailbox, and so nothing to read: ben").as_deref(), Some("stops"));
    let (weighs, rule) = finding(&site, "no consent to notices on record, and so none is sent: ben").unwrap();
    assert_eq!((weighs.as_str(), rule.as_deref()), ("look", Some("45 CFR 164.522(b)")));
    site.ok(&["consent", "add", "ben", "--notices", "--how", "signed form", "--recorded-by", "Ines"]);
    assert_eq!(weight(&site, "no consent to notices"), None);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    assert_eq!(weight(&site, "in which ann may still read is over").as_deref(), Some("stops"));
    site.build();
    assert_eq!(weight(&site, "in which ann"), None);
    site.ok(&["hold", "ann", "--reason", "a letter from a lawyer", "--recorded-by", "Ines"]);
    assert_eq!(weight(&site, "given to ann is held").as_deref(), Some("look"));
    site.page("groups/a/bad.md", "+++\ntilte = \"x\"\n+++\nText.");
    let (_, code) = examine(&site);
    assert_eq!((weight(&site, "1 mistake in your files").as_deref(), code), (Some("stops"), 4));
}

#[test]
fn someone_who_left_and_can_still_read_is_found_until_the_next_build() {
    let site = in_order();
    site.page("groups/a/one.md", "# One, edited\n\nText.");
    crate::clock::build_at(&site, crate::clock::START - 40 * crate::clock::DAY);
    let file = site.path("content/groups/a/group.toml");
    let text = fs::read_to_string(&file).unwrap().replace("\"ann\"]", "]");
    fs::write(&file, text + "\n[[left]]\nmember = \"ann\"\non = 2026-10-20\nkeep_until = 2026-10-30\n").unwrap();
    let released = site.path(".heldspace/release.json");
    fs::write(&released, "{\"release\":1791000000,\"issued\":1791000000}").unwrap();
    assert_eq!(weight(&site, "ann may read what they had of a until 2026-10-30").as_deref(), Some("stops"));
    fs::write(&released, "{\"release\":1795000000,\"issued\":1795000000}").unwrap();
    assert_eq!(weight(&site, "ann may read what they had"), None);
}

#[test]
fn what_is_amiss_with_whom_things_go_through_is_found() {
    let site = in_order();
    let toml = fs::read_to_string(site.path("site.toml")).unwrap();
    let mail = "[mail]\nfrom = \"someone@gmail.com\"\nserver = \"smtp.gmail.com\"\nsecurity = \"starttls\"\n";
    let host = "[host]\naddress = \"https://pages.example.org\"\n";
    let kept = sections_without(&toml, &["mail", "host"]);
    fs::write(site.path("site.toml"), format!("{kept}\n{mail}\n{host}")).unwrap();
    assert_eq!(weight(&site, "no agreement with the host").as_deref(), Some("stops"));
    assert_eq!(weight(&site, "no agreement with the mail server").as_deref(), Some("stops"));
    assert_eq!(weight(&site, "an address at gmail.com").as_deref(), Some("duty"));
    let add = |service: &str, more: &[&str]| {
        let args = ["agreement", "add", "Example Ltd", "--service", service, "--recorded-by", "Ines"];
        site.ok(&[&args[..], more].concat());
    };
    add("host", &["--kind", "own"]);
    add("mail", &["--kind", "baa", "--signed", "2026-01-01", "--ends", &soon()]);
    assert_eq!(weight(&site, "no agreement with"), None);
    assert_eq!(weight(&site, "the agreement with Example Ltd ends").as_deref(), Some("duty"));
}

#[test]
fn what_is_amiss_with_the_folder_is_found() {
    let site = in_order();
    let record = site.path(".heldspace/record.log");
    fs::set_permissions(&record, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(weight(&site, "others on this machine may read").as_deref(), Some("stops"));
    fs::set_permissions(&record, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(weight(&site, "others on this machine may read"), None);
    fs::create_dir(site.path(".git")).unwrap();
    let secret = "[remote \"origin\"]\n\turl = https://me:zqxsecret@example.org/p.git\n";
    fs::write(site.path(".git/config"), secret).unwrap();
    let (found, _) = examine(&site);
    assert!(!serde_json::to_string(&found).unwrap().contains("zqxsecret"));
    assert_eq!(weight(&site, "to the remote `origin`").as_deref(), Some("duty"));
    fs::write(site.path(".gitignore"), "").unwrap();
    assert_eq!(weight(&site, "git would take keys").as_deref(), Some("duty"));
    fs::remove_dir_all(site.path(".git")).unwrap();
    fs::write(site.path(".git"), "gitdir: /elsewhere").unwrap();
    assert_eq!(weight(&site, "in a worktree of git").as_deref(), Some("look"));
    let moved = site.path("Dropbox (Private)/practice");
    fs::create_dir_all(&moved).unwrap();
    copy(site.root(), &moved);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_heldspace"))
        .args(["--root", moved.to_str().unwrap(), "doctor"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("A regulator would ask:") && said.contains("a program copies elsewhere"), "{said}");
}

#[test]
fn a_sheet_that_was_never_tried_and_silent_members_are_told() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let (weighs, rule) = finding(&site, "the recovery sheet has not been tried").unwrap();
    assert_eq!((weighs.as_str(), rule.as_deref()), ("duty", Some("45 CFR 164.308(a)(7)(ii)(D)")));
    assert_eq!(weight(&site, "never opened anything: ann"), None, "nobody has served anything yet");
    fs::create_dir_all(site.store().join("audit")).unwrap();
    assert_eq!(weight(&site, "never opened anything: ann").as_deref(), Some("look"));
    let empty = tempfile::tempdir().unwrap();
    let root = empty.path().to_str().unwrap();
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_heldspace")).args(["--root", root, "doctor"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "no practice");
}

fn soon() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    crate::clock::date(seconds + 20 * crate::clock::DAY).to_string()
}

/// TOML without these sections.
fn sections_without(toml: &str, names: &[&str]) -> String {
    let mut keep = true;
    let mut kept = String::new();
    for line in toml.lines() {
        if let Some(name) = line.strip_prefix('[') {
            keep = !names.iter().any(|left_out| name.starts_with(left_out));
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn copy(from: &Path, to: &Path) {
    for file in ["site.toml", "register.toml"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    fs::create_dir_all(to.join("content/library")).unwrap();
}
