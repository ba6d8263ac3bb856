//! Days and hours as the therapist sees them: by this machine's clock, in its time zone, or in UTC where that can't be told.

use jiff::{Timestamp, ZonedDateTime, civil::Date, tz::TimeZone};

use crate::wire::UnixTime;

fn zone() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
}

/// What this machine's time zone is called, where it is one that every machine knows.
pub fn zone_name() -> Option<String> {
    let name = zone().iana_name()?.to_owned();
    named(&name).map(|_| name)
}

/// The time zone of this name. SECURITY: it has to be in the list, so that no name leads to another file.
pub fn named(name: &str) -> Option<TimeZone> {
    zone_names().iter().any(|known| known == name).then(|| TimeZone::get(name).ok()).flatten()
}

/// All of them.
pub fn zone_names() -> Vec<String> {
    jiff::tz::db().available().map(|name| name.to_string()).collect()
}

pub fn now() -> ZonedDateTime {
    Timestamp::now().to_zoned_datetime(zone())
}

/// Now, in seconds since 1970.
pub fn unix() -> Option<UnixTime> {
    u64::try_from(Timestamp::now().as_second()).ok()
}

pub fn today() -> Date {
    now().date()
}

/// A time as a calendar has it; none for one that no calendar goes to.
pub fn moment(time: UnixTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time).ok()?).ok()
}

fn here(time: UnixTime) -> Option<ZonedDateTime> {
    Some(moment(time)?.to_zoned_datetime(zone()))
}

/// The day that a time lies in.
pub fn day_of(time: UnixTime) -> Option<Date> {
    Some(here(time)?.date())
}

/// A day as people write it: 1 December 2026.
pub fn spoken(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// When a day begins.
pub fn begins(date: Date) -> Option<UnixTime> {
    u64::try_from(date.to_zoned_datetime(zone()).ok()?.timestamp().as_second()).ok()
}

/// The hour, for people, with the name of the time zone.
pub fn hour(time: UnixTime) -> String {
    here(time).map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M %Z").to_string())
}
