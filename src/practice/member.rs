//! `content/members/<member>/member.toml`.

use std::{collections::BTreeMap, fmt, path::Path, str::FromStr};

use clap::ValueEnum;
use data_encoding::BASE64;
use jiff::civil::Date;

use super::{Register, group::open, site};
use crate::{
    content::{At, Fields, Mistake, suggest},
    seal::{Recipient, Week},
    wire::{MailboxId, VerifyingKey},
};

const MADE: &str = "`heldspace member` writes these lines; put back what it wrote";

/// A person who reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub folder: String,
    pub name: String,
    /// What else they are called: nicknames, former names, initials.
    pub also: Vec<String>,
    pub email: String,
    /// The language of their notices, if not the practice's.
    pub language: Option<String>,
    /// False for someone who asked for none.
    pub notices: bool,
    /// The member for whom this person acts, as a guardian does: they see what is addressed to them, and not the library.
    pub acts_for: Option<String>,
    pub mailbox: Option<Mailbox>,
    /// Mailboxes this person had before.
    pub former: Vec<MailboxId>,
    /// What answers from those mailboxes were signed with, where that was written down.
    pub former_keys: BTreeMap<MailboxId, VerifyingKey>,
    /// Their membership ends, or has ended: ask [`Member::is_closed`].
    pub closed: Option<Closed>,
    /// No notices until this day; [`Date::MAX`] where no day is named.
    pub paused: Option<Date>,
    /// What is on record about them: consents, disclosures, holds.
    pub register: Register,
}

/// The end of someone's membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// From this day on nothing new is given to them, and nobody tells them anything.
    pub on: Date,
    pub reason: Option<Reason>,
    /// The last day on which what they had can be read; none: it ended at once.
    pub keep_until: Option<Date>,
}

/// Why someone's membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reason {
    /// They went, of their own accord.
    Left,
    /// The work was finished, or ended by the therapist.
    Discharged,
    Died,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Discharged => "discharged",
            Self::Died => "died",
        })
    }
}

impl Member {
    /// Whether something keeps their record from being thinned out.
    pub fn is_held(&self) -> bool {
        self.register.is_held()
    }

    /// Every mailbox they have, or had: the one in use first.
    pub fn mailboxes(&self) -> impl Iterator<Item = &MailboxId> {
        self.mailbox.iter().map(|mailbox| &mailbox.id).chain(&self.former)
    }

    /// Every mailbox whose answers can be told from forged ones, and the key that they are signed with.
    pub fn answer_keys(&self) -> impl Iterator<Item = (&MailboxId, &VerifyingKey)> {
        self.mailbox.iter().map(|mailbox| (&mailbox.id, &mailbox.key)).chain(&self.former_keys)
    }

    /// Whether their membership has ended: nothing new for them, and no notice.
    pub fn is_closed(&self, today: Date) -> bool {
        self.closed.is_some_and(|closed| closed.on <= today)
    }

    /// Whether a mailbox of theirs opens on a day: they are a member, or may still read what they had.
    pub fn reads(&self, today: Date) -> bool {
        let kept = |closed: Closed| closed.keep_until.is_some_and(|last| today <= last);
        !self.is_closed(today) || self.closed.is_some_and(kept)
    }

    /// Whether they asked for no notices at the moment.
    pub fn is_paused(&self, today: Date) -> bool {
        self.paused.is_some_and(|until| today < until)
    }
}

/// A member's place at the host: public values, written by `heldspace member`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub id: MailboxId,
    /// What their indexes are sealed to, `age1…`.
    pub recipient: Recipient,
    /// What their passes and answers are signed with.
    pub key: VerifyingKey,
    /// The number of the keyring in use, from 1.
    pub keyring: u32,
    /// One more makes all links given out so far useless.
    pub generation: u32,
    /// Single links that are useless, each by its week (or the card), once for every time.
    pub revoked: Vec<Week>,
}

impl Mailbox {
    /// A new one, with its first keyring.
    pub fn new(id: MailboxId, recipient: Recipient, key: VerifyingKey) -> Self {
        Self { id, recipient, key, keyring: 1, generation: 1, revoked: Vec::new() }
    }
}

