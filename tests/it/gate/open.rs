//! What everyone may have: routes, headers, paths that lead nowhere, and mail scanners.

use super::{
    client::{Reply, get},
    world::{SECRET, World, object, shows_ticket},
};

#[test]
fn every_route_answers() {
    let world = World::new();
    let gate = world.serve();
    for (target, expected) in [
        ("/", 200),
        ("/?from=mail", 200),
        ("/library/", 200),
        ("/library", 308),
        ("/library/grief/", 200),
        ("/library/grief", 308),
        ("/library/nothing", 404),
        ("/library/nothing/", 404),
        ("/library/grief/walk.mp3", 200),
        ("/library/grief/walk.mp3/", 404),
        ("/library/grief/walk.mp3/x", 404),
        ("/assets/page.0123456789abcdef.css", 200),
        ("/assets/", 404),
        ("/assets", 404),
        ("/l", 200),
        ("/l/", 200),
        ("/L", 200),
        ("/l?utm_source=mail", 200),
        ("/l%23AQIDBA", 200),
        ("/l%2523AQIDBA", 200),
        ("/l.html", 404),
        ("/index.html", 404),
        ("/healthz", 200),
        ("/head.json", 200),
        ("/gate.json", 404),
        ("/.serve.lock", 404),
        ("/api/", 404),
    ] {
        assert_eq!(gate.get(target).status, expected, "{target}");
        let head = gate.send(&get(target, "").replacen("GET", "HEAD", 1));
        assert_eq!((head.status, head.body.len()), (expected, 0), "{target}");
        assert_eq!(head.header("content-length"), gate.get(target).header("content-length"), "{target}");
    }
    assert_eq!(gate.get("/library/grief").header("location"), Some("/library/grief/"));
    assert_eq!(gate.get("/healthz").body, b"ok");
    assert_eq!(gate.get("/l%23AQ").body, gate.get("/l").body);
    assert_eq!(gate.get("/").body, b"<p>hello");
}

#[test]
fn other_methods_are_refused() {
    let world = World::new();
    let gate = world.serve();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"] {
        for target in ["/", "/l", "/nothing", "/api/objects/x"] {
            let reply = gate.send(&get(target, "").replacen("GET", method, 1));
            assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD")), "{method} {target}");
        }
    }
}

#[test]
fn every_answer_has_the_headers() {
    let world = World::new();
    let gate = world.serve();
    let keyring = gate.get_with(&world.ada.keyring(), &shows_ticket(&world.ada.ticket));
    assert_eq!(keyring.status, 200);
    has_headers(&keyring);
    for request in [
        get("/", ""),
        get("/library/", ""),
        get("/library", ""),
        get("/l", ""),
        get("/assets/viewer.0123456789abcdef.js", ""),
        get("/nothing", ""),
        get(&world.ada.keyring(), ""),
        get("/", "").replacen("GET", "POST", 1),
        get("/", "").replacen("GET", "HEAD", 1),
        "GET / HTTP/1.1\r\n\r\n".into(),
        "nonsense\r\n\r\n".into(),
        "GET / HTTP/2.0\r\n\r\n".into(),
        get("/", "Content-Length: 3\r\n"),
        get("/", &format!("X: {}\r\n", "x".repeat(20_000))),
        get(&format!("/{}", "x".repeat(20_000)), ""),
    ] {
        has_headers(&gate.send(&request));
    }
    let tag = gate.get("/").header("etag").unwrap().to_owned();
    let unchanged = gate.get_with("/", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    has_headers(&unchanged);
}

fn has_headers(reply: &Reply) {
    let policy = reply.header("content-security-policy").unwrap_or_else(|| panic!("{reply:?}"));
    for part in ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("upgrade-insecure") && !policy.contains("  "));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{reply:?}");
    }
    assert!(reply.header("permissions-policy").is_some_and(|p| p.contains("camera=()")));
    assert!(reply.header("date").is_some() && reply.header("cache-control").is_some());
    assert_eq!(reply.header("server"), None);
    assert_eq!(reply.header("set-cookie"), None);
}

