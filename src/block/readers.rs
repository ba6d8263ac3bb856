//! The sentence before each form: who will read the answer, and when.
//!
//! SECURITY: it is a promise. What it says here must hold wherever answers are opened, counted or shown.

use super::{
    Asks,
    read::{Form, Setting},
};
use crate::content::Audience;

/// What others may see of a form once it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    Nothing,
    /// How many chose what, without names.
    Tally,
}

/// The sentence; `read` is the block's own word on when it is read.
pub(super) fn said(form: &Form, setting: Setting<'_>, read: Option<&str>) -> String {
    if matches!(form.asks, Asks::Done { .. }) {
        return "This is for you alone: nobody else sees whether you ticked it, your therapist neither.".to_owned();
    }
    let site = &setting.practice.site;
    let mut said = who(setting);
    said += match (setting.audience, form.afterwards) {
        (Audience::Group(_), Afterwards::Nothing) => " Nobody else in the group sees it.",
        (Audience::Group(_), Afterwards::Tally) => {
            " Nobody else in the group sees what you chose; once the poll is closed, the group may see how many chose what, without names."
        }
        (_, Afterwards::Nothing) => " No other member sees it.",
        (_, Afterwards::Tally) => {
            " No other member sees what you chose; once the poll is closed, members may see how many chose what, without names."
        }
    };
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