pub(super) fn read(root: &Path, folder: &str, mistakes: &mut Vec<Mistake>) -> Member {
    let mut member = Member { folder: folder.to_owned(), name: folder.to_owned(), notices: true, ..Member::default() };
    member.register = super::register::read(root, folder, mistakes);
    let file = Path::new("content/members").join(folder).join("member.toml");
    let Some((source, node)) = open(root, &file, "name = \"…\" and email = \"…\"", mistakes) else {
        return member;
    };
    let mut fields = Fields::new(&source, node, mistakes);
    if let Some(name) = fields.required_text("name", "name = \"Anna\"") {
        member.name = name.value;
    }
    member.also = also(&mut fields);
    if let Some(email) = fields.required_text("email", "email = \"anna@example.org\"") {
        member.email = email_address(&mut fields, email).unwrap_or_default();
    }
    member.language = site::language(&mut fields);
    member.notices = fields.boolean("notices").is_none_or(|wanted| wanted.value);
    member.closed = closed(&mut fields);
    member.paused = fields.date("paused_until").map(|date| date.value);
    if fields.boolean("paused").is_some_and(|paused| paused.value) {
        member.paused = Some(Date::MAX);
    }
    member.acts_for = fields.text("acts_for").map(|whom| whom.value);
    let former = fields.texts("former").map(|list| list.value).unwrap_or_default();
    for Former { id, key } in former.into_iter().filter_map(|text| parsed(&mut fields, "former", &text)) {
        member.former.push(id);
        member.former_keys.extend(key.map(|key| (id, key)));
    }
    if let Some(table) = fields.table("mailbox") {
        member.mailbox = mailbox(table);
    }
    fields.finish();
    member
}

/// What else someone is called; looked for where others read, as the name is.
fn also(fields: &mut Fields<'_>) -> Vec<String> {
    let names = fields.texts("also").map(|list| list.value).unwrap_or_default();
    for name in &names {
        if name.value.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            let hint = "write at least two letters: \"Mimi\", or \"M. K.\"";
            fields.mistake(&name.at, format!("`{}` is no name to look for", name.value), hint);
        }
    }
    names.into_iter().map(|name| name.value).collect()
}

/// SECURITY: a member's folder that was copied would make two people read each other's pages.
pub(super) fn clashes(members: &BTreeMap<String, Member>, mistakes: &mut Vec<Mistake>) {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for member in members.values() {
        let Some(mailbox) = &member.mailbox else { continue };
        for value in [mailbox.id.to_string(), mailbox.recipient.to_string(), BASE64.encode(mailbox.key.as_bytes())] {
            if let Some(owner) = owners.insert(value, &member.folder).filter(|owner| *owner != member.folder) {
                let file = Path::new("content/members").join(&member.folder).join("member.toml");
                let what = format!("this is the mailbox of `{owner}`");
                let hint =
                    format!("remove the section [mailbox]; then `heldspace member rekey {}` makes one", member.folder);
                mistakes.push(Mistake::whole(file, what, hint));
                break;
            }
        }
    }
}

/// Whoever acts for someone acts for a member who is there and acts for nobody: looked at when all are known.
pub(super) fn acting(root: &Path, members: &BTreeMap<String, Member>, mistakes: &mut Vec<Mistake>) {
    for member in members.values() {
        let Some(whom) = &member.acts_for else { continue };
        let (what, hint) = match members.get(whom) {
            _ if *whom == member.folder => ("nobody acts for themselves".to_owned(), "remove this line".to_owned()),
            None => {
                let hint = suggest::hint(whom, "members", members.keys().map(String::as_str));
                (format!("there is no member `{whom}`"), hint)
            }
            Some(other) if other.acts_for.is_some() => {
                (format!("`{whom}` acts for somebody too"), "name the member for whom both act".to_owned())
            }
            Some(_) => continue,
        };
        let file = Path::new("content/members").join(&member.folder).join("member.toml");
        // What else is wrong in it was told when it was read.
        let Some((source, node)) = open(root, &file, "", &mut Vec::new()) else { continue };
        let mut fields = Fields::new(&source, node, mistakes);
        if let Some(line) = fields.text("acts_for") {
            fields.mistake(&line.at, what, hint);
        }
    }
}

