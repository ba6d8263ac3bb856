//! Slow, half-open and many: handshakes and HTTP/2 streams that cost the client nothing.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use heldspace::serve::{Limits, ServeOptions, tls::of_files};

use super::{
    authority::Authority,
    client::{connect, curl},
    http2::{HEADERS, PREFACE, RST_STREAM, WHOLE, fields, frame, request},
    server::Server,
};
use crate::gate::world::{Gate, World, wide};

/// The first bytes of a handshake: a record that promises a hello, and not all of it.
const HALF_A_HELLO: &[u8] = &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 7, 7, 7];

pub(crate) fn serve(world: &World, authority: &Authority, limits: Limits) -> Gate {
    let pair = authority.issue("pages", &["pages.example.org"]);
    let (door, _) = of_files(vec![pair]).unwrap();
    world.serve_as(|options| ServeOptions { door: Arc::new(door), limits, ..options }).unwrap()
}

fn is_up(gate: &Gate, authority: &Authority) {
    let began = Instant::now();
    let got = curl(gate.address, &authority.root(), "https://pages.example.org/l", &[]).unwrap();
    assert!(got.body == "<p>viewer" && began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn half_open_handshakes_are_cut_off_while_others_are_served() {
    let (world, authority) = (World::new(), Authority::new());
    let gate = serve(&world, &authority, Limits { handshake_time: Duration::from_secs(2), ..wide() });
    let began = Instant::now();
    let mut half_open: Vec<TcpStream> = (0..1_000).map(|_| TcpStream::connect(gate.address).unwrap()).collect();
    for (n, client) in half_open.iter_mut().enumerate() {
        // Nothing at all, a part, or what is no TLS.
        let part = [&[][..], HALF_A_HELLO, b"GET /l HTTP/1.1\r\n\r\n"][n % 3];
        client.write_all(part).unwrap();
    }
    is_up(&gate, &authority);
    for mut client in half_open {
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut rest = Vec::new();
        let ended = client.read_to_end(&mut rest);
        assert!(ended.is_ok() || ended.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset));
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    is_up(&gate, &authority);
}

#[test]
fn a_handshake_takes_one_of_the_places() {
    let (world, authority) = (World::new(), Authority::new());
    let gate = serve(&world, &authority, Limits { connections_per_network: 1, ..wide() });
    let mut first = TcpStream::connect(gate.address).unwrap();
    first.write_all(HALF_A_HELLO).unwrap();
    let mut second = TcpStream::connect(gate.address).unwrap();
    let mut nothing = Vec::new();
    assert!(second.read_to_end(&mut nothing).is_ok() && nothing.is_empty(), "over its share");
}

#[test]
fn who_asks_for_nothing_and_who_stays_too_long_is_cut_off() {
    let (world, authority) = (World::new(), Authority::new());
    let limits =
        Limits { quiet_time: Duration::from_millis(400), connection_life: Duration::from_millis(1_500), ..wide() };
    let gate = serve(&world, &authority, limits);
    let ends = |sent: &[u8]| {
        let mut client = connect(gate.address, &authority.root(), "h2");
        client.write_all(sent).unwrap();
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest);
        rest
    };
    ends(b"");
    ends(b"PRI * HTTP/2.0\r\n\r\nSM");
    ends(PREFACE);
    // One that asked, and says nothing more.
    let asked = ends(&[PREFACE, &frame(HEADERS, WHOLE, 1, &fields(&request("/l")))].concat());
    assert!(asked.windows(9).any(|bytes| bytes == b"<p>viewer"));
}

#[test]
fn readers_that_take_nothing_hold_little() {
    let (world, authority) = (World::new(), Authority::new());
    world.write("public/library/page.mp3", vec![7; 64 * 1024]);
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let get = || curl(server.address, &authority.root(), "https://pages.example.org/l", &["--http2"]).unwrap().body;
    assert_eq!(get(), "<p>viewer");
    let before = server.memory();
    let ask = fields(&request("/library/page.mp3"));
    // SETTINGS: a window of one byte for each stream.
    let mut sent = [&PREFACE[..24], &frame(4, 0, 0, &[0, 4, 0, 0, 0, 1])].concat();
    sent.extend((0..100).flat_map(|n| frame(HEADERS, WHOLE, 2 * n + 1, &ask)));
    // As many as one network may have.
    let mut readers: Vec<_> = (0..80).map(|_| connect(server.address, &authority.root(), "h2")).collect();
    for reader in &mut readers {
        reader.write_all(&sent).unwrap();
        // The first answers are on their way, and so the rest is held.
        reader.read_exact(&mut [0; 200]).unwrap();
    }
    assert_eq!(get(), "<p>viewer");
    let after = server.memory();
    assert!(after < before + 96 * 1024, "{before} KiB, then {after} KiB");
}

#[test]
fn a_reader_that_opens_no_window_is_cut_off_however_it_chats() {
    let (world, authority) = (World::new(), Authority::new());
    world.write("public/library/page.mp3", vec![7; 256 * 1024]);
    let gate = serve(&world, &authority, Limits { quiet_time: Duration::from_secs(1), ..wide() });
    let mut client = connect(gate.address, &authority.root(), "h2");
    // SETTINGS: no window at all for each stream.
    let mut sent = [&PREFACE[..24], &frame(4, 0, 0, &[0, 4, 0, 0, 0, 0])].concat();
    let ask = fields(&request("/library/page.mp3"));
    sent.extend((0..8).flat_map(|n| frame(HEADERS, WHOLE, 2 * n + 1, &ask)));
    let began = Instant::now();
    client.write_all(&sent).unwrap();
    client.sock.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let ping = frame(6, 0, 0, &[1; 8]);
    let mut some = [0; 1024];
    loop {
        assert!(began.elapsed() < Duration::from_secs(20), "still there");
        if client.write_all(&ping).and_then(|()| client.flush()).is_err() {
            break;
        }
        match client.read(&mut some) {
            Ok(0) => break,
            Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            _ => {}
        }
    }
    assert!(began.elapsed() >= Duration::from_secs(1), "not before its time");
    is_up(&gate, &authority);
}

#[test]
fn asking_and_taking_back_a_hundred_thousand_times() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let get = || curl(server.address, &authority.root(), "https://pages.example.org/l", &["--http2"]).unwrap().body;
    assert_eq!(get(), "<p>viewer");
    let before = server.memory();
    let ask = fields(&request("/library/"));
    let mut ended = 0;
    for _ in 0..20 {
        let mut client = connect(server.address, &authority.root(), "h2");
        let mut sent = PREFACE.to_vec();
        for n in 0..5_000 {
            let stream = 2 * n + 1;
            sent.extend(frame(HEADERS, WHOLE, stream, &ask));
            sent.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
        }
        let flooded = client.write_all(&sent);
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest);
        // The server said ENHANCE_YOUR_CALM, or the connection is gone already.
        let calm = [0, 0, 0, 11];
        ended += u32::from(flooded.is_err() || rest.windows(4).any(|bytes| bytes == calm) || rest.is_empty());
        assert_eq!(get(), "<p>viewer");
    }
    assert_eq!(ended, 20, "each flood ends its own connection");
    let after = server.memory();
    assert!(after < before + 32 * 1024, "{before} KiB, then {after} KiB");
}
