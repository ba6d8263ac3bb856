//! `member join`, `member leave`, `member move`: who is in a group, and from when to when.
//!
//! Only `group.toml` changes here; the next build shows what that gives and takes, and asks. Nobody is told: whether the
//! group hears of it is for the therapist to write.

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, context, day::day},
    keep::{Keeping, meaning},
};
use crate::{
    content::has_pages,
    practice::{
        Joined, Left, Practice, Sight,
        edit::{Edit, EditError},
    },
};

/// Which of a group's pages someone sees who joins it.
#[derive(Args)]
pub struct History {
    /// The group's older pages too. Usually someone sees the pages from the day on which they join
    #[arg(long, conflicts_with = "since")]
    with_history: bool,
    /// The group's pages from this day on, such as 2026-11-01
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
}

impl History {
    /// The line that says so. Whoever is there before the first page is there from the beginning.
    pub fn joined(&self, member: &str, group: &str, on: Date, practice: &Practice) -> Joined {
        let begins = self.since.is_none() && on <= practice.today && !has_pages(&practice.root, group);
        let sees_from = if self.with_history || begins { None } else { Some(self.since.unwrap_or(on)) };
        Joined { member: member.to_owned(), on, sees_from }
    }
}

/// Put a member into a group: from that day on they see its new pages
///
/// What the group had before stays closed to them, unless you say otherwise. A page belongs to the day that stands in it
/// (`date`), or to the day on which it was first given. A page with `newcomers = true` is for those who join later too.
/// Whoever joins before the group's first page was written is in it from the beginning, and sees all.
///
/// Example: heldspace member join maya tuesday
/// Example: heldspace member join maya tuesday --since 2026-11-01
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Join {
    /// The member's folder name
    name: String,
    /// The group's folder name
    group: String,
    #[command(flatten)]
    history: History,
    /// The day on which they join, if that is not today
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
}

/// Take a member out of a group: from that day on they get nothing new of it
///
/// Everything else of theirs stays as it is. What they had of the group stays readable for 30 days, as it was then, unless
/// you say otherwise. The group is told nothing: write it a page, if it should know.
///
/// Example: heldspace member leave ben tuesday
/// Example: heldspace member leave ben tuesday --on 2026-12-03 --keep-until 2027-01-31
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Leave {
    /// The member's folder name
    name: String,
    /// The group's folder name
    group: String,
    #[command(flatten)]
    keep: Keeping,
    /// The day from which they get nothing new, if that is not today
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
}

/// Move a member from one group to another: leave and join in one step
///
/// Example: heldspace member move maya tuesday thursday
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Move {
    /// The member's folder name
    name: String,
    /// The group they leave
    from: String,
    /// The group they join
    to: String,
    #[command(flatten)]
    keep: Keeping,
    #[command(flatten)]
    history: History,
    /// The day on which they move, if that is not today
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
}

impl Join {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let change = Change::begin(common, &self.name, self.on)?;
        let joined = self.history.joined(&self.name, &self.group, change.on, &change.practice);
        let edit = change.join(&self.group, &joined)?;
        edit.save()?;
        terminal.data(
            &json!({ "member": self.name, "group": self.group, "joined": joined.on, "sees_from": joined.sees_from }),
        );
        terminal.line(change.joins(&self.group, &joined)?);
        change.next(terminal);
        Ok(())
    }
}

impl Leave {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let change = Change::begin(common, &self.name, self.on)?;
        let mut left = Left { member: self.name.clone(), on: change.on, keep_until: self.keep.last_day(change.on)? };
        let edit = change.leave(&self.group, &mut left)?;
        edit.save()?;
        terminal
            .data(&json!({ "member": self.name, "group": self.group, "left": left.on, "keep_until": left.keep_until }));
        terminal.line(change.leaves(&self.group, &left));
        change.next(terminal);
        Ok(())
    }
}

impl Move {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let change = Change::begin(common, &self.name, self.on)?;
        let joined = self.history.joined(&self.name, &self.to, change.on, &change.practice);
        let mut left = Left { member: self.name.clone(), on: change.on, keep_until: self.keep.last_day(change.on)? };
        if self.from == self.to {
            return Err(EditError::Already { member: self.name, group: self.to }.into());
        }
        // Whatever can be refused is refused before anything is written; cut short between, they are in both.
        let (into, out) = (change.join(&self.to, &joined)?, change.leave(&self.from, &mut left)?);
        into.save()?;
        out.save()?;
        terminal.data(&json!({ "member": self.name, "from": self.from, "to": self.to, "on": change.on, "sees_from": joined.sees_from, "keep_until": left.keep_until }));
        terminal.line(change.joins(&self.to, &joined)?);
        terminal.line(change.leaves(&self.from, &left));
        change.next(terminal);
        Ok(())
    }
}

