//! What a member's browser sends, made by hand.

use heldspace::wire::{Digest, Pass};

use super::{
    client::{Client, Reply},
    world::{Gate, Member},
};

/// A PUT, before it is sent.
#[derive(Clone)]
pub(crate) struct Put {
    pub(crate) target: String,
    /// Whole lines.
    pub(crate) fields: String,
    pub(crate) body: Vec<u8>,
}

/// Bytes of the shape of an age file: `size` of them, another file for each `seed`.
pub(crate) fn sealed(size: usize, seed: u64) -> Vec<u8> {
    let head = format!("age-encryption.org/v1\n-> X25519 {seed:043}\n{}\n--- {}\n", "b".repeat(43), "m".repeat(43));
    assert!(size >= head.len() + 32, "no room for a payload");
    let mut bytes = head.into_bytes();
    bytes.resize(size, b'x');
    bytes
}

impl Member {
    pub(crate) fn answer_at(&self, body: &[u8]) -> String {
        format!("/api/mailboxes/{}/answers/{}", self.mailbox, Digest::of(body))
    }

    pub(crate) fn own_at(&self) -> String {
        format!("/api/mailboxes/{}/own", self.mailbox)
    }

    /// A good pass over one PUT.
    pub(crate) fn pass_over(&self, path: &str, body: &[u8]) -> Pass {
        Pass { method: Some("PUT".into()), path: Some(path.into()), sha256: Some(Digest::of(body)), ..self.pass() }
    }

    pub(crate) fn put(&self, target: &str, body: &[u8]) -> Put {
        let fields = self.shows(&self.pass_over(target, body));
        Put { target: target.into(), fields, body: body.into() }
    }

    pub(crate) fn answer(&self, body: &[u8]) -> Put {
        self.put(&self.answer_at(body), body)
    }

    /// Own notes, with what is known of the ones before: a whole header line, or nothing.
    pub(crate) fn own_notes(&self, body: &[u8], known: &str) -> Put {
        let put = self.put(&self.own_at(), body);
        Put { fields: format!("{}{known}", put.fields), ..put }
    }
}

impl Put {
    pub(crate) fn with(mut self, fields: &str) -> Self {
        self.fields.push_str(fields);
        self
    }

    pub(crate) fn at(self, target: String) -> Self {
        Self { target, ..self }
    }

    pub(crate) fn showing(self, fields: String) -> Self {
        Self { fields, ..self }
    }

    pub(crate) fn body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    pub(crate) fn head(&self) -> String {
        let Self { target, fields, body } = self;
        let length = body.len();
        format!("PUT {target} HTTP/1.1\r\nHost: pages.example.org\r\nContent-Length: {length}\r\n{fields}\r\n")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head().as_bytes(), &self.body].concat()
    }

    pub(crate) fn over(&self, client: &mut Client) -> Reply {
        client.send(self.bytes());
        client.reply(false).expect("an answer")
    }

    /// On a connection of its own.
    pub(crate) fn to(&self, gate: &Gate) -> Reply {
        self.over(&mut gate.client())
    }
}
