//! A host that lies, and passes that are shown where they are none.

use std::fs;

use heldspace::{
    seal::SealedAnswer,
    standin::{Brief, Place},
    wire::{Answer, Digest, Envelope, ReaderPass, SigningKey},
};

use super::world::{World, answer};
use crate::inbox::world::{ids, new_id, now};

#[test]
fn no_other_pass_reads_answers_and_a_readers_pass_reads_nothing_else() {
    let world = World::new();
    let name = world.maya.send(&world.maya.reply("mine"));
    let (mailbox, origin) = (world.maya.mailbox(), world.served.origin());
    let here = answer(mailbox, name);
    let nowhere = answer(mailbox, Digest::of(b"nothing"));
    let after = format!("/api/answers/after/{mailbox}/{name}");
    let member = world.maya.reader.pass(&origin);
    let reader = |seed: u8, origin: &str, time| {
        let pass = ReaderPass { origin: origin.to_owned(), time };
        format!("Authorization: Reader {}\r\n", pass.encode(&SigningKey::from_bytes(&[seed; 32])))
    };
    let signed =
        |pass: ReaderPass| format!("Authorization: Reader {}\r\n", pass.encode(&world.naomi.own().signing_key()));
    let wrong = [
        String::new(),
        member.clone(),
        member.replace("Pass ", "Reader "),
        reader(9, &origin, now()),
        signed(ReaderPass { origin: "https://elsewhere.example".into(), time: now() }),
        signed(ReaderPass { origin: origin.clone(), time: now() - 16 * 60 }),
        signed(ReaderPass { origin: origin.clone(), time: now() + 6 * 60 }),
        format!("{}{}", world.pass(), world.pass()),
    ];
    let mut refusals = std::collections::BTreeSet::new();
    for target in ["/api/brief", "/api/answers", &after, &here, &nowhere] {
        for fields in &wrong {
            let mut reply = world.served.get(target, fields);
            reply.headers.retain(|(name, _)| name != "date");
            assert_eq!(reply.status, 401, "{target} with {fields}");
            refusals.insert(format!("{reply:?}"));
        }
    }
    assert_eq!(refusals.len(), 1, "there or not, it looks the same: {refusals:?}");
    assert_eq!(world.reads(&here).body, world.served_bytes(&here));
    assert_eq!((world.reads("/api/brief").status, world.reads(&nowhere).status), (200, 404));
    // Nothing else opens with it, and nothing can be written.
    let object = world.maya.reader.entries(&world.site.store())[0].object.name;
    for target in [
        format!("/api/mailboxes/{mailbox}/index"),
        format!("/api/mailboxes/{mailbox}/keyring"),
        format!("/api/mailboxes/{mailbox}/own"),
        format!("/api/objects/{object}"),
    ] {
        assert_eq!(world.reads(&target).status, 401, "{target}");
        assert_eq!(world.reads(&target).status, world.served.get(&target, "").status);
    }
    for (method, target) in [
        ("PUT", here.clone()),
        ("DELETE", here.clone()),
        ("PUT", "/api/brief".into()),
        ("POST", "/api/answers".into()),
        ("PUT", format!("/api/mailboxes/{mailbox}/answers/{name}")),
        ("PUT", format!("/api/mailboxes/{mailbox}/own")),
    ] {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: pages.example.org\r\nContent-Length: 1\r\nIf-None-Match: *\r\n{}\r\nx",
            world.pass()
        );
        let status = crate::gate::client::Client::connect(world.served.address).ask(&request).status;
        assert!([401, 404, 405, 413].contains(&status), "{method} {target}: {status}");
    }
}

#[test]
fn the_audit_log_says_that_they_read_and_names_nobody() {
    let world = World::new();
    world.maya.send(&world.maya.reply("mine"));
    world.open();
    world.served.get("/api/answers", "Authorization: Reader x\r\n");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let printed = world.site.ok(&["audit"]);
    assert!(printed.contains("the stand-in  read answers") && !printed.contains("maya"), "{printed}");
    assert!(printed.contains("someone") && printed.contains("was refused"), "{printed}");
}