/// A change of who is in which group, under the practice's lock.
struct Change<'a> {
    common: &'a Common,
    practice: Practice,
    member: &'a str,
    on: Date,
    _lock: crate::practice::Lock,
}

impl<'a> Change<'a> {
    fn begin(common: &'a Common, member: &'a str, on: Option<Date>) -> Result<Self, Failure> {
        let (_, lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let on = on.unwrap_or(practice.today);
        if context::member(&practice, member)?.is_closed(on) {
            return Err(EditError::Closed { name: member.to_owned() }.into());
        }
        Ok(Self { common, practice, member, on, _lock: lock })
    }

    /// The group's file with the joining in it; or without a leaving that was planned, which it calls off.
    fn join(&self, group: &str, joined: &Joined) -> Result<Edit, Failure> {
        let group = context::group(&self.practice, group)?;
        let mut edit = Edit::group(&self.common.root, &group.folder)?;
        let is_in = group.sight(self.member, self.on).is_some();
        let tomorrow = self.on.tomorrow().unwrap_or(self.on);
        if edit.call_off("left", self.member, tomorrow) && is_in {
            return Ok(edit);
        }
        // One who stands there by hand alone is not known to have joined on any day.
        let is_told = group.has_joined(self.member) || group.left.iter().any(|left| left.member == self.member);
        if is_in && is_told {
            return Err(EditError::Already { member: self.member.to_owned(), group: group.folder.clone() }.into());
        }
        edit.join(joined)?;
        Ok(edit)
    }

    /// What comes of it: they join, or stay.
    fn joins(&self, group: &str, joined: &Joined) -> Result<String, Failure> {
        let of = context::group(&self.practice, group)?;
        let is_planned = of.left.iter().any(|left| left.member == self.member && left.on > self.on);
        Ok(if is_planned && of.sight(self.member, self.on).is_some() {
            format!("{} stays in {group}: the leaving that was planned is called off.", self.member)
        } else {
            format!("{} joins {group}: {}.", self.member, sees(joined))
        })
    }

    /// The group's file with the leaving in it, in place of whatever was planned from that day on.
    fn leave(&self, group: &str, left: &mut Left) -> Result<Edit, Failure> {
        let group = context::group(&self.practice, group)?;
        let mut edit = Edit::group(&self.common.root, &group.folder)?;
        edit.call_off("left", self.member, self.on);
        // Only what is still to come can be called off.
        let planned = self.on.max(self.practice.today.tomorrow().unwrap_or(self.on));
        let is_off = edit.call_off("joined", self.member, planned);
        let was_in = group.joined.iter().any(|joined| joined.member == self.member && joined.on < planned);
        if is_off && !was_in {
            // They were never in it: there is nothing to keep.
            edit.strike(self.member)?;
            left.keep_until = Some(self.on.yesterday().unwrap_or(self.on));
            return Ok(edit);
        }
        if group.sight(self.member, self.on).is_none() && !is_off {
            return Err(EditError::Apart { member: self.member.to_owned(), group: group.folder.clone() }.into());
        }
        edit.leave(left, self.practice.today)?;
        Ok(edit)
    }

    fn leaves(&self, group: &str, left: &Left) -> String {
        let when = if left.on == self.practice.today { String::new() } else { format!(" on {}", left.on) };
        format!(
            "{} leaves {group}{when}: nothing new of it from then on; what they have of it {}.\n\
             The group is told nothing. If it should know, write it a page.",
            self.member,
            meaning(left.keep_until, left.on)
        )
    }

    fn next(&self, terminal: &Terminal) {
        terminal.line(format!("Members see it after {}.", context::next(&self.practice)));
    }
}

fn sees(joined: &Joined) -> String {
    match joined.sees_from.map_or(Sight::Everything, Sight::From) {
        Sight::Everything => "they see all of its pages, older ones too".to_owned(),
        Sight::From(day) => format!("they see its pages from {day} on"),
    }
}
