//! `standin remove`: nobody stands in any more.

use clap::Args;
use serde_json::json;

use super::super::{Common, Failure, Terminal, ask, context};
use crate::{practice::edit::Edit, visible::visible_line};

/// Take the key of whoever stands in away
///
/// From the next publication on the host gives them nothing, and nothing more is sealed to them. What was sealed to them
/// before stays readable for whoever kept it and their key.
///
/// Example: heldspace standin remove
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Remove {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Remove {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let stand_in = practice.site.answers.stand_in.as_ref().filter(|stand_in| stand_in.keys.is_some());
        let name = visible_line(&stand_in.ok_or(Failure::NoStandIn)?.name);
        terminal.note(format!(
            "What members sent while {name} stood in stays readable for whoever kept it and that key. No page may ask whether \
             someone is in danger until somebody else stands in: the build refuses it."
        ));
        ask::agree("Take their key away?", self.yes)?;
        let mut site = Edit::site(&common.root)?;
        site.remove_stand_in_key();
        site.check_site()?;
        site.save()?;
        terminal.data(&json!({ "removed": name }));
        terminal.line(format!(
            "{name} stands in no more, from the next {} on: before that the host goes on letting them in.",
            context::next(&practice)
        ));
        Ok(())
    }
}
