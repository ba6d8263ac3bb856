//! `member add`: a new person, and their card.

use clap::Args;

use super::{
    super::{Common, Failure, Terminal, context},
    agreed::Agreed,
    card::Card,
    groups::History,
};
use crate::practice::edit::{self, Edit, EditError};

/// Add a member, and print their card, once
///
/// Hand the card over in person, by post, or read it out on a call. Never mail it.
///
/// Example: heldspace member add maya --name Maya --email maya@example.org --group tuesday --consent "signed form"
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Add {
    /// The folder's name: small letters, digits, hyphens. For you alone; no member sees it
    folder: String,
    /// How your pages address this person
    #[arg(long)]
    name: String,
    /// Where notices go
    #[arg(long)]
    email: String,
    /// A group they belong to; may be given more than once
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    #[command(flatten)]
    history: History,
    #[command(flatten)]
    consent: Agreed,
}

impl Add {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let folder = edit::folder_name(&self.folder)?;
        let practice = context::practice_without(common, folder)?;
        edit::shown(&self.name)?;
        edit::email(&self.email)?;
        if practice.members.contains_key(folder) {
            return Err(EditError::Taken { kind: "member", name: self.folder }.into());
        }
        if let Some(unknown) = self.groups.iter().find(|group| !practice.groups.contains_key(*group)) {
            let known = practice.groups.keys().cloned().collect();
            return Err(EditError::Unknown { kind: "group", name: unknown.clone(), known }.into());
        }
        // Whatever can be refused is refused before anything is written.
        let agreed = self.consent.checked(&practice)?;
        let mut groups = Vec::new();
        for group in &self.groups {
            let mut group = Edit::group(&common.root, group)?;
            group.join(&self.history.joined(folder, practice.today))?;
            groups.push(group);
        }
        let keys = context::keys(common)?;
        let card = Card::new(&keys, folder);
        home.write_keyring(&card.new.id, &card.new.keyring)?;
        edit::create_member(&common.root, folder, &self.name, &self.email, &card.new)?;
        agreed.record(&practice, folder)?;
        groups.iter().try_for_each(Edit::save)?;
        card.print(&self.name, &practice, terminal)?;
        agreed.remind(folder, terminal);
        Ok(())
    }
}
