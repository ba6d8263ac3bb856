//! Publishing to a host: a folder, and the real server over its gate, which takes nothing from anybody else, nothing twice,
//! and nothing halfway.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use heldspace::{
    practice::{Home, HomeError},
    serve::{Limits, Rate, ServeOptions},
    wire::{Challenge, Digest, Envelope, Greeting, Head, Nonce, Warrant},
};
use serde_json::Value;

use crate::{
    gate::{
        client::{Client, Reply, get},
        world::{ORIGIN, World, now, wide},
    },
    reader::Reader,
    served::Served,
    site::{Card, TestSite, files_below},
};

/// A practice, its server, and a member who reads there.
struct Published {
    site: TestSite,
    folder: tempfile::TempDir,
    server: Option<Served>,
    card: Card,
}

impl Published {
    fn new() -> Self {
        let site = TestSite::empty();
        let card = site.member("ann", &[]);
        site.page("library/a.md", "# A\n\nFirst.").page("library/open.md", "+++\npublic = true\n+++\n# Open\n\nFirst.");
        let key = json(&site.ok(&["host", "add", "elsewhere", "--json"]))["key"].as_str().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        let server = Served::with(&folder.path().join("store"), &["--publisher", &key]);
        site.ok(&["host", "add", &server.origin()]);
        Self { site, folder, server: Some(server), card }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn origin(&self) -> String {
        self.server.as_ref().unwrap().origin()
    }

    fn publish(&self) -> Value {
        json(&self.site.ok(&["publish", "--yes", "--json"]))
    }

    fn words(&self) -> Vec<String> {
        let pages = Reader::unlock(&self.store(), &self.card).expect("still unlocks").pages(&self.store());
        pages.into_iter().map(|(_, html)| html).collect()
    }

    fn reads(&self, word: &str) -> bool {
        self.words().iter().any(|html| html.contains(word))
    }

    /// Everything at the host but what the server itself writes.
    fn there(&self) -> Vec<(String, Vec<u8>)> {
        let files = files_below(&self.store()).into_iter();
        files.filter(|(path, _)| !path.starts_with("audit/") && path != ".serve.lock").collect()
    }

    /// How many files are there while some arrive; whatever is on its way counts or does not.
    fn arrived(&self) -> usize {
        let mut folders = vec![self.store()];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                } else {
                    count += 1;
                }
            }
        }
        count
    }

    fn built(&self) -> Vec<(String, Vec<u8>)> {
        self.site.store_files().into_iter().filter(|(path, _)| !path.starts_with("audit/")).collect()
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn what_was_built_is_what_is_there_and_only_what_is_missing_travels() {
    let host = Published::new();
    host.site.build();
    let planned = json(&host.site.ok(&["publish", "--dry-run", "--json"]));
    assert!(planned["sealed"].as_array().unwrap().len() == 3 && host.there().is_empty(), "{planned}");
    let first = host.publish();
    assert_eq!(host.there(), host.built());
    assert!(host.reads("First."));
    assert_eq!(host.publish()["sent"], 0, "nothing is missing");
    host.site.page("library/b.md", "# B\n\nSecond.");
    host.site.build();
    let second = host.publish();
    assert!(second["sent"].as_u64() < first["sent"].as_u64() && host.reads("Second."), "{second}");
    fs::remove_file(host.site.path("content/library/open.md")).unwrap();
    host.site.build();
    host.publish();
    assert!(!host.store().join("public/library/open/index.html").exists(), "what is no longer open is gone at once");
    host.site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    host.site.build();
    host.publish();
    assert!(host.there().iter().all(|(path, _)| !path.contains(&host.card.mailbox)), "nothing of hers is left");
}

#[test]
fn a_folder_is_a_host_too() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nFirst.");
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("host");
    site.ok(&["host", "add", host.to_str().unwrap()]);
    let (code, said) = site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("--kind own"), "a folder elsewhere is to be declared: {said}");
    site.own("host");
    assert!(site.fails(&["publish", "--yes"]).1.contains("heldspace build"), "nothing was built yet");
    site.build();
    assert_eq!(site.fails(&["publish"]).0, 2, "without a yes nothing travels");
    assert!(files_below(&host).is_empty());
    site.ok(&["publish", "--yes"]);
    assert_eq!(files_below(&host), site.store_files());
    assert_eq!(Reader::unlock(&host, &card).unwrap().pages(&host).len(), 1);
}

