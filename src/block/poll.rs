//! `poll`: one or several of some options, or of some days.

use super::{
    Asks, LONG, choice,
    read::{Form, Setting},
    readers::Afterwards,
    shows,
};
use crate::content::Fields;

pub(super) fn read(fields: &mut Fields<'_>, setting: Setting<'_>) -> Option<Form> {
    let prompt = fields.required_words("prompt", LONG, "prompt = \"When shall we meet?\"");
    let options = choice::required(fields, Some(setting.practice));
    let several = fields.boolean("several").is_some_and(|several| several.value);
    let afterwards = shows::read(fields, setting, Afterwards::Tally);
    let asks = Asks::Poll { prompt: prompt?.value, options: options?, several };
    Some(Form { afterwards, ..asks.into() })
}
