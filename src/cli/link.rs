//! `link`: a member's link, or the end of it.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context};
use crate::{
    practice::{Home, edit::Edit},
    publish,
    seal::Week,
};

/// Show a member's link for the newest release, or end links
///
/// The link alone opens nothing: the member also needs the six words from their card.
///
/// Example: heldspace link maya
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Link {
    /// The member's folder name
    member: String,
    /// The link of the card, which has no end, rather than that of the newest release
    #[arg(long)]
    card: bool,
    /// End this link; with --all every link of this member, the card's too. It counts from the next build on
    #[arg(long)]
    revoke: bool,
    #[arg(long, requires = "revoke", conflicts_with = "card")]
    all: bool,
    /// Do not ask before ending links
    #[arg(long)]
    yes: bool,
}

impl Link {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let mailbox = context::mailbox(context::member(&practice, &self.member)?)?;
        if self.revoke {
            return self.end(common, terminal, mailbox.generation);
        }
        let keys = context::keys(common)?;
        let link = if self.card {
            publish::card_link(mailbox, &keys)
        } else {
            let released = Home::of(&common.root).released()?.ok_or(Failure::NothingPublished)?;
            publish::notice_link(mailbox, &keys, released)
        };
        let link = link.at(&practice.site.address.links);
        terminal.data(&json!({ "member": self.member, "link": link }));
        terminal.line(link);
        Ok(())
    }

    fn end(&self, common: &Common, terminal: &Terminal, generation: u32) -> Result<(), Failure> {
        let question = if self.all { "End every link of this member, the card's too?" } else { "End this link?" };
        ask::agree(question, self.yes)?;
        let home = Home::of(&common.root);
        let _lock = home.lock()?;
        let mut edit = Edit::member(&common.root, &self.member)?;
        if self.all {
            edit.next_generation(generation + 1)?;
        } else if self.card {
            edit.revoke(&Week::CARD.to_string())?;
        } else {
            let released = home.released()?.ok_or(Failure::NothingPublished)?;
            edit.revoke(&Week::of(released.issued).to_string())?;
        }
        edit.save()?;
        terminal.data(&json!({ "member": self.member, "revoked": true }));
        terminal.line("It ends with the next `heldspace build`. A new link: `heldspace link`, after that build.");
        Ok(())
    }
}
