//! What members send over HTTP/2, which is what their browsers speak: the same limits as over HTTP/1.1.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    time::{Duration, Instant},
};

use heldspace::serve::Limits;

use super::{
    authority::Authority,
    client::{Secure, connect, curl},
    flood::serve,
    http2::{HEADERS, PREFACE, fields, frame, next},
    server::Server,
};
use crate::gate::{
    sending::{Put, sealed},
    world::{Gate, World, member, record, wide},
};

const DATA: u8 = 0;
const PING: u8 = 6;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;

/// Sends it with curl: status, and the rest of the answer's head.
fn curled(at: &Server, authority: &Authority, put: &Put, args: &[&str]) -> String {
    let file = authority.path("body");
    fs::write(&file, &put.body).unwrap();
    let fields: Vec<&str> = put.fields.lines().flat_map(|line| ["--header", line]).collect();
    let url = format!("https://pages.example.org{}", put.target);
    let data = format!("@{}", file.display());
    let body = ["--request", "PUT", "--header", "Content-Type:", "--data-binary", &data];
    let args = [&["--http2"], &body[..], &fields, args].concat();
    let got = curl(at.address, &authority.root(), &url, &args).unwrap_or_else(|error| panic!("{error}"));
    got.head.strip_prefix("http/2 ").unwrap().to_owned()
}

#[test]
fn what_is_kept_and_refused_is_the_same() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let (ada, body) = (&world.ada, sealed(200_000, 1));
    let put = ada.answer(&body);
    let is = |put: &Put, args: &[&str], status: &str| {
        let head = curled(&server, &authority, put, args);
        assert!(head.starts_with(status), "{status}, but {head}");
    };
    is(&put, &[], "201");
    is(&put, &[], "200");
    let file = fs::read_dir(world.store().join(format!("answers/{}", ada.mailbox))).unwrap().next().unwrap().unwrap();
    assert!(fs::read(file.path()).unwrap() == body);
    is(&ada.own_notes(&body, "If-None-Match: *\r\n"), &[], "204");
    is(&ada.own_notes(&sealed(17_000, 2), "If-None-Match: *\r\n"), &[], "412");
    is(&ada.own_notes(&body, ""), &[], "428");
    is(&put.clone().showing(world.ben.shows_pass()), &[], "401");
    is(&put.clone().body(sealed(200_000, 2)), &[], "422");
    is(&put.clone().with("Content-Encoding: gzip\r\n"), &[], "415");
    is(&ada.answer(&sealed(256 * 1024 + 1, 1)), &[], "413");
    is(&put.clone().at("/api/publication/files/head.json".into()), &[], "413");
    is(&put.clone().at(format!("{}/", put.target)), &[], "413");
    is(&put, &["--request", "POST"], "413");
    assert_eq!(server.said(), "");
}

/// A connection on which stream 1 is this PUT, without its body and without its length.
fn begun(address: std::net::SocketAddr, root: &Path, put: &Put) -> Secure {
    let shown = put.fields.trim_end().split_once(": ").unwrap().1;
    let head = [
        (":method", "PUT"),
        (":scheme", "https"),
        (":authority", "pages.example.org"),
        (":path", put.target.as_str()),
        ("authorization", shown),
    ];
    let mut client = connect(address, root, "h2");
    client.write_all(&[PREFACE, &frame(HEADERS, END_HEADERS, 1, &fields(&head))].concat()).unwrap();
    client
}

/// The status of stream 1; none if the connection ended before.
fn status(client: &mut Secure) -> Option<u16> {
    loop {
        if let (HEADERS, 1, payload) = next(client)? {
            // RFC 7541: an indexed field, or a literal with an indexed name.
            return match payload.as_slice() {
                [0x88, ..] => Some(200),
                [0x89, ..] => Some(204),
                [0x8c, ..] => Some(400),
                [0x48 | 0x08, 3, digits @ ..] => std::str::from_utf8(&digits[..3]).ok()?.parse().ok(),
                [0x48 | 0x08, 0x82, packed @ ..] => Some(unpacked([packed[0], packed[1], 0])),
                [0x48 | 0x08, 0x83, packed @ ..] => Some(unpacked([packed[0], packed[1], packed[2]])),
                _ => panic!("{payload:?}"),
            };
        }
    }
}

