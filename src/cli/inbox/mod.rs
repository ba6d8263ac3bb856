//! `inbox`: what members sent.

mod ack;
pub mod list;
mod reply;
pub mod show;
mod sync;
mod watch;

use clap::Subcommand;

use super::{Common, Failure, Terminal, context};
use crate::{
    inbox::{self, People, Questions},
    keys::Keys,
    practice::{Home, Practice},
    record::Record,
};

/// What members sent: fetch it, read it, answer it
///
/// Answers lie at the host, sealed, until they are fetched; nobody but you can read them. Nothing comes by itself: fetch as
/// often as you told members that you would.
///
/// Example:
///   heldspace inbox sync                                 fetch what is new
///   heldspace inbox list                                 what must not wait comes first
///   heldspace inbox show 3f2a9c10                        everything that was said
///   heldspace inbox ack 3f2a9c10 --by "Ines Halloran" --did "called her; safe tonight, session tomorrow"
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Inbox {
    Sync(sync::Sync),
    List(list::List),
    Show(show::Show),
    Ack(ack::Ack),
    Reply(reply::Reply),
    Watch(watch::Watch),
}

impl Inbox {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Sync(command) => command.run(common, terminal).await,
            Self::List(command) => command.run(common, terminal),
            Self::Show(command) => command.run(common, terminal),
            Self::Ack(command) => command.run(common, terminal),
            Self::Reply(command) => command.run(common, terminal),
            Self::Watch(command) => command.run(common, terminal).await,
        }
    }
}

/// The inbox as it lies here, and what it takes to say it.
struct Tray {
    practice: Practice,
    home: Home,
    keys: Keys,
    record: Record,
    inbox: inbox::Inbox,
}

impl Tray {
    fn open(common: &Common) -> Result<Self, Failure> {
        let practice = context::practice(common)?;
        Self::with(practice, Home::of(&common.root), context::keys(common)?)
    }

    fn with(practice: Practice, home: Home, keys: Keys) -> Result<Self, Failure> {
        let inbox = inbox::Inbox::read(&People::of(&practice), &home, &keys)?;
        let record = Record::read(&home, &keys)?;
        Ok(Self { practice, home, keys, record, inbox })
    }

    fn questions(&self) -> Result<Questions<'_>, Failure> {
        Ok(Questions::of(&self.inbox.letters, &self.record, &self.home, &self.keys)?)
    }
}
