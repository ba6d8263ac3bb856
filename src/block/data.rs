//! A block as it stands in a document: the JSON of `data-block`, see `docs/formats.md`.

use serde::{Deserialize, Serialize};

use crate::wire::{BlockId, Digest, UnixTime};

/// One form of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub version: u8,
    pub id: BlockId,
    /// Above the form.
    pub title: Option<String>,
    /// From then on nothing is taken any more.
    pub closes: Option<UnixTime>,
    /// Days after which an answer is a new one, beside the last one and not in its place.
    pub repeats: Option<u16>,
    /// Who will read it, and when: said before the form.
    pub readers: String,
    pub asks: Asks,
}

impl Block {
    /// What tells this version of it from any other.
    ///
    /// # Panics
    /// Never: a block is JSON.
    pub fn version(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).expect("a block is JSON"))
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Asks {
    Reply {
        prompt: Option<String>,
    },
    Poll {
        prompt: String,
        options: Vec<Choice>,
        several: bool,
    },
    Checkin {
        /// The name of an instrument, if it is one.
        instrument: Option<String>,
        /// Before the items: "Over the last two weeks …".
        intro: Option<String>,
        items: Vec<Item>,
        /// Below the items: whose words these are, what they are not.
        notes: Vec<String>,
        /// What is shown where an answer may tell of danger; with an item of `safety`, always there.
        danger: Option<Danger>,
    },
    Agenda {
        prompts: Vec<Prompt>,
    },
    /// A tick that stays the member's own.
    Done {
        label: String,
    },
}

/// An option of a poll or a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub label: String,
    /// What it counts in a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
}

/// One question of a check-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: String,
    pub label: String,
    pub asks: Question,
    /// Any answer above zero may tell of danger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub safety: bool,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Question {
    /// Whole steps, with words at both ends.
    Scale {
        from: i32,
        to: i32,
        low: Option<String>,
        high: Option<String>,
    },
    Choice {
        options: Vec<Choice>,
        several: bool,
    },
    Number {
        from: Option<f64>,
        to: Option<f64>,
        unit: Option<String>,
    },
    Text {},
}

/// One prompt before a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    pub id: String,
    pub label: String,
}

/// Help, and what to expect of the practice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    /// When somebody looks at answers: "Monday to Friday, 9:00 to 17:00".
    pub hours: String,
    /// By when an answer that worries is looked at.
    pub window: String,
    /// Whom to reach at once, the practice's own line last.
    pub lines: Vec<Line>,
}

/// A number to tap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub name: String,
    /// As it is dialled.
    pub number: String,
    /// When somebody answers there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
}
