//! `standin`: who looks when the therapist can't. Two commands are for that colleague's own machine, the others for the
//! practice's.

mod add;
mod key;
mod open;
mod remove;
mod show;

use clap::Subcommand;

use super::{Common, Failure, Terminal};

/// Someone who stands in for you: a colleague who can open what members send, on their own machine
///
/// Your colleague makes a key there and sends you a line; you add it, build and publish. From then on members' browsers seal
/// what they send to both of you. Compare the six words on the telephone.
///
/// Example:
///   heldspace standin key                                                  on your colleague's machine; it prints LINE
///   heldspace standin add "Naomi Feld" --email naomi@example.org LINE      on yours; it prints the next one
///   heldspace standin open https://pages.example.org KEY                   on your colleague's, once
///   heldspace standin open                                                 and from then on
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
#[allow(clippy::doc_markdown, reason = "addresses on a command line")]
pub enum Standin {
    Key(key::Key),
    Add(Box<add::Add>),
    Remove(remove::Remove),
    /// Say who stands in; on the machine of whoever does, say their line once more
    ///
    /// Example: heldspace standin show
    #[command(verbatim_doc_comment)]
    Show,
    Open(open::Open),
}

impl Standin {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Key(command) => command.run(common, terminal),
            Self::Add(command) => command.run(common, terminal),
            Self::Remove(command) => command.run(common, terminal),
            Self::Show => show::run(common, terminal),
            Self::Open(command) => command.run(common, terminal),
        }
    }
}
