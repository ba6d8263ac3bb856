//! A store in a temporary folder, written by hand, and servers over it.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread::JoinHandle,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use heldspace::{
    serve::{Limits, Rate, ServeError, ServeOptions, Server, Trouble},
    wire::{Digest, Envelope, MailboxId, Pass, SigningKey, Ticket},
};
use tokio::{runtime, sync::oneshot};

use super::client::{self, Client, Reply};

pub(crate) const ORIGIN: &str = "https://pages.example.org";
pub(crate) const SECRET: &str = "never to be served";

/// A member as the tests know one.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) mailbox: MailboxId,
    pub(crate) key: SigningKey,
    pub(crate) ticket: Ticket,
    pub(crate) other: Ticket,
    pub(crate) ended: Ticket,
}

pub(crate) struct World {
    folder: Folder,
    pub(crate) ada: Member,
    pub(crate) ben: Member,
}

/// Where a world lies.
enum Folder {
    /// Gone with it.
    Own(tempfile::TempDir),
    There(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::There(path) => path,
        }
    }
}

pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    pub(crate) redirect: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Limits under which no test waits and none is in another's way.
pub(crate) fn wide() -> Limits {
    let rate = Rate { burst: 100_000, pause: Duration::from_micros(1) };
    Limits {
        connections: 10_000,
        connections_per_network: 10_000,
        count_loopback: true,
        keyrings_per_mailbox: rate,
        keyrings_per_network: rate,
        failures_per_mailbox: rate,
        failures_per_network: rate,
        gate_file_age: Duration::ZERO,
        ..Limits::default()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at(Folder::Own(tempfile::tempdir().unwrap()))
    }

    /// In a folder that is made, and stays.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        Self::at(Folder::There(folder.to_owned()))
    }

    fn at(folder: Folder) -> Self {
        let world = Self { ada: member(1), ben: member(2), folder };
        fs::write(world.folder.path().join("secret.html"), SECRET).unwrap();
        world.write("secret.html", SECRET);
        world.write("index.html", SECRET);
        world.write("gate.json", format!(r#"{{"version":1,"origins":["{ORIGIN}"]}}"#));
        world.write("head.json", "{}");
        for (path, content) in [
            ("index.html", "<p>hello"),
            ("l.html", "<p>viewer"),
            ("library/index.html", "<p>library"),
            ("library/grief/index.html", "<p>grief"),
            ("library/grief/walk.mp3", "ID3 a walk"),
            ("library/.hidden.html", SECRET),
            ("assets/page.0123456789abcdef.css", "main {}"),
            ("assets/page.0123456789abcdef.css.br", "brotli"),
            ("assets/page.0123456789abcdef.css.gz", "gzip"),
            ("assets/viewer.0123456789abcdef.js", "0"),
        ] {
            world.write(&format!("public/{path}"), content);
        }
        world.write(&format!("objects/{}", object(7)), "a sealed page");
        for member in [&world.ada, &world.ben] {
            let id = member.mailbox;
            world.write(&format!("indexes/{id}/10"), format!("index 10 of {id}"));
            world.write(&format!("keyrings/{id}/1"), format!("keyring of {id}"));
            world.write(&format!("mailboxes/{id}.json"), record(member, 10));
        }
        world
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Writes a file of the store the way the author's side does: all at once.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.store().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let temporary = path.with_extension("new");
        fs::write(&temporary, content).unwrap();
        fs::rename(temporary, path).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.store().join(path)).unwrap();
    }

    pub(crate) fn serve(&self) -> Gate {
        self.serve_with(wide())
    }

    pub(crate) fn serve_with(&self, limits: Limits) -> Gate {
        self.try_serve(limits, Vec::new()).unwrap()
    }

    pub(crate) fn try_serve(&self, limits: Limits, origins: Vec<String>) -> Result<Gate, ServeError> {
        self.start(|options| ServeOptions { limits, origins, ..options }, |server| server)
    }

    pub(crate) fn serve_as(&self, change: impl FnOnce(ServeOptions) -> ServeOptions) -> Result<Gate, ServeError> {
        self.start(change, |server| server)
    }

    /// A server that says what goes wrong.
    pub(crate) fn serve_told(&self, limits: Limits, told: impl Fn(&Trouble) + Send + Sync + 'static) -> Gate {
        self.start(|options| ServeOptions { limits, ..options }, |server| server.on_trouble(told)).unwrap()
    }

    fn start(
        &self,
        change: impl FnOnce(ServeOptions) -> ServeOptions,
        prepare: impl FnOnce(Server) -> Server,
    ) -> Result<Gate, ServeError> {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = change(ServeOptions::new(self.store(), ([127, 0, 0, 1], 0).into(), Vec::new()));
        let server = prepare(runtime.block_on(Server::bind(options))?);
        let (address, redirect) = (server.local_addr(), server.redirect_addr());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(server.run(async { drop(stopped.await) })).unwrap();
        });
        Ok(Gate { address, redirect, stop: Some(stop), thread: Some(thread) })
    }

    /// Every file below the folder that holds the store: content and time of change.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut tree = BTreeMap::new();
        walk(self.folder.path(), &mut tree);
        tree
    }
}

