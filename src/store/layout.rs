//! Where things lie in the store. Only fixed words and parsed ids go into a path.

use std::str::FromStr;

use crate::wire::{AuditFile, Digest, MailboxId, ObjectName, Release};

pub const HEAD: &str = "head.json";
pub const GATE: &str = "gate.json";
pub const PUBLIC: &str = "public";
pub const OBJECTS: &str = "objects";
pub const MAILBOXES: &str = "mailboxes";
pub const INDEXES: &str = "indexes";
pub const KEYRINGS: &str = "keyrings";
pub const AUDIT: &str = "audit";
pub const ANSWERS: &str = "answers";
pub const OWN: &str = "own";
pub const STANDIN: &str = "standin";
/// What whoever stands in needs to believe and understand answers, sealed to them.
pub const BRIEF: &str = "standin/brief";
/// Every folder that a store has, or will have.
pub const ALL: [&str; 9] = [PUBLIC, OBJECTS, MAILBOXES, INDEXES, KEYRINGS, STANDIN, OWN, ANSWERS, AUDIT];

pub fn object(name: &ObjectName) -> String {
    format!("{OBJECTS}/{name}")
}

pub fn mailbox(id: &MailboxId) -> String {
    format!("{MAILBOXES}/{id}.json")
}

pub fn index(id: &MailboxId, release: Release) -> String {
    format!("{INDEXES}/{id}/{release}")
}

pub fn keyring(id: &MailboxId, number: u32) -> String {
    format!("{KEYRINGS}/{id}/{number}")
}

pub fn public(path: &str) -> String {
    format!("{PUBLIC}/{path}")
}

/// A sealed answer lies under the digest of its bytes.
pub fn answer(mailbox: &MailboxId, sealed: &Digest) -> String {
    format!("{ANSWERS}/{mailbox}/{sealed}")
}

/// What a path that [`answer`] made says, in its one spelling.
pub fn answer_at(path: &str) -> Option<(MailboxId, Digest)> {
    spot(path.strip_prefix(ANSWERS)?.strip_prefix('/')?)
}

/// The same, of `<mailbox>/<sha256>` alone.
pub fn spot(name: &str) -> Option<(MailboxId, Digest)> {
    let (mailbox, sealed) = name.split_once('/')?;
    Some((mailbox.parse().ok()?, sealed.parse().ok()?))
}

/// What a member keeps for themselves.
pub fn own(mailbox: &MailboxId) -> String {
    format!("{OWN}/{mailbox}")
}

pub fn audit(file: &AuditFile) -> String {
    format!("{AUDIT}/{file}")
}

/// A path that a publication may write, read from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Head,
    Gate,
    Public,
    Object(ObjectName),
    Mailbox(MailboxId),
    Index(MailboxId),
    Keyring(MailboxId),
    Brief,
}

/// Neither a file of a publication nor a plain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no path of a publication")]
pub struct NoPlace;

/// Whether this is a file that the host's side wrote: what a member sent, or a part of the audit log.
pub fn is_kept_here(path: &str) -> bool {
    match path.split_once('/') {
        Some((AUDIT, file)) => file.parse::<AuditFile>().is_ok(),
        Some((ANSWERS, file)) => {
            file.split_once('/').is_some_and(|(mailbox, name)| id(mailbox).is_ok() && name.parse::<Digest>().is_ok())
        }
        _ => false,
    }
}

/// The folders that a publication consists of, beside [`HEAD`] and [`GATE`].
pub const FOLDERS: [&str; 6] = [PUBLIC, OBJECTS, MAILBOXES, INDEXES, KEYRINGS, STANDIN];

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(path: &str) -> Result<Self, NoPlace> {
        // SECURITY: ids are parsed, numbers are canonical, other names are plain: nothing climbs out or is hidden.
        let mut names = path.split('/');
        let place = match (names.next(), names.next(), names.next()) {
            (Some(HEAD), None, None) => Self::Head,
            (Some(GATE), None, None) => Self::Gate,
            _ if path == BRIEF => Self::Brief,
            (Some(PUBLIC), Some(_), _) => return is_public(path).then_some(Self::Public).ok_or(NoPlace),
            (Some(OBJECTS), Some(name), None) => Self::Object(name.parse().map_err(|_| NoPlace)?),
            (Some(MAILBOXES), Some(name), None) => Self::Mailbox(id(name.strip_suffix(".json").ok_or(NoPlace)?)?),
            (Some(INDEXES), Some(mailbox), Some(number)) if is_number(number) => Self::Index(id(mailbox)?),
            (Some(KEYRINGS), Some(mailbox), Some(number)) if is_number(number) => Self::Keyring(id(mailbox)?),
            _ => return Err(NoPlace),
        };
        names.next().map_or(Ok(place), |_| Err(NoPlace))
    }
}

fn id(text: &str) -> Result<MailboxId, NoPlace> {
    text.parse().map_err(|_| NoPlace)
}

fn is_number(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|number| number.to_string() == text)
}

fn is_public(path: &str) -> bool {
    path.len() <= 1024 && path.split('/').all(is_plain)
}

/// SECURITY: what can climb out of a folder, is hidden, or means something to some file system, is no plain name.
pub fn is_plain(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (1..=200).contains(&name.len())
        && !name.starts_with(['.', '~'])
        && !name.ends_with('.')
        && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let (mailbox, name) = (MailboxId::from_bytes([1; 16]), ObjectName::from_bytes([2; 16]));
        assert_eq!(object(&name).parse(), Ok(Place::Object(name)));
        assert_eq!(super::mailbox(&mailbox).parse(), Ok(Place::Mailbox(mailbox)));
        assert_eq!(index(&mailbox, 7).parse(), Ok(Place::Index(mailbox)));
        assert_eq!(keyring(&mailbox, 1).parse(), Ok(Place::Keyring(mailbox)));
        assert_eq!([HEAD.parse(), GATE.parse(), BRIEF.parse()], [Ok(Place::Head), Ok(Place::Gate), Ok(Place::Brief)]);
        assert_eq!("public/library/a/index.html.br".parse(), Ok(Place::Public));
        for odd in [
            "",
            "public",
            "public/",
            "public/../head.json",
            "public/.hidden",
            "public//a",
            "head.json/",
            "/head.json",
            "objects/",
            "objects/..",
            "standin",
            "standin/brief/",
            "standin/other",
            "mailboxes/x.json",
            &format!("objects/{name}/x"),
            &format!("objects/{}", ObjectName::from_bytes([0xab; 16]).to_string().to_uppercase()),
            &format!("mailboxes/{mailbox}"),
            &format!("indexes/{mailbox}/07"),
            &format!("indexes/{mailbox}/+7"),
            &format!("keyrings/{mailbox}/1/2"),
            &format!("answers/{mailbox}/1"),
            "audit/2026-11-25/a-1.jsonl",
        ] {
            assert_eq!(odd.parse::<Place>(), Err(NoPlace), "{odd}");
        }
    }
}
