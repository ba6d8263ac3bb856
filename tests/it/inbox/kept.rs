//! Nothing that was sent is lost: not by a kill, a new card, a folder that goes, or a host that forgets.

use std::{fs, time::Duration};

use heldspace::wire::Answer;

use super::world::{Sender, ids, kept, list, now, practice, sync};
use crate::site::Card;

#[test]
fn it_lies_here_sealed_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (site, maya, _) = practice();
    maya.send(&maya.reply("a very private sentence"));
    sync(&site);
    site.ok(&["inbox", "ack", &ids(&list(&site))[0], "--by", "Ines Halloran", "--did", "a private note"]);
    let mut seen = 0;
    // What lies in the store is looked at elsewhere, and has the words of the viewer in it.
    let files = crate::site::files_below(&site.path(".heldspace"));
    for (path, bytes) in files.into_iter().filter(|(path, _)| !path.starts_with("store/")) {
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!has(b"private") && !has(b"maya"), "{path}");
        if path.starts_with("inbox") {
            seen += 1;
            let mode = fs::metadata(site.path(".heldspace").join(&path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{path}");
        }
    }
    assert_eq!(seen, 3);
}

#[test]
fn what_a_host_forgets_and_a_folder_that_goes_take_nothing_away() {
    let (site, maya, _) = practice();
    let answer = maya.reply("still here");
    maya.send(&answer);
    sync(&site);
    fs::remove_dir_all(site.path(".heldspace/store/answers")).unwrap();
    fs::remove_dir_all(site.path("content/members/maya")).unwrap();
    let group = site.path("content/groups/tuesday/group.toml");
    fs::write(&group, "title = \"Tuesday\"\nmembers = [\"colm\"]\n").unwrap();
    assert_eq!(sync(&site)["arrived"], 0);
    let shown = site.ok(&["inbox", "show", &answer.id.to_string()]);
    assert!(shown.contains("still here") && shown.contains("maya"), "{shown}");
}

#[test]
fn a_file_that_went_here_is_fetched_again() {
    let (site, maya, _) = practice();
    maya.send(&maya.reply("again"));
    sync(&site);
    let (path, bytes) = kept(&site).remove(0);
    let path = site.path(".heldspace/inbox").join(path);
    fs::remove_dir_all(site.path(".heldspace/inbox")).unwrap();
    for spoil in [None, Some(&bytes[..500]), Some(&[])] {
        if let Some(spoiled) = spoil {
            fs::write(&path, spoiled).unwrap();
        }
        assert_eq!(list(&site)["lost"].as_array().unwrap().len(), 1);
        assert_eq!(sync(&site)["arrived"], 0);
        assert_eq!(ids(&list(&site)).len(), 1);
    }
}

#[test]
fn a_fetch_that_is_killed_goes_on_with_the_next_one() {
    let (site, maya, _) = practice();
    for n in 0..300 {
        maya.send(&Answer { time: now() - 300 + n, ..maya.reply(&format!("{n}")) });
    }
    let mut cut_short = 0;
    for wait in 0..12 {
        let mut process = site.command(&["inbox", "sync"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + 25 * wait));
        cut_short += usize::from(process.try_wait().unwrap().is_none());
        process.kill().unwrap();
        process.wait().unwrap();
    }
    sync(&site);
    let listed = list(&site);
    assert_eq!((ids(&listed).len(), listed["refused"].as_array().unwrap().len()), (300, 0));
    assert!(cut_short > 0, "no kill came in the middle");
}

#[test]
fn two_at_once_wait_for_nobody_and_spoil_nothing() {
    let (site, maya, _) = practice();
    for n in 0..50 {
        maya.send(&maya.reply(&n.to_string()));
    }
    let runs: Vec<_> = (0..4).map(|_| site.command(&["inbox", "sync"]).spawn().unwrap()).collect();
    let codes: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 4].contains(code)), "{codes:?}");
    sync(&site);
    assert_eq!(ids(&list(&site)).len(), 50);
}

