//! The real program over a store, as a host runs it; all it says is kept.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use crate::gate::client::{Client, Reply, get};

/// Ended when dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    first: String,
    said: Vec<JoinHandle<String>>,
}

impl Served {
    pub fn over(store: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_heldspace"))
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let address = first.trim().rsplit('/').next().unwrap().parse().expect("it says where it listens");
        let said = vec![kept(out), kept(child.stderr.take().unwrap())];
        Self { child, address, first, said }
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn get(&self, target: &str, fields: &str) -> Reply {
        Client::connect(self.address).ask(&get(target, fields))
    }

    /// Memory in use, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Ends it; everything it said on both outputs.
    pub fn end(mut self) -> String {
        Command::new("kill").arg(self.pid()).status().unwrap();
        assert!(self.child.wait().unwrap().success(), "it ends in an orderly way");
        self.said.drain(..).fold(self.first.clone(), |all, more| all + &more.join().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kept(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        String::from_utf8_lossy(&all).into_owned()
    })
}
