//! From which day to which a page is there: `publish_on` and `expires_on`.
//!
//! In: the two dates in the front matter. Out: a [`Term`], which tells of any day whether the page is there. Both days are
//! days on which it is. It must not know which day it is.

use std::ops::Range;

use jiff::civil::Date;

use super::{
    fields::{At, Fields},
    page::Kind,
};

/// The days on which a page is there; all of them where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Term {
    /// The first one.
    pub publish_on: Option<Date>,
    /// The last one.
    pub expires_on: Option<Date>,
}

/// How a page stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not there before this day.
    Waits(Date),
    There,
    /// This was its last day.
    Over(Date),
}

impl Term {
    pub fn on(&self, day: Date) -> Standing {
        match (self.publish_on, self.expires_on) {
            (_, Some(last)) if day > last => Standing::Over(last),
            (Some(first), _) if day < first => Standing::Waits(first),
            _ => Standing::There,
        }
    }

    /// Whether it was still waiting on `last`, and is there on `today`.
    pub fn has_come(&self, last: Date, today: Date) -> bool {
        matches!(self.on(last), Standing::Waits(_)) && self.on(today) == Standing::There
    }

    /// The first day after `day` on which it stands otherwise than on the day before.
    pub fn next_change(&self, day: Date) -> Option<Date> {
        let gone = self.expires_on.and_then(|last| last.tomorrow().ok());
        self.publish_on.into_iter().chain(gone).filter(|change| *change > day).min()
    }
}

/// The two dates, and where the last one stands.
pub(super) struct Read {
    pub(super) term: Term,
    expires: Option<Range<usize>>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Read {
    let publish_on = fields.date("publish_on").map(|date| date.value);
    let expires: Option<At<Date>> = fields.date("expires_on");
    let term = Term { publish_on, expires_on: expires.as_ref().map(|date| date.value) };
    Read { term, expires: expires.map(|date| date.at) }
}

/// A page that would be gone before it came, or before the session that it is about.
pub(super) fn check(fields: &mut Fields<'_>, read: &Read, date: Option<Date>, kind: Kind) {
    let (Some(at), Some(last)) = (&read.expires, read.term.expires_on) else { return };
    if let Some(first) = read.term.publish_on.filter(|first| last < *first) {
        let what = format!("`expires_on` is before `publish_on` ({first}): nobody would ever have the page");
        fields.mistake(at, what, "`publish_on` is the first day it is there, `expires_on` the last one");
    } else if let Some(date) = date.filter(|date| last < *date && is_about_a_day(kind)) {
        let what = format!("`expires_on` is before `date` ({date}): the page would be gone before its own day");
        fields.mistake(at, what, "`expires_on` is the last day it is there; look at both years");
    }
}

/// An invitation may well end before the evening it invites to. What tells of a day can't.
const fn is_about_a_day(kind: Kind) -> bool {
    matches!(kind, Kind::Agenda | Kind::Summary | Kind::Progress)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_days_are_days_on_which_it_is_there() {
        let term = Term { publish_on: Some(date(2026, 12, 1)), expires_on: Some(date(2026, 12, 2)) };
        assert_eq!(term.on(date(2026, 11, 30)), Standing::Waits(date(2026, 12, 1)));
        assert_eq!(term.on(date(2026, 12, 1)), Standing::There);
        assert_eq!(term.on(date(2026, 12, 2)), Standing::There);
        assert_eq!(term.on(date(2026, 12, 3)), Standing::Over(date(2026, 12, 2)));
        assert_eq!(term.next_change(date(2026, 11, 30)), Some(date(2026, 12, 1)));
        assert_eq!(term.next_change(date(2026, 12, 1)), Some(date(2026, 12, 3)));
        assert_eq!(term.next_change(date(2026, 12, 3)), None);
        assert_eq!(Term::default().on(date(1, 1, 1)), Standing::There);
    }
}
