//! Own notes: the same on each device, and never written over unseen.

use std::fs;

use heldspace::{serve::Limits, wire::Digest};

use super::{
    client::get,
    sending::sealed,
    world::{Gate, Member, World, shows_ticket, wide},
};

const NONE: &str = "If-None-Match: *\r\n";

fn knows(body: &[u8]) -> String {
    format!("If-Match: \"{}\"\r\n", Digest::of(body))
}

fn saved(gate: &Gate, member: &Member) -> Option<Vec<u8>> {
    let reply = gate.get_with(&member.own_at(), &member.shows_pass());
    match reply.status {
        204 => None,
        200 => {
            assert_eq!(reply.header("etag"), Some(format!("\"{}\"", Digest::of(&reply.body)).as_str()));
            Some(reply.body)
        }
        status => panic!("{status}"),
    }
}

#[test]
fn two_devices_see_each_other_and_the_later_one_is_told() {
    let world = World::new();
    let gate = world.serve();
    let ada = &world.ada;
    let [first, phone, laptop] = [1, 2, 3].map(|seed| sealed(17_000, seed));
    assert_eq!(saved(&gate, ada), None);
    let reply = ada.own_notes(&first, NONE).to(&gate);
    assert_eq!((reply.status, reply.header("etag")), (204, Some(format!("\"{}\"", Digest::of(&first)).as_str())));
    assert_eq!(saved(&gate, ada), Some(first.clone()));
    // Both know the first.
    assert_eq!(ada.own_notes(&phone, &knows(&first)).to(&gate).status, 204);
    assert_eq!(ada.own_notes(&laptop, &knows(&first)).to(&gate).status, 412);
    assert_eq!(saved(&gate, ada), Some(phone.clone()));
    assert_eq!(ada.own_notes(&laptop, &knows(&phone)).to(&gate).status, 204);
    assert_eq!((saved(&gate, ada), saved(&gate, &world.ben)), (Some(laptop), None));
    assert_eq!(fs::read_dir(world.store().join("own")).unwrap().count(), 1);
}

#[test]
fn of_many_at_once_one_is_saved() {
    let world = World::new();
    let gate = world.serve();
    let statuses: Vec<(u64, u16)> = std::thread::scope(|scope| {
        let save = |seed| (seed, world.ada.own_notes(&sealed(17_000, seed), NONE).to(&gate).status);
        let devices: Vec<_> = (0..12).map(|seed| scope.spawn(move || save(seed))).collect();
        devices.into_iter().map(|device| device.join().unwrap()).collect()
    });
    let won: Vec<u64> = statuses.iter().filter(|(_, status)| *status == 204).map(|(seed, _)| *seed).collect();
    assert!(won.len() == 1 && statuses.iter().all(|(_, status)| [204, 412].contains(status)), "{statuses:?}");
    assert_eq!(saved(&gate, &world.ada), Some(sealed(17_000, won[0])));
}

#[test]
fn no_device_writes_without_saying_what_it_knows() {
    let world = World::new();
    let gate = world.serve();
    let (ada, first, second) = (&world.ada, sealed(17_000, 1), sealed(17_000, 2));
    assert_eq!(ada.own_notes(&first, &knows(&second)).to(&gate).status, 412, "there is none yet");
    assert_eq!(ada.own_notes(&first, NONE).to(&gate).status, 204);
    let digest = Digest::of(&first);
    for (known, status) in [
        (String::new(), 428),
        (format!("If-None-Match: \"{digest}\"\r\n"), 428),
        (format!("{NONE}{}", knows(&first)), 428),
        (format!("{0}{0}", knows(&first)), 428),
        (NONE.to_owned(), 412),
        ("If-Match: *\r\n".to_owned(), 412),
        (format!("If-Match: {digest}\r\n"), 412),
        (format!("If-Match: W/\"{digest}\"\r\n"), 412),
        (format!("If-Match: \"{digest}\", \"{digest}\"\r\n"), 412),
    ] {
        assert_eq!(ada.own_notes(&second, &known).to(&gate).status, status, "{known:?}");
    }
    assert_eq!(saved(&gate, ada), Some(first));
}

#[test]
fn a_ticket_a_replay_and_others_save_nothing() {
    let world = World::new();
    let gate = world.serve();
    let (ada, ben, first, second) = (&world.ada, &world.ben, sealed(17_000, 1), sealed(17_000, 2));
    let put = ada.own_notes(&first, NONE);
    assert_eq!(put.clone().showing(format!("{}{NONE}", shows_ticket(&ada.ticket))).to(&gate).status, 401);
    assert_eq!(put.clone().showing(format!("{}{NONE}", ada.shows_pass())).to(&gate).status, 401);
    assert_eq!(put.clone().at(ben.own_at()).to(&gate).status, 401);
    assert_eq!(put.clone().body(second.clone()).to(&gate).status, 403, "a replayed pass on another body");
    assert_eq!(ada.own_notes(b"in clear", NONE).to(&gate).status, 422);
    let limits = Limits { sealed_size: 20_000, ..wide() };
    assert_eq!((saved(&gate, ada), saved(&gate, ben)), (None, None));
    drop(gate);
    let gate = world.serve_with(limits);
    assert_eq!(ada.own_notes(&sealed(20_001, 1), NONE).to(&gate).status, 413);
    assert_eq!(put.clone().with("Content-Encoding: gzip\r\n").to(&gate).status, 415);
    assert_eq!(put.to(&gate).status, 204);
    // Played again, it would bring an older version back: but that one is known by then.
    assert_eq!(ada.own_notes(&second, &knows(&first)).to(&gate).status, 204);
    assert_eq!(put.to(&gate).status, 412);
    let of = |shown: String| gate.send(&get(&ada.own_at(), &shown)).without_date();
    let (others, nothing) = (of(ben.shows_pass()), of(String::new()));
    assert_eq!((others.status, &others), (401, &nothing));
    assert_eq!(of(ada.shows(&ada.pass_over(&ada.own_at(), &second))), nothing, "a pass over a PUT reads nothing");
    let head = gate.send(&get(&ada.own_at(), &ada.shows_pass()).replacen("GET", "HEAD", 1));
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("17000"), 0));
    let delete = gate.send(&get(&ada.own_at(), &ada.shows_pass()).replacen("GET", "DELETE", 1));
    assert_eq!((delete.status, delete.header("allow")), (405, Some("GET, HEAD, PUT")));
}