/// Whether this is one address: one `@`, no space, no list, no header of its own.
pub(super) fn is_address(text: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@,;:<>()[]\\\"".contains(c))
    };
    text.len() <= 254 && text.split_once('@').is_some_and(|(user, host)| good(user) && good(host))
}

/// SECURITY: the address goes into a mail's header and an SMTP command: one `@`, no space, no list, no header of its own.
fn email_address(fields: &mut Fields<'_>, email: At<String>) -> Option<String> {
    if is_address(&email.value) {
        return Some(email.value);
    }
    fields.mistake(&email.at, "not an e-mail address", "write one address alone, such as anna@example.org");
    None
}

fn closed(fields: &mut Fields<'_>) -> Option<Closed> {
    let on = fields.date("closed").map(|date| date.value);
    let reason = fields.text("closed_reason").and_then(|text| {
        let known = Reason::value_variants().iter().find(|reason| reason.to_string() == text.value);
        if known.is_none() {
            let what = format!("`{}` is no reason", text.value);
            fields.mistake(&text.at, what, "write \"left\", \"discharged\" or \"died\"");
        }
        known.copied()
    });
    let keep_until = fields.date("keep_until").map(|date| date.value);
    Some(Closed { on: on?, reason, keep_until })
}

fn mailbox(mut fields: Fields<'_>) -> Option<Mailbox> {
    let id = required(&mut fields, "id");
    let recipient = required(&mut fields, "recipient");
    let key = required(&mut fields, "key").map(|Key(key)| key);
    let keyring = number(&mut fields, "keyring");
    let generation = number(&mut fields, "generation");
    let revoked = fields.texts("revoked").map(|list| list.value).unwrap_or_default();
    let revoked = revoked.into_iter().filter_map(|link| parsed(&mut fields, "revoked", &link)).collect();
    fields.finish();
    Some(Mailbox { id: id?, recipient: recipient?, key: key?, keyring: keyring?, generation: generation?, revoked })
}

fn required<T: FromStr<Err: ToString>>(fields: &mut Fields<'_>, key: &'static str) -> Option<T> {
    let text = fields.required_text(key, "…")?;
    parsed(fields, key, &text)
}

fn parsed<T: FromStr<Err: ToString>>(fields: &mut Fields<'_>, key: &str, text: &At<String>) -> Option<T> {
    match text.value.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            fields.mistake(&text.at, format!("`{key}`: {}", error.to_string()), MADE);
            None
        }
    }
}

/// A number from 1; 1 if it is not there.
fn number(fields: &mut Fields<'_>, key: &'static str) -> Option<u32> {
    let Some(number) = fields.integer(key) else { return Some(1) };
    let value = u32::try_from(number.value).ok().filter(|&n| n > 0);
    if value.is_none() {
        fields.mistake(&number.at, format!("`{key}` is a number from 1"), MADE);
    }
    value
}

/// A mailbox someone had, and its key: `<id> <key>`. Before there were answers, the id stood there alone.
struct Former {
    id: MailboxId,
    key: Option<VerifyingKey>,
}

impl FromStr for Former {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, key) = text.split_once(' ').map_or((text, None), |(id, key)| (id, Some(key)));
        let id = id.parse().map_err(|error: crate::wire::IdError| error.to_string())?;
        let key = key.map(|key| key.parse::<Key>().map(|Key(key)| key)).transpose()?;
        Ok(Self { id, key })
    }
}

struct Key(VerifyingKey);

impl FromStr for Key {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64.decode(text.as_bytes()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        // SECURITY: a weak key would take signatures that nobody made.
        key.filter(|key| !key.is_weak()).map(Self).ok_or("expected an Ed25519 verifying key, 32 bytes as base64")
    }
}
