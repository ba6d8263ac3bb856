//! `member.toml`: a person, and the public values of their mailbox.

use data_encoding::BASE64;
use jiff::civil::Date;

use crate::{
    content::{
        Mistake,
        fields::{Fields, Source},
    },
    seal::{Recipient, Week},
    wire::{MailboxId, VerifyingKey},
};

/// A person.
#[derive(Debug, Clone)]
pub struct Member {
    /// The folder's name: for the author alone.
    pub folder: String,
    /// How pages address them.
    pub name: String,
    pub email: String,
    pub mailbox: Option<Mailbox>,
    /// Mailboxes before this one.
    pub former: Vec<MailboxId>,
    pub closed: Option<Date>,
}

/// A member's place at the host: public values, written by heldspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub id: MailboxId,
    pub recipient: Recipient,
    pub key: VerifyingKey,
    /// Which of this mailbox's keyrings is in use, from 1.
    pub keyring: u32,
    /// Raised to end all links made so far.
    pub generation: u32,
    /// Weeks (or `card`) whose link was ended, once for each time.
    pub revoked: Vec<Week>,
}

impl Mailbox {
    /// A new one.
    pub fn new(id: MailboxId, recipient: Recipient, key: VerifyingKey) -> Self {
        Self { id, recipient, key, keyring: 1, generation: 1, revoked: Vec::new() }
    }
}

impl Member {
    /// Reads `member.toml`.
    pub fn read(folder: &str, source: Source<'_>) -> Result<Self, Vec<Mistake>> {
        let mut fields = Fields::of_toml(source, source.text, 0).map_err(|mistake| vec![mistake])?;
        let mut mistakes = Vec::new();
        let name = fields.required("name");
        let email = fields.text("email").map(|(email, at)| {
            if super::edit::email(&email).is_err() {
                fields.wrong(at, format!("{email:?} is not an e-mail address"), "Write it as name@example.org.");
            }
            email
        });
        let mailbox = fields.table("mailbox").and_then(|mut table| {
            let mailbox = mailbox(&mut table);
            mistakes.extend(table.finish());
            mailbox
        });
        let former = former(&mut fields);
        let closed = fields.date("closed");
        mistakes.extend(fields.finish());
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { folder: folder.to_owned(), name, email: email.unwrap_or_default(), mailbox, former, closed })
    }
}

fn mailbox(fields: &mut Fields<'_>) -> Option<Mailbox> {
    let id = parsed(fields, "id", |text| text.parse().ok());
    let recipient = parsed(fields, "recipient", |text| text.parse().ok());
    let key = parsed(fields, "key", |text| {
        let bytes: [u8; 32] = BASE64.decode(text.as_bytes()).ok()?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
    });
    let keyring = number(fields, "keyring");
    let generation = number(fields, "generation");
    let mut revoked = Vec::new();
    for (week, at) in fields.list("revoked").unwrap_or_default() {
        match week.parse() {
            Ok(week) => revoked.push(week),
            Err(()) => {
                fields.wrong(at, format!("{week:?} is no week"), "It is a week such as \"2026-W48\", or \"card\".")
            }
        }
    }
    Some(Mailbox { id: id?, recipient: recipient?, key: key?, keyring, generation, revoked })
}

fn parsed<T>(fields: &mut Fields<'_>, key: &'static str, parse: fn(&str) -> Option<T>) -> Option<T> {
    let (text, at) = fields.text(key).unwrap_or_else(|| (String::new(), fields.at()));
    let value = parse(&text);
    if value.is_none() {
        fields.wrong(
            at,
            format!("`{key}` is not what heldspace wrote there"),
            "Take this file from a backup; or `heldspace member rekey` makes a new mailbox.",
        );
    }
    value
}

fn number(fields: &mut Fields<'_>, key: &'static str) -> u32 {
    let Some((number, at)) = fields.integer(key) else { return 1 };
    match u32::try_from(number) {
        Ok(number @ 1..) => number,
        _ => {
            fields.wrong(at, format!("`{key}` is not what heldspace wrote there"), "It is a number from 1.");
            1
        }
    }
}

fn former(fields: &mut Fields<'_>) -> Vec<MailboxId> {
    let mut known = Vec::new();
    for (id, at) in fields.list("former").unwrap_or_default() {
        match id.parse() {
            Ok(id) => known.push(id),
            Err(_) => fields.wrong(
                at,
                format!("{id:?} is no mailbox"),
                "heldspace writes this list; take this file from a backup.",
            ),
        }
    }
    known
}