#[test]
fn an_answer_from_an_old_card_is_believed_and_said_to_be_from_it() {
    let (site, maya, _) = practice();
    let before = maya.reply("before the new card");
    let sealed = maya.seal(&before);
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "maya", "--yes", "--json"])).unwrap();
    site.build();
    // It lay at the host all the time, and was fetched by nobody.
    maya.lay(maya.mailbox(), &sealed);
    let new = Sender::unlock(&site, &card);
    let after = Answer { time: now() + 1, ..new.reply("with the new one") };
    new.send(&after);
    assert_eq!(sync(&site)["arrived"], 2);
    let listed = list(&site);
    assert_eq!(ids(&listed), [before.id.to_string(), after.id.to_string()]);
    let of = |n: usize, key: &str| listed["answers"][n][key].clone();
    assert_eq!((of(0, "member"), of(0, "old_card"), of(1, "old_card")), ("maya".into(), true.into(), false.into()));
}

#[test]
fn answers_of_every_epoch_open() {
    let (site, maya, _) = practice();
    let old = Answer { time: now() - 5, ..maya.reply("to the old keys") };
    let sealed = maya.seal(&old);
    site.ok(&["keys", "rotate", "--words-file", site.words_file().to_str().unwrap()]);
    site.build();
    maya.lay(maya.mailbox(), &sealed);
    maya.send(&maya.reply("to the new ones"));
    assert_eq!(sync(&site)["arrived"], 2);
    assert_eq!(ids(&list(&site)).len(), 2);
}

#[test]
fn an_export_has_what_the_person_sent_as_text_and_one_for_somebody_else_has_none_of_it() {
    let (site, maya, colm) = practice();
    let first = Answer { time: now() - 9, ..maya.reply("<script>alert(1)</script> first") };
    let second = Answer { time: now() - 8, replaces: Some(first.id), ..maya.reply("=2+2") };
    for answer in [&first, &second, &maya.checked_in("never")] {
        maya.send(answer);
    }
    colm.send(&colm.reply("a secret of Colm"));
    sync(&site);
    let folder = site.path("out");
    site.ok(&["member", "export", "maya", folder.to_str().unwrap()]);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let (html, csv, json) = (read("index.html"), read("answers.csv"), read("record.json"));
    assert!(
        html.contains("&lt;script&gt;") && !html.contains("<script>") && html.contains("Trouble sleeping"),
        "{html}"
    );
    assert!(csv.contains("'=2+2") && csv.contains(",no\n") && csv.lines().count() == 5, "{csv}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["answers"].as_array().unwrap().len(), &json["answers"][0]["counts"]), (3, &false.into()));
    assert_eq!(json["answers"][1]["as_sent"]["text"], "=2+2");
    let other = site.path("other");
    let args =
        ["--for-third-party", "--to", "County Court", "--basis", "45 CFR 164.512(e)", "--recorded-by", "Ines", "--yes"];
    site.ok(&[&["member", "export", "maya", other.to_str().unwrap()][..], &args].concat());
    for (path, bytes) in crate::site::files_below(&folder).into_iter().chain(crate::site::files_below(&other)) {
        assert!(!String::from_utf8_lossy(&bytes).contains("secret of Colm"), "{path}");
    }
    assert!(!other.join("answers.csv").exists());
    assert!(!fs::read_to_string(other.join("index.html")).unwrap().contains("2+2"));
}

#[test]
fn doctor_says_what_waits_and_what_was_set_aside() {
    let (site, maya, colm) = practice();
    let found = || String::from_utf8(site.run(&["doctor"]).stdout).unwrap();
    assert!(!found().contains("inbox"));
    let danger = maya.checked_in("often");
    maya.send(&danger);
    maya.send(&Answer { earlier: vec![super::world::new_id()], ..maya.reply("next") });
    maya.lay(colm.mailbox(), &maya.seal(&maya.reply("moved")));
    sync(&site);
    let said = found();
    for words in ["1 answer must not wait", "1 answer sent, as later ones say", "1 file set aside in the inbox"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    site.ok(&["inbox", "ack", &danger.id.to_string(), "--by", "Ines Halloran", "--did", "called"]);
    fs::write(site.path(".heldspace/inbox.json"), r#"{"time":1795564800,"strangers":2}"#).unwrap();
    let said = found();
    assert!(
        !said.contains("must not wait") && said.contains("2 answers at the host in mailboxes that are nobody's"),
        "{said}"
    );
}
