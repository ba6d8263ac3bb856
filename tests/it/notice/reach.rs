//! Before the first notice: the release must be there, through the address that stands in the links.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

use heldspace::notice::{ReachError, reach};
use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;

use super::{practice::Served, trust::Trust, world::World};
use crate::site::{TestSite, files_below};

const MAIL: &str = "[mail]\nfrom = \"pages@example.org\"\nfolder = \"outbox\"\n";

/// Nothing goes out, the code is 4, and this is what is said.
fn stays_home(served: &Served, said: &str) {
    let output = served.notify(&["--yes"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{error}");
    assert!(error.contains(said) && error.contains("No notice was sent."), "{error}");
    assert!(!served.site.path("outbox").exists());
}

fn with_links(served: &Served, url: &str) {
    let path = served.site.path("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.starts_with("links = ")).unwrap().to_owned();
    fs::write(path, text.replace(&line, &format!("links = \"{url}\""))).unwrap();
}

#[test]
fn notices_go_out_when_a_phone_would_find_the_release_and_only_then() {
    let trust = Trust::for_host("localhost");
    let served = Served::new(2, MAIL, &trust);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    drop(silent);
    with_links(&served, &format!("http://127.0.0.1:{port}"));
    stays_home(&served, "nothing answers");
    // Another practice's publication.
    let other = Served::new(1, MAIL, &trust);
    with_links(&served, &other.url);
    stays_home(&served, "another practice's publication");
    with_links(&served, &served.url);
    // An older release at the host than on this machine.
    let host = tempfile::tempdir().unwrap();
    let store = host.path().join("store");
    for (path, bytes) in files_below(&served.site.store()).into_iter().filter(|(path, _)| !path.starts_with('.')) {
        fs::create_dir_all(store.join(&path).parent().unwrap()).unwrap();
        fs::write(store.join(path), bytes).unwrap();
    }
    let elsewhere = crate::served::Served::over(&store);
    served.site.page("library/second.md", "# Second");
    with_links(&served, &elsewhere.origin());
    served.site.build();
    stays_home(&served, "lies release");
    fs::write(store.join("head.json"), b"{}").unwrap();
    stays_home(&served, "no signed head");
    fs::remove_file(store.join("head.json")).unwrap();
    stays_home(&served, "no head.json");
    with_links(&served, &served.url);
    served.site.build();
    // A keyring that is not the one of this machine.
    let keyrings = served.site.store().join("keyrings");
    let kept = files_below(&keyrings);
    for (path, _) in &kept {
        fs::write(keyrings.join(path), b"another").unwrap();
    }
    stays_home(&served, "does not lead to their keyring");
    for (path, bytes) in &kept {
        fs::write(keyrings.join(path), bytes).unwrap();
    }
    let dry = served.sent(&["--dry-run"]);
    assert_eq!((dry["planned"].as_u64(), dry["sent"].as_u64()), (Some(2), Some(0)));
    let sent = served.sent(&["--yes"]);
    assert_eq!(sent["sent"], 2);
    assert_eq!(files_below(&served.site.path("outbox")).len(), 2);
    assert_eq!(served.sent(&["--yes"])["planned"], 0, "nothing new, and that is no error");
    assert_eq!(served.sent(&["--yes", "--again", "--member", "m1"])["sent"], 1);
    let files = files_below(&served.site.path("outbox"));
    assert_eq!(files.len(), 3, "nothing was overwritten");
    let link = served.site.link("m1");
    assert!(
        files.iter().any(|(_, text)| String::from_utf8_lossy(text).contains(&link)),
        "the link is that of the release"
    );
}

#[test]
fn an_edit_a_new_look_and_a_new_card_are_no_cause() {
    let served = Served::new(2, MAIL, &Trust::for_host("localhost"));
    served.site.page("messages/receipts.md", "+++\nto = [\"m0\"]\ntitle = \"Receipts\"\n+++\nText.");
    served.site.build();
    assert_eq!(served.sent(&["--yes"])["sent"], 2);
    served.site.page("library/first.md", "# First, corrected\n\nOther text.");
    fs::create_dir_all(served.site.path("themes/default")).unwrap();
    let style = concat!(env!("CARGO_MANIFEST_DIR"), "/themes/default/page.css");
    let style = fs::read_to_string(style).unwrap() + "\nh1 { color: teal; }\n";
    fs::write(served.site.path("themes/default/page.css"), style).unwrap();
    served.site.ok(&["member", "rekey", "m0", "--yes"]);
    assert!(served.site.build()["sealed"].as_u64().unwrap() >= 3, "everything of m0, and the edited page of m1");
    assert_eq!(served.sent(&["--yes"])["planned"], 0);
    served.site.page("library/second.md", "# Second");
    served.site.ok(&["member", "close", "m1", "--reason", "left", "--keep-until", "now", "--yes"]);
    served.site.build();
    let told = served.sent(&["--yes"]);
    assert_eq!((told["sent"].as_u64(), &told["members"][0]["member"]), (Some(1), &"m0".into()), "{told}");
}

/// What is said of a host that does this with whoever comes.
fn found(scheme: &str, host: impl Fn(TcpStream) + Send + 'static) -> ReachError {
    let listener = TcpListener::bind("localhost:0").unwrap();
    let links = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(host));
    let world = World::new();
    let first = world.practice.members["anna"].mailbox.as_ref().unwrap();
    reach(&links, &world.keys, &world.home, world.reading.released.unwrap(), first).unwrap_err()
}

/// An HTTP server that hears a request and always answers this.
fn says(answer: &'static [u8], times: usize) -> impl Fn(TcpStream) + Send + 'static {
    move |socket| {
        let mut heard = BufReader::new(socket.try_clone().unwrap()).lines();
        while heard.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let mut socket = socket;
        let _ = (0..times).try_for_each(|_| socket.write_all(answer));
    }
}

#[test]
fn a_host_that_answers_wrongly_is_told_apart_from_one_that_does_not() {
    let untrusted = Trust::for_host("localhost").server();
    let tls = move |socket| {
        let session = ServerConnection::new(untrusted.clone()).unwrap();
        let _ = StreamOwned::new(session, socket).flush();
    };
    assert!(matches!(found("https", tls), ReachError::Certificate { .. }));
    assert!(matches!(found("http", drop), ReachError::Nobody { .. }));
    assert!(
        matches!(found("http", says(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 1)), ReachError::Other { found, .. } if found == "status 302")
    );
    assert!(matches!(
        found("http", says(b"HTTP/1.1 429 Later\r\nContent-Length: 0\r\n\r\n", 1)),
        ReachError::Busy { .. }
    ));
    assert!(matches!(
        found("http", says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 1)),
        ReachError::Other { .. }
    ));
    // A head that never ends is not read to its end.
    let endless: &[u8] =
        Box::leak([b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b' '; 1 << 20]].concat().into_boxed_slice());
    assert!(
        matches!(found("http", says(endless, 64)), ReachError::Other { found, .. } if found == "an endless answer")
    );
}

#[test]
fn the_command_says_what_is_missing() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let (code, said) = site.fails(&["notify", "--yes"]);
    assert!(code == 3 && said.contains("[mail]") && said.contains("starttls"), "{said}");
    let path = site.path("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\n{MAIL}")).unwrap();
    assert!(site.fails(&["notify", "--yes"]).1.contains("nothing was published yet"));
    site.page("library/a.md", "# Afternoon");
    site.build();
    let (code, said) = site.fails(&["notify", "--yes", "--member", "bob"]);
    assert!(code == 2 && said.contains("There are: ann."), "{said}");
    fs::write(&path, format!("{text}\n{MAIL}from_name = \"Grief group\"\n")).unwrap();
    let (code, said) = site.fails(&["notify", "--yes"]);
    assert!(code == 3 && said.contains("the sender's name holds \"grief\""), "{said}");
    let (code, said) = site.fails(&["notify", "--dry-run"]);
    assert!(code == 3 && said.contains("site.toml:"), "{said}");
}

#[test]
fn demo_shows_what_members_get_and_its_links_are_those_of_the_notices() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_heldspace"))
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--dir", dir.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut said).unwrap();
    demo.kill().unwrap();
    demo.wait().unwrap();
    let shown: Value = serde_json::from_str(&said).unwrap();
    let notices = files_below(shown["notices"].as_str().unwrap().as_ref());
    assert_eq!(
        notices.len(),
        files_below(&dir.join("content/members")).iter().filter(|(f, _)| f.ends_with("member.toml")).count()
    );
    for member in shown["members"].as_array().unwrap() {
        let link = member["link"].as_str().unwrap();
        let mine = notices.iter().filter(|(_, text)| String::from_utf8_lossy(text).contains(link));
        assert_eq!(mine.count(), 1, "{member}");
        let words = member["passphrase"].as_str().unwrap();
        assert!(
            notices.iter().all(|(_, text)| !String::from_utf8_lossy(text).contains(words)),
            "the words stay on the card"
        );
    }
}
