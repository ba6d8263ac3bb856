//! Answers: what is kept, what is refused, and that a refusal costs nothing.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::mpsc, time::Duration};

use heldspace::{
    serve::{Limits, Rate},
    wire::{Digest, MailboxId, Pass, SigningKey},
};

use super::{
    client::{Client, get},
    sending::{Put, sealed},
    world::{Gate, Member, ORIGIN, World, now, shows, shows_ticket, wide},
};

const ANSWER: usize = 16_800;
const MOST: usize = 256 * 1024;

/// The files of a mailbox's answers, temporary ones too.
pub(super) fn kept(world: &World, member: &Member) -> Vec<PathBuf> {
    let folder = world.store().join("answers").join(member.mailbox.to_string());
    let files = fs::read_dir(folder).into_iter().flatten();
    files.map(|entry| entry.unwrap().path()).collect()
}

fn is_kept(world: &World, member: &Member, body: &[u8]) -> bool {
    let file = world.store().join(format!("answers/{}/{}", member.mailbox, Digest::of(body)));
    fs::read(file).is_ok_and(|there| there == body)
}

/// Answers alike: everything but the date.
fn said(gate: &Gate, put: &Put) -> String {
    format!("{:?}", put.to(gate).without_date())
}

#[test]
fn an_answer_is_kept_once_however_often_it_is_sent() {
    let world = World::new();
    let gate = world.serve();
    let (ada, body) = (&world.ada, sealed(ANSWER, 1));
    let put = ada.answer(&body);
    let reply = put.to(&gate);
    assert_eq!((reply.status, reply.header("cache-control")), (201, Some("no-store")));
    assert!(is_kept(&world, ada, &body));
    for _ in 0..3 {
        assert_eq!(put.to(&gate).status, 200);
    }
    assert_eq!(ada.answer(&sealed(ANSWER, 2)).to(&gate).status, 201);
    assert_eq!(world.ben.answer(&body).to(&gate).status, 201, "the same bytes from someone else");
    assert_eq!((kept(&world, ada).len(), kept(&world, &world.ben).len()), (2, 1));
    let changed = kept(&world, ada)[0].metadata().unwrap().modified().unwrap();
    assert_eq!(changed.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() % 3_600_000_000_000, 0);
}

#[test]
fn a_damaged_one_is_mended_by_sending_it_again() {
    let world = World::new();
    let gate = world.serve();
    let (ada, body) = (&world.ada, sealed(ANSWER, 1));
    assert_eq!(ada.answer(&body).to(&gate).status, 201);
    fs::write(&kept(&world, ada)[0], "half of").unwrap();
    assert_eq!(ada.answer(&body).to(&gate).status, 201);
    assert!(is_kept(&world, ada, &body) && kept(&world, ada).len() == 1);
}

#[test]
fn the_same_at_once_and_others_at_once_are_each_kept_once() {
    let world = World::new();
    let gate = world.serve();
    let bodies: Vec<Vec<u8>> = (0..6).map(|seed| sealed(ANSWER, seed)).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let puts = bodies.iter().flat_map(|body| [body; 4]).map(|body| world.ada.answer(body));
        let sent: Vec<_> = puts.map(|put| scope.spawn(|| { put }.to(&gate).status)).collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 6, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 18, "{statuses:?}");
    assert_eq!(kept(&world, &world.ada).len(), 6);
    assert!(bodies.iter().all(|body| is_kept(&world, &world.ada, body)));
}

#[test]
fn no_other_pass_keeps_anything_and_no_refusal_says_why() {
    let world = World::new();
    let gate = world.serve();
    let (ada, ben, body) = (&world.ada, &world.ben, sealed(ANSWER, 1));
    let (target, put) = (ada.answer_at(&body), ada.answer(&body));
    let good = ada.pass_over(&target, &body);
    let unknown = Pass { mailbox: MailboxId::from_bytes([9; 16]), ..good.clone() };
    let ends = |pass: &Pass| ada.shows(pass);
    let shown = [
        String::new(),
        shows_ticket(&ada.ticket),
        ada.shows_pass(),
        shows(&good, &ben.key),
        ben.shows(&ben.pass_over(&target, &body)),
        ben.shows(&ben.pass_over(&ben.answer_at(&body), &body)),
        shows(&Pass { mailbox: ben.mailbox, ..good.clone() }, &ada.key),
        shows(&unknown, &ada.key),
        shows(&unknown, &SigningKey::from_bytes(&[0; 32])),
        ends(&Pass { method: Some("put".into()), ..good.clone() }),
        ends(&Pass { method: Some("GET".into()), ..good.clone() }),
        ends(&Pass { method: None, ..good.clone() }),
        ends(&Pass { path: None, ..good.clone() }),
        ends(&Pass { path: Some(ada.own_at()), ..good.clone() }),
        ends(&Pass { path: Some(format!("{target}?")), ..good.clone() }),
        ends(&Pass { path: Some(format!("{ORIGIN}{target}")), ..good.clone() }),
        ends(&Pass { sha256: None, ..good.clone() }),
        ends(&Pass { origin: "https://other.example".into(), ..good.clone() }),
        ends(&Pass { time: now() - 901, ..good.clone() }),
        ends(&Pass { time: now() + 400, ..good.clone() }),
        format!("{0}{0}", ends(&good)),
    ];
    let mut answers: BTreeSet<String> =
        shown.into_iter().map(|shown| said(&gate, &put.clone().showing(shown))).collect();
    // A mailbox that there is not, with a pass that would be good for it, and with one that is good for another.
    let nobody = Member { mailbox: MailboxId::from_bytes([9; 16]), ..ada.clone() };
    answers.insert(said(&gate, &nobody.answer(&body)));
    answers.insert(said(&gate, &put.clone().at(nobody.answer_at(&body))));
    answers.insert(said(&gate, &put.clone().at(ben.answer_at(&body))));
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(answers.first().unwrap().contains("status: 401"), "{answers:#?}");
    assert!(!world.store().join("answers").exists());
    assert_eq!(put.to(&gate).status, 201);
}

