//! Versions and protocols; certificate files, good, bad and changed.

use std::{fs, io::Read, io::Write, os::unix::fs::PermissionsExt, process::Command};

use super::{
    authority::Authority,
    client::{connect, curl, s_client},
    server::{Server, until},
};
use crate::gate::world::World;

const LINKS: &str = "https://pages.example.org/l";

#[test]
fn versions_and_protocols() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    for (version, protocol, status) in
        [("1.2", "--http1.1", "http/1.1 200"), ("1.2", "--http2", "http/2 200"), ("1.3", "--http2", "http/2 200")]
    {
        let args = [&format!("--tlsv{version}"), "--tls-max", version, protocol];
        let got = curl(server.address, &authority.root(), LINKS, &args).unwrap();
        assert!(got.head.starts_with(status) && got.body == "<p>viewer", "{version} {protocol}: {}", got.head);
        // Two years, and for this host alone.
        assert!(got.head.contains("\r\nstrict-transport-security: max-age=63072000\r\n"), "{}", got.head);
    }
    let refusal = curl(server.address, &authority.root(), "https://pages.example.org/nowhere", &[]).unwrap();
    assert!(refusal.head.contains(" 404") && refusal.head.contains("strict-transport-security"), "{}", refusal.head);
    for (version, is_spoken) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
        let said = s_client(server.address, &[version, "-cipher", "DEFAULT@SECLEVEL=0"]);
        assert_eq!(!said.contains("Cipher is (NONE)"), is_spoken, "{version}: {said}");
        assert_eq!(!said.contains("SSL alert"), is_spoken, "{version}: {said}");
    }
    let said = s_client(server.address, &["-alpn", "spdy/3"]);
    assert!(said.contains("no application protocol"), "{said}");
}

#[test]
fn http_1_is_as_strict_over_tls() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    for (request, status) in [
        ("GET /l HTTP/1.1\r\nHost: pages.example.org\r\n\r\n", "200"),
        ("GET /l HTTP/1.1\nHost: pages.example.org\n\n", "400"),
        ("GET /l HTTP/1.1\r\n\r\n", "400"),
        ("GET /l HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"),
    ] {
        let mut client = connect(server.address, &authority.root(), "http/1.1");
        client.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 12];
        client.read_exact(&mut start).unwrap();
        assert_eq!(start, *format!("HTTP/1.1 {status}").as_bytes(), "{request:?}");
    }
}

#[test]
fn each_name_has_its_own_certificate() {
    let (world, authority) = (World::new(), Authority::new());
    let pages = authority.issue("pages", &["pages.example.org"]);
    let open = authority.issue("open", &["open.example.org"]);
    world.write(
        "gate.json",
        r#"{"version":1,"origins":["https://pages.example.org"],"library":"https://open.example.org"}"#,
    );
    let server = Server::with(&world.store(), &[&pages, &open], &["--redirect", "127.0.0.1:0"]);
    let get = |url: &str| curl(server.address, &authority.root(), url, &[]).unwrap();
    assert_eq!(get("https://open.example.org/library/").body, "<p>library");
    assert_eq!(get(LINKS).body, "<p>viewer");
    assert!(get("https://open.example.org/l").head.starts_with("http/2 404"));
    for (name, own, other) in [("open", "open.example.org", "pages"), ("pages", "pages.example.org", "open")] {
        let seen = certificate_of(&server, &format!("{name}.example.org"));
        assert!(seen.contains(&format!("DNS:{own}")) && !seen.contains(&format!("DNS:{other}")), "{seen}");
    }
    // Who names nobody sees the first one.
    assert!(certificate_of(&server, "elsewhere.example.org").contains("DNS:pages.example.org"));

    let redirect = server.redirect.unwrap();
    let plain = Command::new("curl")
        .args(["--silent", "--include", "--noproxy", "*", "--connect-to", &format!("pages.example.org:80:{redirect}")])
        .arg("http://pages.example.org/l")
        .output()
        .unwrap();
    let plain = String::from_utf8(plain.stdout).unwrap().to_ascii_lowercase();
    assert!(plain.starts_with("http/1.1 308") && plain.contains("\r\nlocation: https://pages.example.org/l\r\n"));
    assert!(!plain.contains("strict-transport-security"), "{plain}");
    assert_eq!(server.said(), "", "what is asked is not logged");
}

