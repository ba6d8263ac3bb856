//! What a host, or anyone who knows where answers go, puts there.

use std::fs;

use heldspace::{
    seal::SealedAnswer,
    wire::{ANSWER_SIZE, Answer, MailboxId, SigningKey},
};
use serde_json::json;

use super::world::{ids, kept, list, new_id, practice, sync};

/// Why each file was set aside, sorted.
fn whys(list: &serde_json::Value) -> Vec<String> {
    let refused = list["refused"].as_array().unwrap().iter();
    let mut whys: Vec<_> = refused.map(|one| one["why"].as_str().unwrap().to_owned()).collect();
    whys.sort();
    whys
}

#[test]
fn what_the_member_did_not_sign_is_set_aside_and_explained() {
    let (site, maya, colm) = practice();
    let recipients = maya.recipients();
    let recipients: Vec<_> = recipients.iter().collect();
    // Whoever knows the practice's recipient, with a key of their own.
    maya.lay(
        maya.mailbox(),
        &SealedAnswer::seal(&maya.reply("forged"), &SigningKey::from_bytes(&[9; 32]), &recipients),
    );
    // The host lays one member's answer into the other's folder.
    maya.lay(maya.mailbox(), &colm.seal(&colm.reply("swapped")));
    // A member signs for a mailbox that is not theirs.
    maya.lay(maya.mailbox(), &SealedAnswer::seal(&maya.reply("for another"), colm.key(), &recipients));
    // Sealed to the practice, and no answer.
    maya.lay(maya.mailbox(), &SealedAnswer::of(heldspace::seal::seal_to(&recipients, b"{}")));
    // No age file.
    maya.lay(maya.mailbox(), &SealedAnswer::of(b"hello".to_vec()));
    // Larger than any.
    maya.lay(maya.mailbox(), &SealedAnswer::of(vec![b'x'; ANSWER_SIZE + 1]));
    // Not what its name says.
    let mut damaged = maya.seal(&maya.reply("damaged"));
    damaged.bytes[200] ^= 1;
    maya.lay(maya.mailbox(), &damaged);
    assert_eq!(sync(&site), json!({ "arrived": 0, "refused": 7, "strangers": 0, "more": false }));
    let expected = ["damaged", "forged", "forged", "moved", "sealed", "shape", "size"];
    let listed = list(&site);
    assert_eq!((ids(&listed), whys(&listed)), (vec![], expected.map(String::from).to_vec()));
    let printed = site.ok(&["inbox", "list"]);
    assert!(printed.contains("someone put this there who is not maya"), "{printed}");
    // Told once, and looked at again each time.
    assert_eq!(sync(&site)["refused"], 0);
    // The true bytes come after all.
    damaged.bytes[200] ^= 1;
    maya.lay(maya.mailbox(), &damaged);
    assert_eq!(sync(&site)["arrived"], 1);
    assert_eq!(whys(&list(&site)), expected[1..]);
}

#[test]
fn the_same_number_with_other_words_is_set_aside() {
    let (site, maya, colm) = practice();
    let first = maya.reply("first");
    maya.send(&first);
    sync(&site);
    maya.send(&Answer { said: maya.reply("second").said, ..first.clone() });
    // Nor can another member take it over.
    colm.send(&Answer { id: first.id, ..colm.reply("other") });
    assert_eq!(sync(&site)["refused"], 2);
    let listed = list(&site);
    assert_eq!((ids(&listed), whys(&listed)), (vec![first.id.to_string()], vec!["twice".into(), "twice".into()]));
    assert_eq!(listed["answers"][0]["said"]["text"], "first");
}

#[test]
fn names_that_are_none_and_mailboxes_of_nobody_are_left_where_they_are() {
    let (site, maya, _) = practice();
    let stranger = MailboxId::from_bytes([7; 16]);
    maya.lay(stranger, &maya.seal(&maya.reply("to nobody")));
    let answers = site.path(".heldspace/store/answers");
    let own = answers.join(maya.mailbox().to_string());
    fs::create_dir_all(own.join("deeper")).unwrap();
    fs::write(own.join("deeper/file"), "x").unwrap();
    for name in ["readme", &"A".repeat(64), &"a".repeat(63), "=cmd", "x\u{1b}[2J"] {
        fs::write(own.join(name), "x").unwrap();
    }
    fs::create_dir_all(answers.join("not-a-mailbox")).unwrap();
    fs::write(answers.join("not-a-mailbox").join("a".repeat(64)), "x").unwrap();
    let synced = sync(&site);
    assert_eq!((&synced["arrived"], &synced["strangers"]), (&json!(0), &json!(1)));
    assert!(kept(&site).is_empty(), "{:?}", kept(&site).iter().map(|(path, _)| path).collect::<Vec<_>>());
}

#[test]
fn a_link_in_an_answers_place_is_told_and_leads_nowhere() {
    let (site, maya, _) = practice();
    let answer = maya.reply("real");
    let name = maya.send(&answer);
    let link = site.path(".heldspace/store/answers").join(maya.mailbox().to_string()).join(name.to_string());
    fs::rename(&link, site.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(site.path("elsewhere"), &link).unwrap();
    let (code, said) = site.fails(&["inbox", "sync"]);
    assert!(code == 4 && said.contains("is a link"), "{said}");
    assert!(kept(&site).is_empty());
}

#[test]
fn what_members_write_does_nothing_to_a_terminal() {
    let (site, maya, _) = practice();
    let nasty = "\u{1b}]0;owned\u{7}\u{1b}[2Jline\r\nnext\u{202e}evil\u{200b}";
    let answer = maya.reply(nasty);
    maya.send(&answer);
    sync(&site);
    for args in [&["inbox", "list"][..], &["inbox", "show", &answer.id.to_string()]] {
        let printed = site.ok(args);
        assert!(printed.contains("\\u{1b}") && printed.contains("\\u{202e}"), "{printed}");
        assert!(
            !printed.chars().any(|c| c != '\n' && c.is_control() || c == '\u{202e}' || c == '\u{200b}'),
            "{printed:?}"
        );
    }
    // For scripts it is as it came.
    assert_eq!(list(&site)["answers"][0]["said"]["text"], nasty);
}

#[test]
fn ten_thousand_names_of_rubbish_hold_one_true_answer_up_once_at_most() {
    let (site, maya, _) = practice();
    let own = site.path(".heldspace/store/answers").join(maya.mailbox().to_string());
    fs::create_dir_all(&own).unwrap();
    for n in 0..10_000_u32 {
        let rubbish = SealedAnswer::of(n.to_be_bytes().to_vec());
        fs::write(own.join(rubbish.name.to_string()), &rubbish.bytes).unwrap();
    }
    let answer = maya.reply("here I am");
    maya.send(&answer);
    let synced = sync(&site);
    assert_eq!((&synced["arrived"], &synced["refused"]), (&json!(1), &json!(10_000)));
    assert!(kept(&site).len() <= 2_001);
    let printed = site.ok(&["inbox", "list"]);
    assert!(printed.lines().count() < 100, "{}", printed.lines().count());
    let next = Answer { id: new_id(), ..maya.reply("and again") };
    maya.send(&next);
    assert_eq!(sync(&site)["arrived"], 1);
}
