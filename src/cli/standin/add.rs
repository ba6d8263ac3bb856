//! `standin add`: answers are sealed to a colleague as well.

use clap::Args;
use serde_json::json;

use super::super::{Common, Failure, Terminal, ask, context};
use crate::{
    keys::Keys,
    practice::{
        Practice, StandIn,
        edit::{self, Edit},
    },
    seal::StandInKeys,
    visible::visible_line,
    wire::key_text,
};

/// Let a colleague open what members send, on their own machine
///
/// It is written into site.toml, below the section for answers; nothing is given before the next build. Who stood in before
/// is replaced.
///
/// Example: heldspace standin add "Naomi Feld" --email naomi@example.org LINE
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Add {
    /// Their name: members read it before they answer
    name: String,
    /// Where a notice reaches them when an answer that worries was left lying
    #[arg(long)]
    email: String,
    /// The line that `heldspace standin key` printed on their machine
    #[arg(value_name = "LINE")]
    keys: StandInKeys,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Add {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let own = context::keys(common)?;
        let (name, email) = (edit::shown(&self.name)?, edit::email(&self.email)?);
        self.is_free(&practice, &own)?;
        self.explain(&practice, terminal);
        ask::agree("Let them?", self.yes)?;
        let mut site = Edit::site(&common.root)?;
        let stand_in = StandIn { name: name.to_owned(), email: email.to_owned(), keys: Some(self.keys.clone()) };
        site.set_stand_in(&stand_in)?;
        // Read again before anything is written.
        site.check_site()?;
        site.save()?;
        let (address, key) = (&practice.site.address.links, key_text(own.root()));
        let line = format!("heldspace standin open {address} {key}");
        terminal.data(&json!({ "name": name, "words": self.keys.words(), "line": line }));
        terminal.line(format!(
            "{} stands in, from the next {} on. Then they run this on their machine, once, in the folder of their key:\n\n  {line}",
            visible_line(name),
            context::next(&practice)
        ));
        Ok(())
    }

    /// SECURITY: a slip would give everything to a member, or to nobody else than before.
    fn is_free(&self, practice: &Practice, own: &Keys) -> Result<(), Failure> {
        let taken = |whose: String| Err(Failure::KeyTaken { whose });
        let is_own = own.newest_first().any(|epoch| epoch.identity().recipient() == self.keys.recipient);
        if is_own || *own.root() == self.keys.key || own.signing_key().verifying_key() == self.keys.key {
            return taken("this practice's own".to_owned());
        }
        for member in practice.members.values() {
            let is_recipient = member.mailbox.as_ref().is_some_and(|mailbox| mailbox.recipient == self.keys.recipient);
            if is_recipient || member.answer_keys().any(|(_, key)| *key == self.keys.key) {
                return taken(format!("that of {}", visible_line(&member.name)));
            }
        }
        Ok(())
    }

    fn explain(&self, practice: &Practice, terminal: &Terminal) {
        let name = visible_line(&self.name);
        terminal.note(format!(
            "From the next build on, {name} can read everything that every member sends, with their names and the questions, who your members are, and what you put on record about an answer; \
             nothing that was sent before, and no page of yours. Members read their name before they answer. They are somebody \
             who may know all this: under an agreement of yours, and bound to secrecy as you are."
        ));
        terminal.note(format!("\nTheir key in words: {}", self.keys.words()));
        terminal
            .note("Read them out to each other on the telephone: a line that somebody changed on the way has others.");
        let before = practice.site.answers.stand_in.as_ref().filter(|before| before.keys.is_some());
        if let Some(before) = before.filter(|before| before.keys.as_ref() != Some(&self.keys)) {
            terminal.note(format!("It takes the place of the key of {}.", visible_line(&before.name)));
        }
    }
}
