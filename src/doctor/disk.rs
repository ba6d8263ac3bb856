//! Whether the disk that a folder lies on is encrypted, as far as Linux tells: dm-crypt below the file system.
//!
//! Encryption by the disk itself, by the file system or by another operating system is not seen.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// None where it can't be told; `blocks` is `/sys/dev/block`.
pub(super) fn is_encrypted(folder: &Path, blocks: &Path) -> Option<bool> {
    let device = device(folder)?;
    is_crypt(&fs::canonicalize(blocks.join(device)).ok()?, 0)
}

/// `major:minor`.
#[cfg(target_os = "linux")]
fn device(folder: &Path) -> Option<String> {
    let device = std::os::unix::fs::MetadataExt::dev(&fs::metadata(folder).ok()?);
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    // Zero is a file system without a disk of its own: one laid over others, a network's, a container's.
    (major != 0).then(|| format!("{major}:{minor}"))
}

#[cfg(not(target_os = "linux"))]
fn device(_: &Path) -> Option<String> {
    None
}

/// A block device is encrypted if it is a dm-crypt mapping, or if all that it stands on is.
fn is_crypt(block: &Path, depth: usize) -> Option<bool> {
    if depth > 8 {
        return None;
    }
    if fs::read_to_string(block.join("dm/uuid")).is_ok_and(|id| id.starts_with("CRYPT-")) {
        return Some(true);
    }
    let below: Vec<PathBuf> =
        block.join("slaves").read_dir().into_iter().flatten().flatten().map(|e| e.path()).collect();
    let below = below.iter().map(|slave| fs::canonicalize(slave).ok().and_then(|slave| is_crypt(&slave, depth + 1)));
    below.collect::<Option<Vec<bool>>>().map(|all| !all.is_empty() && all.into_iter().all(|crypt| crypt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::files::{self, Access};

    #[test]
    fn a_mapping_over_an_encrypted_partition_is_encrypted() {
        let sys = tempfile::tempdir().unwrap();
        let block = |name: &str, id: Option<&str>, slaves: &[&str]| {
            let block = sys.path().join(name);
            fs::create_dir_all(block.join("slaves")).unwrap();
            if let Some(id) = id {
                fs::create_dir_all(block.join("dm")).unwrap();
                files::write(&block.join("dm/uuid"), id.as_bytes(), Access::Usual).unwrap();
            }
            for slave in slaves {
                std::os::unix::fs::symlink(sys.path().join(slave), block.join("slaves").join(slave)).unwrap();
            }
            block
        };
        let disk = block("sda2", None, &[]);
        let crypt = block("dm-0", Some("CRYPT-LUKS2-1234-root\n"), &["sda2"]);
        let volume = block("dm-1", Some("LVM-abcd\n"), &["dm-0"]);
        let mixed = block("dm-2", Some("LVM-efgh\n"), &["dm-0", "sda2"]);
        assert_eq!(is_crypt(&disk, 0), Some(false));
        assert_eq!(is_crypt(&crypt, 0), Some(true));
        assert_eq!(is_crypt(&volume, 0), Some(true));
        assert_eq!(is_crypt(&mixed, 0), Some(false));
        assert_eq!(is_encrypted(sys.path(), &sys.path().join("nowhere")), None);
    }
}
