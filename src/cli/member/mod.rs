//! `member`: the people, their mailboxes and cards.

mod add;
mod agreed;
pub mod card;
mod close;
mod export;
mod groups;
mod keep;
mod list;
mod paper;
mod pause;
mod rekey;
mod roster;

use clap::Subcommand;

use super::{Common, Failure, Terminal, context};

/// The people: add, list, re-key, pause or close them, and say who is in which group
///
/// Examples:
///   heldspace member add maya --name Maya --email maya@example.org --group tuesday
///   heldspace member list
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Member {
    Add(Box<add::Add>),
    /// List the members, their groups, when they last opened something, and whose address the mail server refused
    ///
    /// Example: heldspace member list
    #[command(verbatim_doc_comment)]
    List {
        #[command(flatten)]
        store: context::StoreArg,
    },
    Rekey(rekey::Rekey),
    Join(groups::Join),
    Leave(groups::Leave),
    Move(groups::Move),
    Pause(pause::Pause),
    /// Send notices again to someone who was on a break
    ///
    /// Example: heldspace member resume maya
    #[command(verbatim_doc_comment)]
    Resume {
        /// The member's folder name
        name: String,
    },
    Close(close::Close),
    Export(export::Export),
}

impl Member {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(common, terminal),
            Self::List { store } => list::list(&store, common, terminal).await,
            Self::Rekey(rekey) => rekey.run(common, terminal).await,
            Self::Join(join) => join.run(common, terminal),
            Self::Leave(leave) => leave.run(common, terminal),
            Self::Move(change) => change.run(common, terminal),
            Self::Pause(pause) => pause.run(common, terminal),
            Self::Resume { name } => pause::resume(&name, common, terminal),
            Self::Close(close) => close.run(common, terminal),
            Self::Export(export) => export.run(common, terminal).await,
        }
    }
}
