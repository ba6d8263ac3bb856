//! Who has opened what: a whole journey over a real server, and a host that changes its log.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use heldspace::{
    seal::{Entry, Identity, Index},
    wire::{
        AuditFile, AuditLine, Day, Digest, Envelope, Link, MailboxId, ObjectName, Pass, ServerId, SigningKey, What,
        chain_start, hour_of,
    },
};
use serde_json::Value;

use crate::{
    gate::client::{Client, get},
    markers::holds_marker,
    reader::open_keyring,
    site::{Card, TestSite, files_below},
};

/// `heldspace serve`, killed when dropped.
struct Host {
    process: Child,
    url: String,
}

impl Host {
    fn over(site: &TestSite) -> Self {
        let store = site.store();
        let args = ["serve", "--json", "--listen", "127.0.0.1:0", "--store", store.to_str().unwrap()];
        let mut process = site.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        let said: Value = serde_json::from_str(&first).unwrap();
        Self { process, url: said["url"].as_str().unwrap().to_owned() }
    }

    fn fetch(&self, path: &str, shown: &str) -> Vec<u8> {
        let mut client = Client::connect(self.url.strip_prefix("http://").unwrap().parse().unwrap());
        let reply = client.ask(&get(path, &format!("Authorization: {shown}\r\n")));
        assert_eq!(reply.status, 200, "{path}");
        reply.body
    }