/// Three digits in the code of RFC 7541, appendix B: 0 to 2 have five bits, 3 to 9 six.
fn unpacked([a, b, c]: [u8; 3]) -> u16 {
    let mut bits = u32::from_be_bytes([a, b, c, 0]);
    let mut digits = 0;
    for _ in 0..3 {
        let (digit, length) = match bits >> 27 {
            digit @ 0..=2 => (digit, 5),
            _ => (bits.wrapping_shr(26) - 0x19 + 3, 6),
        };
        bits <<= length;
        digits = digits * 10 + digit;
    }
    u16::try_from(digits).unwrap()
}

#[test]
fn what_was_not_announced_is_counted() {
    let (world, authority) = (World::new(), Authority::new());
    let gate = serve(&world, &authority, Limits { sealed_size: 40_000, ..wide() });
    for (size, expected) in [(40_000, 201), (40_001, 413), (60_000, 413)] {
        let put = world.ada.answer(&sealed(size, 1));
        let mut client = begun(gate.address, &authority.root(), &put);
        for (number, part) in put.body.chunks(10_000).enumerate() {
            let last = if (number + 1) * 10_000 >= size { END_STREAM } else { 0 };
            client.write_all(&frame(DATA, last, 1, part)).unwrap();
        }
        assert_eq!(status(&mut client), Some(expected), "{size}");
    }
    let kept = fs::read_dir(world.store().join(format!("answers/{}", world.ada.mailbox))).unwrap().count();
    assert_eq!(kept, 1);
}

/// Drips the body for so long, and asks with a ping whether the connection still stands; then sends the rest.
fn dripped(gate: &Gate, authority: &Authority, put: &Put, time: Duration) -> Option<u16> {
    let mut client = begun(gate.address, &authority.root(), put);
    let (mut sent, began) = (0, Instant::now());
    while began.elapsed() < time {
        std::thread::sleep(Duration::from_millis(50));
        client.write_all(&frame(DATA, 0, 1, &put.body[sent..=sent])).ok()?;
        client.write_all(&frame(PING, 0, 0, &[7; 8])).ok()?;
        sent += 1;
        loop {
            match next(&mut client)? {
                (PING, ..) => break,
                (HEADERS, 1, _) => return Some(0),
                _ => {}
            }
        }
    }
    let (more, last) = put.body[sent..].split_at(8_000);
    client.write_all(&[frame(DATA, 0, 1, more), frame(DATA, END_STREAM, 1, last)].concat()).ok()?;
    status(&mut client)
}

#[test]
fn a_slow_phone_gets_through_and_whoever_drips_for_ever_does_not() {
    let (world, authority) = (World::new(), Authority::new());
    let limits = Limits {
        quiet_time: Duration::from_millis(400),
        head_time: Duration::from_secs(4),
        sealed_size: 30_000,
        ..wide()
    };
    let gate = serve(&world, &authority, limits);
    let put = world.ada.answer(&sealed(17_000, 1));
    assert_eq!(dripped(&gate, &authority, &put, Duration::from_secs(2)), Some(201), "longer than a quiet connection");
    // No pass, and so nothing that moves: answered at once, and cut off if it goes on.
    let forged = put.clone().showing(world.ben.shows_pass());
    assert_eq!(dripped(&gate, &authority, &forged, Duration::from_secs(20)), Some(0));
    // A body has so much time, however it moves.
    let began = Instant::now();
    let other = world.ada.answer(&sealed(17_000, 2));
    assert_eq!(dripped(&gate, &authority, &other, Duration::from_mins(1)), Some(0));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn the_memory_stays_flat_however_many_send_at_once() {
    let world = World::new();
    let members: Vec<_> = (10..210).map(member).collect();
    for member in &members {
        world.write(&format!("mailboxes/{}.json", member.mailbox), record(member, 10));
    }
    let server = Server::start(&world.store(), &["--listen", "127.0.0.1:0"]);
    let begun = || -> Vec<crate::gate::client::Client> {
        let begin = |member: &crate::gate::world::Member| {
            let put = member.answer(&sealed(256 * 1024, 1));
            let mut client = crate::gate::client::Client::connect(server.address);
            client.stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
            client.send(&put.bytes()[..250 * 1024]);
            client
        };
        members.iter().map(begin).collect()
    };
    let before = server.memory();
    let mut held = begun();
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB");
    // None was turned away: they wait for a place, or send.
    let mut byte = [0];
    for client in &mut held {
        client.stream.set_nonblocking(true).unwrap();
        assert!(client.stream.read(&mut byte).is_err(), "nobody was refused");
    }
    drop(held);
}
