//! `agenda`: prompts before a session, each answered for itself.

use super::{Asks, LONG, OPTIONS, Prompt, id::Ids, read::Form};
use crate::content::{At, Fields};

const EXAMPLE: &str = "[\"What do you want to talk about?\"]";

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Form> {
    if !fields.has("prompts") {
        fields.missing("prompts", &format!("prompts = {EXAMPLE}"));
    }
    let At { value: nodes, at } = fields.list("prompts", EXAMPLE)?;
    if nodes.is_empty() || nodes.len() > OPTIONS {
        fields.mistake(&at, format!("`prompts` is a list of 1 to {OPTIONS}"), format!("prompts = {EXAMPLE}"));
        return None;
    }
    let mut ids = Ids::default();
    let mut prompts = Vec::new();
    for node in nodes {
        let place = node.at.clone();
        if let Some(text) = fields.words_in("prompts", node, LONG) {
            let id = ids.of(fields, &place, None, &text.value)?;
            prompts.push(Prompt { id, label: text.value });
        }
    }
    Some(Asks::Agenda { prompts }.into())
}