    /// Unlocks with a card and opens every page, as a member's browser does.
    fn read_all(&self, card: &Card) -> Vec<String> {
        let link: Link = card.link.split_once('#').unwrap().1.parse().unwrap();
        let id = link.mailbox;
        let ticket = format!("Ticket {}", BASE64URL_NOPAD.encode(link.ticket.as_bytes()));
        let keyring = self.fetch(&format!("/api/mailboxes/{id}/keyring"), &ticket);
        let keyring = open_keyring(&keyring, &format!("{} {}", link.pepper.to_hex(), card.passphrase)).unwrap();
        let seed = BASE64.decode(keyring["seed"].as_str().unwrap().as_bytes()).unwrap();
        let key = SigningKey::from_bytes(&seed.try_into().unwrap());
        let pass = Pass { origin: self.url.clone(), mailbox: id, time: now(), method: None, path: None, sha256: None };
        let pass = format!("Pass {}", Pass::encode(&Envelope::sign(&pass, &key)));
        let identity: Identity = keyring["identities"][0].as_str().unwrap().parse().unwrap();
        let index = identity.open(&self.fetch(&format!("/api/mailboxes/{id}/index"), &pass), 1 << 24).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        let payload = BASE64.decode(index["payload"].as_str().unwrap().as_bytes()).unwrap();
        let index: Index = serde_json::from_slice(&payload).unwrap();
        let open = |entry: Entry| {
            self.fetch(&format!("/api/objects/{}", entry.object.name), &pass);
            entry.title
        };
        index.pages.into_iter().map(open).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn audit(site: &TestSite, args: &[&str]) -> Value {
    serde_json::from_str(&site.ok(&[&["audit", "--json"], args].concat())).unwrap()
}

/// Who, what, and the title of the page; without what a turn of the hour repeats.
fn told(log: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let events = log["events"].as_array().unwrap();
    let mut told: Vec<_> = events
        .iter()
        .map(|event| (text(&event["member"]), text(&event["what"]), text(&event["page"]["title"])))
        .collect();
    told.sort();
    told.dedup();
    told
}

/// Waits until the host has written that much.
fn until_written(site: &TestSite, enough: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let log = audit(site, &[]);
        if enough(&log) {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{log}");
    }
}

#[test]
fn a_whole_journey_is_told_in_names_and_titles() {
    let site = TestSite::empty().group("a");
    let (ann, _) = (site.member("ann", &["a"]), site.member("ben", &[]));
    site.page("groups/a/agenda.md", "# Agenda\n\nFirst.").page("members/ann/own.md", "# Your own\n\nWords.");
    site.build();
    assert_eq!(audit(&site, &[])["events"], serde_json::json!([]));
    let listed = |of: usize| {
        let list: Value = serde_json::from_str(&site.ok(&["member", "list", "--json"])).unwrap();
        list[of]["opened"].as_u64()
    };
    assert_eq!((listed(0), listed(1)), (None, None));

    let host = Host::over(&site);
    assert_eq!(host.read_all(&ann).len(), 2);
    site.page("groups/a/agenda.md", "# The agenda, edited\n\nSecond.");
    site.build();
    host.read_all(&ann);
    let again: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    host.read_all(&again);
    site.ok(&["member", "close", "ann", "--yes"]);
    site.build();
    let log = until_written(&site, |log| {
        let of_new = |event: &&Value| event["mailbox"] == again.mailbox && event["what"] == "object";
        log["events"].as_array().unwrap().iter().filter(of_new).count() >= 2
    });
    let said = |what: &str, title: &str| ("ann".to_owned(), what.to_owned(), title.to_owned());
    let expected = [
        said("index", "-"),
        said("keyring", "-"),
        said("object", "Agenda"),
        said("object", "The agenda, edited"),
        said("object", "Your own"),
    ];
    assert_eq!(told(&log), expected, "both cards are hers, and old versions are known");
    assert!(
        log["trusted"] == true
            && log["events"].as_array().unwrap().iter().all(|e| e["time"].as_u64().unwrap() % 3600 == 0)
    );
    assert!(listed(0).is_some_and(|time| time >= hour_of(now()) - 3600) && listed(1).is_none());

    // Filters.
    assert_eq!(told(&audit(&site, &["--member", "ben"])), []);
    let by_file = told(&audit(&site, &["--page", "groups/a/agenda.md"]));
    assert_eq!(by_file, [said("object", "Agenda"), said("object", "The agenda, edited")]);
    assert_eq!(told(&audit(&site, &["--page", "agenda"])), by_file, "a page is its versions, by any of its titles");
    assert_eq!(told(&audit(&site, &["--until", "2000-01-01"])), []);
    assert_eq!(told(&audit(&site, &["--since", "2999-01-01"])), []);
    assert_eq!(told(&audit(&site, &["--since", "2000-01-01", "--until", "2999-01-01"])), expected);
    assert_eq!(site.fails(&["audit", "--page", "nothing"]).0, 2);
    assert!(site.fails(&["audit", "--member", "nobody"]).1.contains("ann"));

    // As people read it, in their own time.
    let output = site.command(&["audit", "--page", "agenda"]).env("TZ", "EST5").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(" EST  ann  opened  Agenda (content/groups/a/agenda.md)"), "{text}");
    assert!(site.ok(&["member", "list"]).contains("ben@example.org>    last opened: never"), "{text}");
}

#[test]
fn what_is_not_known_here_is_shown_as_such() {
    let site = TestSite::empty();
    let ann = site.member("ann", &[]);
    site.page("library/a.md", "# A page\n\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&ann);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 3);
    drop(host);
    // Another machine, which has neither the record of what was given nor this member.
    fs::remove_file(site.path(".heldspace/given.log")).unwrap();
    fs::rename(site.path("content/members"), site.path("elsewhere")).unwrap();
    let text = site.ok(&["audit"]);
    assert!(text.contains(&format!("unknown mailbox {}  opened", &ann.mailbox[..8])), "{text}");
    assert!(text.contains("opened           unknown page "), "{text}");
    // The record is made anew with the next release.
    fs::rename(site.path("elsewhere"), site.path("content/members")).unwrap();
    site.page("library/b.md", "# Another\n\nText.");
    site.build();
    assert!(site.ok(&["audit"]).contains("A page (content/library/a.md)"));
}

#[test]
fn which_object_is_which_page_is_noted_sealed_and_only_when_there_is_news() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A zqxmarker page\n\nText.");
    site.build();
    let given = || fs::read(site.path(".heldspace/given.log")).unwrap();
    let first = given();
    assert!(!String::from_utf8_lossy(&first).contains("zqxmarker"));
    site.build();
    assert_eq!(given(), first);
    site.page("library/b.md", "# B\n\nText.");
    site.build();
    assert_eq!(String::from_utf8(given()).unwrap().lines().count(), 2);
}

/// A log written by hand: two runs of a server, each with a file on two days.
struct HandLog<'a> {
    site: &'a TestSite,
    mailbox: MailboxId,
}

const DAY: u64 = 24 * 3600;
/// 2026-11-25 00:00 UTC.
const START: u64 = 1_795_564_800;

fn server(number: u8) -> ServerId {
    ServerId::from_bytes([number; 8])
}

fn path(number: u8, file: u32) -> String {
    let day = Day::of(START + u64::from(file - 1) * DAY);
    format!("audit/{}", AuditFile { server: server(number), number: file, day })
}

