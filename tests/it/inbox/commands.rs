//! What a therapist types, and what must not wait.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use heldspace::wire::{Answer, Said};

use super::world::{ids, list, now, practice, sync};

#[test]
fn an_answer_that_may_tell_of_danger_comes_first_and_stays_until_someone_saw_to_it() {
    let (site, maya, colm) = practice();
    let danger = Answer { time: now() - 100, ..maya.checked_in("often") };
    let changed = Answer { time: now() - 50, replaces: Some(danger.id), ..maya.checked_in("never") };
    let quiet = Answer { time: now() - 10, ..colm.checked_in("never") };
    for answer in [&quiet, &changed, &danger] {
        maya.lay(answer.mailbox, &if answer.mailbox == maya.mailbox() { maya.seal(answer) } else { colm.seal(answer) });
    }
    let printed = site.ok(&["inbox", "sync"]);
    assert!(printed.contains("1 answer must not wait"), "{printed}");
    // Another answer in its place does not make it go.
    let printed = site.ok(&["inbox", "list"]);
    let called = &danger.id.to_string()[..8];
    assert!(printed.starts_with(&format!("These must not wait:\n{called}")), "{printed}");
    let shown = site.ok(&["inbox", "show", called]);
    assert!(
        shown.contains("Above zero: Thoughts of hurting yourself") && shown.contains("Nobody has seen to it"),
        "{shown}"
    );
    assert_eq!(site.fails(&["inbox", "ack", called, "--by", " ", "--did", "x"]).0, 2);
    site.ok(&["inbox", "ack", called, "--by", "Ines Halloran", "--did", "called her, safe tonight"]);
    let (code, said) = site.fails(&["inbox", "ack", called, "--by", "Someone", "--did", "else"]);
    assert!(code == 4 && said.contains("already, by Ines Halloran"), "{said}");
    assert!(!site.ok(&["inbox", "list", "--all"]).contains("must not wait"));
    assert!(site.ok(&["inbox", "show", called]).contains("called her, safe tonight"));
    let listed = list(&site);
    assert_eq!(
        (&listed["answers"][0]["must_not_wait"], &listed["answers"][0]["acknowledged"]["by"]),
        (&true.into(), &"Ines Halloran".into())
    );
}

#[test]
fn a_check_in_to_a_page_that_is_not_on_record_rings_too() {
    let (site, maya, _) = practice();
    let unknown = Answer { digest: heldspace::wire::Digest::of(b"no such page"), ..maya.checked_in("never") };
    maya.send(&unknown);
    sync(&site);
    let printed = site.ok(&["inbox", "list"]);
    assert!(printed.contains("must not wait") && printed.contains("what was asked is not known here"), "{printed}");
}

#[test]
fn a_reply_is_a_draft_for_that_member_alone_without_their_words() {
    let (site, maya, _) = practice();
    let answer = maya.reply("my own words");
    maya.send(&answer);
    sync(&site);
    site.ok(&["inbox", "reply", &answer.id.to_string(), "--json"]);
    let files = crate::site::files_below(&site.path("content/messages"));
    let text = String::from_utf8(files[0].1.clone()).unwrap();
    assert!(
        text.contains("to = [\"maya\"]") && text.contains("draft = true") && text.contains("Your answer: This week"),
        "{text}"
    );
    assert!(!text.contains("my own words"));
    // Nothing is overwritten.
    assert_eq!(site.fails(&["inbox", "reply", &answer.id.to_string()]).0, 2);
    site.ok(&["inbox", "reply", &answer.id.to_string(), "--title", "One more thing"]);
    site.ok(&["member", "close", "maya", "--reason", "left", "--yes"]);
    site.fails(&["inbox", "reply", &answer.id.to_string(), "--title", "Too late"]);
}

#[test]
fn watching_rings_until_someone_saw_to_it_and_names_nobody() {
    let (site, maya, _) = practice();
    let danger = maya.checked_in("often");
    maya.send(&danger);
    let mut watch = site.command(&["inbox", "watch", "--every", "1s"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take(2).collect();
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(said, ["1 answer must not wait: heldspace inbox list"; 2]);
    assert_eq!(ids(&list(&site)), [danger.id.to_string()]);
    assert_eq!(site.fails(&["inbox", "watch", "--every", "soon"]).0, 2);
}

#[test]
fn what_was_never_asked_is_shown_as_it_came() {
    let (site, maya, _) = practice();
    let vote = maya.answer("This week", "vote", Said::Poll { chosen: vec!["friday".into(), "=1+1".into()] });
    maya.send(&vote);
    sync(&site);
    assert!(site.ok(&["inbox", "show", &vote.id.to_string()]).contains("friday, =1+1"));
}

#[test]
fn an_empty_inbox_says_what_to_do() {
    let site = crate::site::TestSite::empty();
    let (code, said) = site.fails(&["inbox", "sync"]);
    assert!(code == 4 && said.contains("heldspace build"), "{said}");
    let output = site.run(&["inbox", "list"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("heldspace inbox sync"));
}
