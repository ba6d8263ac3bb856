//! As it is meant to go.

use std::{io::Write, process::Stdio};

use heldspace::wire::Answer;

use super::world::{Machine, World, add, answer};
use crate::inbox::world::{ids, now};

#[test]
fn an_answer_that_must_not_wait_comes_first_on_the_machine_of_whoever_stands_in() {
    let world = World::new();
    let quiet = Answer { time: now(), ..world.colm.reply("See you on Tuesday") };
    let danger = Answer { time: now() - 100, ..world.maya.checked_in("often") };
    world.colm.send(&quiet);
    world.maya.send(&danger);
    let listed = world.open();
    assert_eq!(ids(&listed), [danger.id.to_string(), quiet.id.to_string()]);
    assert_eq!(listed["answers"][0]["must_not_wait"], true);
    assert_eq!(listed["answers"][0]["name"], "maya");
    // The address is known from now on.
    let printed = world.naomi.ok(&["standin", "open"]);
    let called = &danger.id.to_string()[..8];
    assert!(printed.starts_with(&format!("These must not wait:\n{called}")), "{printed}");
    assert!(printed.contains("This week") && printed.contains("988") && printed.contains("inbox ack"), "{printed}");
    let shown = world.naomi.ok(&["standin", "open", called]);
    assert!(
        shown.contains("Above zero: Thoughts of hurting yourself") && shown.contains("Nearly every day"),
        "{shown}"
    );
    assert!(shown.contains("Nobody had seen to it"), "{shown}");
    // Once somebody saw to it, and that was published, it waits for nobody there.
    world.site.ok(&["inbox", "sync"]);
    world.site.ok(&["inbox", "ack", called, "--by", "Naomi Feld", "--did", "called her, safe tonight"]);
    world.site.build();
    let printed = world.naomi.ok(&["standin", "open"]);
    assert!(!printed.contains("must not wait"), "{printed}");
    assert!(world.naomi.ok(&["standin", "open", called]).contains("Naomi Feld saw to it"));
    // SECURITY: seeing to something is no reason for a release, which would tell the host that something had to be.
    world.site.ok(&["inbox", "ack", &quiet.id.to_string()[..8], "--by", "Naomi Feld", "--did", "read it"]);
    assert!(world.site.build()["release"].is_null(), "nothing else had changed");
}

#[test]
fn nothing_that_a_member_said_is_kept_on_that_machine() {
    let world = World::new();
    world.maya.send(&world.maya.reply("a very private sentence"));
    world.open();
    let files = crate::site::files_below(&world.naomi.path(""));
    assert_eq!(files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["standin.key", "standin.toml"]);
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("private") && !text.contains("maya"), "{path}");
    }
}