#[test]
fn scripts_run_in_the_viewer_alone() {
    let world = World::new();
    let gate = world.serve();
    let policy = |target: &str| gate.get(target).header("content-security-policy").unwrap().to_owned();
    assert_eq!(
        policy("/l"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; connect-src \
         'self'; worker-src 'self'; frame-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types heldspace"
    );
    for open in ["/", "/library/"] {
        assert!(!policy(open).contains("script-src") && !policy(open).contains("connect-src"), "{open}");
    }
}

#[test]
fn caches_and_search_engines_are_told_what_is_theirs() {
    let world = World::new();
    let gate = world.serve();
    for (target, cache, robots) in [
        ("/", "no-cache", Some("noindex")),
        ("/library/", "no-cache", None),
        ("/l", "no-cache", Some("noindex")),
        ("/assets/viewer.0123456789abcdef.js", "public, max-age=31536000, immutable", Some("noindex")),
        ("/healthz", "no-store", Some("noindex")),
        ("/library/nothing", "no-store", Some("noindex")),
        ("/assets/nothing.js", "no-store", Some("noindex")),
    ] {
        let reply = gate.get(target);
        assert_eq!(reply.header("cache-control"), Some(cache), "{target}");
        assert_eq!(reply.header("x-robots-tag"), robots, "{target}");
    }
}

#[test]
fn packed_siblings_go_to_those_who_take_them() {
    let world = World::new();
    let gate = world.serve();
    let css = "/assets/page.0123456789abcdef.css";
    for (accepted, encoding, body) in
        [("gzip, br", Some("br"), "brotli"), ("gzip, br;q=0", Some("gzip"), "gzip"), ("identity", None, "main {}")]
    {
        let reply = gate.get_with(css, &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!((reply.header("content-encoding"), reply.body.as_slice()), (encoding, body.as_bytes()));
        assert_eq!(reply.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(reply.header("vary"), Some("accept-encoding"));
    }
    let unpacked = gate.get_with("/", "Accept-Encoding: br\r\n");
    assert_eq!((unpacked.header("content-encoding"), unpacked.status), (None, 200));
}

#[test]
fn a_new_version_has_another_tag() {
    let world = World::new();
    let gate = world.serve();
    let old = gate.get("/").header("etag").unwrap().to_owned();
    world.write("public/index.html", "<p>HELLO");
    let reply = gate.get_with("/", &format!("If-None-Match: \"x\", {old}\r\n"));
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"<p>HELLO".as_slice()));
    assert_ne!(reply.header("etag"), Some(old.as_str()));
}

#[test]
fn sound_comes_in_parts() {
    let world = World::new();
    let gate = world.serve();
    let sound: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    world.write("public/library/long.mp3", &sound);
    let whole = gate.get("/library/long.mp3");
    assert!(whole.body == sound && whole.header("accept-ranges") == Some("bytes"));
    let part = gate.get_with("/library/long.mp3", "Range: bytes=1000-199999\r\n");
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 1000-199999/300000")));
    assert!(part.body == sound[1000..200_000]);
    let beyond = gate.get_with("/library/long.mp3", "Range: bytes=300000-\r\n");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */300000")));
    assert_eq!(beyond.header("cache-control"), Some("no-store"));
}

#[test]
fn no_path_leads_outside() {
    let world = World::new();
    let gate = world.serve();
    let id = world.ada.mailbox;
    let mut paths: Vec<String> = [
        "/secret.html",
        "/../secret.html",
        "/../../secret.html",
        "/library/../secret.html",
        "/library/../../secret.html",
        "/library/%2e%2e/secret.html",
        "/library/%2e%2e/%2e%2e/secret.html",
        "/library/..%2fsecret.html",
        "/library/..%2f..%2fsecret.html",
        "/library/..%5csecret.html",
        "/library/..%252fsecret.html",
        "/library/....//secret.html",
        "/library/..;/secret.html",
        "/library/.;/secret.html",
        "/library/./index.html",
        "/library/.hidden.html",
        "/library/%2ehidden.html",
        "/library/grief/.",
        "/library/grief/..",
        "/assets/../index.html",
        "/assets/../../gate.json",
        "/assets/%2e%2e/index.html",
        "/library/%00",
        "/library/index.html%00.css",
        "/library/grief%00",
        "//library/",
        "/library//",
        "/library//grief/",
        "///",
        "//",
        "/library/grief//index.html",
        "/library/%c3%a9/",
        "/library/%C0%AE%C0%AE/secret.html",
        "/library/\u{ff0e}\u{ff0e}/secret.html",
        "/library/é/",
        "/LIBRARY/",
        "/Library/",
        "/L/",
        "/l//",
        "/l/x",
        "/l%",
        "/l%2",
        "/l%22",
        "/l%3",
        "/%6C",
        "/l;x",
        "/library/grief;x/",
        "/library/~",
        "/library/~root/",
        "/library/c:/x",
        "/library/con.",
        "/library/grief.",
        "/library/grief/index.html/",
        "/library/:",
        "/library/@",
        "/library/*",
        "/library/$x",
        "/library/a+b",
        "/library/a=b",
        "/library/a,b",
        "/library/(a)",
        "/public/index.html",
        "/objects/",
        "/mailboxes/",
        "/keyrings/",
        "/indexes/",
        "/gate.json",
        "/head.json/",
        "/head",
        "/.serve.lock",
        "/api",
        "/api/",
        "/api/objects",
        "/api/objects/",
        "/api/objects/..",
        "/api/objects/../gate.json",
        "/api/mailboxes/",
        "/api/objects/%2e%2e%2fgate.json",
        "/healthz/",
        "/healthz/x",
        "/HEALTHZ",
        "/index.html",
        "/l.html",
        "/favicon.ico",
    ]
    .map(str::to_owned)
    .into();
    let object = object(7);
    paths.extend([
        format!("/library/{}/", "a".repeat(300)),
        format!("/library/{}", "a/".repeat(1_000)),
        format!("/library/{}secret.html", "../".repeat(500)),
        format!("/api/objects/{}", object.to_uppercase().replace('0', "A")),
        format!("/api/objects/{}", &object[1..]),
        format!("/api/objects/{object}0"),
        format!("/api/objects/{object}/"),
        format!("/api/objects/{object}?x"),
        format!("/api/objects/{}", object.replacen('0', "\u{0660}", 1)),
        format!("/api/objects/{}", object.replacen('0', "%30", 1)),
        format!("/api/mailboxes/{id}"),
        format!("/api/mailboxes/{id}/"),
        format!("/api/mailboxes/{id}/keyring/"),
        format!("/api/mailboxes/{id}/../{id}/index"),
        format!("/api/mailboxes/{id}.json"),
        format!("/API/mailboxes/{id}/index"),
        format!("/objects/{object}"),
        format!("/mailboxes/{id}.json"),
    ]);
    let nothing = gate.get("/nothing").without_date();
    for path in paths {
        let reply = gate.get(&path).without_date();
        assert_eq!((reply.status, &reply.body), (404, &nothing.body), "{path}");
        assert!(!String::from_utf8_lossy(&reply.body).contains(SECRET));
    }
}

#[test]
fn where_nothing_is_people_get_a_page_and_programs_a_line() {
    let world = World::new();
    world.write("public/404.html", "<p>nothing here");
    let gate = world.serve();
    for target in ["/nothing", "/library/nothing/", "/404.html", "/l//", "/api"] {
        let reply = gate.get(target);
        assert_eq!((reply.status, reply.body.as_slice()), (404, b"<p>nothing here".as_slice()), "{target}");
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("content-security-policy").is_some());
    }
    let head = gate.send(&get("/nothing", "").replacen("GET", "HEAD", 1));
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (404, 0, Some("15")));
    assert_eq!(gate.get("/api/nothing").body, b"not found\n");
}

