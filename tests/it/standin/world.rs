//! A practice with somebody who stands in, a host, and that person's own machine.

use std::{
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use heldspace::{
    standin::OwnKey,
    wire::{Digest, MailboxId},
};
use serde_json::Value;

use crate::{
    gate::client::Reply,
    inbox::world::{Sender, practice},
    served::Served,
    site::TestSite,
};

/// A machine that has the secret of whoever stands in.
pub struct Machine {
    folder: tempfile::TempDir,
    /// What it printed for the therapist.
    pub line: String,
}

impl Machine {
    pub fn new() -> Self {
        let bare = Self { folder: tempfile::tempdir().unwrap(), line: String::new() };
        let made = bare.json(&["standin", "key", "--no-passphrase"]);
        Self { line: made["key"].as_str().unwrap().to_owned(), ..bare }
    }

    pub fn own(&self) -> OwnKey {
        OwnKey::read(self.folder.path(), None).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        command.arg("--root").arg(self.folder.path()).args(args).stdin(Stdio::null()).env("LC_ALL", "C");
        command.output().unwrap()
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "heldspace {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--json"]].concat())).unwrap()
    }

    pub fn fails(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args);
        assert!(!output.status.success(), "heldspace {args:?} did not fail");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

/// All of them; the host is where the practice builds.
pub struct World {
    pub site: TestSite,
    pub maya: Sender,
    pub colm: Sender,
    pub naomi: Machine,
    pub served: Served,
    /// The practice's key, as Naomi got it.
    pub key: String,
}

impl World {
    pub fn new() -> Self {
        let (site, maya, colm) = practice();
        let naomi = Machine::new();
        let line = add(&site, &naomi.line);
        site.build();
        let key = line.rsplit(' ').next().unwrap().to_owned();
        let served = Served::over(&site.store());
        Self { site, maya, colm, naomi, served, key }
    }

    /// `standin open`, the first time.
    pub fn open(&self) -> Value {
        self.naomi.json(&["standin", "open", &self.served.origin(), &self.key])
    }

    /// A request with a pass of Naomi's.
    pub fn reads(&self, target: &str) -> Reply {
        self.served.get(target, &self.pass())
    }

    /// What lies in the store behind an address of the API for answers.
    pub fn served_bytes(&self, target: &str) -> Vec<u8> {
        std::fs::read(self.site.store().join(target.trim_start_matches("/api/"))).unwrap()
    }

    pub fn pass(&self) -> String {
        let pass = heldspace::wire::ReaderPass { origin: self.served.origin(), time: crate::inbox::world::now() };
        format!("Authorization: Reader {}\r\n", pass.encode(&self.naomi.own().signing_key()))
    }
}

/// `standin add`; the line that it prints.
pub fn add(site: &TestSite, line: &str) -> String {
    let added = site.ok(&["standin", "add", "Naomi Feld", "--email", "naomi@example.org", line, "--yes", "--json"]);
    let added: Value = serde_json::from_str(&added).unwrap();
    added["line"].as_str().unwrap().to_owned()
}

/// Writes down within which time somebody looks.
pub fn window(site: &TestSite, window: &str) {
    let path = site.path("site.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let section = "\n[answers.stand_in]";
    assert!(text.contains(section));
    std::fs::write(path, text.replace(section, &format!("\n[answers]\nwindow = \"{window}\"\n{section}"))).unwrap();
}

/// Where the gate has an answer.
pub fn answer(mailbox: MailboxId, name: Digest) -> String {
    format!("/api/answers/{mailbox}/{name}")
}
