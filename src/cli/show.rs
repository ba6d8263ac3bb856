//! `show`: exactly what a member can read, as their index in the store says it.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, build::count, context, dates};
use crate::{
    content::{Survey, readers_of},
    practice::{Member, Practice},
    publish::{self, Dated},
    visible::visible_line,
};

/// Show exactly what a member can read now
///
/// It is read from the member's own index in the store: not what the folders say, but what was given.
///
/// Example: heldspace show maya
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Show {
    /// The member's folder name
    member: String,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Show {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let member = context::member(&practice, &self.member)?;
        // Until the next release, someone who was closed can read what they had.
        let id = match &member.mailbox {
            Some(mailbox) if member.is_closed(practice.today) => Some(mailbox.id),
            None if member.closed.is_some() => member.former.last().copied(),
            _ => None,
        };
        let id = id.map_or_else(|| context::mailbox(&practice, member).map(|mailbox| mailbox.id), Ok)?;
        let keys = context::keys(common)?;
        let store = context::store_at_hand(common, self.store.store.as_deref())?;
        let given = publish::mailbox(&store, &keys, &id).await?;
        let index = given.index.ok_or(if member.closed.is_some() {
            Failure::NothingToRead { member: member.folder.clone() }
        } else {
            Failure::NothingPublished
        })?;
        let pages: Vec<_> = given
            .entries
            .iter()
            .map(|e| json!({ "id": e.id, "title": e.title, "date": e.date, "kind": e.kind, "audience": e.audience.title, "object": e.object.name }))
            .collect();
        let dated = waiting(common, &practice, member);
        terminal.data(&json!({
            "member": self.member, "release": index.release, "issued": index.issued, "pages": pages,
            "waiting": dated.waiting, "next_date": dated.next,
        }));
        terminal.line(format!(
            "{} can read {} (release {}):",
            terminal.strong(&index.reader),
            count(given.entries.len(), "page"),
            index.release
        ));
        for entry in &given.entries {
            let date = entry.date.as_deref().unwrap_or("          ");
            terminal.line(format!(
                "  {date}  {}  ({})",
                visible_line(&entry.title),
                visible_line(&entry.audience.title)
            ));
        }
        for page in &dated.waiting {
            terminal.line(dates::waiting_line(page));
        }
        if let Some(next) = dated.next {
            terminal.line(dates::next_line(next));
        }
        Ok(())
    }
}

/// What waits for its day in the folders, for this member. A page with a mistake is not looked at: `build` tells of it.
fn waiting(common: &Common, practice: &Practice, member: &Member) -> Dated {
    let pages = Survey::read(&common.root).pages;
    let theirs = pages.iter().filter(|page| readers_of(page, practice).0.iter().any(|m| m.folder == member.folder));
    Dated::waiting_among(theirs, practice)
}
