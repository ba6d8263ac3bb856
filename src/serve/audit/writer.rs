//! From events to lines on the disk: one chain for each run of a server, in files by day and size.

use std::{collections::VecDeque, time::Duration};

use tokio::{sync::watch, time::sleep};

use super::{Audit, Event};
use crate::{
    serve::{
        limits::Limits,
        trouble::{Told, Trouble},
    },
    store::{Store, StoreError, layout},
    wire::{AuditFile, AuditLine, Day, Digest, ServerId, chain_start},
};

#[derive(Debug)]
pub(in crate::serve) struct Writer {
    server: ServerId,
    /// The file that is written to, if there is one yet, and its length.
    file: Option<AuditFile>,
    length: u64,
    prev: Digest,
    waiting: VecDeque<Event>,
    file_size: u64,
    pause: Duration,
}

/// What goes to one file at once.
#[derive(Debug)]
struct Block {
    file: AuditFile,
    at: u64,
    bytes: Vec<u8>,
    events: usize,
    last: Digest,
}

impl Writer {
    pub(in crate::serve) fn new(limits: &Limits) -> Self {
        let server = random_id();
        Self {
            server,
            file: None,
            length: 0,
            prev: chain_start(server),
            waiting: VecDeque::new(),
            file_size: limits.audit_file_size,
            pause: limits.audit_pause,
        }
    }

    /// Writes whatever is noted, until `finishing`; then what is left, once.
    pub(in crate::serve) async fn run(
        mut self,
        audit: &Audit,
        store: &Store,
        told: &Told,
        mut finishing: watch::Receiver<bool>,
    ) {
        let mut failing = false;
        loop {
            if self.waiting.is_empty() {
                tokio::select! {
                    () = audit.wake.notified() => {}
                    _ = finishing.wait_for(|finishing| *finishing) => {}
                }
            }
            let last = *finishing.borrow();
            let written = self.write(audit, store).await;
            // Once, however long it lasts.
            failing = match written {
                Ok(()) => false,
                Err(error) if !failing => {
                    told.tell(&Trouble::Audit(error));
                    true
                }
                Err(_) => true,
            };
            if last {
                return;
            }
            // What happens meanwhile is written together.
            tokio::select! {
                () = sleep(self.pause) => {}
                _ = finishing.wait_for(|finishing| *finishing) => {}
            }
        }
    }

    /// What can't be written waits, before what was noted since; the queue keeps within its bound meanwhile.
    async fn write(&mut self, audit: &Audit, store: &Store) -> Result<(), StoreError> {
        let mut done = Ok(());
        loop {
            if self.waiting.is_empty() {
                self.waiting.extend(audit.take());
            }
            let Some(block) = self.next_block() else { return done };
            let end = block.at + block.bytes.len() as u64;
            match store.append(&layout::audit(&block.file), block.at, block.bytes.into()).await {
                Ok(()) => {
                    self.waiting.drain(..block.events);
                    (self.file, self.length, self.prev) = (Some(block.file), end, block.last);
                }
                Err(cut @ StoreError::Cut { .. }) => {
                    self.begin_anew();
                    done = Err(cut);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The lines of the events that wait, as far as they go into one file.
    fn next_block(&self) -> Option<Block> {
        let day = Day::of(self.waiting.front()?.time);
        let (file, at) = self.place(day);
        let mut block = Block { file, at, bytes: Vec::new(), events: 0, last: self.prev };
        for event in self.waiting.iter().take_while(|event| Day::of(event.time) == day) {
            if at + block.bytes.len() as u64 >= self.file_size {
                break;
            }
            block.push(event);
        }
        Some(block)
    }

    /// The file for lines of this day, and where they begin in it.
    fn place(&self, day: Day) -> (AuditFile, u64) {
        match self.file {
            Some(file) if file.day == day && self.length < self.file_size => (file, self.length),
            file => {
                let number = file.map_or(1, |file| file.number + 1);
                (AuditFile { server: self.server, number, day }, 0)
            }
        }
    }

    /// Someone cut the file under this server's hands. The practice will find that; what happens from now on is written to
    /// a chain of its own.
    fn begin_anew(&mut self) {
        self.server = random_id();
        (self.file, self.length, self.prev) = (None, 0, chain_start(self.server));
    }
}

impl Block {
    fn push(&mut self, event: &Event) {
        let Event { what, mailbox, object, time } = event.clone();
        let line = AuditLine { what, mailbox, object, time, prev: self.last }.to_json();
        self.last = Digest::of(&line);
        self.bytes.extend_from_slice(&line);
        self.bytes.push(b'\n');
        self.events += 1;
    }
}

fn random_id() -> ServerId {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    ServerId::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{MailboxId, What};

    const DAY: u64 = 24 * 60 * 60;

    #[tokio::test(flavor = "current_thread")]
    async fn each_day_has_a_file_of_its_own_and_the_chain_goes_on_over_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (audit, mut writer) = (Audit::new(&Limits::default()), Writer::new(&Limits::default()));
        let note = |time| audit.note(time, What::Index, Some(MailboxId::from_bytes([1; 16])), None);
        for time in [DAY, DAY + 3599, DAY + 3600, 2 * DAY - 1] {
            note(time);
        }
        writer.write(&audit, &store).await.unwrap();
        // Two days in one write; and a clock that was put back.
        for time in [2 * DAY, 3 * DAY, 2 * DAY] {
            note(time);
        }
        writer.write(&audit, &store).await.unwrap();
        let mut last = chain_start(writer.server);
        let days = ["1970-01-02", "1970-01-03", "1970-01-04", "1970-01-03"];
        for (number, (day, lines)) in (1..).zip(days.into_iter().zip([3, 1, 1, 1])) {
            let path = format!("audit/{day}/{}-{number}.jsonl", writer.server);
            let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
            assert_eq!(text.lines().count(), lines, "{day}");
            for line in text.lines() {
                let read: AuditLine = serde_json::from_str(line).unwrap();
                assert!(read.prev == last && read.time.is_multiple_of(3600) && Day::of(read.time).to_string() == day);
                last = Digest::of(line.as_bytes());
            }
        }
    }
}
