//! What a therapist's slip must not do: give something to the wrong person, lose a card, block everything else.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{
    reader::Reader,
    site::{TestSite, files_below},
};

#[test]
fn a_copied_member_folder_is_no_second_reader_of_the_same_mailbox() {
    let site = TestSite::empty();
    site.member("maya", &[]);
    let toml = fs::read_to_string(site.path("content/members/maya/member.toml")).unwrap();
    fs::create_dir_all(site.path("content/members/zoe")).unwrap();
    fs::write(site.path("content/members/zoe/member.toml"), toml.replace("maya", "zoe")).unwrap();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("members/zoe/member.toml") && said.contains("mailbox of `maya`"), "{said}");
}

#[test]
fn what_is_shown_once_and_was_not_taken_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let practice = folder.path().join("p");
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let site = TestSite::empty();
    let mut init = site.command(&["init", practice.to_str().unwrap(), "--no-passphrase", "--country", "US"]);
    let failed = init.stdout(full()).output().unwrap();
    assert!(!failed.status.success() && String::from_utf8_lossy(&failed.stderr).contains("could not be shown"));
    assert!(!practice.join(".heldspace/keys.json").exists(), "no keys without a sheet");
    let add = ["member", "add", "ann", "--name", "Ann", "--email", "ann@example.org"];
    for json in [&[][..], &["--json"]] {
        let failed = site.command(&[&add[..], json].concat()).stdout(full()).output().unwrap();
        assert!(!failed.status.success(), "{failed:?}");
        fs::remove_dir_all(site.path("content/members/ann")).unwrap();
    }
}

#[test]
fn a_practice_that_was_cut_short_is_finished_by_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let site = TestSite::new();
    fs::copy(site.path("site.toml"), folder.path().join("site.toml")).unwrap();
    fs::write(folder.path().join(".heldspace-x1Yz"), "half").unwrap();
    let path = folder.path().to_str().unwrap();
    site.ok(&["init", path, "--no-passphrase"]);
    assert!(folder.path().join("content/library").is_dir());
}

#[test]
fn a_member_whose_folder_was_made_by_hand_is_added_into_it() {
    let site = TestSite::empty().group("g");
    fs::create_dir_all(site.path("content/members/empty")).unwrap();
    site.page("members/mia/note.md", "# A note\n\nWords.");
    let card = site.member("mia", &["g"]);
    site.build();
    let pages = Reader::unlock(&site.store(), &card).unwrap().pages(&site.store());
    assert_eq!(pages.len(), 1);
}

#[test]
fn whoever_can_not_join_a_group_is_not_added_halfway() {
    let site = TestSite::empty().group("g");
    let file = site.path("content/groups/g/group.toml");
    site.member("ann", &[]);
    fs::write(&file, "title = \"G\"\nmembers = \"ann\"\n").unwrap();
    let before = files_below(site.root());
    let add = ["member", "add", "kim", "--name", "Kim", "--email", "kim@example.org", "--group", "g"];
    let (_, said) = site.fails(&add);
    assert!(said.contains("group.toml"), "{said}");
    assert_eq!(files_below(site.root()), before);
}

#[test]
fn addresses_that_are_none_are_refused_before_a_card_is_made() {
    let site = TestSite::empty();
    for odd in
        ["a,b@example.org", "<a>@e.org", "\"x\"@e.org", "a@e.org;", "a@[1.2.3.4]", "(x)a@e.org", "a@..", "a b@e.org"]
    {
        let (code, said) = site.fails(&["member", "add", "ann", "--name", "Ann", "--email", odd]);
        assert!(code == 2 && said.contains("not an e-mail address"), "{odd}: {said}");
        assert!(!site.path("content/members/ann").exists(), "{odd}");
    }
}

#[test]
fn names_that_can_not_be_seen_or_are_too_long_are_refused() {
    let site = TestSite::empty();
    let long = "x".repeat(201);
    for odd in ["", " ", "\u{3164}", "\u{ad}", "\u{200d}", "a\nb", "\u{202e}a", &long] {
        let (code, said) = site.fails(&["member", "add", "ann", "--name", odd, "--email", "ann@example.org"]);
        assert!(code == 2 && !site.path("content/members/ann").exists(), "{odd:?}: {said}");
    }
    site.ok(&["member", "add", "ann", "--name", "Zoë می‌خواهم", "--email", "ann@example.org"]);
}

#[test]
fn a_file_that_was_closed_to_others_stays_closed() {
    use std::os::unix::fs::PermissionsExt;
    let site = TestSite::empty();
    site.member("ann", &[]);
    let file = site.path("content/members/ann/member.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    site.build();
    site.ok(&["link", "ann", "--revoke", "--all", "--yes"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_link_that_does_not_work_is_not_handed_out() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    assert!(site.fails(&["link", "ann"]).1.contains("nothing was published yet"));
    site.build();
    site.link("ann");
    site.ok(&["link", "ann", "--revoke", "--all", "--yes"]);
    assert!(site.fails(&["link", "ann"]).1.contains("does not work yet"));
    assert!(site.fails(&["link", "ann", "--card"]).1.contains("does not work yet"));
    site.build();
    site.link("ann");
    site.member("ben", &[]);
    assert!(site.fails(&["link", "ben"]).1.contains("does not work yet"));
}

#[test]
fn looking_makes_no_folder() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.build();
    let typo = site.path("hots");
    site.fails(&["show", "ann", "--store", typo.to_str().unwrap()]);
    assert!(!typo.exists());
    let nowhere = tempfile::tempdir().unwrap();
    let build =
        Command::new(env!("CARGO_BIN_EXE_heldspace")).args(["build", "--yes"]).current_dir(nowhere.path()).output();
    let said = String::from_utf8(build.unwrap().stderr).unwrap();
    assert!(said.contains("no practice") && !said.contains("content"), "{said}");
    assert_eq!(fs::read_dir(nowhere.path()).unwrap().count(), 0);
}

#[test]
fn who_was_closed_can_read_until_the_next_build_and_show_says_so() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    assert!(site.ok(&["show", "ann"]).contains("can read 1 page"));
    site.build();
    assert!(site.fails(&["show", "ann"]).1.contains("can read nothing"));
}

#[test]
fn the_second_of_two_machines_is_told() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let elsewhere = |machine: &str, since: u64| {
        fs::write(site.path(".heldspace/lock"), format!("{{\"machine\":\"{machine}\",\"since\":{since}}}")).unwrap();
    };
    elsewhere("the \\u001b laptop", now);
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 4 && said.contains("on another machine: the \\u{1b} laptop"), "{said}");
    elsewhere("laptop", now - 3601);
    site.ok(&["build", "--yes"]);
    assert_eq!(fs::read(site.path(".heldspace/lock")).unwrap(), b"", "done, and said so");
    fs::write(site.path(".heldspace/lock"), "half a li").unwrap();
    site.ok(&["build", "--yes"]);
}

#[test]
fn a_change_is_never_built_with_what_was_read_before_it() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let lock = fs::File::options().write(true).create(true).truncate(false).open(site.path(".heldspace/lock")).unwrap();
    lock.lock().unwrap();
    for command in [
        &["build", "--yes"][..],
        &["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"],
        &["member", "rekey", "ann", "--yes"],
    ] {
        assert!(site.fails(command).1.contains("another heldspace is at work"), "{command:?}");
    }
}
