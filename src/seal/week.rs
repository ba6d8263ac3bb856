//! ISO weeks: how long a link in a notice lives.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, ISOWeekDate, Weekday},
    tz::TimeZone,
};

use crate::wire::UnixTime;

/// The last second of the year 9000.
const END: UnixTime = 221_876_927_999;
/// How many weeks' tickets are good at a time.
pub const WEEKS: u8 = 9;

/// An ISO week, such as 2026-W48; or the card, which is no week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    pub(crate) year: u16,
    pub(crate) number: u8,
}

impl Week {
    /// A card's link has no week and no end.
    pub const CARD: Self = Self { year: 0, number: 0 };

    /// The week that `time` lies in, in UTC; for a clock gone wild, the last one of the year 9000.
    ///
    /// # Panics
    /// Never: weeks to that one can all be counted.
    pub fn of(time: UnixTime) -> Self {
        let seconds = i64::try_from(time.min(END)).expect("a time before the year 9000");
        let date = Timestamp::from_second(seconds)
            .expect("a time before the year 9000")
            .to_zoned_datetime(TimeZone::UTC)
            .date();
        Self::containing(date)
    }

    fn containing(date: Date) -> Self {
        let week = date.iso_week_date();
        let year = u16::try_from(week.year()).expect("years since 1970");
        Self { year, number: week.week().unsigned_abs() }
    }

    /// The weeks whose tickets are good at this week, newest first: itself and the eight before.
    pub fn recent(self) -> impl Iterator<Item = Self> {
        let monday = self.monday();
        (0..i64::from(WEEKS)).map(move |n| Self::containing(monday - (n * 7).days()))
    }

    /// When this week's tickets stop being good: nine weeks after its Monday began. A card's never do.
    pub fn ends(self) -> Option<UnixTime> {
        if self == Self::CARD {
            return None;
        }
        let end = self.monday() + (i64::from(WEEKS) * 7).days();
        let end = end.to_zoned_datetime(TimeZone::UTC).expect("a date before the year 9999").timestamp().as_second();
        Some(u64::try_from(end).expect("a date after 1970"))
    }

    fn monday(self) -> Date {
        let (year, week) = (self.year.cast_signed(), self.number.cast_signed());
        ISOWeekDate::new(year, week, Weekday::Monday).expect("made from a date").date()
    }
}

/// `2026-W48`, or `card`: as it stands in `member.toml`.
impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::CARD { f.write_str("card") } else { write!(f, "{:04}-W{:02}", self.year, self.number) }
    }
}

/// Not a week such as `2026-W48`, nor `card`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an ISO week such as `2026-W48`, or `card`")]
pub struct WeekError;

impl FromStr for Week {
    type Err = WeekError;

    fn from_str(text: &str) -> Result<Self, WeekError> {
        if text == "card" {
            return Ok(Self::CARD);
        }
        let (year, number) = text.split_once("-W").ok_or(WeekError)?;
        if !(year.len() == 4 && number.len() == 2 && [year, number].concat().bytes().all(|b| b.is_ascii_digit())) {
            return Err(WeekError);
        }
        let (year, number): (i16, i8) = (year.parse().map_err(|_| WeekError)?, number.parse().map_err(|_| WeekError)?);
        ISOWeekDate::new(year, number, Weekday::Monday).map_err(|_| WeekError)?;
        Ok(Self { year: year.unsigned_abs(), number: number.unsigned_abs() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_cross_the_year_as_iso_8601_says() {
        // 2026-12-31 is a Thursday of week 53; 2027-01-04 begins week 1.
        let week = Week::of(1_798_675_200);
        assert_eq!(week.to_string(), "2026-W53");
        assert_eq!(
            Week::of(1_799_020_800).recent().map(|w| w.to_string()).take(3).collect::<Vec<_>>(),
            ["2027-W01", "2026-W53", "2026-W52"]
        );
        assert_eq!("2026-W53".parse(), Ok(week));
        for bad in ["", "Card", "2027-W53", "2026-W54", "2026-W00", "2026-W4", "2026-48", "+026-W48", "2026-W+8"] {
            assert_eq!(bad.parse::<Week>(), Err(WeekError), "{bad}");
        }
    }

    #[test]
    fn a_clock_gone_wild_breaks_nothing() {
        assert_eq!(Week::of(u64::MAX).recent().count(), 9);
        assert!(Week::of(u64::MAX).ends().is_some());
    }

    #[test]
    fn a_weeks_tickets_end_after_nine_weeks() {
        let now = 1_795_564_800; // 2026-11-25
        assert_eq!(Week::of(now).recent().count(), 9);
        for week in Week::of(now).recent() {
            assert!(week.ends().unwrap() > now);
        }
        assert_eq!(Week::CARD.ends(), None);
    }
}
