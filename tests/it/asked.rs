//! What a person at a terminal is asked, what their answers do, and what only a terminal gets to see.

use std::fs;

use crate::{
    pty::Pty,
    site::{TestSite, files_below},
};

const PASSPHRASE: &str = "a quiet larch in winter";

#[test]
fn init_asks_for_the_country_and_twice_for_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("practice");
    let mut init = Pty::run(&root, &["init"], &[]);
    init.expect("Whose crisis line");
    init.press("Germany\r");
    init.expect("Choose a passphrase");
    init.press(&format!("{PASSPHRASE}\r"));
    init.expect("Once more");
    init.press(&format!("{PASSPHRASE}\r"));
    let (well, said) = init.end();
    assert!(well, "{said}");
    assert!(!said.contains(PASSPHRASE), "what was typed is not shown");
    assert!(fs::read_to_string(root.join("site.toml")).unwrap().contains("TelefonSeelsorge"));
    assert!(root.join(".heldspace/keys.age").exists() && !root.join(".heldspace/keys.json").exists());
    let mut build = Pty::run(&root, &["build"], &[]);
    build.expect("Passphrase of this practice's keys");
    for _ in 0..2 {
        build.press("another passphrase\r");
        build.expect("That does not open them");
    }
    build.press("another passphrase\r");
    let (well, said) = build.end();
    assert!(!well && said.contains("doesn't open the practice's keys"), "{said}");
}

#[test]
fn two_passphrases_that_differ_make_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("practice");
    let mut init = Pty::run(&root, &["init", "--country", "US"], &[]);
    init.expect("Choose a passphrase");
    init.press(&format!("{PASSPHRASE}\r"));
    init.expect("Once more");
    init.press("a quiet larch in summer\r");
    let (well, said) = init.end();
    assert!(!well && said.contains("error: "), "{said}");
    assert!(!root.exists());
}

#[test]
fn without_a_passphrase_nothing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("practice");
    // A person could be asked here; and where nobody can be, `commands.rs` runs it too.
    let (well, said) = Pty::run(&root, &["init", "--no-passphrase"], &[("LC_ALL", "en_GB.UTF-8")]).end();
    assert!(well && !said.contains('?'), "{said}");
    assert!(fs::read_to_string(root.join("site.toml")).unwrap().contains("116 123"), "by the machine's own country");
}

#[test]
fn build_gives_nothing_until_it_is_told_yes() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A page\n\nText.");
    let before = files_below(site.root());
    for answer in ["n\r", "\r", "\u{3}"] {
        let mut build = Pty::run(site.root(), &["build"], &[]);
        build.expect("A page");
        build.expect("Publish this");
        build.press(answer);
        let (well, said) = build.end();
        assert!(!well, "{answer:?}: {said}");
        assert_eq!(files_below(site.root()), before, "{answer:?}");
    }
    let mut build = Pty::run(site.root(), &["build"], &[]);
    build.expect("Publish this");
    build.press("y\r");
    let (well, said) = build.end();
    assert!(well && said.contains("1 page sealed"), "{said}");
    assert_eq!(site.build()["release"], serde_json::Value::Null, "it was given");
}

#[test]
fn a_progress_bar_is_for_a_terminal_alone() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    for n in 0..60 {
        site.page(&format!("library/p{n}.md"), &format!("# P{n}\n\nText."));
    }
    let off = site.run(&["build", "--yes"]);
    let off = [off.stdout, off.stderr].concat();
    assert!(!off.contains(&b'\r') && !off.contains(&0x1b) && !String::from_utf8_lossy(&off).contains("/60"));
    for n in 0..60 {
        site.page(&format!("library/p{n}.md"), &format!("# P{n}\n\nOther text."));
    }
    let (_, on) = Pty::run(site.root(), &["build", "--yes"], &[]).end();
    assert!(on.contains("Sealing") && on.contains("/60"), "{on:?}");
    assert!(!on.trim_end().ends_with("/60"), "it clears itself away");
}

#[test]
fn colour_is_for_terminals_whose_owner_wants_it() {
    let site = TestSite::empty();
    let coloured = |env: &[(&str, &str)]| {
        let (_, said) = Pty::run(site.root(), &["show", "nobody"], env).end();
        assert!(said.contains("error: "), "{said:?}");
        said.contains('\u{1b}')
    };
    assert!(coloured(&[]));
    assert!(coloured(&[("NO_COLOR", "")]), "empty counts as absent");
    assert!(!coloured(&[("NO_COLOR", "1")]));
    assert!(!coloured(&[("CLICOLOR", "0")]) && coloured(&[("CLICOLOR", "1")]));
    assert!(!coloured(&[("TERM", "dumb")]));
    assert!(!site.fails(&["show", "nobody"]).1.contains('\u{1b}'), "nor is it for pipes");
}

/// On a light ground bright colours vanish; where none are wanted there are none.
#[test]
fn what_is_asked_can_be_read_on_any_ground() {
    let asked = |env: &[(&str, &str)]| {
        let site = TestSite::empty();
        let mut new = Pty::run(site.root(), &["build"], env);
        new.expect("Publish");
        new.press("n\r");
        let (well, said) = new.end();
        assert!(!well && said.contains("Nothing was done"), "{said}");
        said
    };
    // Two that only `script` and the keyboard's protocol need stay: they set no colour.
    let colours = |said: &str| said.matches("\u{1b}[38;5;").count() + said.matches("\u{1b}[9").count();
    let usual = asked(&[]);
    assert!(colours(&usual) == 0 && usual.contains("\u{1b}[1mNo"), "{usual:?}");
    for env in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let said = asked(&[env]);
        assert!(colours(&said) == 0 && !said.contains("\u{1b}[1m"), "{said:?}");
    }
}
