//! A practice that is published and served, by the real binary, and a mail server for it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use super::trust::Trust;
use crate::site::TestSite;

/// Served until it is dropped.
pub(crate) struct Served {
    pub(crate) site: TestSite,
    gate: Child,
    pub(crate) url: String,
    trusted: PathBuf,
}

impl Served {
    /// Members `m0`, `m1`, … with one page to read; `mail` is the section [mail].
    pub(crate) fn new(members: usize, mail: &str, trust: &Trust) -> Self {
        let site = TestSite::empty();
        for n in 0..members {
            site.member(&format!("m{n}"), &[]);
        }
        site.page("library/first.md", "# First\n\nText.");
        site.build();
        let store = site.store();
        let mut gate = site
            .command(&["serve", "--store", store.to_str().unwrap(), "--listen", "127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(gate.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = serde_json::from_str::<Value>(&line).unwrap()["url"].as_str().unwrap().to_owned();
        let text = fs::read_to_string(site.path("site.toml")).unwrap();
        let text = text.replace("http://127.0.0.1:8080", &url);
        fs::write(site.path("site.toml"), format!("{text}\n{mail}")).unwrap();
        if mail.contains("server = ") {
            site.own("mail");
        }
        site.build();
        let trusted = trust.write(site.root());
        Self { site, gate, url, trusted }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.site.command(args);
        command.env("SSL_CERT_FILE", &self.trusted).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `notify --yes --json` and so on.
    pub(crate) fn notify(&self, args: &[&str]) -> Output {
        self.command(&[&["notify", "--json"], args].concat()).output().unwrap()
    }

    pub(crate) fn sent(&self, args: &[&str]) -> Value {
        let output = self.notify(args);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.gate.kill();
        let _ = self.gate.wait();
    }
}
