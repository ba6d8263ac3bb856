//! The practice: the author's folder, its people, its keys and state; and the one writer of the practice's own files.
//!
//! In: a folder. Out: [`Practice`], or every mistake in `site.toml`, `group.toml` and `member.toml` at once. It knows
//! nothing of pages, templates or a store. [`files`] writes, whole or not at all; [`edit`] changes people's TOML and
//! keeps their comments; [`Home`] is `.heldspace/`.

pub mod edit;
pub mod files;
mod group;
mod home;
mod member;
mod site;
pub mod starter;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

pub use group::Group;
pub use home::{Home, HomeError, KeyFile, Lock, Released};
pub use member::{Mailbox, Member};
pub use site::{Address, Help, HelpLine, Identity, Leave, Share, Site};

use crate::content::{Mistake, Mistakes, fields::Source, nearest, read_text};

/// A practice, as its three kinds of TOML files say it.
#[derive(Debug, Clone)]
pub struct Practice {
    pub root: PathBuf,
    pub site: Site,
    /// By folder name.
    pub members: BTreeMap<String, Member>,
    /// By folder name.
    pub groups: BTreeMap<String, Group>,
}

impl Practice {
    /// Reads everything but pages.
    pub fn read(root: &Path) -> Result<Self, Mistakes> {
        if !root.join("site.toml").exists() {
            let mistake = Mistake::in_file(&root.join("site.toml"), "is not there, so this is no practice");
            return Err(mistake
                .hint("Go into the practice's folder, or name it with --root; a new one: heldspace init")
                .into());
        }
        let mut mistakes = Vec::new();
        let site =
            toml(root, Path::new("site.toml")).and_then(|text| Site::read(source(Path::new("site.toml"), &text)));
        let site = site.unwrap_or_else(|wrong| {
            mistakes.extend(wrong);
            Site::default()
        });
        let members = each(root, "content/members", "member.toml", &mut mistakes, Member::read);
        let groups = each(root, "content/groups", "group.toml", &mut mistakes, |folder, source| {
            Group::read(folder, source, |name, group| refuse(name, group, &members))
        });
        mistakes.extend(shared_mailboxes(&members));
        Mistakes::or(mistakes, Self { root: root.to_owned(), site, members, groups })
    }

    /// The folder names of the groups that a member is in.
    pub fn groups_of(&self, member: &str) -> Vec<&str> {
        let groups = self.groups.values().filter(|group| group.members.iter().any(|name| name == member));
        groups.map(|group| group.folder.as_str()).collect()
    }
}

/// Why this name can't stand in a group.
fn refuse(name: &str, group: &Group, members: &BTreeMap<String, Member>) -> Option<String> {
    if group.members.iter().any(|known| known == name) {
        return Some("This name stands there twice.".to_owned());
    }
    if members.contains_key(name) {
        return None;
    }
    let near = nearest(name, members.keys().map(String::as_str));
    Some(
        near.unwrap_or_else(|| {
            "No member has that folder name; `heldspace member list` shows who is there.".to_owned()
        }),
    )
}

/// A copied `member.toml` would give one person what is meant for another.
fn shared_mailboxes(members: &BTreeMap<String, Member>) -> Vec<Mistake> {
    let mut owner = BTreeMap::new();
    let mut mistakes = Vec::new();
    for member in members.values() {
        let Some(mailbox) = &member.mailbox else { continue };
        if let Some(other) = owner.insert(mailbox.id, &member.folder) {
            let file = Path::new("content/members").join(&member.folder).join("member.toml");
            let mistake = Mistake::in_file(&file, format!("has the same mailbox as {other}"));
            mistakes.push(mistake.hint("A copied file would give one person another's pages. Take [mailbox] out of the copy, then `heldspace member rekey`."));
        }
    }
    mistakes
}

/// One TOML file in each folder below `folder`.
fn each<T>(
    root: &Path,
    folder: &str,
    file: &str,
    mistakes: &mut Vec<Mistake>,
    read: impl Fn(&str, Source<'_>) -> Result<T, Vec<Mistake>>,
) -> BTreeMap<String, T> {
    let mut all = BTreeMap::new();
    for name in folders(&root.join(folder)) {
        let path = Path::new(folder).join(&name);
        if edit::folder_name(&name).is_err() {
            mistakes.push(
                Mistake::in_file(&path, "can't be a folder name here")
                    .hint("Use small letters a–z, digits and hyphens."),
            );
            continue;
        }
        let path = path.join(file);
        if !root.join(&path).exists() {
            mistakes.push(
                Mistake::in_file(&path, "is not there")
                    .hint("Every folder here needs one: `heldspace group add` and `heldspace member add` write it."),
            );
            continue;
        }
        let value = toml(root, &path).and_then(|text| read(&name, source(&path, &text)));
        match value {
            Ok(value) => {
                all.insert(name, value);
            }
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    all
}

/// The names of the folders in a folder; hidden ones and `notes` are the author's own.
fn folders(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with('.') && name != "notes").collect()
}

fn toml(root: &Path, file: &Path) -> Result<String, Vec<Mistake>> {
    read_text(root, file).map_err(|mistake| vec![mistake])
}

fn source<'a>(file: &'a Path, text: &'a str) -> Source<'a> {
    Source { file, text }
}

/// A crash leaves no copy of this process's memory, and so of the keys, on the disk.
#[cfg(unix)]
pub fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Refused only where the limit is lower already.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