#[test]
fn scanners_change_nothing() {
    let world = World::new();
    let gate = world.serve();
    let before = world.tree();
    let links = ["/l", "/l?x=1", "/l%23AQEBAQEBAQEBAQEBAQEB", "/l%2523AQEBAQEBAQEBAQEBAQEB%3D", "/l%23/../x"];
    let prefetches = ["", "Purpose: prefetch\r\n", "Sec-Purpose: prefetch;prerender\r\n", "X-Moz: prefetch\r\n"];
    for agent in SCANNERS {
        let mut client = gate.client();
        for (link, prefetch) in links.iter().flat_map(|link| prefetches.map(|prefetch| (link, prefetch))) {
            for method in ["GET", "HEAD"] {
                let request = get(link, &format!("User-Agent: {agent}\r\n{prefetch}")).replacen("GET", method, 1);
                assert_eq!(client.ask(&request).status, 200, "{request}");
            }
        }
    }
    assert_eq!(SCANNERS.len(), 30);
    assert!(world.tree() == before, "a scanner changed something");
    // And the link still opens.
    assert_eq!(gate.get_with(&world.ada.keyring(), &shows_ticket(&world.ada.ticket)).status, 200);
}

/// As they were seen in logs of mail gateways, link checkers and messengers.
const SCANNERS: [&str; 30] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Microsoft Office Outlook 16.0 SafeLinks",
    "BingPreview/1.0b",
    "SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0; Proofpoint URL Defense)",
    "Barracuda Sentinel (EE)",
    "Mimecast-URL-Protect/1.0",
    "Cisco-IronPort-OutbreakFilter",
    "Symantec Email Security.cloud Click-time",
    "TrendMicro-WTP/1.0",
    "FireEye-ETP/2.0",
    "ZScaler-Browser/1.0",
    "Sophos-TOC/3.1",
    "Forcepoint-Email-Scanner",
    "FortiMail-URI-Check",
    "Bitdefender-GravityZone",
    "ESET-LiveGuard",
    "Kaspersky-KSMG",
    "Vade-Secure/1.0",
    "Mozilla/5.0 (compatible; GoogleImageProxy; +http://www.google.com)",
    "Mozilla/5.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "curl/8.5.0",
    "python-requests/2.31.0",
];
