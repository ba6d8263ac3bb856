//! The time of a session as a file that calendars take: from when to when, and a title that says nothing.
//!
//! SECURITY: calendars are synced to strangers, shared with families, and shown on locked screens. So there is no group, no
//! name, no place, no link and no organiser in it, and nothing of heldspace.

use std::path::Path;

use icalendar::{Calendar, Class, Component, Event};
use jiff::Timestamp;

use super::{Attachment, Kind};

/// What it is called when it is saved, whatever its title is.
const NAME: &str = "appointment.ics";
/// RFC 5545 wants to know when an entry was last changed. That is no clock here, since the same page gives the same bytes on
/// any day; calendars go by `UID` when a file is opened.
const STAMP: &str = "20000101T000000Z";

/// One entry of a calendar.
#[derive(Debug, Clone, Copy)]
pub struct Appointment<'a> {
    pub begins: Timestamp,
    pub ends: Timestamp,
    pub title: &'a str,
    /// What this reader's calendar knows it by: a changed time takes the place of the one before.
    pub uid: &'a str,
}

impl Attachment {
    /// The entry that goes with `page`.
    pub fn appointment(page: &Path, appointment: Appointment<'_>) -> Self {
        Self::made(page, NAME, Kind::CALENDAR, appointment.file().into_bytes())
    }
}

impl Appointment<'_> {
    /// In UTC: each calendar shows it by its own clock, and no time zone tells where the practice is.
    fn file(self) -> String {
        let utc = |time: Timestamp| time.strftime("%Y%m%dT%H%M%SZ").to_string();
        let event = Event::new()
            .uid(self.uid)
            .add_property("DTSTAMP", STAMP)
            .add_property("DTSTART", utc(self.begins))
            .add_property("DTEND", utc(self.ends))
            .summary(self.title)
            .class(Class::Private)
            .done();
        Calendar::from([event]).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_when_and_nothing_else() {
        let appointment = Appointment {
            begins: "2026-12-03T23:30:00Z".parse().unwrap(),
            ends: "2026-12-04T01:00:00Z".parse().unwrap(),
            title: "Tea, or; \\ coffee",
            uid: "00ff",
        };
        let lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:ICALENDAR-RS",
            "CALSCALE:GREGORIAN",
            "BEGIN:VEVENT",
            "CLASS:PRIVATE",
            "DTEND:20261204T010000Z",
            "DTSTAMP:20000101T000000Z",
            "DTSTART:20261203T233000Z",
            r"SUMMARY:Tea\, or\; \\ coffee",
            "UID:00ff",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(appointment.file(), lines.join("\r\n"));
        let file = Attachment::appointment(Path::new("content/groups/a/x.md"), appointment);
        assert_eq!(file.whole().unwrap(), appointment.file().into_bytes());
        assert_eq!(file.bytes(6, 9).unwrap(), b"VCALENDAR");
        assert_eq!(file.bytes(file.length, 9).unwrap(), b"");
    }
}
