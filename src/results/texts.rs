//! What was written, prompt by prompt.

use super::{Asked, Given};
use crate::{
    block::Prompt,
    wire::{Said, UnixTime},
};

/// The texts to each prompt; a reply has one prompt.
#[derive(Debug, PartialEq, Eq)]
pub struct Texts<'a> {
    pub prompts: Vec<(Option<&'a str>, Vec<Text<'a>>)>,
}

/// What one person wrote.
#[derive(Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub name: &'a str,
    pub time: UnixTime,
    pub text: &'a str,
}

impl<'a> Texts<'a> {
    pub(super) fn of_reply(asked: &Asked<'a>) -> Self {
        let text = |given: &Given<'a>| match given.said {
            Said::Reply { text } => Some(Text { name: given.name, time: given.time, text }),
            _ => None,
        };
        Self { prompts: vec![(None, asked.given.iter().filter_map(text).collect())] }
    }

    pub(super) fn of_agenda(prompts: &'a [Prompt], asked: &Asked<'a>) -> Self {
        let of = |prompt: &'a Prompt| {
            let text = |given: &Given<'a>| match given.said {
                Said::Agenda { texts } => {
                    let text = texts.get(&prompt.id).filter(|text| !text.trim().is_empty())?;
                    Some(Text { name: given.name, time: given.time, text })
                }
                _ => None,
            };
            (Some(prompt.label.as_str()), asked.given.iter().filter_map(text).collect())
        };
        Self { prompts: prompts.iter().map(of).collect() }
    }
}
