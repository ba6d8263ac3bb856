//! Days, in UTC, as they stand in paths: without a calendar library, which the server does not link.

use std::{fmt, str::FromStr};

use super::UnixTime;

const SECONDS: UnixTime = 24 * 60 * 60;
/// 9999-12-31, counted from 1970-01-01.
const LAST: u64 = 2_932_896;

/// A day, such as 2026-11-25.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u64);

/// Not a day such as `2026-11-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a day such as `2026-11-25`")]
pub struct DayError;

impl Day {
    /// The day that `time` lies in; the last one before the year 10000 for all later ones.
    pub const fn of(time: UnixTime) -> Self {
        let days = time / SECONDS;
        Self(if days > LAST { LAST } else { days })
    }

    /// Years of 400 years' eras that begin in March, so that the odd day comes last: Richards, *Mapping Time*.
    const fn civil(self) -> (u64, u64, u64) {
        let days = self.0 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (era * 400 + year + (month <= 2) as u64, month, day)
    }

    const fn from_civil(year: u64, month: u64, day: u64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let shifted = (month + 9) % 12;
        let of_year = (153 * shifted + 2) / 5 + day - 1;
        let days = 365 * year + year / 4 - year / 100 + year / 400 + of_year;
        Self(days - 719_468)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<u64>().map_err(|_| DayError));
        let mut next = || parts.next().unwrap_or(Err(DayError));
        let (year, month, day) = (next()?, next()?, next()?);
        if !((1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)) {
            return Err(DayError);
        }
        let found = Self::from_civil(year, month, day);
        // One spelling for each day: no `+1`, no 30 February.
        if found.to_string() == text { Ok(found) } else { Err(DayError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_name_and_they_follow_each_other() {
        assert_eq!(Day::of(0).to_string(), "1970-01-01");
        assert_eq!(Day::of(1_795_564_799).to_string(), "2026-11-24");
        assert_eq!(Day::of(1_795_564_800).to_string(), "2026-11-25");
        assert_eq!(Day::of(951_782_400).to_string(), "2000-02-29");
        assert_eq!(Day::of(u64::MAX).to_string(), "9999-12-31");
        let mut before = String::new();
        for day in (0..=LAST).step_by(13) {
            let name = Day(day).to_string();
            assert!(name > before && name.parse() == Ok(Day(day)), "{name}");
            before = name;
        }
    }

    #[test]
    fn no_other_spelling() {
        for bad in ["", "2026-11", "2026-11-25-", "2026-02-30", "2026-2-03", "+026-02-03", "1969-12-31", "2026-00-10"] {
            assert_eq!(bad.parse::<Day>(), Err(DayError), "{bad}");
        }
    }
}
