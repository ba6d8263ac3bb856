//! What must not wait: an answer above zero to an item that may tell of danger.

use super::{Asked, Letter};
use crate::{
    block::{Asks, Block, Item, Question},
    wire::{Said, Value},
};

/// Whether somebody has to look at an answer, and say that they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    None,
    /// These items, in the words of that version.
    Items(Vec<String>),
    /// It is a check-in, and what was asked is not known here: it counts as one that must not wait.
    Unknown,
}

impl Alarm {
    /// SECURITY: in doubt it rings. An answer of another shape than its item asks for is above zero too.
    pub fn of(letter: &Letter, asked: Asked<'_>) -> Self {
        let Said::Checkin { items } = &letter.answer.said else { return Self::None };
        let Some(Block { asks: Asks::Checkin { items: asked, .. }, .. }) = asked.block else { return Self::Unknown };
        let above = |item: &&Item| items.get(&item.id).is_some_and(|value| is_above_zero(&item.asks, value));
        let items: Vec<_> =
            asked.iter().filter(|item| item.safety).filter(above).map(|item| item.label.clone()).collect();
        if items.is_empty() { Self::None } else { Self::Items(items) }
    }

    pub fn rings(&self) -> bool {
        *self != Self::None
    }
}

impl Letter {
    /// Whether somebody has to see to it, and nobody did.
    pub fn waits(&self, asked: Asked<'_>) -> bool {
        self.acknowledged.is_none() && Alarm::of(self, asked).rings()
    }
}

fn is_above_zero(asks: &Question, value: &Value) -> bool {
    match (asks, value) {
        (_, Value::Number(number)) => number.is_nan() || *number > 0.0,
        (Question::Choice { options, .. }, Value::Chosen(chosen)) => chosen.iter().any(|id| {
            let option = options.iter().find(|option| option.id == *id);
            option.and_then(|option| option.value).is_none_or(|value| value > 0)
        }),
        (_, Value::Chosen(chosen)) => !chosen.is_empty(),
        (_, Value::Text(text)) => !text.trim().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Choice;

    #[test]
    fn in_doubt_an_answer_is_above_zero() {
        let choice = |id: &str, value| Choice { id: id.into(), label: id.into(), value };
        let options = vec![choice("never", Some(0)), choice("often", Some(1)), choice("unsaid", None)];
        let choice = Question::Choice { options, several: false };
        let scale = Question::Scale { from: 0, to: 3, low: None, high: None };
        let chosen = |id: &str| Value::Chosen(vec![id.into()]);
        for (asks, value, above) in [
            (&choice, chosen("never"), false),
            (&choice, chosen("often"), true),
            (&choice, chosen("unsaid"), true),
            (&choice, chosen("gone"), true),
            (&choice, Value::Chosen(vec![]), false),
            (&choice, Value::Number(1.0), true),
            (&scale, Value::Number(0.0), false),
            (&scale, Value::Number(0.5), true),
            (&scale, Value::Text("yes".into()), true),
            (&scale, Value::Text(" ".into()), false),
            (&scale, chosen("never"), true),
        ] {
            assert_eq!(is_above_zero(asks, &value), above, "{value:?}");
        }
    }
}
