//! What nearly every command begins with: the practice, its keys, its store, and the time.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Common, Failure, ask};
use crate::{
    keys::Keys,
    practice::{Home, Mailbox, Member, Practice, edit::EditError},
    store::Store,
    wire::UnixTime,
};

/// The keys of the practice; asks for the passphrase where they are wrapped.
pub fn keys(common: &Common) -> Result<Keys, Failure> {
    Home::of(&common.root).keys(|| ask::passphrase(common))
}

/// The store named, or the default one of the practice; made where it is not there.
pub fn store(common: &Common, named: Option<&Path>) -> Result<Store, Failure> {
    let default = Home::of(&common.root).store();
    Ok(Store::create(named.unwrap_or(&default))?)
}

pub fn practice(common: &Common) -> Result<Practice, Failure> {
    Ok(Practice::read(&common.root)?)
}

/// The member whose folder has that name.
pub fn member<'a>(practice: &'a Practice, folder: &str) -> Result<&'a Member, Failure> {
    let known = || practice.members.keys().cloned().collect();
    let found = practice.members.get(folder);
    Ok(found.ok_or_else(|| EditError::Unknown { kind: "member", name: folder.to_owned(), known: known() })?)
}

pub fn mailbox(member: &Member) -> Result<&Mailbox, Failure> {
    if member.closed.is_some() {
        return Err(EditError::Closed { name: member.folder.clone() }.into());
    }
    member.mailbox.as_ref().ok_or_else(|| Failure::NoMailbox { member: member.folder.clone() })
}

/// Now, in seconds since 1970.
pub fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `--store DIR`, for the commands that look into one.
#[derive(clap::Args, Default)]
pub struct StoreArg {
    /// The store's folder, if it is not .heldspace/store
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}
