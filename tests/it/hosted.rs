//! A host's own view of a running server: what it writes down, what its process shows, what crowds cost it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use heldspace::wire::Link;

use crate::{
    gate::world::{World, shows_ticket},
    markers::{MARKER, holds_marker},
    reader::Reader,
    secrets::shows_nothing,
    served::Served,
    site::{Card, TestSite},
};

#[test]
fn a_server_writes_down_nothing_of_anyone() {
    let site = crate::markers::practice();
    let card: Card = serde_json::from_str(&site.ok(&[
        "member",
        "add",
        "ann",
        "--name",
        "Annegret",
        "--email",
        "annegret@example.org",
        "--json",
    ]))
    .unwrap();
    site.build();
    let served = Served::over(&site.store());
    let link: Link = card.link.split_once('#').unwrap().1.parse().unwrap();
    let reader = Reader::unlock(&site.store(), &card).unwrap();
    let (keyring, index) =
        (format!("/api/mailboxes/{}/keyring", card.mailbox), format!("/api/mailboxes/{}/index", card.mailbox));
    let object = format!("/api/objects/{}", reader.entries(&site.store())[0].object.name);
    let pass = reader.pass(&served.origin());
    let mut statuses = Vec::new();
    for (target, fields) in [
        (keyring.as_str(), shows_ticket(&link.ticket)),
        (&index, pass.clone()),
        (&object, pass.clone()),
        (&keyring, shows_ticket(&heldspace::wire::Ticket::from_bytes([1; 16]))),
        (&index, pass.replacen("Pass ", "Pass A", 1)),
        (&format!("/library/{MARKER}"), format!("User-Agent: {MARKER}\r\nReferer: https://{MARKER}.example/\r\n")),
        (&format!("/l%23{}", card.link.split_once('#').unwrap().1), String::new()),
        (&format!("/{MARKER}/../../etc/passwd"), String::new()),
        ("/healthz", format!("Cookie: {MARKER}\r\n")),
    ] {
        statuses.push(served.get(target, &fields).status);
    }
    assert_eq!(statuses[..5], [200, 200, 200, 401, 401]);
    // What is no HTTP, a request that is broken off, and a store that is spoiled while it is served.
    let mut nonsense = TcpStream::connect(served.address).unwrap();
    write!(nonsense, "{MARKER} {MARKER}\r\n\r\n").unwrap();
    nonsense.read_to_end(&mut Vec::new()).unwrap();
    drop(TcpStream::connect(served.address).unwrap().write_all(format!("GET /{MARKER}").as_bytes()));
    std::fs::write(site.store().join("mailboxes").join(format!("{}.json", card.mailbox)), MARKER).unwrap();
    assert_eq!(served.get(&index, &pass).status, 503);
    let address = served.address;
    let said = served.end();
    assert!(said.contains(&format!("http://{address}")), "it says where it listens: {said:?}");
    let ticket = data_encoding::BASE64URL_NOPAD.encode(link.ticket.as_bytes());
    let secrets: [&str; 11] = [
        &card.mailbox,
        &ticket,
        &link.ticket.hash().to_string(),
        &link.pepper.to_hex(),
        &card.passphrase,
        &object,
        "Annegret",
        "annegret",
        "/api/",
        "/library",
        "127.0.0.1",
    ];
    // The address it listens on is known; no other is named.
    let said = said.replace(&address.to_string(), "");
    for secret in secrets {
        assert!(!said.contains(secret), "{secret} in {said:?}");
    }
    assert!(!holds_marker(said.as_bytes()), "{said:?}");
    assert!(said.lines().count() < 3, "a line for the start, and none for any request: {said:?}");
}

#[test]
fn a_running_server_shows_no_secret() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.build();
    let served = Served::over(&site.store());
    shows_nothing(&served.pid(), &[&card.passphrase, &card.mailbox, "AGE-SECRET-KEY"]);
}

const MIB: u64 = 1024;

/// With the limits that everyone gets: on one machine nobody is counted as one network.
#[test]
fn a_thousand_slow_clients_cost_little_and_are_let_go() {
    let world = World::new();
    let served = Served::over(&world.store());
    let clients = room_for(1_000);
    assert!(clients >= 300, "only {clients} connections: raise the limit of open files");
    assert_eq!(served.get("/l", "").status, 200);
    let before = served.memory();
    let mut slow: Vec<TcpStream> = (0..clients).map(|_| TcpStream::connect(served.address).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /l HTTP/1.1\r\nHost: pages").unwrap();
    }
    // They go on, a byte at a time, and everyone else is answered meanwhile.
    for _ in 0..5 {
        for stream in &mut slow {
            stream.write_all(b"x").unwrap();
        }
        assert_eq!(served.get("/l", "").status, 200);
    }
    let grown = served.memory().saturating_sub(before);
    assert!(grown < 48 * MIB, "{clients} slow heads cost {grown} KiB");
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut answer = Vec::new();
        // A reset is as good: it is over.
        if stream.read_to_end(&mut answer).is_ok() {
            assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{answer:?}");
        }
    }
    assert_eq!(served.get("/l", "").status, 200);
}

#[test]
fn many_slow_readers_are_not_held_in_memory() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 30_000_000]);
    let served = Served::over(&world.store());
    assert_eq!(served.get("/l", "").status, 200);
    let before = served.memory();
    let clients = room_for(300);
    let mut slow: Vec<TcpStream> = (0..clients).map(|_| TcpStream::connect(served.address).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /library/large.mp3 HTTP/1.1\r\nHost: pages.example.org\r\n\r\n").unwrap();
    }
    // Each has got its first byte: so each is being answered.
    for stream in &mut slow {
        stream.read_exact(&mut [0; 1]).unwrap();
    }
    for _ in 0..20 {
        assert_eq!(served.get("/l", "").status, 200);
    }
    let grown = served.memory().saturating_sub(before);
    assert!(grown < 96 * MIB, "{clients} slow readers of 30 MB cost {grown} KiB");
}

/// As many connections as this process may open beside the other tests', up to `wanted`.
fn room_for(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let most: usize = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024);
    most.saturating_sub(400).min(wanted)
}
