//! The practice: the author's folder, its members and groups, as the author wrote them down.
//!
//! In: `site.toml`, `content/members/*/member.toml`, `content/groups/*/group.toml`, `instruments/*.toml`, and the registers ([`register`]). Out: a [`Practice`], or every
//! mistake in these files at once. It must not know what a page says. Beside it: [`files`], the one writer, whole or not
//! at all; [`edit`], which changes people's TOML and keeps their comments; [`Home`], keys and state in `.heldspace/`.

mod colours;
pub mod edit;
pub mod files;
mod group;
mod home;
mod journal;
mod letters;
mod lock;
mod member;
mod membership;
pub mod register;
mod site;
mod standing;
pub mod starter;
pub mod together;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

pub use colours::{Colour, Colours};
pub use group::Group;
pub use home::{Briefed, Home, HomeError, KeyFile, KnownHost, Released};
pub use journal::Journal;
pub use letters::{Fetched, Letter, Tray};
pub use lock::Lock;
pub use member::{Closed, Mailbox, Member, Reason};
pub use membership::{Ahead, Joined, Left, Sight};
pub use register::{Agreement, Register};
pub use site::{
    APPOINTMENT, Address, Answers, Consents, Help, HelpLine, HostPlace, Identity, Leave, Mail, MailServer, Notice,
    OwnText, Placed, Record, Seal, Security, Share, Site, StandIn, ThemeName, Way, Window, is_loopback,
};
pub(crate) use site::{LINK, is_language};

use crate::{
    block::Instruments,
    clock,
    content::{Mistake, Mistakes},
    results::Told,
};

/// What the author's folder says about people.
#[derive(Debug, Clone)]
pub struct Practice {
    pub root: PathBuf,
    pub site: Site,
    /// By folder name.
    pub members: BTreeMap<String, Member>,
    /// By folder name.
    pub groups: BTreeMap<String, Group>,
    /// What a check-in can ask by name.
    pub instruments: Instruments,
    /// With those who handle what members are sent.
    pub agreements: Vec<Agreement>,
    /// The day by the therapist's own clock: who has joined, who has left, and what consents and agreements are held against.
    pub today: Date,
    /// Numbers that groups may see of closed questions. Nothing where nobody has looked, which takes the keys.
    pub told: Told,
}

impl Practice {
    /// Reads the folder at `root`; every mistake in `site.toml`, all `member.toml` and `group.toml`, and the registers
    /// at once.
    pub fn read(root: &Path) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let practice = Self::read_on(root, &mut mistakes);
        Mistakes::unless_any(mistakes, practice)
    }

    /// The folder names of the groups that a member is in today.
    pub fn groups_of(&self, member: &str) -> Vec<&str> {
        let groups = self.groups.values().filter(|group| group.sight(member, self.today).is_some());
        groups.map(|group| group.folder.as_str()).collect()
    }

    /// Whether a page there, or one below it, is a record of a Part 2 program.
    pub fn is_part2(&self, path: &Path) -> bool {
        self.groups.values().filter(|group| group.part2).any(|group| {
            let folder = Path::new("content/groups").join(&group.folder);
            path.starts_with(&folder) || folder.starts_with(path)
        })
    }

    /// Whether someone is, or was, in a group under Part 2: then being named anywhere tells it.
    pub fn is_patient(&self, member: &str) -> bool {
        let has = |group: &Group| {
            group.members.iter().any(|name| name == member) || group.left.iter().any(|left| left.member == member)
        };
        self.groups.values().any(|group| group.part2 && has(group))
    }

    /// As [`Practice::read`], with something in place of whatever is wrong: enough to go on looking for mistakes with,
    /// and good for nothing else.
    pub(crate) fn read_on(root: &Path, mistakes: &mut Vec<Mistake>) -> Self {
        let site = site::read(root, mistakes);
        let today = clock::today();
        if !root.join("site.toml").exists() {
            // One thing is wrong, and the rest would only follow from it.
            let (members, groups, agreements) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
            let (instruments, told) = (Instruments::default(), Told::new());
            return Self { root: root.to_owned(), site, members, groups, instruments, agreements, today, told };
        }
        let members = people(root, "members", mistakes, member::read);
        member::clashes(&members, mistakes);
        member::acting(root, &members, mistakes);
        let groups =
            people(root, "groups", mistakes, |root, folder, mistakes| group::read(root, folder, &members, mistakes));
        let agreements = register::agreements(root, mistakes);
        let instruments = Instruments::read(root, mistakes);
        let told = Told::new();
        Self { root: root.to_owned(), site, members, groups, instruments, agreements, today, told }
    }
}

/// One thing for each folder in `content/<kind>/`.
fn people<T>(
    root: &Path,
    kind: &str,
    mistakes: &mut Vec<Mistake>,
    read: impl Fn(&Path, &str, &mut Vec<Mistake>) -> T,
) -> BTreeMap<String, T> {
    let parent = Path::new("content").join(kind);
    let folders = match folders(&root.join(&parent)) {
        Ok(folders) => folders,
        Err(error) => {
            mistakes.push(Mistake::whole(
                &parent,
                format!("can't be read: {error}"),
                "check its owner and permissions",
            ));
            return BTreeMap::new();
        }
    };
    let mut found = BTreeMap::new();
    for folder in folders {
        if is_empty(&root.join(&parent).join(&folder)) {
            continue;
        }
        if is_folder_name(&folder) {
            let one = read(root, &folder, mistakes);
            found.insert(folder, one);
        } else {
            let hint =
                "name the folder with a–z, 0–9 and hyphens alone; the name to show stands in the TOML file in it";
            mistakes.push(Mistake::whole(parent.join(&folder), "not a name for a folder here", hint));
        }
    }
    found
}

/// A folder that someone has made and not yet filled is no mistake.
fn is_empty(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut entries| entries.next().is_none())
}

/// The folders in `parent`, without hidden ones and the author's own notes; links and files are the walk's business.
fn folders(parent: &Path) -> io::Result<Vec<String>> {
    let entries = match parent.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && !crate::content::is_left_out(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Whether a member's or group's folder may have this name: it goes into commands and messages.
pub fn is_folder_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 64 && !name.starts_with('-') && name.chars().all(allowed)
}

/// A crash leaves no copy of this process's memory, and so of the keys, on the disk.
#[cfg(unix)]
pub fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Refused only where the limit is lower already.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