impl HandLog<'_> {
    /// Lines of one file that follow `last`; the last of them.
    fn lines(&self, last: &mut Digest, file: u32, objects: std::ops::Range<u8>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for object in objects {
            let line = AuditLine {
                what: What::Object,
                mailbox: Some(self.mailbox),
                object: Some(ObjectName::from_bytes([object; 16])),
                time: START + u64::from(file - 1) * DAY + u64::from(object) * 3600,
                prev: *last,
            }
            .to_json();
            *last = Digest::of(&line);
            bytes.extend(line);
            bytes.push(b'\n');
        }
        bytes
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.site.store().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.site.store().join(path)).unwrap()
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.site.store().join(path)).unwrap();
    }

    /// The log, whole; `objects` lines in each file.
    fn write_all(&self, objects: u8) {
        for number in [1, 2] {
            let mut last = chain_start(server(number));
            for file in [1, 2] {
                let lines = self.lines(&mut last, file, 0..objects);
                self.write(&path(number, file), &lines);
            }
        }
    }
}

/// A practice with one member.
fn practice() -> (TestSite, MailboxId) {
    let site = TestSite::empty();
    let mailbox = site.member("ann", &[]).mailbox.parse().unwrap();
    site.build();
    (site, mailbox)
}

type Change = fn(&HandLog<'_>);

fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// What a host could do to a log that was seen, and where it shows.
fn changes() -> Vec<(&'static str, Change, String)> {
    let at = |number, file, rest: &str| format!("{}{rest}", path(number, file));
    vec![
        (
            "cut the end",
            |log| log.write(&path(1, 2), &lines_of(&log.read(&path(1, 2)))[..4].concat()),
            at(1, 2, ", line 5: it was seen before, and is gone"),
        ),
        (
            "cut the last line in half",
            |log| {
                let bytes = log.read(&path(1, 2));
                log.write(&path(1, 2), &bytes[..bytes.len() - 20]);
            },
            at(1, 2, ", line 5: it was seen before, and is gone"),
        ),
        (
            "cut a file that is not the last",
            |log| {
                let bytes = log.read(&path(2, 1));
                log.write(&path(2, 1), &bytes[..bytes.len() - 20]);
            },
            at(2, 1, ", line 5: it was cut short, and the log goes on after it"),
        ),
        (
            "take a line out",
            |log| {
                let mut lines = lines_of(&log.read(&path(1, 1)));
                lines.remove(2);
                log.write(&path(1, 1), &lines.concat());
            },
            at(1, 1, ", line 3: it does not follow"),
        ),
        (
            "edit a mailbox",
            |log| {
                let (from, to) = (log.mailbox.to_string(), MailboxId::from_bytes([9; 16]).to_string());
                let mut lines = lines_of(&log.read(&path(1, 1)));
                lines[1] = String::from_utf8(lines[1].clone()).unwrap().replace(&from, &to).into_bytes();
                log.write(&path(1, 1), &lines.concat());
            },
            at(1, 1, ", line 3: it does not follow"),
        ),
        (
            "spoil a byte",
            |log| {
                let mut bytes = log.read(&path(2, 1));
                bytes[5] ^= 1;
                log.write(&path(2, 1), &bytes);
            },
            at(2, 1, ", line 1: not a line"),
        ),
        (
            "chain anew from the middle",
            |log| {
                let lines = lines_of(&log.read(&path(1, 1)));
                let mut last = Digest::of(lines[1].trim_ascii_end());
                log.write(&path(1, 1), &[lines[..2].concat(), log.lines(&mut last, 1, 10..13)].concat());
                let second = log.lines(&mut last, 2, 0..5);
                log.write(&path(1, 2), &second);
            },
            at(1, 2, ", line 5: another line was seen here before"),
        ),
        (
            "write a whole chain anew",
            |log| {
                let mut last = chain_start(server(1));
                for file in [1, 2] {
                    let lines = log.lines(&mut last, file, 2..9);
                    log.write(&path(1, file), &lines);
                }
            },
            at(1, 2, ", line 3: another line was seen here before"),
        ),
        ("remove the last file", |log| log.remove(&path(1, 2)), at(1, 2, ", line 5: it was seen before, and is gone")),
        ("remove the first file", |log| log.remove(&path(1, 1)), at(1, 2, ": what comes before this file is missing")),
        (
            "remove a whole run",
            |log| [1, 2].into_iter().for_each(|file| log.remove(&path(2, file))),
            at(2, 2, ", line 5: it was seen before, and is gone"),
        ),
        (
            "remove everything",
            |log| fs::remove_dir_all(log.site.store().join("audit")).unwrap(),
            at(1, 2, ", line 5: it was seen before, and is gone"),
        ),
        (
            "swap two runs",
            |log| {
                let (one, two) = (log.read(&path(1, 1)), log.read(&path(2, 1)));
                log.write(&path(1, 1), &two);
                log.write(&path(2, 1), &one);
            },
            at(1, 1, ", line 1: it does not follow"),
        ),
        (
            "swap two days",
            |log| {
                let (one, two) = (log.read(&path(1, 1)), log.read(&path(1, 2)));
                log.write(&path(1, 1), &two);
                log.write(&path(1, 2), &one);
            },
            at(1, 1, ", line 1: it does not follow"),
        ),
        (
            "move a file to another day",
            |log| {
                let other = path(1, 2).replace("2026-11-26", "2026-11-27");
                log.write(&other, &log.read(&path(1, 2)));
                log.remove(&path(1, 2));
            },
            format!("{}, line 1: its time is not of this day", path(1, 2).replace("2026-11-26", "2026-11-27")),
        ),
        (
            "put an older log back",
            |log| log.write_all(3),
            at(1, 2, ", line 3: it was seen before, and is gone").replace("line 3", "line 5"),
        ),
    ]
}

#[test]
fn every_change_behind_what_was_seen_is_found_and_said() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    log.write_all(5);
    assert_eq!(audit(&site, &[])["events"].as_array().unwrap().len(), 20);
    let seen = fs::read(site.path(".heldspace/audit.json")).unwrap();
    for (name, change, expected) in changes() {
        change(&log);
        let output = site.run(&["audit", "--json"]);
        let (said, shown) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
        assert_eq!(output.status.code(), Some(4), "{name}: {said}");
        assert!(said.contains(&expected), "{name}: {said}");
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["trusted"], false, "{name}");
        assert!(shown["flaws"].to_string().contains(&expected), "{name}");
        let untrusted = shown["events"].as_array().unwrap().iter().filter(|event| event["trusted"] == false).count();
        assert!(untrusted > 0 || name.starts_with("remove"), "{name}: what can be read is shown, and marked");
        let text = site.run(&["audit"]);
        assert!(String::from_utf8(text.stdout).unwrap().starts_with("NOT TO BE TRUSTED"), "{name}");
        let list = site.ok(&["member", "list"]);
        assert!(list.contains("last opened: can't be told"), "{name}: {list}");
        let list: Value = serde_json::from_str(&site.ok(&["member", "list", "--json"])).unwrap();
        assert!(list[0]["opened"].is_null() && list[0]["log_trusted"] == false, "{name}: {list}");
        // Nothing wrong was remembered: with the log as it was, all is well again.
        let _ = fs::remove_dir_all(site.store().join("audit"));
        log.write_all(5);
        assert_eq!(audit(&site, &[])["trusted"], true, "after {name}");
        assert_eq!(fs::read(site.path(".heldspace/audit.json")).unwrap(), seen, "after {name}");
    }
}

