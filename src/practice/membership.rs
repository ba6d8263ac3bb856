//! Who is in a group, since when, and until when: what `group.toml` says of joining and leaving.
//!
//! `members` is who is in it. Who joined later than the group began has a line `[[joined]]`; who has left, `[[left]]`. The
//! lines stay, so that the file tells who was in the group when. Days are the therapist's own; each begins at midnight.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Group;
use crate::content::{At, Fields};

const MADE: &str = "`heldspace member join` and `heldspace member leave` write these lines";

/// Someone came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub member: String,
    pub on: Date,
    /// They see the group's pages from this day on; none: all of them.
    pub sees_from: Option<Date>,
}

/// Someone went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub member: String,
    /// From this day on they get nothing new.
    pub on: Date,
    /// The last day on which what they had can be read; none: for good.
    pub keep_until: Option<Date>,
}

/// What someone sees of a group's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of them.
    Everything,
    /// Those from this day on.
    From(Date),
}

/// What is planned for someone in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    Joins(Date),
    Leaves(Date),
}

impl Sight {
    pub fn covers(self, day: Date) -> bool {
        match self {
            Self::Everything => true,
            Self::From(first) => day >= first,
        }
    }
}

impl Group {
    /// What `member` sees of this group's pages on a day, if they are in it then.
    pub fn sight(&self, member: &str, today: Date) -> Option<Sight> {
        if !self.members.iter().any(|name| name == member) {
            return None;
        }
        let came = self.joined.iter().filter(|joined| joined.member == member);
        // The last one written counts, among those of one day too.
        let last = came.clone().filter(|joined| joined.on <= today).max_by_key(|joined| joined.on);
        let gone = self.went(member).filter(|left| left.on <= today).map(|left| left.on).max();
        match (last, gone) {
            (Some(joined), gone) if gone.is_none_or(|gone| gone <= joined.on) => {
                Some(joined.sees_from.map_or(Sight::Everything, Sight::From))
            }
            // In it from the beginning: whoever has a line that is still to come is not in it yet.
            (None, None) if came.count() == 0 => Some(Sight::Everything),
            _ => None,
        }
    }

    /// Whether someone who left may still read on a day what they had.
    pub fn keeps(&self, member: &str, today: Date) -> bool {
        // The last one counts, also one that was written over a plan: what was allowed before ends with it.
        self.last_left(member, today).is_some_and(|left| left.keep_until.is_none_or(|last| today <= last))
    }

    /// The last time that someone left, by a day.
    pub fn last_left(&self, member: &str, today: Date) -> Option<&Left> {
        self.went(member).filter(|left| left.on <= today).last()
    }

    /// The day on which someone who is in it leaves, or who is to come joins, where that is still ahead.
    pub fn ahead(&self, member: &str, today: Date) -> Option<Ahead> {
        let later = |day: &Date| *day > today;
        if self.sight(member, today).is_some() {
            return self.went(member).map(|left| left.on).filter(later).min().map(Ahead::Leaves);
        }
        let comes = self.joined.iter().filter(|joined| joined.member == member).map(|joined| joined.on);
        comes.filter(later).min().map(Ahead::Joins)
    }

    /// Whether anything says since when someone is in it.
    pub fn has_joined(&self, member: &str) -> bool {
        self.joined.iter().any(|joined| joined.member == member)
    }

    fn went(&self, member: &str) -> impl Iterator<Item = &Left> {
        self.left.iter().filter(move |left| left.member == member)
    }
}

/// Reads `[[joined]]` and `[[left]]` into a group whose members were read.
pub(super) fn read(fields: &mut Fields<'_>, group: &mut Group) {
    let mut named: Vec<At<String>> = Vec::new();
    group.joined = fields.tables("joined", |table| {
        let (member, joined) = joined(table)?;
        named.push(member);
        Some(joined)
    });
    group.left = fields.tables("left", left);
    let known: BTreeSet<&String> = group.members.iter().chain(group.left.iter().map(|left| &left.member)).collect();
    for member in named.into_iter().filter(|member| !known.contains(&member.value)) {
        // SECURITY: a slip in this name would show someone all that was before them.
        let what = format!("`{}` stands neither in `members` nor below [[left]]", member.value);
        fields.mistake(&member.at, what, "write the name of their folder, as it stands in `members`");
    }
}

fn joined(mut fields: Fields<'_>) -> Option<(At<String>, Joined)> {
    let member = fields.required_text("member", MADE);
    let on = fields.date("on");
    if on.is_none() {
        fields.missing("on", "on = 2026-11-24");
    }
    let sees_from = fields.date("sees_from").map(|date| date.value);
    fields.finish();
    let (member, on) = (member?, on?.value);
    Some((At { value: member.value.clone(), at: member.at.clone() }, Joined { member: member.value, on, sees_from }))
}

fn left(mut fields: Fields<'_>) -> Option<Left> {
    let member = fields.required_text("member", MADE);
    let on = fields.date("on");
    if on.is_none() {
        fields.missing("on", "on = 2026-11-24");
    }
    let keep_until = fields.date("keep_until").map(|date| date.value);
    fields.finish();
    Some(Left { member: member?.value, on: on?.value, keep_until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i8) -> Date {
        jiff::civil::date(2026, 11, n)
    }

    fn group(joined: &[(i8, Option<i8>)], left: &[(i8, Option<i8>)]) -> Group {
        let joined =
            joined.iter().map(|&(on, from)| Joined { member: "m".into(), on: day(on), sees_from: from.map(day) });
        let left = left.iter().map(|&(on, last)| Left { member: "m".into(), on: day(on), keep_until: last.map(day) });
        Group { members: vec!["m".into()], joined: joined.collect(), left: left.collect(), ..Group::default() }
    }

    #[test]
    fn who_is_in_it_from_the_beginning_sees_everything_until_they_leave() {
        assert_eq!(group(&[], &[]).sight("m", day(1)), Some(Sight::Everything));
        assert_eq!(group(&[], &[]).sight("other", day(1)), None);
        let leaving = group(&[], &[(10, Some(20))]);
        assert_eq!(leaving.sight("m", day(9)), Some(Sight::Everything));
        assert_eq!((leaving.sight("m", day(10)), leaving.keeps("m", day(9))), (None, false));
        assert!(leaving.keeps("m", day(10)) && leaving.keeps("m", day(20)) && !leaving.keeps("m", day(21)));
    }

    #[test]
    fn who_joined_later_sees_what_is_from_then_on() {
        let later = group(&[(5, Some(5))], &[]);
        assert_eq!(later.sight("m", day(4)), None, "not yet");
        let sight = later.sight("m", day(5)).unwrap();
        assert!(!sight.covers(day(4)) && sight.covers(day(5)));
        assert_eq!(group(&[(5, None)], &[]).sight("m", day(6)), Some(Sight::Everything));
    }

    #[test]
    fn whoever_comes_back_is_in_it_again() {
        let back = group(&[(1, None), (12, Some(12))], &[(10, None)]);
        assert_eq!(back.sight("m", day(9)), Some(Sight::Everything));
        assert_eq!(back.sight("m", day(11)), None);
        assert_eq!(back.sight("m", day(12)), Some(Sight::From(day(12))));
        assert!(back.keeps("m", day(28)), "for good");
        assert_eq!(group(&[(5, Some(5))], &[(5, None)]).sight("m", day(5)), Some(Sight::From(day(5))), "moved in");
    }
}
