//! A real server over a practice, and a member's browser that reads from it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use heldspace::{
    seal::{Entry, Identity, Index},
    wire::{Envelope, Link, Pass, SigningKey},
};
use serde_json::Value;

use crate::{
    gate::client::{Client, get},
    reader::open_keyring,
    site::{Card, TestSite},
};

/// `heldspace serve`, killed when dropped.
pub struct Host {
    process: Child,
    pub url: String,
}

impl Host {
    pub fn over(site: &TestSite) -> Self {
        let store = site.store();
        let args = ["serve", "--json", "--listen", "127.0.0.1:0", "--store", store.to_str().unwrap()];
        let mut process = site.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        let said: Value = serde_json::from_str(&first).unwrap();
        Self { process, url: said["url"].as_str().unwrap().to_owned() }
    }

    fn fetch(&self, path: &str, shown: &str) -> Vec<u8> {
        let mut client = Client::connect(self.url.strip_prefix("http://").unwrap().parse().unwrap());
        let reply = client.ask(&get(path, &format!("Authorization: {shown}\r\n")));
        assert_eq!(reply.status, 200, "{path}");
        reply.body
    }

    /// Unlocks with a card and opens every page, as a member's browser does.
    pub fn read_all(&self, card: &Card) -> Vec<String> {
        let link: Link = card.link.split_once('#').unwrap().1.parse().unwrap();
        let id = link.mailbox;
        let ticket = format!("Ticket {}", BASE64URL_NOPAD.encode(link.ticket.as_bytes()));
        let keyring = self.fetch(&format!("/api/mailboxes/{id}/keyring"), &ticket);
        let keyring = open_keyring(&keyring, &format!("{} {}", link.pepper.to_hex(), card.passphrase)).unwrap();
        let seed = BASE64.decode(keyring["seed"].as_str().unwrap().as_bytes()).unwrap();
        let key = SigningKey::from_bytes(&seed.try_into().unwrap());
        let pass = Pass { origin: self.url.clone(), mailbox: id, time: now(), method: None, path: None, sha256: None };
        let pass = format!("Pass {}", Pass::encode(&Envelope::sign(&pass, &key)));
        let identity: Identity = keyring["identities"][0].as_str().unwrap().parse().unwrap();
        let index = identity.open(&self.fetch(&format!("/api/mailboxes/{id}/index"), &pass), 1 << 24).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        let payload = BASE64.decode(index["payload"].as_str().unwrap().as_bytes()).unwrap();
        let index: Index = serde_json::from_slice(&payload).unwrap();
        let open = |entry: Entry| {
            self.fetch(&format!("/api/objects/{}", entry.object.name), &pass);
            entry.title
        };
        index.pages.into_iter().map(open).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
