//! An answer in words: those of the version that was answered, or, where that is not known, as it came.

use super::Asked;
use crate::{
    block::{Asks, Choice, Question},
    wire::{Said, Value},
};

/// What was asked, and what was said to it. Both are as they came: whoever shows them makes them visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub asked: Option<String>,
    pub said: String,
}

const TAKEN_BACK: &str = "(took back their answer)";

/// All of it, in the order of the questions; what is left over comes after.
pub fn said(said: &Said, asked: Asked<'_>) -> Vec<Line> {
    let asks = asked.block.map(|block| &block.asks);
    match (said, asks) {
        (Said::Withdrawn {}, _) => vec![Line { asked: None, said: TAKEN_BACK.to_owned() }],
        (Said::Reply { text }, asks) => {
            let prompt = if let Some(Asks::Reply { prompt }) = asks { prompt.clone() } else { None };
            vec![Line { asked: prompt, said: text.clone() }]
        }
        (Said::Poll { chosen }, Some(Asks::Poll { prompt, options, .. })) => {
            vec![Line { asked: Some(prompt.clone()), said: labels(chosen, options) }]
        }
        (Said::Poll { chosen }, _) => vec![Line { asked: None, said: chosen.join(", ") }],
        (Said::Checkin { items }, Some(Asks::Checkin { items: asked, .. })) => {
            let known = asked.iter().filter_map(|item| {
                let value = items.get(&item.id)?;
                Some(Line { asked: Some(item.label.clone()), said: value_of(value, Some(&item.asks)) })
            });
            let rest = items.iter().filter(|(id, _)| !asked.iter().any(|item| item.id == **id));
            let rest = rest.map(|(id, value)| Line { asked: Some(id.clone()), said: value_of(value, None) });
            known.chain(rest).collect()
        }
        (Said::Checkin { items }, _) => {
            items.iter().map(|(id, value)| Line { asked: Some(id.clone()), said: value_of(value, None) }).collect()
        }
        (Said::Agenda { texts }, asks) => {
            let prompts = if let Some(Asks::Agenda { prompts }) = asks { prompts.as_slice() } else { &[] };
            let known = prompts.iter().filter_map(|prompt| {
                Some(Line { asked: Some(prompt.label.clone()), said: texts.get(&prompt.id)?.clone() })
            });
            let rest = texts.iter().filter(|(id, _)| !prompts.iter().any(|prompt| prompt.id == **id));
            let rest = rest.map(|(id, text)| Line { asked: Some(id.clone()), said: text.clone() });
            known.chain(rest).collect()
        }
    }
}

/// In one breath, for a list.
pub fn short(what: &Said, asked: Asked<'_>) -> String {
    match what {
        Said::Checkin { items } => match items.len() {
            1 => "1 question answered".to_owned(),
            number => format!("{number} questions answered"),
        },
        _ => said(what, asked).into_iter().map(|line| line.said).collect::<Vec<_>>().join(" / "),
    }
}

fn labels(chosen: &[String], options: &[Choice]) -> String {
    let label = |id: &String| {
        let option = options.iter().find(|option| option.id == *id);
        option.map_or_else(|| id.clone(), |option| option.label.clone())
    };
    if chosen.is_empty() {
        "(none of them)".to_owned()
    } else {
        chosen.iter().map(label).collect::<Vec<_>>().join(", ")
    }
}

fn value_of(value: &Value, asks: Option<&Question>) -> String {
    match (value, asks) {
        (Value::Chosen(chosen), Some(Question::Choice { options, .. })) => labels(chosen, options),
        (Value::Chosen(chosen), _) => chosen.join(", "),
        (Value::Number(number), Some(Question::Scale { from, to, .. })) => format!("{number} (from {from} to {to})"),
        (Value::Number(number), Some(Question::Number { unit: Some(unit), .. })) => format!("{number} {unit}"),
        (Value::Number(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
    }
}
