//! Malformed, slow and many: what no browser does.

use std::{io::Write, net::TcpStream, time::Duration};

use heldspace::serve::Limits;

use super::{
    client::{Client, get},
    world::{Gate, World, wide},
};

fn lives(gate: &Gate) {
    assert_eq!(gate.get("/healthz").status, 200);
}

/// The statuses of all answers until the server ends the connection.
fn statuses(gate: &Gate, bytes: &[u8]) -> Vec<u16> {
    let mut client = gate.client();
    client.send(bytes);
    client.half_close();
    client.replies().iter().map(|reply| reply.status).collect()
}

#[test]
fn malformed_requests_are_refused_and_the_connection_is_closed() {
    let world = World::new();
    let gate = world.serve();
    let good = "Host: a.example\r\n";
    let many = "X: y\r\n".repeat(65);
    let wide_field = format!("X: {}\r\n", "y".repeat(17_000));
    let cases: Vec<(&str, String, u16)> = vec![
        ("no Host", "GET / HTTP/1.1\r\n\r\n".into(), 400),
        ("no Host in 1.0", "GET / HTTP/1.0\r\n\r\n".into(), 400),
        ("Host twice", format!("GET / HTTP/1.1\r\n{good}{good}\r\n"), 400),
        ("two Hosts", format!("GET / HTTP/1.1\r\n{good}host: b.example\r\n\r\n"), 400),
        ("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n".into(), 400),
        ("Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n".into(), 400),
        ("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n".into(), 400),
        ("Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n".into(), 400),
        ("Host with a port that is none", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n".into(), 400),
        ("Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n".into(), 400),
        ("bare LF throughout", "GET / HTTP/1.1\nHost: a\n\n".into(), 400),
        ("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n".into(), 400),
        ("bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n".into(), 400),
        ("bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n".into(), 400),
        ("bare CR in a value", format!("GET / HTTP/1.1\r\n{good}X: a\rb\r\n\r\n"), 400),
        ("bare CR as line end", "GET / HTTP/1.1\rHost: a\r\r".into(), 400),
        ("CR CR LF", format!("GET / HTTP/1.1\r\r\n{good}\r\n"), 400),
        ("folded field", format!("GET / HTTP/1.1\r\n{good}X: a\r\n b\r\n\r\n"), 400),
        ("folded with a tab", format!("GET / HTTP/1.1\r\n{good}X: a\r\n\tb\r\n\r\n"), 400),
        ("folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n".into(), 400),
        ("space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n".into(), 400),
        ("no colon", format!("GET / HTTP/1.1\r\n{good}X\r\n\r\n"), 400),
        ("no name", format!("GET / HTTP/1.1\r\n{good}: x\r\n\r\n"), 400),
        ("name in brackets", format!("GET / HTTP/1.1\r\n{good}(X): x\r\n\r\n"), 400),
        ("NUL in a value", format!("GET / HTTP/1.1\r\n{good}X: a\0b\r\n\r\n"), 400),
        ("NUL in a name", format!("GET / HTTP/1.1\r\n{good}X\0: a\r\n\r\n"), 400),
        ("NUL in the target", format!("GET /\0 HTTP/1.1\r\n{good}\r\n"), 400),
        ("escape in a value", format!("GET / HTTP/1.1\r\n{good}X: \x1b[2J\r\n\r\n"), 400),
        ("HTTP/0.9", "GET /\r\n".into(), 400),
        ("HTTP/0.9 with an end", "GET /\r\n\r\n".into(), 400),
        ("HTTP/2.0", format!("GET / HTTP/2.0\r\n{good}\r\n"), 505),
        ("HTTP/1.2", format!("GET / HTTP/1.2\r\n{good}\r\n"), 505),
        ("HTTP/1.10", format!("GET / HTTP/1.10\r\n{good}\r\n"), 400),
        ("small http", format!("GET / http/1.1\r\n{good}\r\n"), 400),
        ("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), 505),
        ("empty line first", format!("\r\nGET / HTTP/1.1\r\n{good}\r\n"), 400),
        ("space first", format!(" GET / HTTP/1.1\r\n{good}\r\n"), 400),
        ("two spaces", format!("GET  / HTTP/1.1\r\n{good}\r\n"), 400),
        ("space at the end", format!("GET / HTTP/1.1 \r\n{good}\r\n"), 400),
        ("tab for a space", format!("GET\t/ HTTP/1.1\r\n{good}\r\n"), 400),
        ("space in the target", format!("GET /a b HTTP/1.1\r\n{good}\r\n"), 400),
        ("method in brackets", format!("(GET) / HTTP/1.1\r\n{good}\r\n"), 400),
        ("absolute form", format!("GET http://a.example/l HTTP/1.1\r\n{good}\r\n"), 400),
        ("absolute form, elsewhere", format!("GET https://evil.example/ HTTP/1.1\r\n{good}\r\n"), 400),
        ("authority form", format!("GET a.example:443 HTTP/1.1\r\n{good}\r\n"), 400),
        ("CONNECT", format!("CONNECT a.example:443 HTTP/1.1\r\n{good}\r\n"), 405),
        ("asterisk", format!("OPTIONS * HTTP/1.1\r\n{good}\r\n"), 400),
        ("the stand-in itself", "GET * HTTP/1.1\r\nhost: refused\r\n\r\n".into(), 400),
        ("no slash", format!("GET l HTTP/1.1\r\n{good}\r\n"), 400),
        ("TLS", "\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n".into(), 400),
        ("many fields", format!("GET / HTTP/1.1\r\n{good}{many}\r\n"), 431),
        ("a wide field", format!("GET / HTTP/1.1\r\n{good}{wide_field}\r\n"), 431),
        ("a long target", format!("GET /{} HTTP/1.1\r\n{good}\r\n", "a".repeat(5_000)), 414),
        ("a target without end", format!("GET /{}", "a".repeat(17_000)), 414),
        ("Expect", format!("GET / HTTP/1.1\r\n{good}Expect: 100-continue\r\n\r\n"), 417),
    ];
    for (name, request, expected) in cases {
        assert_eq!(statuses(&gate, request.as_bytes()), [expected], "{name}");
        let twice = format!("{request}{}", get("/l", ""));
        assert_eq!(statuses(&gate, twice.as_bytes()), [expected], "{name}, and another behind it");
    }
    lives(&gate);
}

#[test]
fn bodies_are_refused_and_never_taken_for_requests() {
    let world = World::new();
    let gate = world.serve();
    let inner = get("/l", "");
    let length = inner.len();
    for (fields, expected) in [
        (format!("Content-Length: {length}\r\n"), 413),
        ("Content-Length: 1\r\n".into(), 413),
        ("Content-Length: 18446744073709551615\r\n".into(), 413),
        (format!("Content-Length: {length}\r\nContent-Encoding: gzip\r\n"), 415),
        (format!("Content-Length: {length}\r\nExpect: 100-continue\r\n"), 413),
        ("Content-Length: 18446744073709551616\r\n".into(), 400),
        ("Content-Length: -1\r\n".into(), 400),
        ("Content-Length: +1\r\n".into(), 400),
        ("Content-Length: 0x1\r\n".into(), 400),
        ("Content-Length:\r\n".into(), 400),
        ("Content-Length: 0, 0\r\n".into(), 400),
        ("Content-Length: 0\r\nContent-Length: 0\r\n".into(), 400),
        (format!("Content-Length: 0\r\nContent-Length: {length}\r\n"), 400),
        ("Transfer-Encoding: chunked\r\n".into(), 400),
        ("Transfer-Encoding: identity\r\n".into(), 400),
        ("Transfer-Encoding: xchunked\r\n".into(), 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n".into(), 400),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n".into(), 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n".into(), 400),
    ] {
        for method in ["GET", "POST", "PUT", "HEAD"] {
            let request = get("/", &fields).replacen("GET", method, 1);
            let mut client = gate.client();
            client.send(format!("{request}{inner}{inner}"));
            let reply = client.reply(method == "HEAD").unwrap();
            assert_eq!((reply.status, reply.header("connection")), (expected, Some("close")), "{request}");
            assert_eq!(client.rest(), b"", "{request}");
        }
    }
    assert_eq!(gate.get_with("/", "Content-Length: 0\r\n").status, 200);
    lives(&gate);
}

#[test]
fn garbage_is_garbage() {
    let world = World::new();
    let gate = world.serve();
    // A small generator: the same bytes every time.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    let good = get("/l", "User-Agent: x\r\n");
    for round in 0..300 {
        let bytes: Vec<u8> = if round % 2 == 0 {
            (0..round * 3).map(|_| next()).collect()
        } else {
            let mut changed = good.clone().into_bytes();
            let at = usize::from(next()) % changed.len();
            changed[at] = next();
            changed
        };
        let found = statuses(&gate, &bytes);
        // One changed byte can leave the request a good one, in a name or in a value.
        assert!(found.len() <= 1 && (round % 2 == 1 || found.iter().all(|s| *s >= 400)), "{bytes:?}: {found:?}");
    }
    lives(&gate);
}

#[test]
fn pipelined_requests_are_answered_in_turn() {
    let world = World::new();
    let gate = world.serve();
    let (page, nothing) = (get("/l", ""), get("/nothing", ""));
    assert_eq!(statuses(&gate, format!("{page}{nothing}").repeat(50).as_bytes()), [200, 404].repeat(50));
    let broken = format!("{page}{page}GET / HTTP/1.1\r\n\r\n{page}");
    assert_eq!(statuses(&gate, broken.as_bytes()), [200, 200, 400]);
    let upgrade =
        get("/l", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");
    assert_eq!(statuses(&gate, upgrade.as_bytes()), [200]);
    let websocket = get("/l", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    assert_eq!(statuses(&gate, websocket.as_bytes()), [200]);
}

#[test]
fn a_refusal_is_read_even_when_much_was_sent() {
    let world = World::new();
    let gate = world.serve();
    let mut client = gate.client();
    client.send(get("/", "Content-Length: 100000\r\n").replacen("GET", "PUT", 1));
    client.send(vec![b'x'; 100_000]);
    assert_eq!(client.reply(false).unwrap().status, 413);
    assert_eq!(client.rest(), b"");
}

#[test]
fn whoever_drips_is_cut_off_while_others_are_served() {
    let world = World::new();
    let limits = Limits { head_time: Duration::from_millis(400), ..wide() };
    let gate = world.serve_with(limits);
    let mut drips: Vec<Client> = (0..20).map(|_| gate.client()).collect();
    let head = get("/l", &format!("X: {}\r\n", "y".repeat(5_000)));
    let mut bytes = head.bytes();
    let mut cut_off = 0;
    while cut_off < drips.len() {
        let byte = [bytes.next().expect("cut off before the head was sent")];
        cut_off = drips.iter_mut().filter_map(|drip| drip.stream.write_all(&byte).err()).count();
        assert_eq!(gate.get("/l").status, 200);
    }
}

#[test]
fn a_slow_head_is_told_so() {
    let world = World::new();
    let gate = world.serve_with(Limits { head_time: Duration::from_millis(200), ..wide() });
    let mut client = gate.client();
    assert_eq!(client.ask(&get("/l", "")).status, 200);
    client.send("GET /l HTTP/1.1\r\nHo");
    let reply = client.reply(false).unwrap();
    assert_eq!((reply.status, reply.header("connection")), (408, Some("close")));
    assert_eq!(client.rest(), b"");
}

#[test]
fn whoever_says_nothing_is_cut_off() {
    let world = World::new();
    let gate = world.serve_with(Limits { quiet_time: Duration::from_millis(200), ..wide() });
    assert_eq!(gate.client().rest(), b"");
    let mut kept_alive = gate.client();
    assert_eq!(kept_alive.ask(&get("/l", "")).status, 200);
    assert_eq!(kept_alive.rest(), b"");
}

#[test]
fn whoever_takes_nothing_is_cut_off() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 30_000_000]);
    let gate = world.serve_with(Limits { quiet_time: Duration::from_millis(300), connections: 1, ..wide() });
    let mut slow = gate.client();
    slow.send(get("/library/large.mp3", ""));
    // There is one place: the next is served when the slow one has lost it.
    assert_eq!(gate.get("/l").status, 200);
    assert!(slow.rest().len() < 30_000_000);
}

#[test]
fn no_connection_lives_for_ever() {
    let world = World::new();
    let gate = world.serve_with(Limits { connection_life: Duration::from_millis(300), ..wide() });
    let mut client = gate.client();
    let mut answered = 0;
    loop {
        client.send(get("/l", ""));
        match client.reply(false) {
            Some(reply) => assert_eq!(reply.status, 200),
            None => break,
        }
        answered += 1;
    }
    assert!(answered > 0);
}

#[test]
fn a_network_has_its_share_of_connections() {
    let world = World::new();
    let gate = world.serve_with(Limits { connections_per_network: 3, ..wide() });
    let mut mine: Vec<Client> = (0..3).map(|_| gate.client()).collect();
    for client in &mut mine {
        assert_eq!(client.ask(&get("/l", "")).status, 200);
    }
    assert_eq!(gate.client().rest(), b"");
    drop(mine.pop());
    let again = std::iter::repeat_with(|| {
        let mut client = gate.client();
        client.send(get("/l", ""));
        client.reply(false)
    });
    assert_eq!(again.flatten().next().unwrap().status, 200);
}

#[test]
fn a_thousand_open_connections_are_in_nobodys_way() {
    let world = World::new();
    let gate = world.serve();
    // Both ends are in this process, and other tests are too.
    let descriptors = most_descriptors().saturating_sub(400) / 2;
    let mut held: Vec<TcpStream> =
        (0..descriptors.min(1_000)).map(|_| TcpStream::connect(gate.address).unwrap()).collect();
    for stream in held.iter_mut().step_by(2) {
        stream.write_all(b"GET /l HTTP/1.1\r\nHost: ").unwrap();
    }
    for _ in 0..20 {
        assert_eq!(gate.get("/l").status, 200);
    }
    assert!(held.len() >= 300, "only {} connections: raise the limit of open files", held.len());
}

fn most_descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024)
}
