//! Commands in every order, right and wrong; what each says, and that it leaves alone what it should.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use serde_json::Value;

use crate::{
    reader::Reader,
    site::{Card, TestSite, files_below},
};

fn heldspace(args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_heldspace")).args(args).env("LC_ALL", "C").output().unwrap()
}

fn secret_file(site: &TestSite, name: &str, text: &str) -> String {
    let path = site.path(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn init_refuses_what_it_could_hurt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    fs::write(folder.path().join("thesis.txt"), "words").unwrap();
    let refused = heldspace(&["init", path, "--no-passphrase"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    assert_eq!(files_below(folder.path()).len(), 1);
    let site = TestSite::new();
    let before = files_below(site.root());
    assert!(site.fails(&["init", "--no-passphrase"]).1.contains("already has keys"));
    assert_eq!(files_below(site.root()), before);
}

#[test]
fn init_in_a_copy_of_a_practice_makes_keys_alone() {
    let site = TestSite::new();
    site.member("ann", &[]);
    fs::remove_dir_all(site.path(".heldspace")).unwrap();
    let before = files_below(site.root());
    let made: Value = serde_json::from_str(&site.ok(&["init", "--no-passphrase", "--json"])).unwrap();
    assert_eq!(made["words"].as_array().unwrap().len(), 24);
    let after: Vec<_> =
        files_below(site.root()).into_iter().filter(|(path, _)| !path.starts_with(".heldspace")).collect();
    assert_eq!(after, before);
    let planned = site.run(&["build", "--yes"]);
    let said = String::from_utf8_lossy(&planned.stderr);
    assert!(
        said.contains("Mailboxes missing") && !said.contains("ann"),
        "counted, and off a terminal not named: {said}"
    );
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    assert!(!Reader::unlock(&site.store(), &card).unwrap().pages(&site.store()).is_empty());
}

#[test]
fn the_country_decides_the_help_line_and_build_refuses_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    let made = heldspace(&[
        "init",
        path.to_str().unwrap(),
        "--no-passphrase",
        "--country",
        "gb",
        "--name",
        "A \"quoted\" name",
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let site = fs::read_to_string(path.join("site.toml")).unwrap();
    assert!(site.contains("116 123") && site.contains(r#"'A "quoted" name'"#), "{site}");
    let without =
        site.split("[[help.lines]]").next().unwrap().to_owned() + "\n[leave]\nurl = \"https://example.org/\"\n";
    fs::write(path.join("site.toml"), without).unwrap();
    let refused = heldspace(&["--root", path.to_str().unwrap(), "build", "--yes"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("help"));
    let unknown = heldspace(&["init", folder.path().join("q").to_str().unwrap(), "--no-passphrase", "--country", "XX"]);
    assert!(!unknown.status.success() && !folder.path().join("q").exists());
}

#[test]
fn keys_under_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let (root, words) = (folder.path().join("p"), folder.path().join("words"));
    let (root, words) = (root.to_str().unwrap(), words.to_str().unwrap());
    fs::write(words, "a long enough passphrase\n").unwrap();
    let open = heldspace(&["init", root, "--country", "US", "--passphrase-file", words]);
    assert!(
        String::from_utf8_lossy(&open.stderr).contains("chmod 600"),
        "a passphrase that others can read is refused"
    );
    fs::set_permissions(words, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(heldspace(&["init", root, "--country", "US", "--passphrase-file", words]).status.success());
    let keys = fs::read(format!("{root}/.heldspace/keys.age")).unwrap();
    assert!(keys.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert!(heldspace(&["--root", root, "--passphrase-file", words, "build", "--yes"]).status.success());
    fs::write(words, "another long passphrase").unwrap();
    let wrong = heldspace(&["--root", root, "build", "--yes", "--passphrase-file", words]);
    assert_eq!(wrong.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("passphrase doesn't open"));
    let nobody = heldspace(&["--root", root, "build", "--yes"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("--passphrase-file"), "off a terminal it says what to do");
    fs::write(words, "short").unwrap();
    let short = heldspace(&["init", &format!("{root}2"), "--country", "US", "--passphrase-file", words]);
    assert!(String::from_utf8_lossy(&short.stderr).contains("at least 12"));
}

#[test]
fn the_24_words_give_the_practice_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("p");
    let sheet = folder.path().join("sheet.html");
    let (path, sheet_path) = (root.to_str().unwrap(), sheet.to_str().unwrap());
    let made = heldspace(&["init", path, "--no-passphrase", "--country", "US", "--json", "--sheet", sheet_path]);
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let words: Vec<&str> = made["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let page = fs::read_to_string(&sheet).unwrap();
    assert!(words.iter().all(|word| page.contains(&format!("<li>{word}</li>"))) && page.contains("<svg"));
    assert_eq!(fs::metadata(&sheet).unwrap().permissions().mode() & 0o777, 0o600);
    let run = |args: &[&str]| heldspace(&[&["--root", path], args].concat());
    let card = run(&["member", "add", "ann", "--name", "Ann", "--email", "a@example.org", "--json"]);
    let card: Card = serde_json::from_slice(&card.stdout).unwrap();
    run(&["build", "--yes"]);
    let file = folder.path().join("words");
    let file = file.to_str().unwrap();
    let write = |text: &str| {
        fs::write(file, text).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(&words.join("\n"));
    let before = files_below(&root);
    assert!(run(&["recover", "--try", "--words-file", file]).status.success());
    assert!(!run(&["recover", "--words-file", file, "--no-passphrase"]).status.success(), "there are keys");
    let mut after = files_below(&root);
    after.retain(|(path, _)| path != ".heldspace/tried.json");
    assert!(after == before, "nothing was touched; that it was tried is remembered");
    // The whole of .heldspace is lost but the store, which the host has.
    let store = folder.path().join("host");
    fs::rename(root.join(".heldspace/store"), &store).unwrap();
    fs::remove_dir_all(root.join(".heldspace")).unwrap();
    let store_path = store.to_str().unwrap();
    write("not the right words");
    assert!(
        String::from_utf8_lossy(&run(&["recover", "--words-file", file, "--no-passphrase"]).stderr)
            .contains("24 words, these are 4")
    );
    write(&TestSiteWords::other());
    let other = run(&["recover", "--words-file", file, "--no-passphrase", "--store", store_path]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("not this practice's"));
    write(&words.join(" "));
    let unsaid = run(&["recover", "--words-file", file, "--no-passphrase", "--store", store_path]);
    assert!(String::from_utf8_lossy(&unsaid.stderr).contains("--epoch"), "the host's word is not enough");
    let recover = ["recover", "--words-file", file, "--no-passphrase", "--store", store_path, "--epoch", "1"];
    assert!(run(&recover).status.success());
    let link = run(&["link", "ann", "--store", store_path]);
    assert!(link.status.success(), "at once, with nothing changed: {link:?}");
    fs::write(root.join("content/library/new.md"), "# After the loss\n\nStill here.").unwrap();
    let built = run(&["build", "--yes", "--json", "--store", store_path]);
    let built: Value = serde_json::from_slice(&built.stdout).unwrap();
    assert_eq!(built["sealed"], 1, "everything else is known again by its name");
    let pages = Reader::unlock(&store, &card).expect("the old card still opens").pages(&store);
    assert!(pages.iter().any(|(title, _)| title == "After the loss"));
}

struct TestSiteWords;

impl TestSiteWords {
    fn other() -> String {
        let folder = tempfile::tempdir().unwrap();
        let made = heldspace(&[
            "init",
            folder.path().join("p").to_str().unwrap(),
            "--no-passphrase",
            "--country",
            "US",
            "--json",
        ]);
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        made["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_new_epoch_keeps_cards_and_ends_old_keys() {
    let site = TestSite::empty();
    fs::remove_dir_all(site.path(".heldspace")).unwrap();
    let made: Value = serde_json::from_str(&site.ok(&["init", "--no-passphrase", "--json"])).unwrap();
    let words: Vec<&str> = made["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let file = secret_file(&site, "words", &words.join(" "));
    let old = fs::read(site.path(".heldspace/keys.json")).unwrap();
    site.ok(&["keys", "rotate", "--words-file", &file]);
    let done = site.build();
    assert_eq!((done["sealed"].as_u64(), done["kept"].as_u64()), (Some(1), Some(0)), "sealed anew");
    let reader = Reader::unlock(&site.store(), &card).expect("the card still opens");
    assert_eq!(reader.pages(&site.store()).len(), 1);
    fs::write(site.path(".heldspace/keys.json"), old).unwrap();
    fs::set_permissions(site.path(".heldspace/keys.json"), fs::Permissions::from_mode(0o600)).unwrap();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert_eq!(code, 4);
    assert!(said.contains("epoch 2"), "{said}");
}

#[test]
fn hostile_and_mistaken_names_are_refused_and_shown_safely() {
    let site = TestSite::empty().group("a");
    for name in ["../evil", "A", "a b", "", "notes", "-x"] {
        let refused = site.run(&["member", "add", "--name", "X", "--email", "x@example.org", "--", name]);
        assert!(!refused.status.success(), "{name:?}");
    }
    assert!(
        site.fails(&["member", "add", "x", "--name", "X", "--email", "nonsense"]).1.contains("not an e-mail address")
    );
    let (_, said) = site.fails(&["member", "add", "x", "--name", "X", "--email", "x@example.org", "--group", "b"]);
    assert!(said.contains("no group") && said.contains("There are: a."), "{said}");
    assert!(!site.path("content/members/x").exists(), "nothing is half made");
    let (_, said) = site.fails(&["show", "\u{1b}[2Jx\u{202e}"]);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
    let (_, said) = site.fails(&["member", "add", "x", "--name", "\u{1b}]0;evil\u{7}", "--email", "x@example.org"]);
    assert!(!said.contains('\u{1b}') && said.contains("can't be shown"), "{said:?}");
    site.ok(&["member", "add", "x", "--name", "{{ 7 * 7 }} </script>", "--email", "x@example.org"]);
    assert!(site.ok(&["member", "list"]).contains("{{ 7 * 7 }} </script>"));
    site.page("library/a.md", "# Hello {{ member.name }}\n\n[x](https://example.org/{{ member.name }})");
    site.build();
    let (_, said) = site.fails(&["member", "add", "x", "--name", "X", "--email", "x@example.org"]);
    assert!(said.contains("already a member"), "{said}");
    assert!(site.fails(&["group", "add", "a", "--title", "A"]).1.contains("already a group"));
}

#[test]
fn comments_of_the_therapist_stay() {
    let site = TestSite::empty().group("a");
    let path = site.path("content/groups/a/group.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# Tuesdays, 18:00\n{text}schedule = 'Tuesdays' # with tea\n")).unwrap();
    site.member("ann", &["a"]);
    let now = fs::read_to_string(&path).unwrap();
    assert!(now.contains("# Tuesdays, 18:00") && now.contains("# with tea") && now.contains("\"ann\""), "{now}");
    let member = site.path("content/members/ann/member.toml");
    fs::write(&member, format!("# allergic to cats\n{}", fs::read_to_string(&member).unwrap())).unwrap();
    site.ok(&["member", "rekey", "ann", "--yes"]);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    let now = fs::read_to_string(&member).unwrap();
    assert!(now.contains("# allergic to cats") && now.contains("closed = ") && now.contains("[mailbox]"), "{now}");
    assert_eq!(now.matches("former").count(), 1);
}

#[test]
fn every_command_has_help_that_says_what_it_does() {
    let commands: [&[&str]; 22] = [
        &[],
        &["init"],
        &["recover"],
        &["keys"],
        &["keys", "rotate"],
        &["group"],
        &["group", "add"],
        &["group", "list"],
        &["member"],
        &["member", "add"],
        &["member", "list"],
        &["member", "rekey"],
        &["member", "close"],
        &["build"],
        &["link"],
        &["show"],
        &["open"],
        &["audit"],
        &["notify"],
        &["serve"],
        &["demo"],
        &["--root", "/tmp", "build"],
    ];
    for command in commands {
        let help = heldspace(&[command, &["--help"]].concat());
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(
            help.status.success() && text.contains("Usage:") && text.lines().next().unwrap().len() > 15,
            "{command:?}: {text}"
        );
    }
}

#[test]
fn a_folder_that_is_no_practice_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let refused = heldspace(&["build", "--yes", "--root", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("heldspace init"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made there");
}

#[test]
fn json_is_for_scripts() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let json: Value = serde_json::from_str(&site.ok(&["member", "list", "--json"])).unwrap();
    assert_eq!(json[0]["member"], "ann");
    let json: Value = serde_json::from_str(&site.ok(&["group", "list", "--json"])).unwrap();
    assert_eq!(json, serde_json::json!([]));
}

#[test]
fn init_without_a_passphrase_asks_nothing_where_nobody_is() {
    for (locale, line) in [("C", "988"), ("en_GB.UTF-8", "116 123"), ("de_DE", "TelefonSeelsorge")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        let mut init = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        init.arg("init").arg(&path).arg("--no-passphrase").stdin(std::process::Stdio::null()).env("LC_ALL", locale);
        let made = init.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        assert!(fs::read_to_string(path.join("site.toml")).unwrap().contains(line), "{locale}");
        assert!(path.join(".heldspace/keys.json").exists());
    }
}
