//! `poll`: one or several of some options, or of some days.

use super::{
    Asks, LONG, choice,
    read::{Form, Setting},
    readers::Afterwards,
};
use crate::content::{Audience, Fields};

pub(super) fn read(fields: &mut Fields<'_>, setting: Setting<'_>) -> Option<Form> {
    let prompt = fields.required_words("prompt", LONG, "prompt = \"When shall we meet?\"");
    let options = choice::required(fields, Some(setting.practice));
    let several = fields.boolean("several").is_some_and(|several| several.value);
    let afterwards = shows(fields, setting);
    let asks = Asks::Poll { prompt: prompt?.value, options: options?, several };
    Some(Form { afterwards, ..asks.into() })
}

/// What the group may see once it is closed.
fn shows(fields: &mut Fields<'_>, setting: Setting<'_>) -> Afterwards {
    let Some(shows) = fields.text("shows") else { return Afterwards::Nothing };
    match shows.value.as_str() {
        "nothing" => Afterwards::Nothing,
        "tally" if matches!(setting.audience, Audience::Member(_) | Audience::Message(_)) => {
            let what = "a tally in a page that each reads alone: it would tell that there are others";
            fields.mistake(&shows.at, what, "take the line out, or move the page to the group's folder");
            Afterwards::Nothing
        }
        "tally" => Afterwards::Tally,
        other => {
            let what = format!("`{other}` is nothing that a poll can show");
            fields.mistake(&shows.at, what, "write \"tally\" (how many chose what, without names) or \"nothing\"");
            Afterwards::Nothing
        }
    }
}
