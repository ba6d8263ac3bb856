//! Two addresses of one practice, each with its own paths; plain HTTP beside them; proxies in front of them.

use std::time::Duration;

use heldspace::serve::{Limits, Rate, ServeOptions, TrustedProxy};

use super::{
    client::{Client, Reply},
    world::{Gate, ORIGIN, SECRET, World, object, wide},
};

const LINKS: &str = "pages.example.org";
const LIBRARY: &str = "open.example.org";

fn with_library(world: &World) {
    world.write("gate.json", format!(r#"{{"version":1,"origins":["{ORIGIN}"],"library":"https://{LIBRARY}"}}"#));
}

fn at(gate: &Gate, host: &str, target: &str) -> Reply {
    gate.send(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
}

fn member_paths(world: &World) -> [String; 4] {
    [world.ada.keyring(), world.ada.index(), format!("/api/objects/{}", object(7)), "/l%23AQ".into()]
}

#[test]
fn the_library_answers_on_its_own_address_alone() {
    let world = World::new();
    with_library(&world);
    let gate = world.serve();
    for target in ["/", "/library/", "/library/grief/", "/assets/viewer.0123456789abcdef.js", "/healthz"] {
        for host in [LIBRARY, "OPEN.example.ORG", "open.example.org:443"] {
            assert_eq!(at(&gate, host, target).status, 200, "{host}{target}");
        }
    }
    assert_eq!(at(&gate, LIBRARY, "/").body, b"<p>hello");
    let nowhere = at(&gate, LIBRARY, "/nowhere").without_date();
    for target in member_paths(&world).iter().map(String::as_str).chain(["/l"]) {
        assert_eq!(at(&gate, LIBRARY, target).without_date(), nowhere, "{target}");
    }
}

#[test]
fn the_address_in_links_gives_nothing_away() {
    let world = World::new();
    world.write("public/index.html", SECRET);
    with_library(&world);
    let gate = world.serve();
    for host in [LINKS, "other.example.org", "127.0.0.1", "open.example.org:8443"] {
        let front = at(&gate, host, "/");
        assert_eq!((front.status, front.header("content-type")), (200, Some("text/html; charset=utf-8")), "{host}");
        let text = String::from_utf8(front.body.clone()).unwrap();
        assert!(text.contains("<title>Empty page</title>") && !text.contains(SECRET) && !text.contains(LIBRARY));
        let nowhere = at(&gate, host, "/nowhere").without_date();
        for target in ["/library/", "/library/grief/", "/library/grief", "/library/grief/walk.mp3"] {
            assert_eq!(at(&gate, host, target).without_date(), nowhere, "{host}{target}");
        }
        for target in ["/l", "/l%23AQ", "/assets/viewer.0123456789abcdef.js", "/healthz"] {
            assert_eq!(at(&gate, host, target).status, 200, "{host}{target}");
        }
        assert_eq!(at(&gate, host, &world.ada.keyring()).status, 401);
    }
    let (front, other) = (at(&gate, LINKS, "/"), at(&gate, LINKS, "/l"));
    for name in ["content-security-policy", "x-frame-options", "referrer-policy", "permissions-policy", "x-robots-tag"]
    {
        assert!(front.header(name).is_some() && other.header(name).is_some(), "{name}");
    }
}

#[test]
fn a_library_that_moves_is_followed() {
    let world = World::new();
    let gate = world.serve();
    assert_eq!((at(&gate, LINKS, "/library/").status, at(&gate, LIBRARY, "/l").status), (200, 200));
    with_library(&world);
    assert_eq!((at(&gate, LINKS, "/library/").status, at(&gate, LIBRARY, "/l").status), (404, 404));
    world.write("gate.json", format!(r#"{{"version":1,"origins":["{ORIGIN}"],"library":null}}"#));
    assert_eq!((at(&gate, LINKS, "/library/").status, at(&gate, LIBRARY, "/l").status), (200, 200));
}

fn redirecting(world: &World) -> Gate {
    world
        .serve_as(|options| ServeOptions { redirect: Some(([127, 0, 0, 1], 0).into()), limits: wide(), ..options })
        .unwrap()
}

#[test]
fn plain_http_is_sent_to_the_practices_address_and_nowhere_else() {
    let world = World::new();
    with_library(&world);
    let gate = redirecting(&world);
    let ask = |request: String| Client::connect(gate.redirect.unwrap()).ask(&request);
    let location = |host: &str, target: &str| {
        let reply = ask(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\n\r\n"));
        assert_eq!((reply.status, reply.header("strict-transport-security")), (308, None));
        assert_eq!((reply.body.as_slice(), reply.header("cache-control")), (&b"moved\n"[..], Some("no-store")));
        reply.header("location").unwrap().to_owned()
    };
    assert_eq!(location(LINKS, "/l"), "https://pages.example.org/l");
    assert_eq!(location("evil.example", "/l?utm=1"), "https://pages.example.org/l?utm=1");
    assert_eq!(location("evil.example:80", "//evil.example/x"), "https://pages.example.org//evil.example/x");
    assert_eq!(location(LINKS, "/l%23AQ@evil.example"), "https://pages.example.org/l%23AQ@evil.example");
    assert_eq!(location("open.example.org:80", "/library/"), "https://open.example.org/library/");
    assert_eq!(location(LINKS, "/healthz"), "https://pages.example.org/healthz");
    for (request, status) in [
        ("HEAD /l HTTP/1.1\r\nHost: a\r\n\r\n", 308),
        ("POST /l HTTP/1.1\r\nHost: a\r\n\r\n", 308),
        ("GET /l HTTP/1.1\r\n\r\n", 400),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        ("PUT /l HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 413),
    ] {
        assert_eq!(ask(request.to_owned()).status, status, "{request}");
    }
    // The door itself answers as ever.
    assert_eq!(at(&gate, LINKS, "/l").body, b"<p>viewer");
}

/// Two wrong tickets, and the third is one too many.
fn behind(trusted: &[&str]) -> (World, Gate) {
    let world = World::new();
    let few = Rate { burst: 2, pause: Duration::from_secs(1000) };
    let limits = Limits { failures_per_network: few, ..wide() };
    let trusted: Vec<TrustedProxy> = trusted.iter().map(|text| text.parse().unwrap()).collect();
    let gate = world.serve_as(|options| ServeOptions { limits, trusted, ..options }).unwrap();
    (world, gate)
}

#[test]
fn a_trusted_proxy_says_whose_limits_count() {
    let (world, gate) = behind(&["127.0.0.0/8", "10.0.0.0/8"]);
    let status = |forwarded: &str| gate.get_with(&world.ada.keyring(), forwarded).status;
    let one = "X-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n";
    assert_eq!([status(one), status(one), status(one)], [401, 401, 429]);
    // What the client itself wrote further left makes it nobody else, nor does another proxy of ours.
    assert_eq!(status("X-Forwarded-For: 192.0.2.77, 198.51.100.1, 10.1.2.3\r\n"), 429);
    assert_eq!(status("X-Forwarded-For: 192.0.2.77\r\nX-Forwarded-For: 198.51.100.1\r\n"), 429);
    assert_eq!(status("X-Forwarded-For: 198.51.100.2\r\n"), 401);
    // Not an address: the proxy itself counts, and nobody behind it.
    let odd = ["X-Forwarded-For: unknown\r\n", "X-Forwarded-For: 198.51.100.1, x\r\n", ""];
    assert_eq!(odd.map(status), [401, 401, 429]);
    assert_eq!(status("X-Forwarded-For: 198.51.100.3\r\n"), 401);
}

#[test]
fn from_anybody_else_the_header_is_ignored() {
    let (world, gate) = behind(&["192.0.2.1"]);
    let status = |n: u8| gate.get_with(&world.ada.keyring(), &format!("X-Forwarded-For: 198.51.100.{n}\r\n")).status;
    assert_eq!([status(1), status(2), status(3)], [401, 401, 429]);
}

#[test]
fn clients_of_a_proxy_have_a_share_each() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 30_000_000]);
    let limits = Limits { connections_per_network: 2, ..wide() };
    let trusted = vec!["127.0.0.1".parse().unwrap()];
    let gate = world.serve_as(|options| ServeOptions { limits, trusted, ..options }).unwrap();
    let from = |n: u8| format!("X-Forwarded-For: 198.51.100.{n}\r\n");
    // Answers that nobody takes: their reader's places are taken as long as they last.
    let mut slow: Vec<Client> = (0..2).map(|_| gate.client()).collect();
    for client in &mut slow {
        client.send(super::client::get("/library/large.mp3", &from(1)));
        client.stream.peek(&mut [0]).unwrap();
    }
    assert_eq!(gate.get_with("/l", &from(1)).status, 429);
    assert_eq!(gate.get_with("/l", &from(2)).status, 200);
    drop(slow);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while gate.get_with("/l", &from(1)).status != 200 {
        assert!(std::time::Instant::now() < deadline, "the places never came back");
    }
}
