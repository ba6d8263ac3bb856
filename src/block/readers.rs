//! The sentence before each form: who will read the answer, and when.
//!
//! SECURITY: it is a promise. What it says here must hold wherever answers are opened, counted or shown.

use super::{
    Asks, Block,
    read::{Form, Setting},
};
use crate::content::Audience;

/// What others may see of a form once it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    Nothing,
    /// How many chose what, without names.
    Tally,
    /// How all answered together, without names, and never fewer than five.
    RollUp,
}

impl Afterwards {
    /// What stands behind `shows`, and what kind of block it stands in.
    pub(super) const fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::Nothing => ("nothing", "block"),
            Self::Tally => ("tally", "poll"),
            Self::RollUp => ("rollup", "check-in"),
        }
    }
}

/// What is promised of numbers. SECURITY: by these words it is known, ever after, what whoever answered was told.
const TALLY: &str = "may see how many chose what, without names";
const ROLL_UP: &str = "may see how all answered together, without names, and only if five or more answer";

impl Block {
    /// Whether who answered was told beforehand that the group may see numbers.
    pub fn tells_of_numbers(&self) -> bool {
        self.readers.contains(TALLY) || self.readers.contains(ROLL_UP)
    }
}

/// The sentence; `read` is the block's own word on when it is read.
pub(super) fn said(form: &Form, setting: Setting<'_>, read: Option<&str>) -> String {
    if matches!(form.asks, Asks::Done { .. }) {
        return "This is for you alone: nobody else sees whether you ticked it, your therapist neither.".to_owned();
    }
    let site = &setting.practice.site;
    let mut said = who(setting);
    said += &others(setting.audience, form.afterwards);
    said += match read.or(site.answers.read.as_deref()) {
        Some(read) => format!(" Nobody reads it straight away; it is read {}.", read.trim_end_matches('.')),
        None => " Nobody reads it straight away.".to_owned(),
    }
    .as_str();
    if let Asks::Checkin { danger: Some(danger), .. } = &form.asks {
        let hours = danger.hours.trim_end_matches('.');
        said.push_str(" Nobody watches these answers as they come in. Somebody looks at them: ");
        said.push_str(hours);
        said.push('.');
    }
    said
}

/// What other members see.
fn others(audience: &Audience, afterwards: Afterwards) -> String {
    let (nobody, group) = match audience {
        Audience::Group(_) => ("Nobody else in the group", "the group"),
        _ => ("No other member", "members"),
    };
    match afterwards {
        Afterwards::Nothing => format!(" {nobody} sees it."),
        Afterwards::Tally => format!(" {nobody} sees what you chose; once the poll is closed, {group} {TALLY}."),
        Afterwards::RollUp => {
            format!(
                " {nobody} sees what you answer; once this is closed, {group} {ROLL_UP}; never what you write in words."
            )
        }
    }
}

fn who(setting: Setting<'_>) -> String {
    let site = &setting.practice.site;
    // How the therapist signs, without a title behind the name.
    let name = site.practice.therapist.split(',').next().unwrap_or_default().trim();
    let name = if name.is_empty() { "Your therapist" } else { name };
    // Who has no key yet opens nothing.
    match site.answers.stand_in.as_ref().filter(|stand_in| stand_in.keys.is_some()) {
        None => format!("{name} reads this, with your name."),
        Some(stand_in) => {
            format!("{name} reads this, with your name; so can {}, who stands in for {name}.", stand_in.name)
        }
    }
}
