//! `shows`: what the group may see of a block once it is closed, in numbers and without names.

use super::{read::Setting, readers::Afterwards};
use crate::content::{Audience, Fields};

/// What `shows` says, where `numbers` are all that such a block can show.
pub(super) fn read(fields: &mut Fields<'_>, setting: Setting<'_>, numbers: Afterwards) -> Afterwards {
    let Some(shows) = fields.text("shows") else { return Afterwards::Nothing };
    let (word, called) = numbers.word();
    if shows.value == "nothing" {
        return Afterwards::Nothing;
    }
    if shows.value != word {
        let what = format!("`{}` is nothing that a {called} can show", shows.value);
        let hint = match numbers {
            Afterwards::RollUp => {
                "write \"rollup\" (how all answered together, without names, and only if five or more answer) or \"nothing\""
            }
            _ => "write \"tally\" (how many chose what, without names) or \"nothing\"",
        };
        fields.mistake(&shows.at, what, hint);
        return Afterwards::Nothing;
    }
    if matches!(setting.audience, Audience::Member(_) | Audience::Message(_)) {
        let what = format!("a {word} in a page that each reads alone: it would tell that there are others");
        fields.mistake(&shows.at, what, "take the line out, or move the page to the group's folder");
        return Afterwards::Nothing;
    }
    numbers
}
