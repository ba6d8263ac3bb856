//! `options`: what one can choose from, in a poll, a question or an instrument.

use super::{Choice, OPTIONS, id::Ids, time};
use crate::{
    content::{At, Fields, Moment, Node, SHORT, Shape},
    practice::Practice,
};

const EXAMPLE: &str = "[\"Yes\", \"No\"]";

/// The options; a mistake where there are none.
pub(super) fn required(fields: &mut Fields<'_>, practice: Option<&Practice>) -> Option<Vec<Choice>> {
    if !fields.has("options") {
        fields.missing("options", &format!("options = {EXAMPLE}"));
    }
    read(fields, practice)
}

/// The options; with a practice, in whose language days are told, they may be days too.
pub(super) fn read(fields: &mut Fields<'_>, practice: Option<&Practice>) -> Option<Vec<Choice>> {
    let At { value: nodes, at } = fields.list("options", EXAMPLE)?;
    if !(2..=OPTIONS).contains(&nodes.len()) {
        let what = format!("`options` is a list of 2 to {OPTIONS}");
        fields.mistake(&at, what, format!("write them as options = {EXAMPLE}"));
        return None;
    }
    let mut ids = Ids::default();
    let count = nodes.len();
    let choices: Vec<_> = nodes.into_iter().filter_map(|node| choice(fields, &mut ids, node, practice)).collect();
    (choices.len() == count).then_some(choices)
}

fn choice(fields: &mut Fields<'_>, ids: &mut Ids, node: Node, practice: Option<&Practice>) -> Option<Choice> {
    let place = node.at.clone();
    if let (Some(moment), Some(practice)) = (Moment::of(&node.shape), practice) {
        let given = Some(At { value: time::id(moment), at: place.clone() });
        let id = ids.of(fields, &place, given, "")?;
        return Some(Choice { id, label: time::spoken(moment, practice), value: None });
    }
    if !matches!(node.shape, Shape::Table(_)) {
        let label = fields.words_in("options", node, SHORT)?.value;
        let id = ids.of(fields, &place, None, &label)?;
        return Some(Choice { id, label, value: None });
    }
    let mut keys = fields.keys_of(node);
    let label = keys.required_text("label", "label = \"Yes\"");
    let given = keys.text("id");
    let value = keys.integer("value").and_then(|value| small(&mut keys, &value));
    let id = label.as_ref().and_then(|label| ids.of(&mut keys, &place, given, &label.value));
    keys.finish();
    Some(Choice { id: id?, label: label?.value, value })
}

/// A number as a score or the end of a scale has it.
pub(super) fn small(fields: &mut Fields<'_>, number: &At<i64>) -> Option<i32> {
    let small = i32::try_from(number.value).ok().filter(|number| (-1000..=1000).contains(number));
    if small.is_none() {
        fields.mistake(&number.at, "too large a number", "write one from -1000 to 1000");
    }
    small
}
