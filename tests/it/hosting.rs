//! `docs/hosting.md`, word for word: its commands are run as they stand there, on this machine instead of a rented one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    site::TestSite,
    tls::{
        acme::{Pebble, free_port},
        authority::Authority,
        client::curl,
        server::{Server, until},
    },
};

/// What can't be run here, as the page itself says.
const SKIPPED: [(&str, &str); 6] = [
    ("cargo build", "takes minutes; tests/it/packaging.rs builds and runs the same program"),
    ("sudo ufw allow 80/tcp", "would change this machine's firewall"),
    ("sudo systemctl daemon-reload", START),
    ("sudo systemctl restart", "needs systemd as the first process"),
    ("sudo systemctl stop", "needs systemd as the first process"),
    ("server {", "the test stands behind Caddy"),
];
const START: &str = "needs systemd as the first process; the walk starts the unit's command itself";

#[derive(Debug)]
struct Block {
    language: String,
    skip: Option<String>,
    text: String,
}

fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hosting.md")).unwrap();
    let fenced = page.split("\n```").skip(1).step_by(2);
    let block = |text: &str| {
        let (info, text) = text.split_once('\n').unwrap();
        let (language, skip) = info.split_once(" skip=").map_or((info, None), |(language, why)| (language, Some(why)));
        Block { language: language.into(), skip: skip.map(|why| why.trim_matches('"').into()), text: text.into() }
    };
    fenced.map(block).collect()
}

