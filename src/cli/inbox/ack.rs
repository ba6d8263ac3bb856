//! `inbox ack`: somebody has seen to an answer.

use clap::Args;
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, context},
    Tray,
};
use crate::{
    inbox::{Acknowledgement, acknowledge},
    visible::visible_line,
};

/// Write down who saw to an answer, and what they did; the time is noted
///
/// It stays on record, cannot be changed, and is seen by the practice alone. The answer then takes its place among the others.
///
/// Example: heldspace inbox ack 3f2a9c10 --by "Ines Halloran" --did "called her; safe tonight, session tomorrow at 9"
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Ack {
    /// What `inbox list` calls it: six characters or more
    id: String,
    /// Who saw to it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What was done, in a few words
    #[arg(long, value_name = "WORDS")]
    did: String,
}

impl Ack {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let tray = Tray::with(context::practice(common)?, home, context::keys(common)?)?;
        let letter = tray.inbox.named(&self.id)?;
        let (id, how) = (letter.answer.id, Acknowledgement { time: context::now(), by: self.by, did: self.did });
        acknowledge(id, how.clone(), &tray.inbox, &tray.home, &tray.keys)?;
        terminal.data(&json!({ "id": id, "acknowledged": how }));
        terminal.line(format!(
            "On record: {} saw to the answer of {}.",
            visible_line(&how.by),
            visible_line(&letter.name)
        ));
        Ok(())
    }
}
