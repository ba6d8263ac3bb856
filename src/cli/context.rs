//! What nearly every command begins with: the practice, its keys, its store, and the time.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Common, Failure, ask};
use crate::{
    content::Mistakes,
    keys::Keys,
    practice::{Group, Home, HomeError, KeyFile, Lock, Mailbox, Member, Practice, edit::EditError},
    publish::{self, PublishError, Standing},
    store::Store,
    wire::{Epoch, UnixTime, VerifyingKey},
};

/// The keys of the practice; asks for the passphrase where they are wrapped.
pub fn keys(common: &Common) -> Result<Keys, Failure> {
    let home = Home::of(&common.root);
    let mut tries = if common.passphrase_file.is_some() { 1 } else { ask::TRIES };
    let mut again = ask::Again::No;
    loop {
        tries -= 1;
        match home.keys(|| ask::passphrase(common, again)) {
            Err(Failure::Home(HomeError::WrongPassphrase)) if tries > 0 => again = ask::Again::Yes,
            keys => return keys,
        }
    }
}

/// Whether the keys can be had without asking anyone.
pub fn keys_at_hand(common: &Common) -> Result<bool, Failure> {
    Ok(common.passphrase_file.is_some() || Home::of(&common.root).key_file()? == Some(KeyFile::Bare))
}

/// The store named, or the default one of the practice, to look into.
pub fn store_at_hand(common: &Common, named: Option<&Path>) -> Result<Store, Failure> {
    let folder = named.map_or_else(|| Home::of(&common.root).store(), Path::to_owned);
    if named.is_none() && !folder.is_dir() {
        return Err(Failure::NothingPublished);
    }
    Ok(Store::open(&folder)?)
}

/// The store named, or the default one of the practice; made where it is not there.
pub fn store(common: &Common, named: Option<&Path>) -> Result<Store, Failure> {
    let default = Home::of(&common.root).store();
    Ok(Store::create(named.unwrap_or(&default))?)
}

pub fn practice(common: &Common) -> Result<Practice, Failure> {
    Ok(Practice::read(&common.root)?)
}

/// The practice, for a command that makes a member of this folder: that its file is not there yet is no mistake.
pub fn practice_without(common: &Common, folder: &str) -> Result<Practice, Failure> {
    let file = Path::new("content/members").join(folder).join("member.toml");
    let missing = !common.root.join(&file).exists();
    let mut mistakes = Vec::new();
    let mut practice = Practice::read_on(&common.root, &mut mistakes);
    if missing {
        mistakes.retain(|mistake| mistake.file != file);
        practice.members.remove(folder);
    }
    Ok(Mistakes::unless_any(mistakes, practice)?)
}

/// The practice, for a command that makes many members: a folder that a kill left without its file is no mistake yet.
pub fn practice_of_the_finished(common: &Common) -> Result<Practice, Failure> {
    let mut mistakes = Vec::new();
    let mut practice = Practice::read_on(&common.root, &mut mistakes);
    let file = |folder: &str| Path::new("content/members").join(folder).join("member.toml");
    practice.members.retain(|folder, _| {
        let there = common.root.join(file(folder)).exists();
        if !there {
            mistakes.retain(|mistake| mistake.file != file(folder));
        }
        there
    });
    Ok(Mistakes::unless_any(mistakes, practice)?)
}

/// The practice for a command that changes or gives something: locked before it is read, and until the lock is dropped, so
/// that nothing is done with what somebody else has changed since, however long a question stays open.
pub fn locked(common: &Common) -> Result<(Home, Lock), Failure> {
    if !common.root.join("site.toml").exists() {
        // Says that this folder is no practice, and leaves no trace in it.
        practice(common)?;
    }
    let home = Home::of(&common.root);
    let lock = home.lock()?;
    Ok((home, lock))
}

/// The epoch of what lies in the store named, or the default one, if there is one; refused when another root signed it.
pub async fn published_epoch(home: &Home, named: Option<&Path>, root: &VerifyingKey) -> Result<Option<Epoch>, Failure> {
    let folder = named.map_or_else(|| home.store(), Path::to_owned);
    if !folder.is_dir() {
        return Ok(None);
    }
    publish::published_epoch(&Store::open(&folder)?, root).await.map_err(|error| match error {
        PublishError::Foreign => Failure::OtherRoot,
        error => error.into(),
    })
}

/// The release that stands in the store.
pub async fn standing(common: &Common, store: &StoreArg, keys: &Keys) -> Result<Standing, Failure> {
    let store = store_at_hand(common, store.store.as_deref())?;
    publish::standing(&store, keys).await?.ok_or(Failure::NothingPublished)
}

/// The member whose folder has that name.
pub fn member<'a>(practice: &'a Practice, folder: &str) -> Result<&'a Member, Failure> {
    let known = || practice.members.keys().cloned().collect();
    let found = practice.members.get(folder);
    Ok(found.ok_or_else(|| EditError::Unknown { kind: "member", name: folder.to_owned(), known: known() })?)
}

/// That member alone, or everyone.
pub fn members<'a>(practice: &'a Practice, folder: Option<&str>) -> Result<Vec<&'a Member>, Failure> {
    match folder {
        Some(folder) => Ok(vec![member(practice, folder)?]),
        None => Ok(practice.members.values().collect()),
    }
}

/// The group whose folder has that name.
pub fn group<'a>(practice: &'a Practice, folder: &str) -> Result<&'a Group, Failure> {
    let known = || practice.groups.keys().cloned().collect();
    let found = practice.groups.get(folder);
    Ok(found.ok_or_else(|| EditError::Unknown { kind: "group", name: folder.to_owned(), known: known() })?)
}

/// What brings a change to members.
pub fn next(practice: &Practice) -> &'static str {
    if practice.site.host.is_some() { "`heldspace build` and `heldspace publish`" } else { "`heldspace build`" }
}

pub fn mailbox<'a>(practice: &Practice, member: &'a Member) -> Result<&'a Mailbox, Failure> {
    if member.is_closed(practice.today) {
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
