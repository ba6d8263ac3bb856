//! `heldspace serve` as a process of its own, and what it says.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use heldspace::serve::tls::Pair;
use serde_json::Value;

/// Longer than anything takes that a test waits for.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) redirect: Option<SocketAddr>,
    said: Arc<Mutex<String>>,
}

impl Server {
    pub(crate) fn start(store: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        command.args(["serve", "--json", "--store", store.to_str().unwrap()]).args(args);
        Self::of(command)
    }

    /// With these certificates, on a free port.
    pub(crate) fn with(store: &Path, pairs: &[&Pair], more: &[&str]) -> Self {
        let files = pairs
            .iter()
            .flat_map(|pair| ["--tls-cert", pair.cert.to_str().unwrap(), "--tls-key", pair.key.to_str().unwrap()]);
        let args: Vec<&str> =
            ["--listen", "127.0.0.1:0"].into_iter().chain(files).chain(more.iter().copied()).collect();
        Self::start(store, &args)
    }

    /// Waits until it listens.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (stderr, writes) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut said = writes.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let listening: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{}", said.lock().unwrap()));
        let address =
            |field: &str| listening[field].as_str().map(|url| url.split_once("://").unwrap().1.parse().unwrap());
        Self { child, address: address("url").unwrap(), redirect: address("redirect"), said }
    }

    /// Waits until it has said this on standard error.
    pub(crate) fn says(&self, text: &str) {
        until(|| self.said().contains(text), || format!("{text:?} was not said, but: {}", self.said()));
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Memory in use, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn until(mut is_so: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{}", otherwise());
        std::thread::yield_now();
    }
}