#[test]
fn a_log_never_seen_before_must_still_fit_together() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    for (name, change, expected) in changes() {
        let _ = fs::remove_dir_all(site.store().join("audit"));
        let _ = fs::remove_file(site.path(".heldspace/audit.json"));
        log.write_all(5);
        change(&log);
        let needs_memory = expected.contains("seen");
        let output = site.run(&["audit", "--json"]);
        assert_eq!(output.status.code(), Some(if needs_memory { 0 } else { 4 }), "{name}");
    }
}

#[test]
fn a_log_that_goes_on_is_fine_and_so_is_a_line_cut_by_a_power_cut() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    for lines in 1..6 {
        log.write_all(lines);
        // The second file of each run goes on after the first, which may not grow any more.
        let _ = fs::remove_file(site.path(".heldspace/audit.json"));
        assert_eq!(audit(&site, &[])["events"].as_array().unwrap().len(), 4 * usize::from(lines));
    }
    let mut last = Digest::of(lines_of(&log.read(&path(1, 2)))[4].trim_ascii_end());
    let more = [log.read(&path(1, 2)), log.lines(&mut last, 2, 5..7)].concat();
    log.write(&path(1, 2), &[more.clone(), br#"{"what":"obj"#.to_vec()].concat());
    assert_eq!(audit(&site, &[])["events"].as_array().unwrap().len(), 22);
    // The next run of the server has a chain of its own; the torn line stays where it is.
    let mut third = chain_start(server(3));
    log.write(&path(3, 1), &log.lines(&mut third, 1, 0..1));
    assert_eq!(audit(&site, &[])["events"].as_array().unwrap().len(), 23);
    // What was seen behind it may not go.
    log.write(&path(1, 2), &more[..more.len() - 5]);
    assert!(site.fails(&["audit"]).1.contains("line 7: it was seen before, and is gone"));
}

#[test]
fn once_it_is_known_why_the_log_can_be_begun_anew() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    for (name, change, _) in changes() {
        let _ = fs::remove_dir_all(site.store().join("audit"));
        let _ = fs::remove_file(site.path(".heldspace/audit.json"));
        log.write_all(5);
        audit(&site, &[]);
        change(&log);
        assert_eq!(site.fails(&["audit", "--begin-anew"]).0, 2, "{name}: it asks");
        site.ok(&["audit", "--begin-anew", "--yes"]);
        assert_eq!(audit(&site, &[])["trusted"], true, "{name}");
        let _ = fs::remove_dir_all(site.store().join("audit"));
        let fails = site.run(&["audit"]);
        assert_eq!(fails.status.success(), name == "remove everything", "{name}: what is seen from now on counts");
    }
}

