//! A host that changes its log: what it could do, and that each is found.

use std::fs;

use heldspace::wire::{AuditFile, AuditLine, Day, Digest, MailboxId, What, chain_start, hour_of};
use serde_json::Value;

use super::{
    audit,
    hand_log::{HandLog, START, lines_of, path, practice, server},
    host::{Host, now},
};

/// What a host could do, and what is said of it.
type Change = (&'static str, fn(&HandLog<'_>), String);

fn at(number: u8, file: u32, rest: &str) -> String {
    format!("{}{rest}", path(number, file))
}

fn changes() -> Vec<Change> {
    cuts().into_iter().chain(edits()).chain(swaps()).collect()
}

const GONE: &str = ", line 5: it was seen before, and is gone";

fn cuts() -> Vec<Change> {
    vec![
        ("cut the end", |log| log.edit(&path(1, 2), |lines| lines.truncate(4)), at(1, 2, GONE)),
        ("cut the last line in half", |log| log.edit(&path(1, 2), |lines| lines[4].truncate(50)), at(1, 2, GONE)),
        (
            "cut a file that is not the last",
            |log| log.edit(&path(2, 1), |lines| lines[4].truncate(50)),
            at(2, 1, ", line 5: it was cut short, and the log goes on after it"),
        ),
        (
            "take a line out",
            |log| log.edit(&path(1, 1), |lines| drop(lines.remove(2))),
            at(1, 1, ", line 3: it does not follow"),
        ),
        ("remove the last file", |log| log.remove(&path(1, 2)), at(1, 2, GONE)),
        ("remove the first file", |log| log.remove(&path(1, 1)), at(1, 2, ": what comes before this file is missing")),
        ("remove a whole run", |log| [1, 2].into_iter().for_each(|file| log.remove(&path(2, file))), at(2, 2, GONE)),
        ("remove everything", |log| log.remove_all(), at(1, 2, GONE)),
        ("put an older log back", |log| log.write_all(3), at(1, 2, GONE)),
    ]
}

fn edits() -> Vec<Change> {
    vec![
        (
            "edit a mailbox",
            |log| {
                let (from, to) = (log.mailbox.to_string(), MailboxId::from_bytes([9; 16]).to_string());
                log.edit(&path(1, 1), |lines| {
                    lines[1] = String::from_utf8(lines[1].clone()).unwrap().replace(&from, &to).into_bytes();
                });
            },
            at(1, 1, ", line 3: it does not follow"),
        ),
        ("spoil a byte", |log| log.edit(&path(2, 1), |lines| lines[0][5] ^= 1), at(2, 1, ", line 1: not a line")),
        (
            "chain anew from the middle",
            |log| {
                let kept = lines_of(&log.read(&path(1, 1)))[..2].concat();
                let mut last = Digest::of(kept.rsplit(|&byte| byte == b'\n').nth(1).unwrap());
                let first = log.lines(&mut last, 1, 10..13);
                log.write(&path(1, 1), &[kept, first].concat());
                let second = log.lines(&mut last, 2, 0..5);
                log.write(&path(1, 2), &second);
            },
            at(1, 2, ", line 5: the lines up to here are not those that were seen before"),
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
            at(1, 2, ", line 3: the lines up to here are not those that were seen before"),
        ),
    ]
}