#[test]
fn stopped_at_every_step_nobody_is_without_pages_and_running_it_again_finishes() {
    let host = Published::new();
    for n in 0..150 {
        host.site.page(&format!("members/ann/{n}.md"), &format!("# Page {n}\n\nAlpha."));
    }
    for n in 0..12 {
        host.site.member(&format!("m{n}"), &[]);
    }
    host.site.build();
    host.publish();
    let (mut between, mut word) = (0, "Omega");
    for step in 0..30_u64 {
        for n in 0..150 {
            host.site.page(&format!("members/ann/{n}.md"), &format!("# Page {n}\n\n{word}."));
        }
        host.site.build();
        let before = host.there();
        let mut publish =
            host.site.command(&["publish", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // By what has arrived, not by the clock: a little further in each round.
        let (started, files) = (Instant::now(), host.arrived() + usize::try_from(step * 8).unwrap());
        while publish.try_wait().unwrap().is_none()
            && host.arrived() < files
            && started.elapsed() < Duration::from_mins(1)
        {}
        publish.kill().unwrap();
        publish.wait().unwrap();
        let pages = host.words();
        let new = pages.iter().filter(|html| html.contains(&format!("<p>{word}.</p>"))).count();
        assert!(new == 0 || new == 150, "one release or the other: {new} of 150");
        between += u32::from(host.there() != before && host.there() != host.built());
        host.publish();
        assert!(host.reads(&format!("{word}.")));
        word = if word == "Omega" { "Alpha" } else { "Omega" };
    }
    assert!(between >= 5, "only {between} were stopped in between");
}

#[test]
fn a_second_machine_is_told_that_the_host_is_ahead_and_takes_over() {
    let host = Published::new();
    host.site.build();
    host.publish();
    // Another machine of the same practice: content and keys, and nothing that was built or published.
    let other = TestSite::empty();
    copy(host.site.root(), other.root());
    host.site.page("library/first.md", "# From the first machine\n\nText.");
    host.site.build();
    host.publish();
    let before = host.there();
    other.page("library/second.md", "# From the second\n\nText.");
    other.build();
    let (code, said) = other.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("that this machine has not seen") && said.contains("--adopt"), "{said}");
    assert_eq!(host.there(), before, "nothing was overwritten");
    other.ok(&["publish", "--adopt", "--yes"]);
    other.page("library/first.md", "# From the first machine\n\nText.");
    let (_, plan) = other.fails(&["build"]);
    assert!(plan.contains("Newly readable: 1 page"), "against what members have: {plan}");
    other.build();
    other.ok(&["publish", "--yes"]);
    assert!(host.reads("From the first") && host.reads("From the second"));
    let (_, said) = host.site.fails(&["publish", "--yes"]);
    assert!(said.contains("that this machine has not seen"), "{said}");
}

#[test]
fn a_machine_that_built_before_it_took_over_is_in_no_dead_end() {
    let host = Published::new();
    host.site.build();
    host.publish();
    // As after `recover`: the keys and the content are there, nothing else; and it was built first.
    let other = TestSite::empty();
    copy(host.site.root(), other.root());
    other.page("library/second.md", "# From the second\n\nText.");
    other.build();
    other.build();
    let (_, said) = other.fails(&["publish", "--yes"]);
    assert!(said.contains("--adopt"), "{said}");
    // What was taken over is brought nowhere before a build.
    other.ok(&["publish", "--adopt", "--yes"]);
    let (code, said) = other.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("heldspace build"), "{said}");
    other.build();
    other.ok(&["publish", "--yes"]);
    assert!(host.reads("From the second"));
}

