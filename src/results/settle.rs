//! What is left to do once people voted on times: the command that begins a page for the one that most of them chose.
//!
//! In: a vote, and the page it stands in. Out: commands to type, one for each time that has most votes. Nothing is done by itself.

use std::path::Path;

use super::Outcome;
use crate::{block::hour, content::Place};

/// None where nobody voted, where no time has most votes, or where the page is not for a group or for one member.
pub(super) fn commands(result: &Outcome<'_>, file: &str) -> Vec<String> {
    let (Outcome::Tally(tally), Some(whom)) = (result, whom(file)) else { return Vec::new() };
    let most = tally.most();
    let winners = tally.options.iter().filter(|option| most > 0 && option.names.len() == most);
    let times = winners.filter_map(|option| hour(option.id));
    times.map(|at| format!("heldspace new agenda {whom} --at \"{}\"", at.strftime("%Y-%m-%d %H:%M"))).collect()
}

fn whom(file: &str) -> Option<String> {
    match Place::of(Path::new(file)) {
        Place::Group(group) => Some(format!("--group {group}")),
        Place::Member(member) => Some(format!("--member {member}")),
        _ => None,
    }
}
