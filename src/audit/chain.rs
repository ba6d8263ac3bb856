//! One server's lines, followed from the first to the last, and held against the one that was seen before.

use serde::{Deserialize, Serialize};

use super::{Event, fetch::LogFile};
use crate::{
    store::layout,
    wire::{AuditFile, AuditLine, Day, Digest, ServerId, chain_start, hour_of},
};

/// More than any line.
const LINE_SIZE: usize = 1024;

/// A place in a chain: so many lines, and which they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub(super) lines: u64,
    /// Of all of them, and of where each stands.
    pub(super) digest: Digest,
    /// So many of them, from the first, the therapist took as they were: what was there before can't be told.
    pub(super) accepted: u64,
    /// Where the last of them is: to say so, should it be gone.
    pub(super) file: String,
    pub(super) line: usize,
}

/// What a server wrote, as far as it can be read.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) server: ServerId,
    pub(super) events: Vec<Event>,
    /// But those that were accepted.
    pub(super) flaws: Vec<Flaw>,
    /// Its last line, if it has one.
    pub(super) end: Option<Mark>,
}

/// A sign that the log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Flaw {
    #[error("{file}, line {line}: {why}")]
    Line { file: String, line: usize, why: Why },
    #[error("{file}, line {line}: it was cut short, and the log goes on after it")]
    Torn { file: String, line: usize },
    #[error("{file}: what comes before this file is missing")]
    Gap { file: String },
    #[error("{file}, line {line}: it was seen before, and is gone")]
    Gone { file: String, line: usize },
    #[error("{file}, line {line}: the lines up to here are not those that were seen before")]
    Rewritten { file: String, line: usize },
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    #[error("not a line of an audit log")]
    Unreadable,
    #[error("it does not follow from the line before it; one of the two was changed, or one between them is missing")]
    NotNext,
    #[error("its time is not of this day, or finer than an hour")]
    Time,
}

/// Follows a server's chain through its files; `seen` is how far it was seen before.
pub(super) fn follow(server: ServerId, files: Vec<LogFile>, seen: Option<&Mark>) -> Chain {
    let mut walk = Walk {
        seen,
        lines: 0,
        last: chain_start(server),
        all: chain_start(server),
        end: None,
        events: Vec::new(),
        accepted_events: 0,
        between: Vec::new(),
        flaws: Vec::new(),
        told: false,
    };
    let mut before = 0;
    for LogFile { file, bytes } in files {
        let path = layout::audit(&file);
        if file.number - 1 != before {
            walk.between.push(Flaw::Gap { file: path.clone() });
        }
        before = file.number;
        // A power cut may leave half of the last line there is, and of no other.
        if let Some(line) = walk.file(&file, &path, &bytes) {
            walk.between.push(Flaw::Torn { file: path, line });
        }
    }
    walk.finish(server)
}

struct Walk<'a> {
    seen: Option<&'a Mark>,
    lines: u64,
    last: Digest,
    /// Of all lines so far, and of where each stands.
    all: Digest,
    end: Option<Mark>,
    events: Vec<Event>,
    /// So many of the events stand in lines that were accepted.
    accepted_events: usize,
    /// What is wrong between the last line and the next, should there be one.
    between: Vec<Flaw>,
    flaws: Vec<Flaw>,
    /// Whether a flaw of a line of this file was told: one is enough to know, and more could fill the memory.
    told: bool,
}

impl Walk<'_> {
    /// Follows the whole lines of a file; the number of the one that was cut short, if there is one.
    fn file(&mut self, file: &AuditFile, path: &str, bytes: &[u8]) -> Option<usize> {
        self.told = false;
        for (n, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let number = n + 1;
            let Some(line) = line.strip_suffix(b"\n") else { return Some(number) };
            for flaw in std::mem::take(&mut self.between) {
                // A gap shows in where the lines stand.
                if matches!(flaw, Flaw::Torn { .. }) {
                    self.all = Digest::of(&[self.all.as_bytes(), b"torn".as_slice()].concat());
                }
                self.flaws.push(flaw);
            }
            if let Some(why) = self.line(line, file.day).filter(|_| !self.told) {
                self.flaws.push(Flaw::Line { file: path.to_owned(), line: number, why });
                self.told = true;
            }
            self.pass(line, path, number);
        }
        None
    }

    /// Takes the event from a line, if it can be read; what is wrong with it, if anything is.
    fn line(&mut self, line: &[u8], day: Day) -> Option<Why> {
        let parsed = if line.len() <= LINE_SIZE { serde_json::from_slice::<AuditLine>(line).ok() } else { None };
        let Some(AuditLine { what, mailbox, object, time, prev }) = parsed else { return Some(Why::Unreadable) };
        self.events.push(Event { time, what, mailbox, object, trusted: true, accepted: false });
        if prev != self.last {
            return Some(Why::NotNext);
        }
        (hour_of(time) != time || Day::of(time) != day).then_some(Why::Time)
    }

    /// Goes on behind the line, whatever it says.
    fn pass(&mut self, line: &[u8], path: &str, number: usize) {
        self.lines += 1;
        self.last = Digest::of(line);
        self.all = Digest::of(&[self.all.as_bytes(), self.last.as_bytes(), path.as_bytes()].concat());
        let accepted = self.seen.map_or(0, |seen| seen.accepted);
        if self.lines == accepted {
            self.accepted_events = self.events.len();
        }
        if let Some(seen) = self.seen.filter(|seen| seen.lines == self.lines) {
            // SECURITY: only lines without flaws, or whose flaws were accepted, are remembered as seen. If these are the
            // same ones, nothing new is wrong with them; and no old flaw hides one that comes after them.
            if seen.digest == self.all {
                self.flaws.clear();
            } else {
                self.flaws.push(Flaw::Rewritten { file: path.to_owned(), line: number });
            }
            self.told = false;
        }
        let (lines, digest) = (self.lines, self.all);
        self.end = Some(Mark { lines, digest, accepted, file: path.to_owned(), line: number });
    }

    fn finish(mut self, server: ServerId) -> Chain {
        if let Some(seen) = self.seen.filter(|seen| seen.lines > self.lines) {
            self.flaws.push(Flaw::Gone { file: seen.file.clone(), line: seen.line });
        }
        // Where it was changed can't be told from where that shows: nothing of this chain is believed.
        let is_whole = self.flaws.is_empty();
        for (n, event) in self.events.iter_mut().enumerate() {
            let before = n < self.accepted_events;
            (event.trusted, event.accepted) = (is_whole && !before, is_whole && before);
        }
        Chain { server, events: self.events, flaws: self.flaws, end: self.end }
    }
}