#[test]
fn an_older_publication_at_the_host_is_said_and_replaced() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let backup = host.there();
    host.site.page("library/second.md", "# Second\n\nText.");
    host.site.build();
    host.publish();
    fs::remove_dir_all(host.store().join("mailboxes")).unwrap();
    for (path, bytes) in &backup {
        fs::create_dir_all(host.store().join(path).parent().unwrap()).unwrap();
        fs::write(host.store().join(path), bytes).unwrap();
    }
    let output = host.site.run(&["publish", "--yes"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("older than what this machine brought there"), "{said}");
    assert!(host.reads("Second"));
    let (code, said) = host.site.fails(&["publish", "--adopt"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn taking_over_takes_no_open_file_that_was_never_signed() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let open = host.store().join("public/library/open.html");
    let open = if open.exists() { open } else { host.store().join("public/library/open/index.html") };
    fs::write(&open, "<script>evil()</script>").unwrap();
    fs::write(host.store().join("public/evil.html"), "evil").unwrap();
    host.site.ok(&["publish", "--adopt", "--yes"]);
    let taken = files_below(&host.site.store().join("public"));
    assert!(!taken.is_empty() && taken.iter().all(|(_, bytes)| !bytes.windows(4).any(|word| word == b"evil")));
    host.site.build();
    host.publish();
    assert!(!host.store().join("public/evil.html").exists());
    assert!(!fs::read_to_string(open).unwrap().contains("evil"));
}

#[test]
fn another_practice_in_the_same_place_is_not_replaced() {
    let (host, stranger) = (Published::new(), TestSite::empty());
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    for site in [&host.site, &stranger] {
        site.ok(&["host", "add", place]);
        site.own("host");
        site.build();
    }
    host.publish();
    for (path, _) in files_below(folder.path()) {
        fs::remove_file(folder.path().join(path)).unwrap();
    }
    stranger.member("eve", &[]);
    stranger.build();
    stranger.ok(&["publish", "--yes"]);
    let before = files_below(folder.path());
    let (code, said) = host.site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("another practice"), "{said}");
    assert_eq!(files_below(folder.path()), before);
}

#[test]
fn what_the_hosts_side_wrote_comes_back_and_a_strange_name_does_not() {
    use heldspace::{
        host::Host,
        practice::HostPlace,
        publish::bring_back,
        store::{Store, layout},
    };
    let site = TestSite::empty();
    let keys = Home::of(site.root()).keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mailbox = "0".repeat(32);
    let put = |path: &str| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, path).unwrap();
    };
    let answer = format!("answers/{mailbox}/{}", "a".repeat(64));
    for path in [&answer, "gate.json", "answers/odd", "answers/other/er", "audit/2026-11-25"] {
        put(path);
    }
    let here = Store::create(&site.store()).unwrap();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let place = HostPlace::Folder(folder.path().to_owned());
        let there = Host::open(&place, site.root(), &keys, Nonce::from_bytes([1; 16])).await.unwrap();
        for area in [layout::ANSWERS, layout::AUDIT] {
            bring_back(&there, &here, area).await.unwrap();
        }
    });
    let brought: Vec<String> = site.store_files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(brought, [answer]);
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files_below(from) {
        let own =
            ["hosts.json", "release.json", "machine.json", "unlisted.json"].iter().any(|name| path.ends_with(name));
        if path.starts_with(".heldspace/store") || own {
            continue;
        }
        let file = to.join(&path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, fs::metadata(from.join(&path)).unwrap().permissions()).unwrap();
    }
}

#[test]
fn what_the_host_spoiled_is_found_and_mended() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let good = host.there();
    for (path, bytes) in &good {
        let file = host.store().join(path);
        let mut spoiled = bytes.clone();
        spoiled[bytes.len() / 2] ^= 1;
        fs::write(&file, spoiled).unwrap();
        let mended = json(&host.site.ok(&["publish", "--verify", "--yes", "--json"]));
        assert_eq!(fs::read(&file).unwrap(), *bytes, "{path}: {mended}");
        fs::remove_file(&file).unwrap();
        host.site.ok(&["publish", "--verify", "--yes"]);
        assert_eq!(fs::read(&file).unwrap(), *bytes, "{path} was missing");
    }
}