/// A server's file system, in a folder.
struct Machine {
    root: tempfile::TempDir,
    curl_home: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { root: tempfile::tempdir().unwrap(), curl_home: tempfile::tempdir().unwrap() };
        // What Debian and the unit's StateDirectory make.
        for folder in ["usr/local/bin", "etc/systemd/system", "var/lib"] {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        for folder in ["", "/store", "/certificates"] {
            let mut builder = fs::DirBuilder::new();
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(machine.path(&format!("var/lib/heldspace{folder}"))).unwrap();
        }
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// The page's words, for this machine. Nothing else is changed in them.
    fn here(&self, text: &str) -> String {
        let root = self.root.path().display();
        let folder = env!("CARGO_MANIFEST_DIR");
        text.replace("sudo ", "")
            .replace("/usr/local/bin/", &format!("{root}/usr/local/bin/"))
            .replace("/etc/", &format!("{root}/etc/"))
            .replace("/var/lib/heldspace", &format!("{root}/var/lib/heldspace"))
            .replace("target/release/heldspace", env!("CARGO_BIN_EXE_heldspace"))
            .replace("packaging/", &format!("{folder}/packaging/"))
    }

    fn run(&self, text: &str, at: &Path) -> String {
        let script = self.here(text);
        let program = Path::new(env!("CARGO_BIN_EXE_heldspace")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-e", "-c", &script])
            .current_dir(at)
            .env("PATH", path)
            .env("CURL_HOME", self.curl_home.path())
            .env("SSL_CERT_FILE", self.curl_home.path().join("root.pem"))
            .output()
            .unwrap();
        let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}\n{said}{wrong}");
        said.into_owned()
    }

    /// The unit's command with the options in `heldspace.conf`; `changes` are addresses of this machine's.
    fn start(&self, changes: &[(&str, &str)]) -> Server {
        let unit = fs::read_to_string(self.path("etc/systemd/system/heldspace.service")).unwrap();
        let options = fs::read_to_string(self.path("etc/heldspace.conf")).unwrap();
        let options = options.trim().strip_prefix("OPTIONS=").unwrap();
        let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
        let mut command = self.here(&command.replace("$OPTIONS", options)).replace(" serve ", " serve --json ");
        for (there, here) in changes {
            assert!(command.contains(there), "{there}: {command}");
            command = command.replace(there, here);
        }
        let mut words = command.split(' ');
        let mut process = Command::new(words.next().unwrap());
        process.args(words);
        Server::of(process)
    }

    /// Lets `curl` find the two names at `address`, and everything trust `root`.
    fn resolve(&self, address: std::net::SocketAddr, root: &Path) {
        let names = ["pages", "open"].map(|name| format!("connect-to = \"{name}.example.org:443:{address}\"\n"));
        let settings = format!("{}noproxy = \"*\"\ncacert = \"{}\"\n", names.concat(), root.display());
        fs::write(self.curl_home.path().join(".curlrc"), settings).unwrap();
        fs::copy(root, self.curl_home.path().join("root.pem")).unwrap();
    }
}

fn practice(address: &str) -> TestSite {
    let site = TestSite::new();
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    let (before, after) = settings.split_once("[address]").unwrap();
    let (_, after) = after.split_once("\n[").unwrap();
    fs::write(site.path("site.toml"), format!("{before}{address}\n[{after}")).unwrap();
    site
}

#[test]
fn what_is_published_knows_of_two_addresses_and_the_viewer_of_one() {
    let site = practice("[address]\nlinks = \"https://pages.example.org\"\nlibrary = \"https://open.example.org/\"\n");
    site.build();
    let published = |path: &str| fs::read_to_string(site.store().join(path)).unwrap();
    let gate = r#"{"version":1,"origins":["https://pages.example.org"],"library":"https://open.example.org"}"#;
    assert_eq!(published("gate.json"), gate);
    let viewer = published("public/l.html");
    assert!(!viewer.contains("open.example.org") && !viewer.contains("/library"), "{viewer}");
    // One address under two names of the same is one.
    let one = practice("[address]\nlinks = \"https://pages.example.org\"\nlibrary = \"https://pages.example.org\"\n");
    one.build();
    let gate = fs::read_to_string(one.store().join("gate.json")).unwrap();
    assert_eq!(gate, r#"{"version":1,"origins":["https://pages.example.org"],"library":null}"#);
}

#[test]
fn the_page_is_walked_word_for_word() {
    let (machine, second) = (Machine::new(), Machine::new());
    let mut walk = blocks();
    let skipped: Vec<(&str, &str)> =
        walk.iter().filter_map(|block| Some((block.text.lines().next().unwrap(), block.skip.as_deref()?))).collect();
    assert_eq!(skipped.len(), SKIPPED.len(), "{skipped:#?}");
    for ((text, why), (begins, because)) in skipped.iter().zip(SKIPPED) {
        assert!(text.starts_with(begins) && *why == because, "{text}: {why}");
    }

    let site = practice(&walk.remove(0).text);
    let port = free_port();
    let pebble = Pebble::start(port);
    let (listen, ca) = (format!("127.0.0.1:{port}"), pebble.authority.root());
    let authority = format!("--acme-directory {} --acme-ca {} --acme-contact", pebble.directory, ca.display());
    let mut key = String::new();
    let mut server = None;
    let mut proxy = None;
    // What certbot would have left there.
    let live = machine.path("etc/letsencrypt/live/pages.example.org");
    fs::create_dir_all(&live).unwrap();
    let pair = pebble.authority.issue("certbot", &["pages.example.org"]);
    fs::copy(&pair.cert, live.join("fullchain.pem")).unwrap();
    fs::copy(&pair.key, live.join("privkey.pem")).unwrap();
    for block in &walk {
        match (block.language.as_str(), block.skip.as_deref()) {
            (_, Some(START)) => {
                let changes = [
                    ("[::]:443", listen.as_str()),
                    ("[::]:80", "127.0.0.1:0"),
                    // The author's machine knows the server by this name, since it asks no name server of ours.
                    ("--acme open.example.org", "--acme open.example.org --acme localhost"),
                    ("--acme-contact", &authority),
                ];
                let started = server.insert(machine.start(&changes));
                started.says("pages.example.org has a new certificate.");
                started.says("open.example.org has a new certificate.");
                started.says("localhost has a new certificate.");
                machine.resolve(started.address, &pebble.root());
            }
            (_, Some(_)) => {}
            ("sh", None) if block.text.contains("--extract") => {
                second.run(&block.text, site.root());
                let files = |machine: &Machine| crate::site::files_below(&machine.path("var/lib/heldspace"));
                assert_eq!(files(&machine), files(&second));
            }
            ("sh", None) if block.text.starts_with("heldspace host add") => {
                let text = block.text.replace("https://pages.example.org", &format!("https://localhost:{port}"));
                let said = machine.run(&text, site.root());
                key = said.trim().rsplit_once("--publisher ").unwrap().1.to_owned();
            }
            // There is nobody to ask.
            ("sh", None) if block.text.starts_with("heldspace build") => {
                machine.run(&block.text.replace('\n', " --yes\n").replace("publish", "publish --yes"), site.root());
            }
            ("sh", None) => {
                let said = machine.run(&block.text.replace("THE-KEY-THAT-WAS-PRINTED", &key), site.root());
                if block.text.contains("/healthz") {
                    assert!(said.starts_with("ok") && said.contains("strict-transport-security"), "{said}");
                }
            }
            ("caddy", None) => {
                server = None;
                proxy = Some(Proxied::start(&machine, &block.text));
            }
            other => panic!("what to do with {other:?}?"),
        }
    }
    drop(server);
    let proxied = proxy.expect("a page about proxies");
    let links = curl(proxied.address, &proxied.authority.root(), "https://pages.example.org/l", &[]).unwrap();
    assert!(links.body.contains("<section id=\"help\"") || links.body.contains("id=\"help\""), "{}", links.body);
    let library = curl(proxied.address, &proxied.authority.root(), "https://open.example.org/library/", &[]).unwrap();
    assert!(library.head.contains(" 200"), "{}", library.head);
    let neither = curl(proxied.address, &proxied.authority.root(), "https://pages.example.org/library/", &[]).unwrap();
    assert!(neither.head.contains(" 404"), "{}", neither.head);
}

/// Caddy as the page sets it up, and heldspace behind it.
struct Proxied {
    caddy: Child,
    _server: Server,
    address: std::net::SocketAddr,
    authority: Authority,
}

impl Proxied {
    fn start(machine: &Machine, caddyfile: &str) -> Self {
        let server = machine.start(&[("127.0.0.1:8080", "127.0.0.1:0")]);
        let authority = Authority::new();
        let pair = authority.issue("proxy", &["pages.example.org", "open.example.org"]);
        let port = free_port();
        let certificates = format!("{{\n\ttls {} {}", pair.cert.display(), pair.key.display());
        let here = caddyfile
            .replace("127.0.0.1:8080", &server.address.to_string())
            .replace(".example.org", &format!(".example.org:{port}"))
            .replacen('{', &certificates, 1);
        let config = authority.path("Caddyfile");
        // No orders from the internet, no port 80, no port for orders from this machine.
        fs::write(&config, format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{here}")).unwrap();
        let caddy = Command::new("caddy")
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&config)
            .env("HOME", authority.path("home"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("caddy, which tests/run installs");
        let address = ([127, 0, 0, 1], port).into();
        until(|| std::net::TcpStream::connect(address).is_ok(), || "caddy does not answer".into());
        Self { caddy, _server: server, address, authority }
    }
}

impl Drop for Proxied {
    fn drop(&mut self) {
        let _ = self.caddy.kill();
        let _ = self.caddy.wait();
    }
}
