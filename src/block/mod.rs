//! What members can answer in a page: a fenced block with TOML in it, as its author wrote it, becomes a [`Block`].
//!
//! In: the text between the fences, or a data file of an instrument. Out: a [`Block`], which stands as JSON in the page's
//! document: the viewer draws its form from it, and whoever reads an answer later finds there what was asked, in the words
//! of that version. It must not know a member, an answer, a key or a clock.

mod data;
mod find;

pub use data::{Asks, Block, Choice, Danger, Item, Line, Prompt, Question};
