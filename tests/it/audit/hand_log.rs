//! A log written by hand as `docs/formats.md` says.

use std::fs;

use heldspace::wire::{AuditFile, AuditLine, Day, Digest, MailboxId, ObjectName, ServerId, What, chain_start};

use crate::site::TestSite;

/// A log written by hand: two runs of a server, each with a file on two days.
pub struct HandLog<'a> {
    pub site: &'a TestSite,
    pub mailbox: MailboxId,
}

const DAY: u64 = 24 * 3600;
/// 2026-11-25 00:00 UTC.
pub const START: u64 = 1_795_564_800;

pub fn server(number: u8) -> ServerId {
    ServerId::from_bytes([number; 8])
}

pub fn path(number: u8, file: u32) -> String {
    let day = Day::of(START + u64::from(file - 1) * DAY);
    format!("audit/{}", AuditFile { server: server(number), number: file, day })
}

impl HandLog<'_> {
    /// Lines of one file that follow `last`; the last of them.
    pub fn lines(&self, last: &mut Digest, file: u32, objects: std::ops::Range<u8>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for object in objects {
            let line = AuditLine {
                what: What::Object,
                mailbox: Some(self.mailbox),
                object: Some(ObjectName::from_bytes([object; 16])),
                time: START + u64::from(file - 1) * DAY + u64::from(object) * 3600,
                prev: *last,
            }
            .to_json();
            *last = Digest::of(&line);
            bytes.extend(line);
            bytes.push(b'\n');
        }
        bytes
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.site.store().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.site.store().join(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.site.store().join(path)).unwrap();
    }

    /// Changes the lines of a file.
    pub fn edit(&self, path: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
        let mut lines = lines_of(&self.read(path));
        change(&mut lines);
        self.write(path, &lines.concat());
    }

    pub fn swap(&self, one: &str, other: &str) {
        let (first, second) = (self.read(one), self.read(other));
        self.write(one, &second);
        self.write(other, &first);
    }

    pub fn remove_all(&self) {
        let _ = fs::remove_dir_all(self.site.store().join("audit"));
    }

    /// The log, whole; `objects` lines in each file.
    pub fn write_all(&self, objects: u8) {
        for number in [1, 2] {
            let mut last = chain_start(server(number));
            for file in [1, 2] {
                let lines = self.lines(&mut last, file, 0..objects);
                self.write(&path(number, file), &lines);
            }
        }
    }
}

/// A practice with one member.
pub fn practice() -> (TestSite, MailboxId) {
    let site = TestSite::empty();
    let mailbox = site.member("ann", &[]).mailbox.parse().unwrap();
    site.build();
    (site, mailbox)
}

/// The lines of a file, each with its end.
pub fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}
