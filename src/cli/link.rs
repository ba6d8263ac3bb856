//! `link`: a member's link, or the end of it.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context};
use crate::{practice::edit::Edit, publish, seal::Week};

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
    /// End this link; with --all every link of this member, the card's too. It counts from the next release on
    #[arg(long)]
    revoke: bool,
    /// With --revoke: end every link of this member, the card's too
    #[arg(long, requires = "revoke", conflicts_with = "card")]
    all: bool,
    /// With --revoke: end the link of an earlier week, such as 2026-W47, rather than the newest
    #[arg(long, requires = "revoke", conflicts_with_all = ["all", "card"], value_name = "WEEK")]
    week: Option<Week>,
    /// Do not ask before ending links
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Link {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if self.revoke {
            return self.end(common, terminal).await;
        }
        let practice = context::practice(common)?;
        let mailbox = context::mailbox(&practice, context::member(&practice, &self.member)?)?;
        let keys = context::keys(common)?;
        let standing = context::standing(common, &self.store, &keys).await?;
        let link =
            if self.card { publish::card_link(mailbox, &keys) } else { publish::notice_link(mailbox, &keys, standing) };
        let store = context::store_at_hand(common, self.store.store.as_deref())?;
        let record = publish::mailbox(&store, &keys, &mailbox.id).await?.record;
        if !record.is_some_and(|record| record.admits(&link.ticket, context::now())) {
            return Err(Failure::LinkNotYet);
        }
        let link = link.at(&practice.site.address.links);
        terminal.data(&json!({ "member": self.member, "link": link }));
        terminal.line(link);
        Ok(())
    }

    async fn end(&self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let mailbox = context::mailbox(&practice, context::member(&practice, &self.member)?)?;
        let question = if self.all { "End every link of this member, the card's too?" } else { "End this link?" };
        ask::agree(question, self.yes)?;
        let mut edit = Edit::member(&common.root, &self.member)?;
        match self.week {
            _ if self.all => edit.next_generation(mailbox.generation.checked_add(1).ok_or(Failure::LinkNotYet)?)?,
            _ if self.card => edit.revoke(&Week::CARD.to_string())?,
            Some(week) => edit.revoke(&week.to_string())?,
            None => {
                let standing = context::standing(common, &self.store, &context::keys(common)?).await?;
                edit.revoke(&Week::of(standing.issued).to_string())?;
            }
        }
        edit.save()?;
        terminal.data(&json!({ "member": self.member, "revoked": true }));
        let next = context::next(&practice);
        terminal.line(format!("It ends with the next {next}. A new link: `heldspace link`, after that."));
        if !self.all && !self.card {
            terminal.line("Links of other weeks still work: --week ends one of those, --all every one.");
        }
        Ok(())
    }
}