#[test]
fn another_practice_and_old_keys_publish_nothing() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let before = host.there();
    let stranger = TestSite::empty();
    stranger.member("eve", &[]);
    stranger.ok(&["host", "add", &host.origin()]);
    stranger.build();
    let (_, said) = stranger.fails(&["publish", "--yes"]);
    assert!(said.contains("does not take this practice's word"), "{said}");
    assert_eq!(host.there(), before);
    // The practice's keys are rotated and published; whoever kept the old ones can do nothing with them any more.
    let old = Forger::of(&host);
    assert_eq!(old.put("public/mine.html", b"mine", other_machine).status, 200, "while they are in use");
    let words = host.site.words_file();
    host.site.ok(&["keys", "rotate", "--words-file", words.to_str().unwrap()]);
    host.site.build();
    host.publish();
    let before = host.there();
    assert_eq!(old.put("public/mine.html", b"mine", other_machine).status, 401, "once newer ones were seen");
    for folder in ["list/audit", "list/objects", "files/head.json"] {
        let target = format!("/api/publication/{folder}");
        let warrant = old.warrant("GET", &target, b"").encode(&old.keys.signing_key());
        assert_eq!(old.send("GET", &target, b"", &warrant).status, 401, "{folder}");
    }
    let target = "/api/publication/files/public/mine.html";
    let warrant = old.warrant("PUT", target, b"mine").encode(&old.keys.signing_key());
    let mut client = Client::connect(old.address);
    client.send(Forger::head("PUT", target, 4, &warrant));
    assert_eq!(client.reply(false).unwrap().status, 401, "no body is waited for");
    assert_eq!(host.there(), before);
    let new = Forger::of(&host);
    assert_eq!(new.put("public/mine.html", b"mine", |_| {}).status, 200, "the old ones have taken no turn");
    assert!(host.reads("First."), "and the card goes on working");
}

/// Someone who can sign requests with the practice's keys, and change them afterwards.
struct Forger {
    keys: heldspace::keys::Keys,
    machine: Nonce,
    origin: String,
    address: std::net::SocketAddr,
}

impl Forger {
    fn of(host: &Published) -> Self {
        let home = Home::of(host.site.root());
        let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
        Self {
            keys,
            machine: home.machine().unwrap(),
            origin: host.origin(),
            address: host.server.as_ref().unwrap().address,
        }
    }

    fn greeting(&self) -> Greeting {
        let reply = Client::connect(self.address).ask(&get("/api/publication", ""));
        serde_json::from_slice(&reply.body).unwrap()
    }

    fn warrant(&self, method: &str, path: &str, body: &[u8]) -> Warrant {
        let greeting = self.greeting();
        Warrant {
            statement: self.keys.statement().clone(),
            origin: self.origin.clone(),
            challenge: greeting.challenge,
            publication: self.machine,
            nonce: Nonce::from_bytes(rand()),
            method: method.into(),
            path: path.into(),
            sha256: Digest::of(body),
            base: greeting.head,
        }
    }

    fn put(&self, path: &str, body: &[u8], change: impl Fn(&mut Warrant)) -> Reply {
        let path = format!("/api/publication/files/{path}");
        let mut warrant = self.warrant("PUT", &path, body);
        change(&mut warrant);
        self.send("PUT", &path, body, &warrant.encode(&self.keys.signing_key()))
    }

    fn send(&self, method: &str, path: &str, body: &[u8], warrant: &str) -> Reply {
        let mut client = Client::connect(self.address);
        client.send(Self::head(method, path, body.len(), warrant));
        client.send(body);
        client.reply(false).expect("an answer")
    }

    fn head(method: &str, path: &str, length: usize, warrant: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: pages.example.org\r\nAuthorization: Warrant {warrant}\r\nContent-Length: {length}\r\n\r\n"
        )
    }

    fn signed_head(&self, release: u64) -> Vec<u8> {
        let statement = self.keys.statement().clone();
        let head = Head { statement, release, issued: 1, files: BTreeMap::new() };
        Envelope::sign(&head, &self.keys.signing_key()).to_json()
    }
}

fn other_machine(warrant: &mut Warrant) {
    warrant.publication = Nonce::from_bytes([8; 16]);
}

fn rand() -> [u8; 16] {
    let mut bytes = [0; 16];
    rand_core::RngCore::fill_bytes(&mut rand_core::OsRng, &mut bytes);
    bytes
}

type Change = fn(&mut Warrant);

