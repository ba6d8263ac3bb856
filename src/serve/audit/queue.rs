//! Events that are not written yet, each once an hour, and never more than there is room for.

use std::collections::HashSet;

use super::Event;
use crate::wire::{Day, UnixTime, What};

#[derive(Debug)]
pub(super) struct Queue {
    waiting: Vec<Event>,
    /// How many may wait.
    most: usize,
    /// What was noted in this hour already.
    hour: UnixTime,
    noted: HashSet<Event>,
    lines_per_day: usize,
    day: Day,
    lines: usize,
}

impl Queue {
    pub(super) fn new(most: usize, lines_per_day: usize) -> Self {
        Self { waiting: Vec::new(), most, hour: 0, noted: HashSet::new(), lines_per_day, day: Day::of(0), lines: 0 }
    }

    /// Whether there is something new to write.
    pub(super) fn add(&mut self, event: Event) -> bool {
        self.turn(event.time);
        if self.noted.contains(&event) {
            return false;
        }
        let fits = self.waiting.len() < self.most && self.lines < self.lines_per_day;
        // What does not fit is not noted, so that it is when there is room again; that something is missing, is.
        let event = if fits { event } else { Event { what: What::Lost, mailbox: None, object: None, ..event } };
        let is_new = self.noted.insert(event.clone());
        if is_new {
            self.lines += 1;
            self.waiting.push(event);
        }
        is_new
    }

    pub(super) fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.waiting)
    }

    /// Begins another hour, and with it perhaps another day. The clock may also have been put back.
    fn turn(&mut self, time: UnixTime) {
        if self.hour != time {
            self.hour = time;
            self.noted.clear();
        }
        if self.day != Day::of(time) {
            self.day = Day::of(time);
            self.lines = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MailboxId;

    const HOUR: UnixTime = 3600;

    fn index(mailbox: u8, time: UnixTime) -> Event {
        Event { what: What::Index, mailbox: Some(MailboxId::from_bytes([mailbox; 16])), object: None, time }
    }

    fn words(queue: &mut Queue) -> Vec<String> {
        queue.take().iter().map(|event| event.what.as_str().to_owned()).collect()
    }

    #[test]
    fn the_same_once_an_hour() {
        let mut queue = Queue::new(100, 100);
        assert!(queue.add(index(1, 0)) && !queue.add(index(1, 0)) && queue.add(index(2, 0)));
        assert!(queue.add(index(1, HOUR)));
        assert_eq!(queue.take().len(), 3);
        assert!(!queue.add(index(1, HOUR)), "also after it was written");
    }

    #[test]
    fn what_has_no_room_is_said_to_be_lost_and_comes_when_there_is_room() {
        let mut queue = Queue::new(2, 100);
        for mailbox in 0..200 {
            queue.add(index(mailbox, 0));
        }
        assert_eq!(words(&mut queue), ["index", "index", "lost"]);
        assert!(queue.add(index(2, 0)) && !queue.add(index(1, 0)));
    }

    #[test]
    fn a_day_has_so_many_lines() {
        let mut queue = Queue::new(1000, 3);
        for event in (0..10).map(|mailbox| index(mailbox, 0)).chain((0..10).map(|mailbox| index(mailbox, HOUR))) {
            queue.add(event);
        }
        assert_eq!(words(&mut queue), ["index", "index", "index", "lost", "lost"]);
        assert!(queue.add(index(0, 24 * HOUR)), "the next day");
    }
}
