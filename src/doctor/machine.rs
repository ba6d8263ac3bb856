//! The machine and the folder: what is written there is plain text, so whoever holds a copy holds the practice.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Finding, Patient, Weight, disk};
use crate::practice::{HomeError, files::FileError, register::Service};

/// Parts of the names of folders that programs carry elsewhere.
const SYNCED: [&str; 9] = [
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "my drive",
    "mobile documents",
    "nextcloud",
    "owncloud",
    "pcloud",
];
/// Files by which such programs mark their folders.
const MARKS: [&str; 4] = [".dropbox", ".stfolder", ".owncloudsync.log", ".sync_folder"];

const ELSEWHERE: &str = "45 CFR 164.308(b), 164.502(e)";

impl Patient<'_> {
    pub(super) fn machine(&self) -> Result<Vec<Finding>, HomeError> {
        let root = fs::canonicalize(&self.practice.root).unwrap_or_else(|_| self.practice.root.clone());
        let mut findings = Vec::new();
        findings.extend(
            self.permissions().map_err(|source| FileError::Read { path: self.home.path().to_owned(), source })?,
        );
        findings.extend(readable(&root));
        findings.extend(self.synced(&root));
        findings.extend(self.git(&root));
        findings.extend(unencrypted(&root));
        Ok(findings)
    }

    /// SECURITY: keys, keyrings and the record are for their owner alone; the store is ciphertext.
    fn permissions(&self) -> io::Result<Option<Finding>> {
        let mut folders = vec![self.home.path().to_owned()];
        let mut open: Option<PathBuf> = None;
        while let Some(folder) = folders.pop().filter(|_| open.is_none()) {
            if others_may(&folder, 0o077) {
                open = Some(folder);
                break;
            }
            for entry in folder.read_dir().into_iter().flatten() {
                let path = entry?.path();
                match fs::symlink_metadata(&path) {
                    Ok(meta) if meta.is_dir() && path != self.home.store() => folders.push(path),
                    Ok(meta) if meta.is_file() && others_may(&path, 0o077) => open = Some(path),
                    _ => {}
                }
            }
        }
        Ok(open.map(|path| {
            let what = format!("others on this machine may read {}", path.display());
            let mend = format!("chmod -R go-rwx {}", self.home.path().display());
            Finding::new(Weight::Stops, what, mend).under("45 CFR 164.312(a)(1)")
        }))
    }

    fn synced(&self, root: &Path) -> Option<Finding> {
        let is_synced = |folder: &&Path| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            SYNCED.iter().any(|synced| name.contains(synced)) || MARKS.iter().any(|mark| folder.join(mark).exists())
        };
        let folder = root.ancestors().find(is_synced)?;
        let what = format!(
            "this practice lies in {}, which a program copies elsewhere; what you write is plain text",
            folder.display()
        );
        Some(self.elsewhere(what, "move it out, or put an agreement with that service on record: `heldspace agreement add NAME --service other --kind baa --signed DATE`"))
    }

    /// A copy of a plain folder, wherever it goes, is a copy of the practice.
    fn git(&self, root: &Path) -> Vec<Finding> {
        let Some(git) = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists()) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if git.is_file() {
            let what = "this practice lies in a worktree of git; whether that has a remote is not seen from here";
            let mend = "`git remote` in this folder tells; a remote would get what you write, in plain text";
            findings.push(Finding::new(Weight::Look, what, mend).under(ELSEWHERE));
        }
        let config = fs::read_to_string(git.join("config")).unwrap_or_default();
        // SECURITY: an address there may hold a password; the remote's name is enough.
        let remotes = config.lines().filter_map(|line| line.trim().strip_prefix("[remote \"")?.strip_suffix("\"]"));
        for remote in remotes {
            let what = format!("git would bring what you write, in plain text, to the remote `{remote}`");
            findings.push(self.elsewhere(what, "`git remote remove` it, or put an agreement with whoever runs it on record: `heldspace agreement add NAME --service other --kind baa --signed DATE`"));
        }
        let ignores = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        if !ignores.lines().any(|line| line.trim().trim_matches('/') == ".heldspace") {
            let mend = "a line `.heldspace/` in the file .gitignore";
            findings.push(
                Finding::new(Weight::Duty, "git would take keys and state along", mend).under("45 CFR 164.312(a)(1)"),
            );
        }
        findings
    }

    /// Whose machine that is can't be seen; an agreement for such a service answers it.
    fn elsewhere(&self, what: String, mend: &str) -> Finding {
        let today = self.practice.today;
        let is_answered = self
            .practice
            .agreements
            .iter()
            .any(|agreement| agreement.service == Service::Other && agreement.in_force(today));
        let weight = if is_answered { Weight::Look } else { Weight::Duty };
        let mend = if is_answered {
            "an agreement for another service is on record; see whether it is this one"
        } else {
            mend
        };
        Finding::new(weight, what, mend).under(ELSEWHERE)
    }
}

/// Whether everyone on this machine may read what the therapist writes.
fn readable(root: &Path) -> Option<Finding> {
    let is_reached = root.ancestors().skip(1).all(|folder| others_may(folder, 0o001));
    if !(is_reached && others_may(root, 0o004)) {
        return None;
    }
    let mend = format!("chmod o-rwx {}", root.display());
    let what = "everyone who has an account on this machine may read what you write";
    Some(Finding::new(Weight::Look, what, mend).under("45 CFR 164.312(a)(1)"))
}

fn unencrypted(root: &Path) -> Option<Finding> {
    match disk::is_encrypted(root, Path::new("/sys/dev/block")) {
        Some(true) => None,
        Some(false) => {
            let what = "this disk is not encrypted, as far as that can be told; what you write is plain text";
            let mend = "turn on disk encryption (LUKS, FileVault, BitLocker), or move the practice";
            Some(Finding::new(Weight::Duty, what, mend).under("45 CFR 164.312(a)(2)(iv)"))
        }
        None => {
            let what = "whether this disk is encrypted can't be told from here";
            let mend = "look, and turn it on: what you write is plain text";
            Some(Finding::new(Weight::Look, what, mend).under("45 CFR 164.312(a)(2)(iv)"))
        }
    }
}

#[cfg(unix)]
fn others_may(path: &Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & mode != 0)
}

#[cfg(not(unix))]
fn others_may(_: &Path, _: u32) -> bool {
    false
}
