//! What stays readable when someone goes: `--keep-until`.

use std::str::FromStr;

use clap::Args;
use jiff::{ToSpan, civil::Date};

use super::super::Failure;

/// How long what someone had stays readable, unless the therapist says something else.
const USUAL: i64 = 30;

#[derive(Args)]
pub struct Keeping {
    /// The last day on which what they had can be read: a date, `now` for none, `always` for no end. Usually 30 days
    #[arg(long, value_name = "DATE")]
    keep_until: Option<Until>,
}

/// As it is typed.
#[derive(Clone, Copy)]
pub enum Until {
    Now,
    Day(Date),
    Always,
}

impl FromStr for Until {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "now" => Ok(Self::Now),
            "always" => Ok(Self::Always),
            day => day.parse().map(Self::Day).map_err(|_| "expected a day such as 2026-12-24, `now` or `always`"),
        }
    }
}

impl Keeping {
    /// The last day, for someone who goes on a day; none: no end.
    pub fn last_day(&self, on: Date) -> Result<Option<Date>, Failure> {
        Ok(match self.keep_until {
            None => Some(on.saturating_add(USUAL.days())),
            Some(Until::Now) => Some(on.yesterday().unwrap_or(on)),
            Some(Until::Day(day)) if day < on => return Err(Failure::OverAlready { day: day.to_string() }),
            Some(Until::Day(day)) => Some(day),
            Some(Until::Always) => None,
        })
    }

    pub fn is_chosen(&self) -> bool {
        self.keep_until.is_some()
    }
}

/// What that means for what they had, as half a sentence.
pub fn meaning(last: Option<Date>, on: Date) -> String {
    match last {
        Some(last) if last < on => "can't be read any more from then on".to_owned(),
        Some(last) => format!("stays readable until {last}"),
        None => "stays readable".to_owned(),
    }
}
