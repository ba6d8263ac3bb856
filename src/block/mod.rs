//! What members can answer in a page: a fenced block with TOML in it, as its author wrote it, becomes a [`Block`].
//!
//! In: the text between the fences, or a data file of an instrument. Out: a [`Block`], which stands as JSON in the page's
//! document: the viewer draws its form from it, and whoever reads an answer later finds there what was asked, in the words
//! of that version. It must not know a member, an answer, a key or a clock.

mod agenda;
mod checkin;
mod choice;
mod danger;
mod data;
mod done;
mod find;
mod id;
mod instrument;
mod instruments;
mod poll;
mod read;
mod readers;
mod reply;
mod score;
mod shows;
mod time;
mod wish;

pub(crate) use danger::help_lines;
pub use data::{Asks, Block, Choice, Danger, Item, Line, Prompt, Question};
pub(crate) use find::unescaped;
pub use instrument::Instrument;
pub use instruments::Instruments;
pub(crate) use read::{Setting, Written, read};
pub use score::{Band, Score, counts};
pub(crate) use time::{closing, hour, spoken};
pub(crate) use wish::{Wish, wish};

/// Characters of a prompt, a question, a note.
const LONG: usize = 1000;
/// Options of a poll or a question, prompts of an agenda.
const OPTIONS: usize = 20;

/// The name behind the backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Reply,
    Poll,
    Checkin,
    Agenda,
    Done,
}

impl Kind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Reply, Self::Poll, Self::Checkin, Self::Agenda, Self::Done].into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Poll => "poll",
            Self::Checkin => "checkin",
            Self::Agenda => "agenda",
            Self::Done => "done",
        }
    }
}
