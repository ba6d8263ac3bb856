//! From the store to the therapist's eyes.

use heldspace::wire::{Answer, Said};
use serde_json::json;

use super::world::{ids, list, now, practice, sync};

#[test]
fn an_answer_comes_once_however_often_it_lies_there_or_is_fetched() {
    let (site, maya, colm) = practice();
    let answers: Vec<Answer> =
        (0..4).map(|n| Answer { time: now() - 10 + n, ..maya.reply(&format!("text {n}")) }).collect();
    for answer in &answers {
        maya.send(answer);
    }
    colm.send(&Answer { time: now(), ..colm.reply("hello") });
    assert_eq!(sync(&site), json!({ "arrived": 5, "refused": 0, "strangers": 0, "more": false }));
    let first = list(&site);
    assert_eq!(ids(&first)[..4], answers.iter().map(|answer| answer.id.to_string()).collect::<Vec<_>>());
    assert_eq!(
        (&first["answers"][0]["name"], &first["answers"][0]["said"]["text"]),
        (&json!("maya"), &json!("text 0"))
    );
    assert_eq!(first["answers"][0]["page"]["file"], "content/groups/tuesday/week.md");
    // Each again, sealed anew as a browser does that lost its memory, ten times, in another order.
    for n in 0..10 {
        for answer in answers.iter().cycle().skip(n).take(4) {
            maya.send(answer);
        }
        assert_eq!(sync(&site)["arrived"], 0);
    }
    assert_eq!(list(&site), first);
}

#[test]
fn what_was_asked_stands_in_the_words_that_were_read() {
    let (site, maya, _) = practice();
    let answer = maya.checked_in("never");
    maya.send(&answer);
    // The page changes before anyone looks.
    site.page("groups/tuesday/week.md", "+++\ntitle = \"Another week\"\n+++\nChanged.\n");
    std::fs::remove_dir_all(site.path("themes")).unwrap();
    site.build();
    sync(&site);
    let shown = site.ok(&["inbox", "show", &answer.id.to_string()[..6]]);
    for words in ["maya, This week", "Trouble sleeping\nNearly every day", "Thoughts of hurting yourself\nNot at all"] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains("must not wait") && !shown.contains("Above zero"), "{shown}");
}

#[test]
fn of_an_answer_that_was_changed_the_last_counts_and_none_of_one_taken_back() {
    let (site, maya, _) = practice();
    let first = Answer { time: now() - 9, ..maya.reply("first") };
    let second = Answer { time: now() - 8, replaces: Some(first.id), ..maya.reply("second") };
    let lone = Answer { time: now() - 7, ..maya.reply("taken back") };
    let withdrawn =
        Answer { time: now() - 6, replaces: Some(lone.id), ..maya.answer("This week", "reply", Said::Withdrawn {}) };
    for answer in [&withdrawn, &second, &lone, &first] {
        maya.send(answer);
    }
    sync(&site);
    let standing: serde_json::Value = serde_json::from_str(&site.ok(&["inbox", "list", "--json"])).unwrap();
    assert_eq!(ids(&standing), [second.id.to_string(), withdrawn.id.to_string()]);
    assert_eq!(ids(&list(&site)).len(), 4);
    let printed = site.ok(&["inbox", "list", "--all"]);
    assert!(printed.contains("first [new] [counts no more]") && printed.contains("took back"), "{printed}");
}

#[test]
fn another_members_change_takes_nothing_of_ones_own_away() {
    let (site, maya, colm) = practice();
    let own = maya.reply("mine");
    maya.send(&own);
    colm.send(&Answer { replaces: Some(own.id), ..colm.reply("not yours") });
    sync(&site);
    assert!(list(&site)["answers"].as_array().unwrap().iter().all(|answer| answer["replaced"] == false));
}

#[test]
fn an_answer_that_a_host_swallowed_is_told_of_by_the_next_one() {
    let (site, maya, _) = practice();
    let lost = maya.reply("lost");
    let next = Answer { earlier: vec![lost.id], ..maya.reply("next") };
    maya.send(&next);
    sync(&site);
    let printed = site.ok(&["inbox", "list"]);
    assert!(
        printed.contains("maya sent an answer before") && printed.contains("your host may have dropped it"),
        "{printed}"
    );
    assert_eq!(list(&site)["missing"][0]["id"], lost.id.to_string());
    // It was late, not lost.
    maya.send(&lost);
    sync(&site);
    assert_eq!(list(&site)["missing"], json!([]));
}

#[test]
fn only_what_was_asked_for_is_listed() {
    let (site, maya, colm) = practice();
    let (one, other) = (maya.reply("one"), colm.reply("other"));
    maya.send(&one);
    colm.send(&other);
    sync(&site);
    let listed = |args: &[&str]| {
        let args = [&["inbox", "list", "--json"], args].concat();
        ids(&serde_json::from_str(&site.ok(&args)).unwrap())
    };
    assert_eq!(listed(&["--member", "colm"]), [other.id.to_string()]);
    assert_eq!(listed(&["--page", "week.md"]).len(), 2);
    assert_eq!(listed(&["--new"]).len(), 2);
    site.ok(&["inbox", "show", &one.id.to_string()]);
    assert_eq!(listed(&["--new"]), [other.id.to_string()]);
    assert_eq!(site.fails(&["inbox", "list", "--member", "nobody"]).0, 2);
    assert_eq!(site.fails(&["inbox", "list", "--page", "no-such-page"]).0, 2);
    for id in ["abc", "ffffffff"] {
        assert_eq!(site.fails(&["inbox", "show", id]).0, 2);
    }
}