fn swaps() -> Vec<Change> {
    let moved = || path(1, 2).replace("2026-11-26", "2026-11-27");
    vec![
        ("swap two runs", |log| log.swap(&path(1, 1), &path(2, 1)), at(1, 1, ", line 1: it does not follow")),
        ("swap two days", |log| log.swap(&path(1, 1), &path(1, 2)), at(1, 1, ", line 1: it does not follow")),
        (
            "move a file to another day",
            |log| {
                log.write(&path(1, 2).replace("2026-11-26", "2026-11-27"), &log.read(&path(1, 2)));
                log.remove(&path(1, 2));
            },
            format!("{}, line 1: its time is not of this day", moved()),
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
        log.remove_all();
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
        log.remove_all();
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
        log.remove_all();
        let _ = fs::remove_file(site.path(".heldspace/audit.json"));
        log.write_all(5);
        audit(&site, &[]);
        change(&log);
        assert_eq!(site.fails(&["audit", "--begin-anew"]).0, 2, "{name}: it asks");
        site.ok(&["audit", "--begin-anew", "--yes"]);
        assert_eq!(audit(&site, &[])["trusted"], true, "{name}");
        log.remove_all();
        let fails = site.run(&["audit"]);
        assert_eq!(fails.status.success(), name == "remove everything", "{name}: what is seen from now on counts");
    }
}

#[test]
fn what_was_accepted_once_is_not_accepted_again() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    let write_anew = |objects: std::ops::Range<u8>| {
        let mut last = chain_start(server(1));
        let lines = log.lines(&mut last, 1, objects);
        log.write(&path(1, 1), &lines);
    };
    write_anew(0..3);
    audit(&site, &[]);
    for objects in [3..6, 6..9] {
        write_anew(objects);
        assert!(site.fails(&["audit"]).1.contains("line 3: the lines up to here are not those that were seen before"));
        site.ok(&["audit", "--begin-anew", "--yes"]);
        assert_eq!(audit(&site, &[])["trusted"], true);
    }
}

/// Begun anew after line 3 of the first file was spoiled.
fn begun_anew(log: &HandLog<'_>) {
    log.remove_all();
    let _ = fs::remove_file(log.site.path(".heldspace/audit.json"));
    log.write_all(5);
    audit(log.site, &[]);
    log.edit(&path(1, 1), |lines| lines[2][5] ^= 1);
    log.site.ok(&["audit", "--begin-anew", "--yes"]);
    assert_eq!(audit(log.site, &[])["trusted"], true);
}

/// Appends lines to the last file of the first run.
fn append(log: &HandLog<'_>, objects: std::ops::Range<u8>) {
    let before = log.read(&path(1, 2));
    let mut last = Digest::of(lines_of(&before).last().unwrap().trim_ascii_end());
    let more = log.lines(&mut last, 2, objects);
    log.write(&path(1, 2), &[before, more].concat());
}

#[test]
fn an_accepted_flaw_hides_no_other() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    let other_mailbox = |line: &mut Vec<u8>| {
        let (from, to) = (mailbox.to_string(), MailboxId::from_bytes([9; 16]).to_string());
        *line = String::from_utf8(line.clone()).unwrap().replace(&from, &to).into_bytes();
    };
    let seen = "the lines up to here are not those that were seen before";
    let changes: [(&str, &dyn Fn(), String); 9] = [
        (
            "a line after it",
            &|| log.edit(&path(1, 1), |lines| other_mailbox(&mut lines[3])),
            at(1, 2, ", line 5: ") + seen,
        ),
        (
            "a line after it, and a forged one",
            &|| {
                log.edit(&path(1, 1), |lines| other_mailbox(&mut lines[3]));
                append(&log, 5..6);
            },
            at(1, 2, ", line 5: ") + seen,
        ),
        (
            "a line before it",
            &|| log.edit(&path(1, 1), |lines| other_mailbox(&mut lines[0])),
            at(1, 2, ", line 5: ") + seen,
        ),
        ("the flaw itself", &|| log.edit(&path(1, 1), |lines| lines[2][5] ^= 3), at(1, 2, ", line 5: ") + seen),
        ("the flaw taken back", &|| log.edit(&path(1, 1), |lines| lines[2][5] ^= 1), at(1, 2, ", line 5: ") + seen),
        (
            "a half line between two files",
            &|| log.write(&path(1, 1), &[log.read(&path(1, 1)), b"{".to_vec()].concat()),
            at(1, 1, ", line 6: it was cut short"),
        ),
        (
            "a forged line at the end",
            &|| log.edit(&path(1, 2), |lines| lines.push(lines[0].clone())),
            at(1, 2, ", line 6: it does not follow"),
        ),
        ("the end is cut", &|| log.edit(&path(1, 2), |lines| lines.truncate(4)), at(1, 2, GONE)),
        ("another run", &|| log.edit(&path(2, 1), |lines| lines[2][5] ^= 1), at(2, 1, ", line 3: not a line")),
    ];
    for (name, change, expected) in changes {
        begun_anew(&log);
        change();
        let (code, said) = site.fails(&["audit"]);
        assert!(code == 4 && said.contains(&expected), "{name}: {said}");
    }
    // Also one after it in the same file.
    log.remove_all();
    fs::remove_file(site.path(".heldspace/audit.json")).unwrap();
    let mut last = chain_start(server(1));
    let lines = log.lines(&mut last, 1, 0..5);
    log.write(&path(1, 1), &lines);
    log.edit(&path(1, 1), |lines| lines[0] = b"spoiled\n".to_vec());
    site.ok(&["audit", "--begin-anew", "--yes"]);
    log.edit(&path(1, 1), |lines| lines.push(lines[1].clone()));
    let (code, said) = site.fails(&["audit"]);
    assert!(code == 4 && said.contains(&at(1, 1, ", line 6: it does not follow")), "{said}");
    assert!(!said.contains("line 1:"), "what was accepted is not said again: {said}");
}