#[test]
fn stock_age_opens_an_answer_with_that_key_and_not_one_from_before() {
    let world = World::new();
    let name = world.maya.send(&world.maya.reply("one more thing"));
    let sealed = world.site.store().join("answers").join(world.maya.mailbox().to_string()).join(name.to_string());
    let secret: serde_json::Value =
        serde_json::from_slice(&std::fs::read(world.naomi.path("standin.key")).unwrap()).unwrap();
    let mut age = std::process::Command::new("age")
        .args(["--decrypt", "--identity", "-"])
        .arg(&sealed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("age is installed; tests/run installs it");
    writeln!(age.stdin.take().unwrap(), "{}", secret["identity"].as_str().unwrap()).unwrap();
    let opened = age.wait_with_output().unwrap();
    assert!(opened.status.success() && opened.stdout.starts_with(b"{\"payloadType\""));
}

#[test]
fn what_was_sent_before_they_stood_in_stays_closed_to_them() {
    let (site, maya, _) = crate::inbox::world::practice();
    let before = maya.reply("before");
    maya.send(&before);
    let naomi = Machine::new();
    let key = add(&site, &naomi.line).rsplit(' ').next().unwrap().to_owned();
    site.build();
    let after = maya.reply("after");
    maya.send(&after);
    let served = crate::served::Served::over(&site.store());
    let listed = naomi.json(&["standin", "open", &served.origin(), &key]);
    assert_eq!(ids(&listed), [after.id.to_string()]);
    assert_eq!(listed["refused"][0]["why"], "sealed");
}

#[test]
fn the_key_is_kept_under_a_passphrase_and_never_made_in_a_practice() {
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words");
    std::fs::write(&words, "four unrelated words\n").unwrap();
    std::fs::set_permissions(&words, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let machine = Machine::new();
    std::fs::remove_file(machine.path("standin.key")).unwrap();
    let wrapped = ["--passphrase-file", words.to_str().unwrap()];
    let line = machine.ok(&[&["standin", "key"], &wrapped[..]].concat());
    assert!(line.starts_with("heldspace-standin-1") && line.lines().count() == 1, "{line}");
    let secret = std::fs::read(machine.path("standin.key")).unwrap();
    assert!(secret.starts_with(b"age-encryption.org/v1\n-> scrypt"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&machine.path("standin.key").metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(machine.ok(&[&["standin", "show"], &wrapped[..]].concat()).starts_with(line.trim()));
    std::fs::write(&words, "four other words").unwrap();
    let (code, said) = machine.fails(&[&["standin", "show"], &wrapped[..]].concat());
    assert!(code == 4 && said.contains("doesn't open standin.key"), "{said}");
    let (_, said) = machine.fails(&["standin", "key", "--no-passphrase"]);
    assert!(said.contains("already there"), "{said}");
    let site = crate::site::TestSite::empty();
    let (code, said) = site.fails(&["standin", "key", "--no-passphrase"]);
    assert!(code == 4 && said.contains("this is a practice's folder") && !site.path("standin.key").exists(), "{said}");
}

#[test]
fn adding_keeps_the_file_as_it_is_and_refuses_keys_that_are_somebodys() {
    let (site, _, _) = crate::inbox::world::practice();
    let path = site.path("site.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let naomi = Machine::new();
    let (code, said) = site.fails(&["standin", "add", "Naomi", "--email", "naomi@example.org", &naomi.line]);
    assert!(code == 2 && said.contains("everything that every member sends") && said.contains("--yes"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    add(&site, &naomi.line);
    let after = std::fs::read_to_string(&path).unwrap();
    let added = format!(
        "\n[answers.stand_in]\nname = \"Naomi Feld\"\nemail = \"naomi@example.org\"\nkey = \"{}\"\n",
        naomi.line
    );
    assert!(after.contains(&added) && after.replace(&added, "") == before, "{after}");
    assert!(site.ok(&["standin", "show"]).contains("Naomi Feld <naomi@example.org>"));
    std::fs::write(&path, after.replace("name = \"Naomi Feld\"", "name = \"N. F.\" # until spring")).unwrap();
    add(&site, &naomi.line);
    assert!(std::fs::read_to_string(&path).unwrap().contains("name = \"Naomi Feld\" # until spring\n"));
    // A slip of the hand, and what is somebody's already.
    assert_eq!(site.fails(&["standin", "add", "N", "--email", "n@example.org", &naomi.line[1..], "--yes"]).0, 2);
    let text = std::fs::read_to_string(site.path("content/members/maya/member.toml")).unwrap();
    let value = |key: &str| text.split(&format!("{key} = \"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let recipient: heldspace::seal::Recipient = value("recipient").parse().unwrap();
    let keys = heldspace::seal::StandInKeys { recipient, key: naomi.own().public().key };
    let (code, said) = site.fails(&["standin", "add", "N", "--email", "n@example.org", &keys.to_string(), "--yes"]);
    assert!(code == 4 && said.contains("that of maya"), "{said}");
    site.ok(&["standin", "remove", "--yes"]);
    assert!(!std::fs::read_to_string(&path).unwrap().contains("heldspace-standin-1"));
    assert_eq!(site.fails(&["standin", "remove", "--yes"]).0, 4);
}

#[test]
fn who_is_taken_out_is_out_with_the_next_publication() {
    let world = World::new();
    let name = world.maya.send(&world.maya.reply("while she stood in"));
    world.open();
    assert_eq!(world.reads(&answer(world.maya.mailbox(), name)).status, 200);
    world.site.ok(&["standin", "remove", "--yes"]);
    assert_eq!(world.reads("/api/answers").status, 200, "as long as nothing is published");
    world.site.build();
    assert!(!world.site.store().join("standin/brief").exists());
    // A server looks at gate.json once a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for target in ["/api/brief", "/api/answers", &answer(world.maya.mailbox(), name)] {
        assert_eq!(world.reads(target).status, 401, "{target}");
    }
    let (code, said) = world.naomi.fails(&["standin", "open"]);
    assert!(code == 4 && said.contains("does not let your key in"), "{said}");
    let after = world.maya.seal(&world.maya.reply("after"));
    assert!(world.naomi.own().identity().open(&after.bytes, 1 << 20).is_err());
}
