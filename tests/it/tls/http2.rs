//! HTTP/2: the same refusals as HTTP/1.1, seen by curl and by frames made by hand.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use super::{
    authority::Authority,
    client::{Secure, connect, curl},
    server::Server,
};
use crate::gate::world::World;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
/// The stream ends here, and so do its headers.
pub(crate) const WHOLE: u8 = 5;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// In seven bits, or with more behind them (RFC 7541, 5.1).
fn length(length: usize) -> Vec<u8> {
    let Some(mut rest) = length.checked_sub(127) else { return vec![u8::try_from(length).unwrap()] };
    let mut bytes = vec![127];
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128).unwrap() | 128);
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

/// Literals that are neither packed nor remembered (RFC 7541, 6.2.2).
pub(crate) fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [length(text.len()).as_slice(), text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

pub(crate) fn request(path: &str) -> Vec<(&'static str, &str)> {
    vec![(":method", "GET"), (":scheme", "https"), (":authority", "pages.example.org"), (":path", path)]
}

/// The next frame: kind, stream, payload. None at the end.
pub(crate) fn next(client: &mut Secure) -> Option<(u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    client.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let mut payload = vec![0; length];
    client.read_exact(&mut payload).ok()?;
    Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload))
}

/// How the server answered stream 1: "200", "400", "404", another status in HPACK's bytes, or how it was ended.
fn answer(server: &Server, authority: &Authority, sent: &[(&str, &str)]) -> String {
    let mut client = connect(server.address, &authority.root(), "h2");
    client.write_all(&[PREFACE, &frame(HEADERS, WHOLE, 1, &fields(sent))].concat()).unwrap();
    loop {
        match next(&mut client) {
            Some((HEADERS, 1, payload)) => {
                return match payload[0] {
                    0x88 => "200".into(),
                    0x8c => "400".into(),
                    0x8d => "404".into(),
                    _ => format!("{payload:?}"),
                };
            }
            Some((RST_STREAM, 1, _)) => return "reset".into(),
            Some((GOAWAY, ..)) | None => return "ended".into(),
            Some(_) => {}
        }
    }
}

#[test]
fn what_http_1_refuses_http_2_refuses() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let long = format!("https://pages.example.org/{}", "a".repeat(5_000));
    let wide = format!("X: {}", "y".repeat(17_000));
    let many: Vec<String> = (0..65).map(|n| format!("X-{n}: y")).collect();
    let many: Vec<&str> = many.iter().flat_map(|field| ["--header", field]).collect();
    let (viewer, open) = ("https://pages.example.org/l", "https://pages.example.org/library/");
    for (url, args, status) in [
        (viewer, vec!["--head"], 200),
        (viewer, vec!["--data", "x", "--request", "GET"], 413),
        (viewer, vec!["--data", "x", "--request", "PUT"], 413),
        (viewer, vec!["--data", "x", "--header", "Content-Encoding: gzip"], 415),
        (viewer, vec!["--header", "Expect: 100-continue"], 417),
        (viewer, vec!["--request", "DELETE"], 405),
        (viewer, vec!["--request", "TRACE"], 405),
        (&long, vec![], 414),
        (viewer, vec!["--header", &wide], 431),
        (viewer, many, 431),
        ("https://pages.example.org/library/../gate.json", vec!["--path-as-is"], 404),
        ("https://pages.example.org/library/%2e%2e/gate.json", vec!["--path-as-is"], 404),
        (open, vec!["--header", "Host: u@pages.example.org"], 400),
    ] {
        let args = [&["--http2"], args.as_slice()].concat();
        let got = curl(server.address, &authority.root(), url, &args);
        let got = got.unwrap_or_else(|error| panic!("{url} {args:?}: {error}"));
        assert!(got.head.starts_with(&format!("http/2 {status}")), "{url} {args:?}: {}", got.head);
        assert!(!got.head.contains("\r\nconnection:"), "{}", got.head);
    }
    // The same headers as over HTTP/1.1, and a length for HEAD.
    let headers = |args: &[&str]| -> BTreeMap<String, String> {
        let got = curl(server.address, &authority.root(), open, args).unwrap();
        let fields = got.head.lines().skip(1).map(|line| line.split_once(": ").unwrap());
        fields.filter(|(name, _)| *name != "date").map(|(name, value)| (name.into(), value.into())).collect()
    };
    let whole = headers(&["--http1.1"]);
    assert!(whole.contains_key("content-length") && whole.contains_key("content-security-policy"));
    assert_eq!((headers(&["--http2"]), headers(&["--http2", "--head"])), (whole.clone(), whole));
    assert_eq!(server.said(), "");
}

#[test]
fn odd_targets_and_two_hosts_are_refused() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let with =
        |more: &[(&'static str, &'static str)]| answer(&server, &authority, &[request("/l"), more.to_vec()].concat());
    assert_eq!(with(&[]), "200");
    assert_eq!(with(&[("host", "pages.example.org")]), "200");
    assert_eq!(with(&[("host", "evil.example")]), "400");
    assert_eq!(with(&[("host", "pages.example.org"), ("host", "pages.example.org")]), "400");
    // What HTTP/2 itself forbids never gets as far.
    for broken in [("connection", "close"), ("transfer-encoding", "chunked"), ("content-length", "5"), ("X", "y")] {
        assert!(["reset", "ended"].contains(&with(&[broken]).as_str()), "{broken:?}");
    }
    let at = |path: &str| answer(&server, &authority, &request(path));
    for path in ["/a\"b", "/a|b", "/a{b}", "//", "/library/\u{e9}"] {
        assert!(["404", "reset"].contains(&at(path).as_str()), "{path}: {}", at(path));
    }
    for path in ["l", "*", "", "https://evil.example/l"] {
        assert!(["400", "reset", "ended"].contains(&at(path).as_str()), "{path}: {}", at(path));
    }
    let nobody = [(":method", "GET"), (":scheme", "https"), (":path", "/l")];
    assert_eq!(answer(&server, &authority, &nobody), "400");
    let connect = [(":method", "CONNECT"), (":authority", "evil.example:443")];
    assert_ne!(answer(&server, &authority, &connect), "200");
}
