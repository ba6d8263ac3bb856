//! Days and hours in a block: by the practice's own clock, wherever it is built.

use jiff::{
    civil::{DateTime, Time},
    tz::TimeZone,
};

use crate::{
    clock::moment,
    content::{Fields, Moment},
    practice::Practice,
    wire::UnixTime,
};

/// Behind `closes`: the last moment at which an answer is taken. Of a day, its end.
pub(super) fn closes(fields: &mut Fields<'_>, practice: &Practice) -> Option<UnixTime> {
    let moment = fields.moment("closes")?;
    let Some(zone) = &practice.site.practice.time_zone else {
        let hint = "write it below [practice] in site.toml, such as time_zone = \"America/New_York\"";
        fields.mistake(&moment.at, "an hour, and the practice has no time zone", hint);
        return None;
    };
    let time = match moment.value {
        Moment::Day(day) => day.tomorrow().ok().and_then(|next| unix(next.into(), zone)),
        Moment::Hour(hour) => unix(hour, zone),
    };
    if time.is_none() {
        fields.mistake(&moment.at, "a day that no calendar goes to", "look at the year");
    }
    time
}

/// Of an hour that a clock shows twice, the first; of one that it leaves out, the one after.
fn unix(time: DateTime, zone: &TimeZone) -> Option<UnixTime> {
    let zoned = time.to_zoned_datetime(zone.clone()).ok()?;
    u64::try_from(zoned.timestamp().as_second()).ok()
}

/// When a block closes, as people say it.
pub(crate) fn closing(closes: UnixTime, practice: &Practice) -> Option<String> {
    let zone = practice.site.practice.time_zone.clone()?;
    let hour = moment(closes)?.to_zoned_datetime(zone).datetime();
    if hour.time() != Time::midnight() {
        return Some(spoken(Moment::Hour(hour), practice));
    }
    let day = hour.date().yesterday().ok()?;
    Some(format!("the end of {}", spoken(Moment::Day(day), practice)))
}

/// As people write it, on one line.
pub(crate) fn spoken(moment: Moment, practice: &Practice) -> String {
    // Names of days in English alone; everywhere else the order that all can read.
    let english = practice.site.practice.language.split('-').next() == Some("en");
    match (moment, english) {
        (Moment::Day(day), true) => day.strftime("%A %-d %B %Y").to_string(),
        (Moment::Day(day), false) => day.to_string(),
        (Moment::Hour(hour), true) => hour.strftime("%A %-d %B %Y, %H:%M").to_string(),
        (Moment::Hour(hour), false) => hour.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// What an option that is a time is called, so that it can be read back: `2026-12-03`, or `2026-12-03-18-30`.
pub(super) fn id(moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Hour(hour) => hour.strftime("%Y-%m-%d-%H-%M").to_string(),
    }
}

/// The hour that an option of this id is for, if it is one.
pub(crate) fn hour(id: &str) -> Option<DateTime> {
    DateTime::strptime("%Y-%m-%d-%H-%M", id).ok()
}