#[test]
fn a_log_larger_than_an_honest_one_is_not_read() {
    let (site, mailbox) = practice();
    HandLog { site: &site, mailbox }.write(&path(1, 1), &vec![b' '; 5 * 1024 * 1024]);
    let (code, said) = site.fails(&["audit"]);
    assert!(code == 4 && said.contains("too large"), "{said}");
    HandLog { site: &site, mailbox }.write(&path(1, 1), &[vec![b'['; 2_000_000], b"\n".to_vec()].concat());
    assert!(site.fails(&["audit"]).1.contains("line 1: not a line"));
}

#[test]
fn words_of_later_versions_are_shown_as_they_are() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    let line = AuditLine {
        what: What::Other("own-notes".into()),
        mailbox: Some(mailbox),
        object: None,
        time: START,
        prev: chain_start(server(1)),
    };
    log.write(&path(1, 1), &[line.to_json(), b"\n".to_vec()].concat());
    assert!(site.ok(&["audit"]).contains("ann  own-notes"));
}

#[test]
fn a_spreadsheet_sees_words_and_no_formula() {
    let site = TestSite::empty();
    let member = ["member", "add", "ann", "--name", "=1+1", "--email", "ann@example.org", "--json"];
    let card: Card = serde_json::from_str(&site.ok(&member)).unwrap();
    site.page("members/ann/a.md", "+++\ntitle = \"@SUM(1,2)\"\n+++\nText.")
        .page("members/ann/b.md", "+++\ntitle = \"＝1+1, \\\"quoted\\\"\"\n+++\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&card);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 4);
    let csv = site.ok(&["audit", "--csv"]);
    assert!(csv.starts_with("hour,member,name,what,title,file,trusted\n"), "{csv}");
    assert!(csv.contains(",ann,'=1+1,opened,\"'@SUM(1,2)\",content/members/ann/a.md,yes\n"), "{csv}");
    let folder = tempfile::tempdir().unwrap();
    assert!(!as_opened_by_a_spreadsheet(folder.path(), &csv).contains("table:formula"), "{csv}");
    let without = csv.replace(",'", ",").replace("\"'", "\"");
    assert!(as_opened_by_a_spreadsheet(folder.path(), &without).contains("table:formula"), "this test finds formulas");
}

/// LibreOffice, told to compute what it takes for a formula, as its users may.
fn as_opened_by_a_spreadsheet(folder: &Path, csv: &str) -> String {
    fs::write(folder.join("a.csv"), csv).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let opened = Command::new("soffice")
        .args([&profile, "--headless", "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"])
        .args(["--convert-to", "fods", "--outdir"])
        .arg(folder)
        .arg(folder.join("a.csv"))
        .output()
        .expect("LibreOffice is installed by tests/run");
    assert!(opened.status.success(), "{opened:?}");
    fs::read_to_string(folder.join("a.fods")).unwrap()
}

#[test]
fn nothing_that_can_be_read_is_in_the_log_or_what_is_remembered_of_it() {
    let site = TestSite::empty();
    let member = ["member", "add", "zqxmarker", "--name", "Zqxmarker", "--email", "zqxmarker@example.org", "--json"];
    let card: Card = serde_json::from_str(&site.ok(&member)).unwrap();
    site.page("members/zqxmarker/zqxmarker.md", "# Zqxmarker\n\nText.");
    site.build();
    let host = Host::over(&site);
    host.read_all(&card);
    until_written(&site, |log| log["events"].as_array().unwrap().len() >= 3);
    let kept = files_below(&site.path(".heldspace"));
    assert!(kept.iter().any(|(path, _)| path.starts_with("store/audit/")));
    assert!(kept.iter().any(|(path, _)| path == "audit.json"));
    for (path, bytes) in kept {
        assert!(!holds_marker(&bytes), "{path}");
    }
}
