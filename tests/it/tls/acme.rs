//! Certificates from a real authority: Debian's `pebble`, with the name server that comes with it.

use std::{
    fs,
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use std::time::Duration;

use futures_util::StreamExt;
use heldspace::serve::tls::{Acme, of_acme};

use super::{
    authority::Authority,
    client::{curl, s_client},
    server::{Server, until},
};
use crate::gate::world::World;

/// Pebble and its name server; every name leads to this machine.
pub(crate) struct Pebble {
    processes: Vec<Child>,
    pub(crate) authority: Authority,
    pub(crate) directory: String,
    management: u16,
}

/// One that nobody uses now. Both programs want to be told theirs.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Pebble {
    /// It looks at `tls_port` for whoever holds a name.
    pub(crate) fn start(tls_port: u16) -> Self {
        let authority = Authority::new();
        let pair = authority.issue("pebble", &["localhost"]);
        let (port, management, names, names_management) = (free_port(), free_port(), free_port(), free_port());
        let config = authority.path("pebble.json");
        let content = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": pair.cert, "privateKey": pair.key,
            "httpPort": 1, "tlsPort": tls_port, "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        fs::write(&config, content.to_string()).unwrap();
        let quiet = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pebble, which tests/run installs")
        };
        let processes = vec![
            quiet(
                Command::new("pebble-challtestsrv")
                    .args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", ""])
                    .args(["-tlsalpn01", "", "-dns01", &format!("127.0.0.1:{names}")])
                    .args(["-management", &format!("127.0.0.1:{names_management}")]),
            ),
            quiet(
                Command::new("pebble")
                    .arg("-config")
                    .arg(&config)
                    .args(["-dnsserver", &format!("127.0.0.1:{names}")])
                    .env("PEBBLE_VA_NOSLEEP", "1")
                    .env("PEBBLE_WFE_NONCEREJECT", "0"),
            ),
        ];
        let up = || TcpStream::connect(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", names)).is_err();
        until(up, || "pebble does not answer".into());
        Self { processes, authority, directory: format!("https://localhost:{port}/dir"), management }
    }

    /// The certificate that everything it issues leads to.
    pub(crate) fn root(&self) -> PathBuf {
        let path = self.authority.path("issued-by.pem");
        let url = format!("https://localhost:{}/roots/0", self.management);
        let fetched = Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--fail", "--cacert"])
            .arg(self.authority.root())
            .args(["--output", path.to_str().unwrap(), &url])
            .status();
        assert!(fetched.unwrap().success());
        path
    }
}

impl Pebble {
    fn stop(&mut self) {
        for mut process in self.processes.drain(..) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn certificates_are_ordered_kept_and_each_for_one_name() {
    let world = World::new();
    world.write(
        "gate.json",
        r#"{"version":1,"origins":["https://pages.example.org"],"library":"https://open.example.org"}"#,
    );
    let port = free_port();
    let mut pebble = Pebble::start(port);
    let (listen, cache) = (format!("127.0.0.1:{port}"), pebble.authority.path("certificates"));
    let (ca, directory) = (pebble.authority.root(), pebble.directory.clone());
    let args = [
        "--listen",
        &listen,
        "--redirect",
        "127.0.0.1:0",
        "--acme",
        "pages.example.org",
        "--acme",
        "Open.example.org",
        "--acme-cache",
        cache.to_str().unwrap(),
        "--acme-contact",
        "host@example.org",
        "--acme-directory",
        &directory,
        "--acme-ca",
        ca.to_str().unwrap(),
    ];
    let server = Server::start(&world.store(), &args);
    server.says("pages.example.org has a new certificate.");
    server.says("open.example.org has a new certificate.");
    let root = pebble.root();
    assert_eq!(curl(server.address, &root, "https://pages.example.org/l", &[]).unwrap().body, "<p>viewer");
    assert_eq!(curl(server.address, &root, "https://open.example.org/library/", &[]).unwrap().body, "<p>library");
    // No certificate of one name tells the other: curl, which checks names, would take it.
    let wrong = curl(server.address, &root, "https://elsewhere.example.org/l", &[]).err().unwrap();
    assert!(wrong.contains("certificate subject name") || wrong.contains("alternative"), "{wrong}");
    assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
    let wait = || fs::read_dir(&cache).unwrap().count() >= 3;
    until(wait, || "account and certificates were not kept".into());

    // Begun again without the authority: what was kept is used.
    drop(server);
    pebble.stop();
    let again = Server::start(&world.store(), &args);
    again.says("pages.example.org has its certificate.");
    assert!(curl(again.address, &root, "https://pages.example.org/l", &[]).is_ok());
}

#[test]
fn an_authority_that_says_nothing_is_asked_again() {
    let (authority, silent) = (Authority::new(), TcpListener::bind(("127.0.0.1", 0)).unwrap());
    let port = silent.local_addr().unwrap().port();
    let acme = Acme {
        domains: vec!["pages.example.org".into()],
        cache: authority.path("certificates"),
        contact: None,
        directory: Some(format!("https://localhost:{port}/dir")),
        ca: Some(authority.root()),
        patience: Duration::from_millis(300),
    };
    let (_, mut notes) = of_acme(acme).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = std::thread::spawn(move || (0..3).map(|_| silent.accept().unwrap().0).collect::<Vec<_>>());
    runtime.block_on(async {
        while !asked.is_finished() {
            let pause = tokio::time::timeout(Duration::from_millis(20), notes.next());
            assert!(pause.await.is_err(), "nothing is to be told");
        }
    });
    assert_eq!(asked.join().unwrap().len(), 3);
}

#[test]
fn an_authority_that_is_not_there_stops_nothing() {
    let (world, authority) = (World::new(), Authority::new());
    let (cache, ca) = (authority.path("certificates"), authority.root());
    let directory = format!("https://localhost:{}/dir", free_port());
    let server = Server::start(
        &world.store(),
        &[
            "--listen",
            "127.0.0.1:0",
            "--redirect",
            "127.0.0.1:0",
            "--acme",
            "pages.example.org",
            "--acme-cache",
            cache.to_str().unwrap(),
            "--acme-directory",
            &directory,
            "--acme-ca",
            ca.to_str().unwrap(),
        ],
    );
    server.says("No new certificate for pages.example.org yet, it will be tried again");
    let redirect = server.redirect.unwrap();
    let plain = Command::new("curl").args(["--silent", "--include", &format!("http://{redirect}/l")]).output().unwrap();
    assert!(plain.stdout.starts_with(b"HTTP/1.1 308"), "{plain:?}");
    let said = s_client(server.address, &["-servername", "pages.example.org"]);
    assert!(said.contains("no peer certificate available"), "{said}");
}
