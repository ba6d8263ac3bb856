//! `send`: build, publish and notify with one plan, one question, one passphrase; and again after it was cut short.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    pty::Pty,
    reader::Reader,
    served::Served,
    site::{Card, TestSite, files_below},
};

const MAIL: &str = "\n[mail]\nfrom = \"pages@example.org\"\nfolder = \"outbox\"\n";

struct Practice {
    site: TestSite,
    host: tempfile::TempDir,
    server: Served,
    cards: Vec<Card>,
}

impl Practice {
    fn new(members: usize) -> Self {
        let site = TestSite::empty();
        let cards = (0..members).map(|n| site.member(&format!("m{n}"), &[])).collect();
        site.page("library/a.md", "# Words for everyone\n\nText.");
        let key: Value = serde_json::from_str(&site.ok(&["host", "add", "elsewhere", "--json"])).unwrap();
        let host = tempfile::tempdir().unwrap();
        let server = Served::with(&host.path().join("store"), &["--publisher", key["key"].as_str().unwrap()]);
        let text = fs::read_to_string(site.path("site.toml")).unwrap();
        fs::write(site.path("site.toml"), text + MAIL).unwrap();
        site.ok(&["host", "add", &server.origin()]);
        Self { site, host, server, cards }
    }

    fn store(&self) -> std::path::PathBuf {
        self.host.path().join("store")
    }

    fn notices(&self) -> Vec<String> {
        let outbox = self.site.path("outbox");
        let files = if outbox.exists() { files_below(&outbox) } else { Vec::new() };
        files.into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
    }

    fn titles(&self, card: &Card) -> Vec<String> {
        let pages = Reader::unlock(&self.store(), card).unwrap().pages(&self.store());
        pages.into_iter().map(|(title, _)| title).collect()
    }

    /// How many notices went to this member.
    fn told(&self, member: usize) -> usize {
        self.notices().iter().filter(|notice| notice.contains(&format!("To: m{member}@example.org"))).count()
    }
}

#[test]
fn one_command_from_a_saved_file_to_a_notice() {
    let practice = Practice::new(3);
    let sent: Value = serde_json::from_str(&practice.site.ok(&["send", "--yes", "--json"])).unwrap();
    assert_eq!((&sent["notices"]["sent"], &sent["build"]["members"]), (&3.into(), &3.into()), "{sent}");
    assert_eq!(practice.titles(&practice.cards[0]), ["Words for everyone"]);
    let link = practice.site.link("m1");
    assert!(practice.notices().iter().any(|notice| notice.contains(&link)), "the link of the release that is there");
    let again: Value = serde_json::from_str(&practice.site.ok(&["send", "--yes", "--json"])).unwrap();
    assert_eq!((&again["notices"]["sent"], &again["publish"]["sent"]), (&0.into(), &0.into()), "{again}");
    practice.site.page("members/m2/own.md", "# For one alone\n\nText.");
    practice.site.ok(&["send", "--yes"]);
    assert_eq!([0, 1, 2].map(|member| practice.told(member)), [1, 1, 2]);
    assert!(practice.server.get("/healthz", "").status == 200);
}

#[test]
fn without_a_yes_nothing_is_built_published_or_sent() {
    let practice = Practice::new(2);
    let (code, said) = practice.site.fails(&["send"]);
    assert!(code == 2 && said.contains("Newly readable: 1 page") && said.contains("2 notices to send"), "{said}");
    assert!(!said.contains("Words for everyone") && !said.contains("m0@"), "names and titles are for a terminal");
    practice.site.ok(&["send", "--dry-run"]);
    assert!(practice.notices().is_empty() && !practice.store().join("head.json").exists());
    assert!(!practice.site.store().join("head.json").exists());
}

#[test]
fn a_text_that_tells_is_refused_before_anything_is_given() {
    let practice = Practice::new(1);
    let text = fs::read_to_string(practice.site.path("site.toml")).unwrap();
    let told = "[notice.text.en]\nsubject = \"From your therapist\"\nbody = \"\"\"\nSee {link}\n\"\"\"\n";
    fs::write(practice.site.path("site.toml"), format!("{text}\n{told}")).unwrap();
    let (code, said) = practice.site.fails(&["send", "--yes"]);
    assert!(code == 3 && said.contains("site.toml:"), "{said}");
    assert!(!practice.store().join("head.json").exists() && practice.notices().is_empty());
}

#[test]
fn killed_anywhere_it_is_finished_by_the_same_command_and_nobody_is_told_twice() {
    let practice = Practice::new(6);
    practice.site.ok(&["send", "--yes"]);
    let (mut stopped, mut uncertain) = (0, 0);
    for round in 0..16_usize {
        practice.site.page(&format!("library/{round}.md"), &format!("# Page {round}\n\nText."));
        let (before, arrived) = (practice.notices().len(), files_below(&practice.site.store()).len());
        let mut send =
            practice.site.command(&["send", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        // Half of the rounds while the notices go out, the others before.
        let far_enough = |round: usize| match round % 2 {
            0 => count(&practice.site.path("outbox")) > before + round / 4,
            _ => count(&practice.site.store()) > arrived + round / 2,
        };
        while send.try_wait().unwrap().is_none() && !far_enough(round) && started.elapsed() < Duration::from_mins(1) {}
        send.kill().unwrap();
        stopped += usize::from(!send.wait().unwrap().success());
        let output = practice.site.run(&["send", "--yes"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // One whose notice was on its way when it was killed is named, and not written to again by itself.
        let list = practice.site.ok(&["member", "list"]);
        for member in 0..6 {
            assert!(practice.titles(&practice.cards[member]).contains(&format!("Page {round}")));
            let again = format!("heldspace notify --member m{member} --again");
            if practice.told(member) < round + 2 {
                assert!(list.contains(&again), "m{member}'s notice of round {round} is lost without a word:\n{list}");
                practice.site.ok(&["notify", "--member", &format!("m{member}"), "--again", "--yes"]);
            } else if list.contains(&again) {
                // It did arrive, as it turns out; a later one ends the doubt.
                uncertain += 1;
            }
            assert_eq!(practice.told(member), round + 2, "m{member} after {} causes", round + 2);
        }
    }
    assert!(stopped >= 4, "only {stopped} were killed on the way, {uncertain} in doubt");
}

fn count(folder: &std::path::Path) -> usize {
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else {
                files += 1;
            }
        }
    }
    files
}

#[test]
fn a_person_is_asked_for_one_passphrase_and_one_yes() {
    let practice = Practice::new(2);
    // The same keys, under a passphrase.
    wrap_keys(&practice.site, "a quiet larch in winter");
    let mut send = Pty::run(practice.site.root(), &["send"], &[]);
    send.expect("Passphrase of this practice's keys");
    send.press("a quiet larch in winter\r");
    send.expect("Newly readable for m0, m1");
    send.expect("2 notices");
    send.expect("m0@example.org");
    send.expect("Publish this");
    send.press("y\r");
    let (well, said) = send.end();
    assert!(well && !said.contains("Passphrase"), "{said}");
    assert_eq!(practice.notices().len(), 2);
}

/// What `init` does with a passphrase, to keys that were made without one.
fn wrap_keys(site: &TestSite, passphrase: &str) {
    use heldspace::practice::{Home, HomeError};
    let home = Home::of(site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    home.write_keys(&keys, Some(passphrase.to_owned().into())).unwrap();
    fs::remove_file(site.path(".heldspace/keys.json")).unwrap();
}
