//! Where things lie in the store. Only fixed words and parsed ids go into a path.

use crate::wire::{AuditFile, MailboxId, ObjectName, Release};

pub const HEAD: &str = "head.json";
pub const GATE: &str = "gate.json";
pub const PUBLIC: &str = "public";
pub const OBJECTS: &str = "objects";
pub const MAILBOXES: &str = "mailboxes";
pub const INDEXES: &str = "indexes";
pub const KEYRINGS: &str = "keyrings";
pub const AUDIT: &str = "audit";

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

pub fn audit(file: &AuditFile) -> String {
    format!("{AUDIT}/{file}")
}