#[test]
fn a_pass_is_for_one_body() {
    let world = World::new();
    let gate = world.serve();
    let (ada, body, other) = (&world.ada, sealed(ANSWER, 1), sealed(ANSWER, 2));
    let put = ada.answer(&body);
    // Another body under the same name; a name that the pass does not name; and a body that was cut.
    assert_eq!(put.clone().body(other.clone()).to(&gate).status, 422);
    let path = ada.answer_at(&other);
    let other_digest = ada.shows(&ada.pass_over(&path, &body));
    assert_eq!(put.clone().at(path).showing(other_digest).body(other).to(&gate).status, 403);
    let mut cut = gate.client();
    cut.send(&put.bytes()[..put.bytes().len() - 1]);
    cut.half_close();
    let _ = cut.rest();
    assert!(!world.store().join("answers").exists());
}

#[test]
fn what_is_no_age_file_is_refused() {
    let world = World::new();
    let gate = world.serve();
    let good = sealed(ANSWER, 1);
    let cut = good[..40].to_vec();
    let armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n".repeat(10);
    let scrypt_of_nothing = b"age-encryption.org/v1\n-> scrypt a 16\n".to_vec();
    for odd in [Vec::new(), b"I feel alone".to_vec(), b"<script>".repeat(500), cut, armored, scrypt_of_nothing] {
        assert_eq!(world.ada.answer(&odd).to(&gate).status, 422, "{:?}", String::from_utf8_lossy(&odd));
    }
    assert!(!world.store().join("answers").exists());
}

#[test]
fn only_put_and_only_at_this_address() {
    let world = World::new();
    let gate = world.serve();
    let target = world.ada.answer_at(b"x");
    for method in ["GET", "HEAD", "POST", "DELETE", "PATCH"] {
        let request = get(&target, &world.ada.shows_pass()).replacen("GET", method, 1);
        let reply = gate.send(&request);
        assert_eq!((reply.status, reply.header("allow")), (405, Some("PUT")), "{method}");
    }
    for odd in [target.to_uppercase(), format!("{target}/"), format!("{target}?x"), target[..target.len() - 1].into()] {
        assert_eq!(world.ada.answer(b"").at(odd.clone()).to(&gate).status, 405, "{odd}");
        let with_body = world.ada.answer(&sealed(ANSWER, 1)).at(odd.clone());
        assert_eq!(with_body.to(&gate).status, 413, "{odd}");
    }
}

#[test]
fn size_and_encoding() {
    let world = World::new();
    let gate = world.serve();
    let ada = &world.ada;
    assert_eq!(ada.answer(&sealed(MOST, 1)).to(&gate).status, 201);
    // Refused before a byte of it is read.
    let large = ada.answer(&sealed(MOST + 1, 1));
    let mut client = gate.client();
    client.send(large.head());
    assert_eq!(client.reply(false).unwrap().status, 413);
    assert_eq!(large.to(&gate).status, 413);
    for encoding in ["gzip", "br", "identity"] {
        let encoded = ada.answer(&sealed(ANSWER, 2)).with(&format!("Content-Encoding: {encoding}\r\n"));
        assert_eq!(encoded.to(&gate).status, 415, "{encoding}");
    }
    let chunked = ada.answer(&[]).with("Transfer-Encoding: chunked\r\n");
    assert_eq!(chunked.to(&gate).status, 400);
    assert_eq!(kept(&world, ada).len(), 1);
}