#[test]
fn a_replayed_altered_or_foreign_request_changes_nothing() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let forger = Forger::of(&host);
    let before = host.there();
    let object = format!("objects/{}", "ab".repeat(16));
    let target = format!("/api/publication/files/{object}");
    let refused = |reply: Reply, what: &str| {
        assert!(matches!(reply.status, 401 | 404 | 405 | 409 | 412 | 413 | 422 | 428 | 429), "{what}: {reply:?}");
        assert_eq!(host.there(), before, "{what}");
    };
    let changes: [(&str, Change); 7] = [
        ("another address", |w| w.origin = "https://other.example".into()),
        ("another challenge", |w| w.challenge = Challenge::from_bytes([9; 16])),
        ("another method", |w| w.method = "DELETE".into()),
        ("another path", |w| w.path = "/api/publication/files/head.json".into()),
        ("another body", |w| w.sha256 = Digest::of(b"other")),
        ("on top of something else", |w| w.base = Some(Digest::of(b"other"))),
        ("on top of nothing", |w| w.base = None),
    ];
    for (what, change) in changes {
        refused(forger.put(&object, b"sealed", change), what);
    }
    // Altered after it was signed: any byte of it.
    let signed = forger.warrant("PUT", &target, b"sealed").encode(&forger.keys.signing_key());
    for at in (0..signed.len()).step_by(37) {
        let mut altered = signed.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        refused(forger.send("PUT", &target, b"sealed", std::str::from_utf8(&altered).unwrap()), "altered");
    }
    let stranger = heldspace::keys::Root::random().keys(1);
    let foreign = Warrant { statement: stranger.statement().clone(), ..forger.warrant("PUT", &target, b"sealed") };
    refused(forger.send("PUT", &target, b"sealed", &foreign.encode(&stranger.signing_key())), "foreign");
    let borrowed = forger.warrant("PUT", &target, b"sealed").encode(&stranger.signing_key());
    refused(forger.send("PUT", &target, b"sealed", &borrowed), "signed by someone else");
    // Good once, and then never again: not even after what it put was taken away.
    assert_eq!(forger.send("PUT", &target, b"sealed", &signed).status, 200);
    let delete = forger.warrant("DELETE", &target, b"").encode(&forger.keys.signing_key());
    assert_eq!(forger.send("DELETE", &target, b"", &delete).status, 200);
    refused(forger.send("PUT", &target, b"sealed", &signed), "replayed");
    refused(forger.send("DELETE", &target, b"", &delete), "replayed delete");
}

#[test]
fn what_may_not_stand_there_is_refused_even_from_the_practice() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let forger = Forger::of(&host);
    let before = host.there();
    let head = fs::read(host.store().join("head.json")).unwrap();
    let record = format!("mailboxes/{}.json", host.card.mailbox);
    let good = String::from_utf8(fs::read(host.store().join(&record)).unwrap()).unwrap();
    let nowhere = good.replace("indexes/", "indexes/../indexes/");
    let index = serde_json::from_str::<Value>(&good).unwrap()["index"].as_str().unwrap().to_owned();
    let missing = good.replace(&index, &format!("{index}0"));
    let large = vec![0; 70_000];
    for (path, body) in [
        ("head.json", head.as_slice()),
        ("head.json", b"{}"),
        ("gate.json", b"{\"version\":2,\"origins\":[]}"),
        ("gate.json", b"nothing"),
        (&record, b"{}"),
        (&record, nowhere.as_bytes()),
        (&record, missing.as_bytes()),
        ("public/../head.json", b"x"),
        ("public/.hidden", b"x"),
        ("audit/2026-11-25/0123456789abcdef-1.jsonl", b"x"),
        ("answers/x", b"x"),
        ("anything", b"x"),
        (&format!("keyrings/{}/1", host.card.mailbox), large.as_slice()),
    ] {
        let reply = forger.put(path, body, |_| {});
        assert!(matches!(reply.status, 404 | 413 | 422), "{path}: {reply:?}");
        assert_eq!(host.there(), before, "{path}");
    }
    for path in ["head.json", "gate.json"] {
        let target = format!("/api/publication/files/{path}");
        let delete = forger.warrant("DELETE", &target, b"").encode(&forger.keys.signing_key());
        assert_eq!(forger.send("DELETE", &target, b"", &delete).status, 405, "{path}");
    }
}

#[test]
fn two_publications_at_once_take_turns() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let forger = Forger::of(&host);
    assert_eq!(forger.put("public/one.html", b"1", |_| {}).status, 200);
    let other = forger.put("public/two.html", b"2", other_machine);
    assert_eq!(other.status, 409);
    assert_eq!(forger.put("public/one.html", b"1", |_| {}).status, 200);
}

#[test]
fn a_body_on_its_way_has_its_turn() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let forger = Forger::of(&host);
    let target = "/api/publication/files/public/one.html";
    let warrant = forger.warrant("PUT", target, b"one").encode(&forger.keys.signing_key());
    let mut slow = Client::connect(forger.address);
    slow.send(Forger::head("PUT", target, 3, &warrant) + "on");
    // Until the server has surely met it.
    for _ in 0..50 {
        forger.greeting();
    }
    assert_eq!(forger.put("public/two.html", b"2", other_machine).status, 409);
    slow.send("e");
    assert_eq!(slow.reply(false).unwrap().status, 200);
}

