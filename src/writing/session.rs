//! When a group meets next: read from the day of the week in `schedule`, where it names exactly one and nothing that skips weeks.

use jiff::{ToSpan, civil::Date, civil::Weekday};

use crate::practice::Group;

const DAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];
/// Words of a schedule that is not every week: then only its author knows the next day.
const SKIPS: [&str; 5] = ["other", "alternate", "fortnight", "biweekly", "month"];
/// Before the day of the week they skip weeks too; elsewhere they may speak of a floor.
const ORDINALS: [&str; 9] = ["first", "1st", "second", "2nd", "third", "3rd", "fourth", "4th", "last"];
/// How many words before the day belong to it.
const NEAR: usize = 4;

/// The next session, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub on: Date,
    pub weekday: &'static str,
}

/// The next day, today included, on which a group meets.
pub fn next_session(group: &Group, today: Date) -> Option<Session> {
    let schedule = group.schedule.as_ref()?.to_lowercase();
    let words: Vec<&str> = schedule.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let place =
        |name: &str| words.iter().position(|word| word.strip_suffix('s').unwrap_or(word).eq_ignore_ascii_case(name));
    let mut named = DAYS.iter().filter_map(|(name, day)| Some((place(name)?, *name, *day)));
    let (Some((at, weekday, day)), None) = (named.next(), named.next()) else { return None };
    let before = &words[at.saturating_sub(NEAR)..at];
    let skips = words.iter().any(|word| SKIPS.iter().any(|skip| word.starts_with(skip)));
    if skips || before.iter().any(|word| ORDINALS.contains(word)) {
        return None;
    }
    let ahead = (0..7).filter_map(|days| today.checked_add(days.days()).ok());
    ahead.into_iter().find(|date| date.weekday() == day).map(|on| Session { on, weekday })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn one_day_of_every_week_and_nothing_else_is_understood() {
        let next = |schedule: &str| {
            let group = Group { schedule: Some(schedule.to_owned()), ..Group::default() };
            next_session(&group, date(2026, 11, 25)).map(|session| session.on)
        };
        assert_eq!(next("Tuesdays, 6:30 to 8:00 in the evening. Tea from 6:15."), Some(date(2026, 12, 1)));
        assert_eq!(next("Tuesdays, in the room on the second floor"), Some(date(2026, 12, 1)));
        assert_eq!(next("every WEDNESDAY"), Some(date(2026, 11, 25)), "today");
        for unclear in [
            "Tuesdays and Thursdays",
            "every other Tuesday",
            "the first and third Tuesday",
            "in the evening",
            "",
            "Mon",
        ] {
            assert_eq!(next(unclear), None, "{unclear}");
        }
        assert_eq!(next_session(&Group::default(), date(2026, 11, 25)), None);
    }
}
