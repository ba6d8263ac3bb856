//! Disks that fill up, and disks that lose power: a small file system of its own, mounted from a file.
//!
//! Needs root, or `sudo` without a password, and Linux with loop devices; says so where it has none.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// `FS_IOC_SHUTDOWN` with `FS_SHUTDOWN_FLAGS_NOLOGFLUSH`: from now on nothing reaches the disk, as when the power is cut.
const CUT: &str = "import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

/// An ext4 in a file.
pub(super) struct Disk {
    folder: tempfile::TempDir,
}

fn as_root(program: &str, args: &[&str]) -> bool {
    let root = is_root();
    let mut command = if root { Command::new(program) } else { Command::new("sudo") };
    if !root {
        command.args(["-n", program]);
    }
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn id(of: &str) -> String {
    String::from_utf8(Command::new("id").arg(of).output().unwrap().stdout).unwrap().trim().to_owned()
}

fn is_root() -> bool {
    id("-u") == "0"
}

impl Disk {
    /// Of so many MiB. `None` where this machine does not let us; then it says on standard error that `what` was left out.
    pub(super) fn new(size: u64, what: &str) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(disk.mounted()).unwrap();
        fs::File::create(disk.image()).unwrap().set_len(size << 20).unwrap();
        let image = disk.image();
        let made = Command::new("mkfs.ext4").args(["-q", "-m", "0"]).arg(&image).stdout(Stdio::null()).status();
        if made.is_ok_and(|made| made.success()) && disk.mount() {
            let owner = format!("{}:{}", id("-u"), id("-g"));
            assert!(as_root("chown", &[&owner, disk.mounted().to_str().unwrap()]));
            return Some(disk);
        }
        // Not by `eprintln!`, which nobody sees of a test that passes.
        let said = format!("\nSKIPPED on this machine: {what} (no root, no loop device or no mkfs.ext4)\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        None
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("disk.img")
    }

    pub(super) fn mounted(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn mount(&self) -> bool {
        let (image, at) = (self.image(), self.mounted());
        as_root("mount", &["-o", "loop,noatime", image.to_str().unwrap(), at.to_str().unwrap()])
    }

    fn unmount(&self) -> bool {
        as_root("umount", &[self.mounted().to_str().unwrap()])
    }

    /// The power goes: what has not reached the disk is lost.
    pub(super) fn cut(&self) {
        let at = self.mounted();
        assert!(as_root("python3", &["-c", CUT, at.to_str().unwrap()]), "the power can't be cut here");
    }

    /// And comes again. Nobody may have a file open there.
    pub(super) fn power_again(&self) {
        assert!(self.unmount() && self.mount());
    }

    pub(super) fn fill(&self, leave: u64) {
        let free = || -> u64 {
            let said = Command::new("df").args(["--output=avail", "-B1"]).arg(self.mounted()).output().unwrap().stdout;
            String::from_utf8(said).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
        };
        let mut filler = fs::File::create(self.mounted().join("filler")).unwrap();
        let mut written = Ok(());
        while written.is_ok() && free() > leave {
            written = filler.write_all(&[7; 4096]).and_then(|()| filler.sync_all());
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.unmount();
    }
}

/// A library that makes fsync do nothing, for the server that has to lose what it says it kept.
pub(super) fn without_fsync(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("nosync.c"), folder.join("nosync.so"));
    fs::write(&source, "int fsync(int f) { return 0; } int fdatasync(int f) { return 0; }").unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(built.expect("cc, which Rust links with").success());
    library
}
