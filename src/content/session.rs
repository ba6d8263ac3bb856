//! When a session is: `session` and `minutes` in the front matter.
//!
//! In: an hour by the practice's own clock. Out: a [`Session`], from one moment to another. What has been is no mistake: the
//! page of a session stays, with its time, when the session is over.

use std::ops::RangeInclusive;

use jiff::{
    ToSpan, ZonedDateTime,
    civil::{Date, DateTime},
};

use super::{
    audience::Audience,
    fields::{At, Fields, Moment},
    term::Term,
};
use crate::practice::Practice;

/// How long a session is where nothing else is said.
pub const MINUTES: i64 = 90;
/// What `minutes` may say: up to a whole day.
pub const LENGTHS: RangeInclusive<i64> = 5..=1440;
/// What is further away is a slip in the year.
const YEARS_AHEAD: i16 = 2;

/// A session, by the practice's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub begins: ZonedDateTime,
    pub ends: ZonedDateTime,
}

/// Why no session is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("an hour, and the practice has no time zone")]
    Zone,
    #[error("a session more than {YEARS_AHEAD} years away")]
    Far,
    #[error("an hour that there is not: on that day clocks go forward over it")]
    Skipped,
}

impl SessionError {
    pub fn hint(self) -> &'static str {
        match self {
            Self::Zone => "write it below [practice] in site.toml, such as time_zone = \"America/New_York\"",
            Self::Far => "look at the year",
            Self::Skipped => "look at the day and the hour",
        }
    }
}

impl Session {
    /// Of an hour that clocks show twice, the first.
    pub fn at(hour: DateTime, minutes: i64, practice: &Practice) -> Result<Self, SessionError> {
        let zone = practice.site.practice.time_zone.clone().ok_or(SessionError::Zone)?;
        if hour.year() > practice.today.year() + YEARS_AHEAD {
            return Err(SessionError::Far);
        }
        let begins = hour.to_zoned_datetime(zone).map_err(|_| SessionError::Far)?;
        if begins.datetime() != hour {
            return Err(SessionError::Skipped);
        }
        let ends = begins.checked_add(minutes.minutes()).map_err(|_| SessionError::Far)?;
        Ok(Self { begins, ends })
    }
}

/// The session, and where it stands.
pub(super) fn read(fields: &mut Fields<'_>, practice: &Practice) -> Option<At<Session>> {
    let has_session = fields.has("session");
    let moment = fields.moment("session");
    let minutes = fields.integer("minutes");
    if let Some(minutes) = minutes.as_ref().filter(|_| !has_session) {
        let hint = "say when it begins: session = 2026-12-03T18:30; or take the line out";
        fields.mistake(&minutes.at, "`minutes` without a `session`", hint);
    }
    let minutes = minutes.map_or(Some(MINUTES), |minutes| length(fields, &minutes));
    let At { value, at } = moment?;
    let Moment::Hour(hour) = value else {
        fields.mistake(&at, "a `session` without an hour", "write the hour too: session = 2026-12-03T18:30");
        return None;
    };
    match Session::at(hour, minutes?, practice) {
        Ok(value) => Some(At { value, at }),
        Err(error) => {
            fields.mistake(&at, error.to_string(), error.hint());
            None
        }
    }
}

fn length(fields: &mut Fields<'_>, minutes: &At<i64>) -> Option<i64> {
    if LENGTHS.contains(&minutes.value) {
        return Some(minutes.value);
    }
    let hint = format!("write how long the session is, from {} to {} minutes", LENGTHS.start(), LENGTHS.end());
    fields.mistake(&minutes.at, format!("a session of {} minutes", minutes.value), hint);
    None
}

/// A session that nobody could keep: before the page is there, or after it is gone; or one on the open web.
pub(super) fn check(fields: &mut Fields<'_>, session: &At<Session>, date: Option<Date>, term: &Term, of: &Audience) {
    let day = session.value.begins.date();
    let first = [("date", date), ("publish_on", term.publish_on)];
    let late = first.into_iter().find_map(|(key, first)| Some((key, first.filter(|first| day < *first)?)));
    if *of == Audience::Open {
        let hint = "only a page for members can have one: take the line out, or `public = true`";
        fields.mistake(&session.at, "a `session` in a page that is open to everyone", hint);
    } else if let Some((key, first)) = late {
        let what = format!("the `session` is before `{key}` ({first})");
        fields.mistake(&session.at, what, "look at both days, and at the years");
    } else if let Some(last) = term.expires_on.filter(|last| *last < day) {
        let what = format!("the `session` is after `expires_on` ({last}): the page would be gone by then");
        fields.mistake(&session.at, what, "`expires_on` is the last day it is there; look at both years");
    }
}
