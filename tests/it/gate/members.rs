//! Tickets and passes: who gets what, what others learn, and how often.

use std::{collections::BTreeSet, time::Duration};

use heldspace::{
    serve::{Limits, Rate},
    wire::{Envelope, MailboxId, Pass, SigningKey, Ticket},
};

use super::{
    client,
    world::{Gate, Member, ORIGIN, World, now, object, record, shows, shows_ticket, wide},
};

fn keyring(gate: &Gate, member: &Member, ticket: &Ticket) -> u16 {
    gate.get_with(&member.keyring(), &shows_ticket(ticket)).status
}

#[test]
fn a_ticket_yields_the_keyring_and_nothing_else() {
    let world = World::new();
    let gate = world.serve();
    let ada = &world.ada;
    let shown = shows_ticket(&ada.ticket);
    let reply = gate.get_with(&ada.keyring(), &shown);
    assert_eq!((reply.status, reply.body), (200, format!("keyring of {}", ada.mailbox).into_bytes()));
    assert_eq!(reply.headers.iter().find(|(name, _)| name == "content-type").unwrap().1, "application/octet-stream");
    for other in [ada.index(), format!("/api/objects/{}", object(7)), world.ben.keyring(), world.ben.index()] {
        assert_eq!(gate.get_with(&other, &shown).status, 401, "{other}");
    }
}

#[test]
fn wrong_ended_and_unknown_are_the_same_bytes() {
    let world = World::new();
    let gate = world.serve();
    let ada = &world.ada;
    let unknown = format!("/api/mailboxes/{}/keyring", MailboxId::from_bytes([9; 16]));
    let good = shows_ticket(&ada.ticket);
    let answers: BTreeSet<String> = [
        (ada.keyring(), shows_ticket(&ada.ended)),
        (ada.keyring(), shows_ticket(&world.ben.ticket)),
        (ada.keyring(), shows_ticket(&Ticket::from_bytes([0; 16]))),
        (ada.keyring(), String::new()),
        (ada.keyring(), "Authorization: Ticket\r\n".into()),
        (ada.keyring(), "Authorization: Ticket AAAA\r\n".into()),
        (ada.keyring(), good.replace("Ticket", "Pass")),
        (ada.keyring(), good.replace("\r\n", "=\r\n")),
        (ada.keyring(), format!("{good}{good}")),
        (ada.keyring(), ada.shows_pass()),
        (unknown.clone(), good),
        (unknown, String::new()),
    ]
    .into_iter()
    .map(|(target, shown)| format!("{:?}", gate.get_with(&target, &shown).without_date()))
    .collect();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(answers.first().unwrap().contains("status: 401"));
}

#[test]
fn a_pass_opens_its_index_and_any_object() {
    let world = World::new();
    let gate = world.serve();
    let (ada, shown) = (&world.ada, world.ada.shows_pass());
    // Twice: the second time it is remembered.
    for _ in 0..2 {
        assert_eq!(gate.get_with(&ada.index(), &shown).body, format!("index 10 of {}", ada.mailbox).into_bytes());
        assert_eq!(gate.get_with(&format!("/api/objects/{}", object(7)), &shown).body, b"a sealed page");
        assert_eq!(gate.get_with(&format!("/api/objects/{}", object(8)), &shown).status, 404);
        assert_eq!(gate.get_with(&world.ben.index(), &shown).status, 401);
        assert_eq!(gate.get_with(&ada.keyring(), &shown).status, 401);
    }
}