#[test]
fn what_is_missing_between_files_can_be_accepted_and_not_be_put_back() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    log.write_all(5);
    let first = log.read(&path(1, 1));
    log.remove(&path(1, 1));
    log.write(&path(2, 1), &[log.read(&path(2, 1)), b"{".to_vec()].concat());
    assert_eq!(site.fails(&["audit"]).0, 4);
    site.ok(&["audit", "--begin-anew", "--yes"]);
    append(&log, 5..6);
    assert_eq!(audit(&site, &[])["trusted"], true);
    log.write(&path(1, 1), &first);
    assert_eq!(site.fails(&["audit"]).0, 4);
    log.remove(&path(1, 1));
    audit(&site, &[]);
    log.edit(&path(2, 1), |lines| drop(lines.pop()));
    assert_eq!(site.fails(&["audit"]).0, 4, "not even for half a line");
}

#[test]
fn trust_resumes_after_a_new_beginning_and_no_earlier() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    begun_anew(&log);
    let trusted = || {
        let events = audit(&site, &[])["events"].as_array().unwrap().clone();
        (events.len(), events.iter().filter(|event| event["trusted"] == true).count())
    };
    assert_eq!(trusted(), (19, 10), "those of the other run");
    append(&log, 5..7);
    assert_eq!(trusted(), (21, 12));
    append(&log, 7..8);
    assert_eq!(trusted(), (22, 13), "what was accepted stays in mind");
    let text = site.ok(&["audit"]);
    assert!(text.starts_with("Lines that begin with ? are from before the log was begun anew"), "{text}");
    // Another beginning that finds no flaw accepts none.
    site.ok(&["audit", "--begin-anew", "--yes"]);
    assert_eq!(trusted(), (22, 13));
}

#[test]
fn who_has_opened_something_by_an_accepted_log_is_not_reminded() {
    let (site, mailbox) = practice();
    let log = HandLog { site: &site, mailbox };
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let host = Host::over(&site);
    let text = fs::read_to_string(site.path("site.toml")).unwrap().replace("http://127.0.0.1:8080", &host.url);
    let mail = "[mail]\nfrom = \"pages@example.org\"\nfolder = \"outbox\"\n";
    fs::write(site.path("site.toml"), format!("{text}\n{mail}")).unwrap();
    site.build();
    site.ok(&["notify", "--yes"]);
    drop(host);
    let reminders = || {
        let planned = site.ok(&["notify", "--remind", "--member", "ann", "--dry-run", "--json"]);
        serde_json::from_str::<Value>(&planned).unwrap()["planned"].as_u64().unwrap()
    };
    let listed =
        || serde_json::from_str::<Value>(&site.ok(&["member", "list", "--json"])).unwrap()[0]["opened"].as_u64();
    assert_eq!((reminders(), listed()), (1, None));

    let time = hour_of(now());
    let line =
        AuditLine { what: What::Index, mailbox: Some(mailbox), object: None, time, prev: Digest::of(b"another") };
    let file = AuditFile { server: server(1), number: 1, day: Day::of(time) };
    log.write(&format!("audit/{file}"), &[line.to_json(), b"\nspoiled\n".to_vec()].concat());
    assert_eq!(site.fails(&["notify", "--remind", "--dry-run"]).0, 4);
    site.ok(&["audit", "--begin-anew", "--yes"]);
    assert_eq!((reminders(), listed()), (0, Some(time)));
    assert!(!site.ok(&["member", "list"]).contains("never"));
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