#[test]
fn a_mailbox_has_its_quota_and_what_is_there_can_be_sent_again() {
    let world = World::new();
    let limits = Limits { answers_per_mailbox: 3, answer_bytes_per_mailbox: 3 * ANSWER as u64, ..wide() };
    let gate = world.serve_with(limits.clone());
    let (ada, body) = (&world.ada, |seed| sealed(ANSWER, seed));
    for seed in 0..3 {
        assert_eq!(ada.answer(&body(seed)).to(&gate).status, 201);
    }
    let reply = ada.answer(&body(3)).to(&gate);
    assert_eq!(reply.status, 429);
    assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 3600);
    assert_eq!(ada.answer(&body(0)).to(&gate).status, 200);
    assert_eq!(world.ben.answer(&body(3)).to(&gate).status, 201, "another mailbox has a quota of its own");
    drop(gate);
    // A server that begins anew counts the same; and room that someone made is seen.
    let gate = world.serve_with(Limits { answers_per_mailbox: 100, ..limits });
    assert_eq!(ada.answer(&body(3)).to(&gate).status, 429, "by bytes");
    fs::remove_file(&kept(&world, ada)[0]).unwrap();
    assert_eq!(ada.answer(&body(3)).to(&gate).status, 201);
    assert_eq!(kept(&world, ada).len(), 3);
}

#[test]
fn answers_of_one_mailbox_come_at_a_rate() {
    let world = World::new();
    let rate = Rate { burst: 3, pause: Duration::from_hours(1) };
    let gate = world.serve_with(Limits { answers_of_mailbox: rate, ..wide() });
    let statuses: Vec<u16> = (0..5).map(|seed| world.ada.answer(&sealed(ANSWER, seed)).to(&gate).status).collect();
    assert_eq!(statuses, [201, 201, 201, 429, 429]);
    // Whoever has no key counts against nobody.
    let forged = world.ben.answer(&sealed(ANSWER, 9)).showing(world.ada.shows_pass());
    for _ in 0..5 {
        assert_eq!(forged.to(&gate).status, 401);
    }
    assert_eq!(world.ben.answer(&sealed(ANSWER, 9)).to(&gate).status, 201);
}

#[test]
fn below_the_floor_nothing_is_taken_and_everything_is_still_given() {
    let world = World::new();
    let gate = world.serve();
    let (ada, body) = (&world.ada, sealed(ANSWER, 1));
    assert_eq!(ada.answer(&body).to(&gate).status, 201);
    drop(gate);
    let (told, tells) = mpsc::channel();
    let limits = Limits { free_space: u64::MAX, ..wide() };
    let gate = world.serve_told(limits, move |trouble| told.send(trouble.to_string()).unwrap());
    assert_eq!(ada.answer(&sealed(ANSWER, 2)).to(&gate).status, 507);
    assert_eq!(ada.own_notes(&sealed(ANSWER, 2), "If-None-Match: *\r\n").to(&gate).status, 507);
    assert_eq!(ada.answer(&body).to(&gate).status, 200, "what is there is there");
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
    assert_eq!(kept(&world, ada).len(), 1);
    gate.join_after_stop();
    let told: Vec<String> = tells.iter().collect();
    assert!(told.len() == 1 && told[0].contains("bytes are free"), "{told:?}");
}

#[test]
fn whoever_drips_a_body_keeps_nobody_else_from_sending() {
    let world = World::new();
    let limits = Limits { head_time: Duration::from_millis(300), sealed_size: 30_000, sealed_bodies: 1, ..wide() };
    let gate = world.serve_with(limits);
    let body = sealed(ANSWER, 1);
    let put = world.ada.answer(&body);
    let mut drip: Client = gate.client();
    drip.send(put.head());
    drip.send(&body[..100]);
    // There is one place: the next gets it when the slow one has lost it.
    assert_eq!(world.ben.answer(&body).to(&gate).status, 201);
    let _ = drip.rest();
    assert_eq!(kept(&world, &world.ada), Vec::<PathBuf>::new());
    assert_eq!(put.to(&gate).status, 201);
}

#[test]
fn what_happened_stands_in_the_audit_log_and_what_was_said_does_not() {
    let world = World::new();
    let gate = world.serve();
    let (ada, body) = (&world.ada, sealed(ANSWER, 1));
    assert_eq!(ada.answer(&body).to(&gate).status, 201);
    assert_eq!(ada.answer(&body).to(&gate).status, 200);
    assert_eq!(ada.answer(&sealed(ANSWER, 2)).to(&gate).status, 201);
    assert_eq!(ada.own_notes(&body, "If-None-Match: *\r\n").to(&gate).status, 204);
    assert_eq!(world.ben.answer(&body).showing(ada.shows_pass()).to(&gate).status, 401);
    gate.join_after_stop();
    let lines: Vec<(String, Option<String>)> = super::audit::lines(&world)
        .iter()
        .map(|line| {
            assert!(line["object"].is_null() && !line.to_string().contains(&Digest::of(&body).to_string()), "{line}");
            (line["what"].as_str().unwrap().to_owned(), line["mailbox"].as_str().map(str::to_owned))
        })
        .collect();
    let whose = Some(ada.mailbox.to_string());
    assert_eq!(lines, ["answer", "own", "refused"].map(|what| (what.to_owned(), whose.clone())));
}