#[test]
fn a_large_object_comes_whole() {
    let world = World::new();
    let gate = world.serve();
    let part: Vec<u8> = (0..4_200_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    world.write(&format!("objects/{}", object(9)), &part);
    assert!(gate.get_with(&format!("/api/objects/{}", object(9)), &world.ada.shows_pass()).body == part);
}

#[test]
fn no_other_pass_opens_anything() {
    let world = World::new();
    let gate = world.serve();
    let (ada, ben) = (&world.ada, &world.ben);
    let good = ada.pass();
    let unknown = Pass { mailbox: MailboxId::from_bytes([9; 16]), ..good.clone() };
    let encoded = ada.shows_pass();
    let nothing_shown = [
        String::new(),
        shows(&good, &ben.key),
        shows(&Pass { mailbox: ben.mailbox, ..good.clone() }, &ada.key),
        shows(&unknown, &ada.key),
        // The key of the record that stands in for unknown mailboxes is no secret.
        shows(&unknown, &SigningKey::from_bytes(&[0; 32])),
        ada.shows(&Pass { origin: "https://other.example".into(), ..good.clone() }),
        ada.shows(&Pass { origin: format!("{ORIGIN}/"), ..good.clone() }),
        ada.shows(&Pass { time: now() - 901, ..good.clone() }),
        ada.shows(&Pass { time: now() + 400, ..good.clone() }),
        ada.shows(&Pass { time: 0, ..good.clone() }),
        ada.shows(&Pass { time: (1 << 53) - 1, ..good.clone() }),
        ada.shows(&Pass { method: Some("PUT".into()), ..good.clone() }),
        ada.shows(&Pass { path: Some(ada.index()), ..good.clone() }),
        encoded.replace("Pass ", "Pass  "),
        encoded.replace("Pass ", "Bearer "),
        format!("{encoded}{encoded}"),
        encoded.replacen("\r\n", "A\r\n", 1),
        format!("Authorization: Pass {}\r\n", "A".repeat(8000)),
        format!("Authorization: Pass {}\r\n", "\u{fc}".repeat(80)),
        format!("Authorization: Pass {}\r\n", data_encoding::BASE64URL_NOPAD.encode(b"{}")),
        shows_ticket(&ada.ticket),
    ];
    let mut answers = BTreeSet::new();
    for shown in nothing_shown {
        for target in [ada.index(), format!("/api/objects/{}", object(7)), format!("/api/objects/{}", object(8))] {
            let reply = gate.get_with(&target, &shown).without_date();
            assert_eq!(reply.status, 401, "{target} {shown}");
            answers.insert(format!("{reply:?}"));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[test]
fn no_changed_pass_opens_anything() {
    let world = World::new();
    let gate = world.serve();
    let (ada, json) = (&world.ada, Envelope::sign(&world.ada.pass(), &world.ada.key).to_json());
    let mut client = gate.client();
    for at in 0..json.len() {
        let mut changed = json.clone();
        changed[at] ^= 1;
        let shown = data_encoding::BASE64URL_NOPAD.encode(&changed);
        let request = super::client::get(&ada.index(), &format!("Authorization: Pass {shown}\r\n"));
        assert_eq!(client.ask(&request).status, 401, "byte {at}");
    }
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
}

#[test]
fn origins_come_from_gate_json_the_options_and_loopback() {
    let world = World::new();
    let gate = world.try_serve(wide(), vec!["https://second.example".into()]).unwrap();
    let port = gate.address.port();
    let ada = &world.ada;
    let status = |origin: &str| {
        let pass = Pass { origin: origin.to_owned(), ..ada.pass() };
        gate.get_with(&ada.index(), &ada.shows(&pass)).status
    };
    let (here, named) = (format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}"));
    for good in [ORIGIN, "https://second.example", &here, &named] {
        assert_eq!(status(good), 200, "{good}");
    }
    for bad in ["http://127.0.0.1", "http://localhost", "https://pages.example.org:443", "null", ""] {
        assert_eq!(status(bad), 401, "{bad}");
    }
}

#[test]
fn a_replaced_mailbox_is_seen_at_once() {
    let world = World::new();
    let gate = world.serve();
    let mut ada = world.ada.clone();
    let old_pass = ada.shows_pass();
    assert_eq!(gate.get_with(&ada.index(), &old_pass).status, 200);
    for release in 11..30 {
        world.write(&format!("indexes/{}/{release}", ada.mailbox), format!("index {release}"));
        world.write(&format!("mailboxes/{}.json", ada.mailbox), record(&ada, release));
        assert_eq!(gate.get_with(&ada.index(), &old_pass).body, format!("index {release}").into_bytes());
    }
    // Another key: the remembered pass is worth nothing any more.
    ada.key = SigningKey::from_bytes(&[77; 32]);
    world.write(&format!("mailboxes/{}.json", ada.mailbox), record(&ada, 29));
    assert_eq!(gate.get_with(&ada.index(), &old_pass).status, 401);
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
    // Gone: nothing opens.
    world.remove(&format!("mailboxes/{}.json", ada.mailbox));
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 401);
    assert_eq!(gate.get_with(&format!("/api/objects/{}", object(7)), &ada.shows_pass()).status, 401);
    assert_eq!(keyring(&gate, &ada, &ada.ticket), 401);
}

#[test]
fn a_spoiled_store_is_no_way_in() {
    let world = World::new();
    let gate = world.serve();
    let (ada, ben) = (&world.ada, &world.ben);
    let good = record(ada, 10);
    for spoiled in [
        "{}".to_owned(),
        "not JSON".to_owned(),
        " ".repeat(100_000),
        good.replace("\"version\":1", "\"version\":2"),
        good.replace(&format!("indexes/{}/10", ada.mailbox), "gate.json"),
        good.replace(&format!("indexes/{}/10", ada.mailbox), &format!("indexes/{}/10", ben.mailbox)),
        good.replace(&format!("indexes/{}/10", ada.mailbox), "../secret.html"),
        good.replace("/10\"", "/99\""),
    ] {
        world.write(&format!("mailboxes/{}.json", ada.mailbox), &spoiled);
        let reply = gate.get_with(&ada.index(), &ada.shows_pass());
        assert_eq!((reply.status, reply.header("retry-after")), (503, Some("5")), "{spoiled}");
        assert_eq!(gate.get_with(&ben.index(), &ben.shows_pass()).status, 200);
    }
}

const SLOW: Rate = Rate { burst: 3, pause: Duration::from_hours(1) };

#[test]
fn too_many_wrong_tickets_are_slowed_down() {
    let world = World::new();
    let gate = world.serve_with(Limits { failures_per_mailbox: SLOW, ..wide() });
    let (ada, ben) = (&world.ada, &world.ben);
    let unknown = Member { mailbox: MailboxId::from_bytes([9; 16]), ..ada.clone() };
    for member in [ada, &unknown] {
        let statuses: Vec<u16> = (0..5).map(|_| keyring(&gate, member, &ben.ticket)).collect();
        assert_eq!(statuses, [401, 401, 401, 429, 429], "known or unknown");
    }
    // Nobody can shut a member out with wrong tickets.
    assert_eq!(keyring(&gate, ada, &ada.ticket), 200);
    assert_eq!(keyring(&gate, ben, &ben.ticket), 200);
}

#[test]
fn a_client_that_only_fails_has_to_wait_and_whoever_shares_its_network_has_not() {
    let world = World::new();
    let gate = world.serve_with(Limits { failures_per_network: SLOW, ..wide() });
    let ada = &world.ada;
    let wrong = Pass { origin: "https://other.example".into(), ..ada.pass() };
    assert_eq!(gate.get_with(&ada.index(), &ada.shows(&wrong)).status, 401);
    assert_eq!(gate.get_with(&format!("/api/objects/{}", object(7)), "").status, 401);
    assert_eq!(keyring(&gate, ada, &world.ben.ticket), 401);
    let reply = gate.get_with(&ada.keyring(), &shows_ticket(&world.ben.ticket));
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!(reply.status == 429 && (3590..=3601).contains(&wait), "{reply:?}");
    assert_eq!(gate.get_with(&ada.index(), &ada.shows(&wrong)).status, 429);
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
    assert_eq!(keyring(&gate, ada, &ada.ticket), 200);
    assert_eq!(gate.get("/l").status, 200);
}

#[test]
fn nobody_behind_a_proxy_on_this_machine_is_held_up_by_another() {
    let world = World::new();
    let limits = Limits { failures_per_network: SLOW, keyrings_per_network: SLOW, count_loopback: false, ..wide() };
    let gate = world.serve_with(limits);
    let ada = &world.ada;
    let mut pooled = gate.client();
    for _ in 0..10 {
        let ask = client::get(&ada.index(), "Authorization: Pass AAAA\r\n");
        assert_eq!(pooled.ask(&ask).status, 401);
    }
    for _ in 0..10 {
        assert_eq!(pooled.ask(&client::get(&ada.keyring(), &shows_ticket(&ada.ticket))).status, 200);
    }
}

#[test]
fn keyrings_are_handed_out_so_often() {
    let world = World::new();
    let before = world.tree();
    let gate = world.serve_with(Limits { keyrings_per_mailbox: SLOW, ..wide() });
    let (ada, ben) = (&world.ada, &world.ben);
    let statuses: Vec<u16> = (0..5).map(|_| keyring(&gate, ada, &ada.ticket)).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(keyring(&gate, ada, &ada.other), 200, "another link of the same member still works");
    assert_eq!(keyring(&gate, ben, &ben.ticket), 200);
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
    drop(gate);
    let gate = world.serve_with(Limits { keyrings_per_network: SLOW, ..wide() });
    let statuses: Vec<u16> = [ada, ben, ada, ben].map(|member| keyring(&gate, member, &member.ticket)).into();
    assert_eq!(statuses, [200, 200, 200, 429]);
    // Limits slow down; they destroy nothing.
    let after = world.tree();
    assert!(before.iter().all(|(path, (content, _))| after.get(path).is_some_and(|(now, _)| now == content)));
}

#[test]
fn the_wait_ends() {
    let world = World::new();
    let quick = Rate { burst: 1, pause: Duration::from_millis(700) };
    let gate = world.serve_with(Limits { keyrings_per_mailbox: quick, ..wide() });
    let mut client = gate.client();
    let request = super::client::get(&world.ada.keyring(), &shows_ticket(&world.ada.ticket));
    let mut statuses = Vec::new();
    while statuses.iter().filter(|&&status| status == 200).count() < 2 {
        statuses.push(client.ask(&request).status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}