#[test]
fn what_the_member_did_not_sign_is_set_aside_there_too() {
    let world = World::new();
    let (maya, colm) = (&world.maya, &world.colm);
    let recipients = maya.recipients();
    let recipients: Vec<_> = recipients.iter().collect();
    maya.lay(
        maya.mailbox(),
        &SealedAnswer::seal(&maya.reply("forged"), &SigningKey::from_bytes(&[9; 32]), &recipients),
    );
    maya.lay(maya.mailbox(), &colm.seal(&colm.reply("swapped")));
    maya.lay(maya.mailbox(), &SealedAnswer::of(b"hello".to_vec()));
    let mut damaged = maya.seal(&maya.reply("damaged"));
    damaged.bytes[200] ^= 1;
    maya.lay(maya.mailbox(), &damaged);
    maya.lay(heldspace::wire::MailboxId::from_bytes([7; 16]), &maya.seal(&maya.reply("to nobody")));
    // The host swallows one.
    let lost = new_id();
    let real = Answer { earlier: vec![lost], ..maya.reply("real") };
    maya.send(&real);
    maya.send(&real);
    let listed = world.open();
    assert_eq!(ids(&listed), [real.id.to_string()]);
    let mut whys: Vec<_> =
        listed["refused"].as_array().unwrap().iter().map(|one| one["why"].as_str().unwrap()).collect();
    whys.sort_unstable();
    assert_eq!(whys, ["damaged", "forged", "moved", "sealed"]);
    assert_eq!((&listed["missing"][0]["id"], &listed["strangers"]), (&lost.to_string().into(), &1.into()));
    let printed = world.naomi.ok(&["standin", "open"]);
    assert!(printed.contains("your host may have dropped it") && printed.contains("is not maya"), "{printed}");
}

#[test]
fn what_members_write_does_nothing_to_that_terminal() {
    let world = World::new();
    let nasty = "\u{1b}]0;owned\u{7}\u{1b}[2Jline\r\nnext\u{202e}evil\u{200b}";
    let answer = world.maya.reply(nasty);
    world.maya.send(&answer);
    world.open();
    for args in [&["standin", "open"][..], &["standin", "open", &answer.id.to_string()]] {
        let printed = world.naomi.ok(args);
        assert!(printed.contains("\\u{1b}") && printed.contains("\\u{202e}"), "{printed}");
        let acts = |c: char| c != '\n' && c.is_control() || c == '\u{202e}' || c == '\u{200b}';
        assert!(!printed.chars().any(acts), "{printed:?}");
    }
}

#[test]
fn a_brief_is_believed_by_the_practices_word_alone() {
    let world = World::new();
    world.open();
    let path = world.site.store().join("standin/brief");
    let real = fs::read(&path).unwrap();
    let own = world.naomi.own();
    let place = Place::read(&world.naomi.path("")).unwrap().unwrap();
    let (brief, _) = place.believe(&real, &own).unwrap();
    // Somebody who knows the key that it is sealed to.
    let forged = Envelope::sign(&Brief { people: Vec::new(), ..brief }, &SigningKey::from_bytes(&[9; 32]));
    fs::write(&path, heldspace::seal::seal_to(&[&own.public().recipient], &forged.to_json())).unwrap();
    let (code, said) = world.naomi.fails(&["standin", "open"]);
    assert!(code == 4 && said.contains("was not signed by the practice"), "{said}");
    let mut damaged = real.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&path, &damaged).unwrap();
    let (code, said) = world.naomi.fails(&["standin", "open"]);
    assert!(code == 4 && said.contains("does not open with your key"), "{said}");
    fs::remove_file(&path).unwrap();
    let (code, said) = world.naomi.fails(&["standin", "open"]);
    assert!(code == 4 && said.contains("nothing lies at"), "{said}");
    // Another practice's key, read out wrongly.
    let other = heldspace::wire::key_text(&SigningKey::from_bytes(&[1; 32]).verifying_key());
    fs::write(&path, &real).unwrap();
    let (code, said) = world.naomi.fails(&["standin", "open", &world.served.origin(), &other]);
    assert!(code == 4 && said.contains("was not signed by the practice"), "{said}");
    // A build finds what the host spoiled.
    fs::write(&path, &damaged).unwrap();
    assert!(world.site.build()["release"].is_number());
    world.naomi.ok(&["standin", "open"]);
}

#[test]
fn an_older_brief_is_said_to_be_one_and_one_under_replaced_keys_is_refused() {
    let world = World::new();
    let path = world.site.store().join("standin/brief");
    let first = fs::read(&path).unwrap();
    world.open();
    world.site.page("groups/tuesday/next.md", "# Next week\n\nHello.");
    world.site.build();
    world.naomi.ok(&["standin", "open"]);
    fs::write(&path, &first).unwrap();
    let output = world.naomi.run(&["standin", "open"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("THIS IS OLDER"), "{said}");
    assert_eq!(world.naomi.json(&["standin", "open"])["brought_back"], true);
    world.site.ok(&["keys", "rotate", "--words-file", world.site.words_file().to_str().unwrap()]);
    world.site.build();
    assert_eq!(world.naomi.json(&["standin", "open"])["brought_back"], false);
    fs::write(&path, &first).unwrap();
    let (code, said) = world.naomi.fails(&["standin", "open"]);
    assert!(code == 4 && said.contains("keys that the practice has replaced"), "{said}");
}