fn walk(folder: &Path, tree: &mut BTreeMap<PathBuf, (Vec<u8>, SystemTime)>) {
    let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    tree.insert(folder.to_owned(), (Vec::new(), changed(folder)));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, tree);
        } else {
            tree.insert(path.clone(), (fs::read(&path).unwrap(), changed(&path)));
        }
    }
}

impl Gate {
    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    pub(crate) fn get(&self, target: &str) -> Reply {
        self.send(&client::get(target, ""))
    }

    pub(crate) fn get_with(&self, target: &str, fields: &str) -> Reply {
        self.send(&client::get(target, fields))
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, request: &str) -> Reply {
        self.client().ask(request)
    }

    /// Tells it to stop; does not wait.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn join_after_stop(mut self) {
        self.stop();
        self.join();
    }

    /// Waits until it has stopped.
    pub(crate) fn join(mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) fn member(number: u8) -> Member {
    Member {
        mailbox: MailboxId::from_bytes([number; 16]),
        key: SigningKey::from_bytes(&[number; 32]),
        ticket: Ticket::from_bytes([number; 16]),
        other: Ticket::from_bytes([number | 0x40; 16]),
        ended: Ticket::from_bytes([number | 0x80; 16]),
    }
}

pub(crate) fn object(number: u8) -> String {
    format!("{number:02x}").repeat(16)
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A mailbox record with ten tickets, as JSON written by hand.
pub(crate) fn record(member: &Member, release: u64) -> String {
    let Member { mailbox, key, ticket, other, ended } = member;
    let key = data_encoding::BASE64.encode(key.verifying_key().as_bytes());
    let (live, dead) = (now() + 3600, now() - 1);
    let mut tickets = vec![
        format!(r#"{{"hash":"{}","ends":{live}}}"#, ticket.hash()),
        format!(r#"{{"hash":"{}","ends":{live}}}"#, other.hash()),
        format!(r#"{{"hash":"{}","ends":{dead}}}"#, ended.hash()),
    ];
    tickets.extend((0..6).map(|week| format!(r#"{{"hash":"{}","ends":{live}}}"#, Digest::of(&[week]))));
    tickets.push(format!(r#"{{"hash":"{}","ends":null}}"#, Digest::of(b"card")));
    format!(
        r#"{{"version":1,"key":"{key}","tickets":[{}],"index":"indexes/{mailbox}/{release}","keyring":"keyrings/{mailbox}/1"}}"#,
        tickets.join(",")
    )
}

impl Member {
    pub(crate) fn keyring(&self) -> String {
        format!("/api/mailboxes/{}/keyring", self.mailbox)
    }

    pub(crate) fn index(&self) -> String {
        format!("/api/mailboxes/{}/index", self.mailbox)
    }

    /// A good pass for reading.
    pub(crate) fn pass(&self) -> Pass {
        Pass { origin: ORIGIN.into(), mailbox: self.mailbox, time: now(), method: None, path: None, sha256: None }
    }

    pub(crate) fn shows(&self, pass: &Pass) -> String {
        shows(pass, &self.key)
    }

    pub(crate) fn shows_pass(&self) -> String {
        self.shows(&self.pass())
    }
}

pub(crate) fn shows(pass: &Pass, key: &SigningKey) -> String {
    format!("Authorization: Pass {}\r\n", Pass::encode(&Envelope::sign(pass, key)))
}

pub(crate) fn shows_ticket(ticket: &Ticket) -> String {
    format!("Authorization: Ticket {}\r\n", data_encoding::BASE64URL_NOPAD.encode(ticket.as_bytes()))
}