#[test]
fn a_head_is_next_by_its_keys_and_then_by_its_release() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let old = Forger::of(&host);
    let year = 365 * 24 * 60 * 60;
    assert_eq!(old.put("head.json", &old.signed_head(now() + 2 * year), |_| {}).status, 422, "out of reach");
    let high = now() + year / 2;
    assert_eq!(old.put("head.json", &old.signed_head(high), |_| {}).status, 200);
    assert_eq!(old.put("head.json", &old.signed_head(high - 1), other_machine).status, 422);
    let words = host.site.words_file();
    host.site.ok(&["keys", "rotate", "--words-file", words.to_str().unwrap()]);
    let new = Forger::of(&host);
    assert_eq!(old.put("public/mine.html", b"mine", other_machine).status, 200);
    assert_eq!(
        new.put("head.json", &new.signed_head(high - 1), |_| {}).status,
        200,
        "at once, and whatever its number"
    );
    assert_eq!(new.put("head.json", &old.signed_head(high + 1), |_| {}).status, 422);
}

#[test]
fn after_too_many_forged_warrants_no_signature_is_looked_at() {
    let (world, keys) = (World::new(), heldspace::keys::Root::random().keys(1));
    for stray in ["index.html", "secret.html"] {
        world.remove(stray);
    }
    let few = Rate { burst: 3, pause: Duration::from_hours(1) };
    let limits = Limits { failures_per_network: few, ..wide() };
    let gate = world.serve_as(|options| ServeOptions { limits, publisher: Some(*keys.root()), ..options }).unwrap();
    let forger = Forger { keys, machine: Nonce::from_bytes([1; 16]), origin: ORIGIN.into(), address: gate.address };
    let target = "/api/publication/list/objects";
    let good = || forger.warrant("GET", target, b"").encode(&forger.keys.signing_key());
    assert_eq!(forger.send("GET", target, b"", &good()).status, 200);
    let stranger = heldspace::keys::Root::random().keys(1);
    let foreign = forger.warrant("GET", target, b"").encode(&stranger.signing_key());
    for status in [401, 401, 401, 429] {
        assert_eq!(forger.send("GET", target, b"", &foreign).status, status);
    }
    assert_eq!(forger.send("GET", target, b"", &good()).status, 429);
}

#[test]
fn without_a_publisher_there_is_nothing_to_publish_to() {
    let host = Published::new();
    host.site.build();
    host.publish();
    let store = host.folder.path().join("copy");
    for (path, bytes) in host.there() {
        fs::create_dir_all(store.join(&path).parent().unwrap()).unwrap();
        fs::write(store.join(path), bytes).unwrap();
    }
    let server = Served::over(&store);
    host.site.ok(&["host", "add", &server.origin()]);
    let (_, said) = host.site.fails(&["publish", "--yes"]);
    assert!(said.contains("takes no publications") && said.contains("--publisher"), "{said}");
    drop(server);
    let (_, said) = host.site.fails(&["publish", "--yes"]);
    assert!(said.contains("can't reach"), "{said}");
}

#[test]
fn a_host_that_is_none_is_refused_before_anything_is_written() {
    let site = TestSite::empty();
    let before = files_below(site.root());
    for odd in ["https://", "https://a/b", "http://pages.example.org", "ftp://a.example"] {
        let (code, said) = site.fails(&["host", "add", odd]);
        assert!(code == 3 && said.contains("site.toml"), "{odd}: {said}");
    }
    let after = files_below(site.root()).into_iter().filter(|(path, _)| path != ".heldspace/lock");
    assert_eq!(
        after.collect::<Vec<_>>(),
        before.into_iter().filter(|(path, _)| path != ".heldspace/lock").collect::<Vec<_>>()
    );
    assert!(site.fails(&["publish", "--yes"]).1.contains("no host is named"));
}

#[test]
fn a_name_without_https_is_no_folder() {
    let site = TestSite::empty();
    let before = fs::read(site.path("site.toml")).unwrap();
    let (_, said) = site.fails(&["host", "add", "pages.example.org"]);
    assert!(said.contains("For a server: https://pages.example.org"), "{said}");
    assert_eq!(fs::read(site.path("site.toml")).unwrap(), before);
}
