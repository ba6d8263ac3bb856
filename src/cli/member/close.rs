//! `member close`: the end of someone's membership.

use clap::Args;
use jiff::{ToSpan, civil::Date};
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, ask, context, day::day},
    keep::{Keeping, meaning},
};
use crate::practice::{
    Closed, Reason,
    edit::{Edit, EditError},
};

/// End someone's membership: no notice from this moment on, and nothing new with the next release
///
/// What they had stays readable for 30 days, as it was then, unless you say otherwise; for someone who died it does not,
/// since somebody else may hold the card. With the first build after that, mailbox and links are gone. Their folder, and the
/// record of what they were given, stay with you. What they have read cannot be taken back.
///
/// Example: heldspace member close colm --reason discharged --keep-until 2027-01-31
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Close {
    /// The member's folder name
    name: String,
    /// Why: it stands in their file, and nowhere else
    #[arg(long, value_enum)]
    reason: Reason,
    #[command(flatten)]
    keep: Keeping,
    /// The day from which they get nothing new, if that is not today
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Close {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let member = context::member(&practice, &self.name)?;
        let on = self.on.unwrap_or(practice.today);
        if member.is_closed(practice.today) {
            return Err(EditError::Closed { name: self.name }.into());
        }
        let closed = Closed { on, reason: Some(self.reason), keep_until: Some(self.last_day(on)?) };
        let kept = meaning(closed.keep_until, on);
        terminal.note(format!("From {on} on {} gets no notice and nothing new; what they have {kept}.", self.name));
        for other in practice.members.values().filter(|other| other.acts_for.as_ref() == Some(&self.name)) {
            if !other.is_closed(practice.today) {
                let who = &other.folder;
                terminal.note(format!(
                    "{who} acts for them and keeps a mailbox: `heldspace member close {who} --reason …`."
                ));
            }
        }
        ask::agree("End this membership? It cannot be opened again.", self.yes)?;
        let mut edit = Edit::member(&common.root, &self.name)?;
        edit.close(closed);
        edit.save()?;
        terminal.data(&json!({ "member": self.name, "closed": on, "reason": self.reason.to_string(), "keep_until": closed.keep_until }));
        terminal.line(format!(
            "Closed. Their pages follow with the next {}; their folder stays as it is.",
            context::next(&practice)
        ));
        Ok(())
    }

    /// A mailbox ends some day: nobody is left to close it.
    fn last_day(&self, on: Date) -> Result<Date, Failure> {
        if self.reason == Reason::Died && !self.keep.is_chosen() {
            return Ok(on.saturating_sub(1.day()));
        }
        self.keep.last_day(on)?.ok_or(Failure::NoEnd)
    }
}
