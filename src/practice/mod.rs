pub mod edit;
pub mod files;
mod home;
pub mod starter;
use crate::{
    content::Mistakes,
    wire::{MailboxId, VerifyingKey},
};
pub use home::*;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
pub struct Practice {
    pub root: PathBuf,
    pub site: Site,
    pub members: BTreeMap<String, Member>,
    pub groups: BTreeMap<String, Group>,
}
impl Practice {
    pub fn read(_root: &Path) -> Result<Self, Mistakes> {
        todo!()
    }
    pub fn groups_of(&self, member: &str) -> Vec<&str> {
        self.groups.values().filter(|g| g.members.iter().any(|m| m == member)).map(|g| g.folder.as_str()).collect()
    }
}
pub struct Member {
    pub folder: String,
    pub name: String,
    pub email: String,
    pub mailbox: Option<Mailbox>,
    pub former: Vec<MailboxId>,
    pub closed: Option<jiff::civil::Date>,
}
#[derive(Clone)]
pub struct Mailbox {
    pub id: MailboxId,
    pub recipient: String,
    pub key: VerifyingKey,
    pub keyring: u32,
    pub generation: u32,
    pub revoked: Vec<String>,
}
impl Mailbox {
    pub fn new(id: MailboxId, recipient: String, key: VerifyingKey) -> Self {
        Self { id, recipient, key, keyring: 1, generation: 1, revoked: Vec::new() }
    }
}
pub struct Group {
    pub folder: String,
    pub title: String,
    pub members: Vec<String>,
    pub schedule: Option<String>,
}
pub struct Site {
    pub practice: SitePractice,
    pub address: Address,
    pub leave: Leave,
}
pub struct SitePractice {
    pub name: String,
    pub language: String,
}
pub struct Address {
    pub links: String,
}
pub struct Leave {
    pub url: String,
}
pub fn no_core_dumps() {}
