//! `member rekey`: a new card for someone, or for everyone.
//!
//! For everyone it goes as with a roster: all cards are made, then handed over, then the members are changed one by one. A
//! kill among them leaves some with the new card and some with the old one, each whole; running it again makes new cards
//! for all, and the last ones that were handed over are good.

use clap::Args;
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, ask, context},
    card::{Card, folders},
    paper::Paper,
};
use crate::{
    keys::Keys,
    practice::{Home, edit::EditError},
};

/// Give a member a new card: a new mailbox with new words; the old card is dead from the next release on
///
/// Everything they may read stays readable with the new card. After a theft of this machine: first `heldspace keys
/// rotate`, then `member rekey --all`, then build (and publish), then hand the cards out.
///
/// Example: heldspace member rekey maya --card maya.html
/// Example: heldspace member rekey --all --cards cards.html
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Rekey {
    /// The member's folder name
    #[arg(required_unless_present = "all")]
    name: Option<String>,
    /// Everyone who can read, closed members until their last day too
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    paper: Paper,
}

impl Rekey {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match &self.name {
            Some(name) => self.one(name, common, terminal),
            None => self.everyone(common, terminal).await,
        }
    }

    fn one(&self, name: &str, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let member = context::member(&practice, name)?;
        if !member.reads(practice.today) {
            return Err(EditError::Closed { name: name.to_owned() }.into());
        }
        self.paper.check(1, terminal)?;
        if member.mailbox.is_some() {
            terminal.note("The old card stops working with the next release, and the notes that this member kept for themselves are lost.");
            ask::agree("Make a new card?", self.yes)?;
        }
        let keys = context::keys(common)?;
        let card = Card::new(&keys, name);
        self.paper.write(&[(&card, &member.name)], &practice, &keys)?;
        card.install(common, &home)?;
        card.print(&member.name, &practice, terminal)?;
        self.paper.tell(&practice, terminal);
        Ok(())
    }

    async fn everyone(&self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let members: Vec<_> = practice.members.values().filter(|member| member.reads(practice.today)).collect();
        if members.is_empty() {
            terminal.data(&json!({ "rekeyed": [] }));
            terminal.line("There is nobody who needs a card.");
            return Ok(());
        }
        self.paper.check(members.len(), terminal)?;
        let keys = context::keys(common)?;
        terminal.note(format!(
            "Everyone gets a new card: {}. All old cards and links stop working with the next release, and the notes that members kept for themselves are lost.",
            members.len()
        ));
        if terminal.is_watched() {
            for member in &members {
                terminal.note(format!("  {}", member.folder));
            }
        }
        warn_if_not_rotated(&home, &keys, terminal).await?;
        ask::agree("Make new cards for everyone?", self.yes)?;
        let people: Vec<_> = members.iter().map(|member| (member.folder.as_str(), member.name.as_str())).collect();
        let cards = self.paper.make(&people, &practice, &keys, terminal)?;
        cards.iter().try_for_each(|card| card.install(common, &home))?;
        if let Some(path) = self.paper.file() {
            terminal.data(&json!({ "rekeyed": folders(&cards), "cards": path }));
        }
        terminal.note(format!(
            "The new cards work, and the old ones are dead, after the next {}.",
            context::next(&practice)
        ));
        self.paper.tell(&practice, terminal);
        Ok(())
    }
}

/// SECURITY: a thief of this machine has the keys that new keyrings would be made with. Said and not refused: cards may be
/// lost in other ways.
async fn warn_if_not_rotated(home: &Home, keys: &Keys, terminal: &Terminal) -> Result<(), Failure> {
    let published = context::published_epoch(home, None, keys.root()).await?.unwrap_or(1);
    if keys.epoch() <= published {
        terminal.note(format!(
            "The keys of this practice are those of the last release (epoch {}). If this machine was stolen since: say no, run `heldspace keys rotate`, and then this.",
            keys.epoch()
        ));
    }
    Ok(())
}