fn certificate_of(server: &Server, name: &str) -> String {
    let shown = s_client(server.address, &["-servername", name]);
    let begin = shown.find("-----BEGIN").unwrap_or_else(|| panic!("{shown}"));
    let mut x509 = Command::new("openssl")
        .args(["x509", "-noout", "-ext", "subjectAltName", "-serial"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    x509.stdin.take().unwrap().write_all(&shown.as_bytes()[begin..]).unwrap();
    String::from_utf8(x509.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn changed_files_are_taken_up_and_bad_ones_are_not() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let server = Server::with(&world.store(), &[&pair], &[]);
    let first = certificate_of(&server, "pages.example.org");
    let mut under_way = connect(server.address, &authority.root(), "http/1.1");

    fs::write(&pair.cert, "not a certificate").unwrap();
    server.says("The old certificate stays in use");
    assert_eq!(certificate_of(&server, "pages.example.org"), first);

    let other = authority.issue("other", &["pages.example.org"]);
    fs::copy(&other.cert, &pair.cert).unwrap();
    server.says("do not belong together");
    assert_eq!(certificate_of(&server, "pages.example.org"), first);

    authority.issue("pages", &["pages.example.org"]);
    server.says(&format!("The new certificate in {} is in use.", pair.cert.display()));
    until(|| certificate_of(&server, "pages.example.org") != first, || "the first one is still shown".into());
    assert!(curl(server.address, &authority.root(), LINKS, &[]).is_ok());

    let second = certificate_of(&server, "pages.example.org");
    authority.issue("pages", &["pages.example.org"]);
    fs::set_permissions(&pair.key, fs::Permissions::from_mode(0o604)).unwrap();
    server.says("may be read by everyone");
    assert_eq!(certificate_of(&server, "pages.example.org"), second);

    under_way.write_all(b"GET /l HTTP/1.1\r\nHost: pages.example.org\r\n\r\n").unwrap();
    under_way.read_exact(&mut [0; 12]).expect("a connection under way goes on");
}

#[test]
fn files_that_will_not_do_are_named_with_what_to_do() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let other = authority.issue("other", &["pages.example.org"]);
    let readable = authority.issue("readable", &["pages.example.org"]);
    fs::set_permissions(&readable.key, fs::Permissions::from_mode(0o644)).unwrap();
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (cert, key) = (text(&pair.cert), text(&pair.key));
    let cache = text(&authority.path("cache"));
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o755)).unwrap();
    let keyless = text(&authority.path("keyless"));
    fs::copy(&pair.cert, &keyless).unwrap();
    fs::set_permissions(&keyless, fs::Permissions::from_mode(0o600)).unwrap();
    let (readable, other, missing) = (text(&readable.key), text(&other.key), text(&authority.path("nowhere")));
    for (args, code, says) in [
        (vec!["--tls-cert", &cert, "--tls-key", &readable], 4, "chmod 600"),
        (vec!["--tls-cert", &cert, "--tls-key", &other], 1, "do not belong together"),
        (vec!["--tls-cert", &cert, "--tls-key", &keyless], 1, "holds no private key"),
        (vec!["--tls-cert", &key, "--tls-key", &key], 1, "holds no certificate"),
        (vec!["--tls-cert", &missing, "--tls-key", &key], 1, "can't read"),
        (vec!["--tls-cert", &cert, "--tls-cert", &cert, "--tls-key", &key], 2, "2 certificates and 1 keys"),
        (vec!["--tls-cert", &cert], 2, "--tls-key"),
        (vec!["--acme", "pages.example.org"], 2, "--acme-cache"),
        (vec!["--acme", "pages.example.org/", "--acme-cache", &missing], 2, "not the name of a host"),
        (vec!["--acme", "pages.example.org", "--acme-cache", &cache], 4, "chmod 700"),
        (
            vec!["--acme", "a.example", "--acme-cache", &missing, "--tls-cert", &cert, "--tls-key", &key],
            2,
            "cannot be used",
        ),
        (vec!["--redirect", "127.0.0.1:0"], 2, "--tls-cert"),
        (vec!["--trusted-proxy", "nginx"], 2, "not an IP address"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        let output =
            command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(world.store()).args(&args).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(says), "{args:?}: {:?} {said}", output.status);
        assert!(!said.contains("PRIVATE KEY"), "{said}");
    }
}
