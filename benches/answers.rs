//! How fast answers are kept: `cargo bench --bench answers`.
//!
//! Durable answers per second through the gate (pass verified, digest and shape looked at, on the disk before the 201), against
//! bare create + fsync + rename + fsync of the folder, on the same disk in the same run, with as many threads as there are
//! clients. Ratios of medians of interleaved runs, since machines and disks are noisy.

#![allow(clippy::disallowed_methods, reason = "a benchmark makes files of its own")]

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use heldspace::{
    serve::{Limits, Rate, ServeOptions, Server},
    wire::{Digest, Envelope, MailboxId, MailboxRecord, Pass, SigningKey},
};
use tokio::sync::oneshot;

const RUNS: usize = 7;
const CLIENTS: [usize; 2] = [1, 16];
/// Answers in one run, of all clients together.
const ANSWERS: usize = 320;
/// A vote, sealed.
const SIZE: usize = 16_800;
const ORIGIN: &str = "https://pages.example.org";

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk");
    let store = folder.path().join("store");
    let members: Vec<(MailboxId, SigningKey)> =
        (1..=16).map(|n| (MailboxId::from_bytes([n; 16]), SigningKey::from_bytes(&[n; 32]))).collect();
    publish(&store, &members);
    let (address, stop) = serve(&store);
    let mut number = 0;
    for clients in CLIENTS {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for run in 0..=RUNS {
            let requests = requests(&members[..clients], &mut number);
            let (kept, written) = (through_the_gate(address, &requests), by_hand(folder.path(), clients, &mut number));
            // The first one warms up.
            if run > 0 {
                ours.push(kept);
                bare.push(written);
            }
        }
        report(clients, median(ours), median(bare));
    }
    let _ = stop.send(());
}

fn report(clients: usize, ours: Duration, bare: Duration) {
    let rate = |time: Duration| f64::from(u32::try_from(ANSWERS).expect("few")) / time.as_secs_f64();
    let ratio = rate(ours) / rate(bare);
    #[expect(clippy::disallowed_macros, reason = "a benchmark's output")]
    {
        println!(
            "{clients} clients: {:.0} durable answers a second; bare files: {:.0}; ratio {ratio:.2}",
            rate(ours),
            rate(bare)
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn publish(store: &Path, members: &[(MailboxId, SigningKey)]) {
    fs::create_dir_all(store.join("mailboxes")).expect("a new folder");
    fs::write(store.join("head.json"), "{}").expect("a new file");
    fs::write(store.join("gate.json"), format!(r#"{{"version":1,"origins":["{ORIGIN}"]}}"#)).expect("a new file");
    for (mailbox, key) in members {
        let record = MailboxRecord {
            version: 1,
            key: key.verifying_key(),
            tickets: Vec::new(),
            index: format!("indexes/{mailbox}/1"),
            keyring: format!("keyrings/{mailbox}/1"),
        };
        let json = serde_json::to_vec(&record).expect("plain JSON");
        fs::write(store.join(format!("mailboxes/{mailbox}.json")), json).expect("a new file");
    }
}

fn serve(store: &Path) -> (SocketAddr, oneshot::Sender<()>) {
    let rate = Rate { burst: 1_000_000, pause: Duration::from_micros(1) };
    let limits = Limits {
        answers_of_mailbox: rate,
        answers_per_mailbox: 1_000_000,
        answer_bytes_per_mailbox: u64::MAX,
        ..Limits::default()
    };
    let options =
        ServeOptions { limits, ..ServeOptions::new(store.to_owned(), ([127, 0, 0, 1], 0).into(), Vec::new()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let server = runtime.block_on(Server::bind(options)).expect("a server");
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    std::thread::spawn(move || runtime.block_on(server.run(async { drop(stopped.await) })));
    (address, stop)
}

fn sealed(number: usize) -> Vec<u8> {
    let head = format!("age-encryption.org/v1\n-> X25519 {number:043}\n{}\n--- {}\n", "b".repeat(43), "m".repeat(43));
    let mut bytes = head.into_bytes();
    bytes.resize(SIZE, b'x');
    bytes
}

/// What each client sends: signed before the clock starts, as on members' phones.
fn requests(members: &[(MailboxId, SigningKey)], number: &mut usize) -> Vec<Vec<Vec<u8>>> {
    let mut request = |mailbox: &MailboxId, key: &SigningKey| {
        *number += 1;
        let body = sealed(*number);
        let sha256 = Digest::of(&body);
        let path = format!("/api/mailboxes/{mailbox}/answers/{sha256}");
        let time = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let pass = Pass {
            origin: ORIGIN.into(),
            mailbox: *mailbox,
            time,
            method: Some("PUT".into()),
            path: Some(path.clone()),
            sha256: Some(sha256),
        };
        let shown = Pass::encode(&Envelope::sign(&pass, key));
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: pages.example.org\r\nContent-Length: {SIZE}\r\nAuthorization: Pass {shown}\r\n\r\n"
        );
        [head.as_bytes(), &body].concat()
    };
    let each = ANSWERS / members.len();
    members.iter().map(|(mailbox, key)| (0..each).map(|_| request(mailbox, key)).collect()).collect()
}

fn through_the_gate(address: SocketAddr, requests: &[Vec<Vec<u8>>]) -> Duration {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for requests in requests {
            scope.spawn(move || send(address, requests));
        }
    });
    began.elapsed()
}

fn send(address: SocketAddr, requests: &[Vec<u8>]) {
    let mut client = TcpStream::connect(address).expect("the server listens");
    client.set_nodelay(true).expect("a socket");
    let mut answer = Vec::new();
    for request in requests {
        client.write_all(request).expect("the server reads");
        answer.clear();
        while !answer.ends_with(b"kept\n") {
            let mut chunk = [0; 4096];
            let length = client.read(&mut chunk).expect("the server answers");
            assert!(length > 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&chunk[..length]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 201"), "{}", String::from_utf8_lossy(&answer));
    }
}

/// The same bytes, written by nothing but the system.
fn by_hand(folder: &Path, clients: usize, number: &mut usize) -> Duration {
    let bodies: Vec<Vec<(String, Vec<u8>)>> = (0..clients)
        .map(|_| {
            let mut body = || {
                *number += 1;
                let body = sealed(*number);
                (Digest::of(&body).to_string(), body)
            };
            (0..ANSWERS / clients).map(|_| body()).collect()
        })
        .collect();
    for client in 0..clients {
        fs::create_dir_all(folder.join(format!("bare/{client}"))).expect("a new folder");
    }
    let began = Instant::now();
    std::thread::scope(|scope| {
        for (client, bodies) in bodies.iter().enumerate() {
            scope.spawn(move || {
                let folder = folder.join(format!("bare/{client}"));
                for (name, body) in bodies {
                    write(&folder, name, body);
                }
            });
        }
    });
    began.elapsed()
}

fn write(folder: &Path, name: &str, body: &[u8]) {
    let temporary = folder.join(format!("{name}.new"));
    let mut file = File::create_new(&temporary).expect("a new file");
    file.write_all(body).and_then(|()| file.sync_all()).expect("on the disk");
    fs::rename(&temporary, folder.join(name)).expect("a name");
    File::open(folder).and_then(|folder| folder.sync_all()).expect("on the disk");
}
