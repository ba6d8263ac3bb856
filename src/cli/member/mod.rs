//! `member`: the people, their mailboxes and cards.

mod add;
pub mod card;
mod close;
mod list;
mod paper;
mod rekey;
mod roster;

use clap::Subcommand;

use super::{Common, Failure, Terminal, context};

/// Add, list, re-key or close members
#[derive(Subcommand)]
pub enum Member {
    Add(add::Add),
    /// List the members, their groups, when they last opened something, and whose address the mail server refused
    List {
        #[command(flatten)]
        store: context::StoreArg,
    },
    Rekey(rekey::Rekey),
    /// Close a member's mailbox: from the next release on it opens nothing
    ///
    /// Their folder and what you wrote stay with you. What they have read cannot be taken back.
    ///
    /// Example: heldspace member close maya
    #[command(verbatim_doc_comment)]
    Close {
        /// The member's folder name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl Member {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(common, terminal),
            Self::List { store } => list::list(&store, common, terminal).await,
            Self::Rekey(rekey) => rekey.run(common, terminal).await,
            Self::Close { name, yes } => close::close(&name, yes, common, terminal),
        }
    }
}
