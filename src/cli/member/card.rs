//! A member's card: what lets them in, shown once.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{Common, Failure, Terminal, context},
    agreed::Checked,
};
use crate::{
    keys::Keys,
    practice::{
        Home, Mailbox, Practice,
        edit::{self, Edit, NewMember},
        is_loopback,
    },
    publish,
    seal::NewMailbox,
    wire::MailboxId,
};

/// A card: what is handed over, and kept nowhere.
pub struct Card {
    pub folder: String,
    pub new: NewMailbox,
    link: crate::wire::Link,
}

/// What tells one card from another, and which halves belong together: the beginning of the mailbox's public id.
pub fn mark(mailbox: &MailboxId) -> String {
    mailbox.to_string()[..4].to_owned()
}

/// Whose these are.
pub fn folders(cards: &[Card]) -> Vec<&str> {
    cards.iter().map(|card| card.folder.as_str()).collect()
}

impl Card {
    pub fn new(keys: &Keys, folder: &str) -> Self {
        let new = NewMailbox::generate(keys);
        let link = publish::card_link(&Mailbox::new(new.id, new.recipient.clone(), new.key), keys);
        Self { folder: folder.to_owned(), new, link }
    }

    /// One for each folder: each takes a moment, so all processors work.
    pub fn many(keys: &Keys, folders: &[&str], terminal: &Terminal) -> Vec<Self> {
        let (bar, done) = (terminal.progress("cards"), AtomicU64::new(0));
        bar.set(0, folders.len() as u64);
        let cards = folders.par_iter().map(|folder| {
            let card = Self::new(keys, folder);
            bar.set(done.fetch_add(1, Ordering::Relaxed) + 1, folders.len() as u64);
            card
        });
        cards.collect()
    }

    pub fn link(&self, practice: &Practice) -> String {
        self.link.at(&practice.site.address.links)
    }

    pub fn words(&self) -> &str {
        self.new.passphrase.expose()
    }

    pub fn print(&self, name: &str, practice: &Practice, terminal: &Terminal) -> Result<(), Failure> {
        terminal.once(&self.text(name, practice, terminal), &self.data(practice))
    }

    /// For a terminal.
    pub fn text(&self, name: &str, practice: &Practice, terminal: &Terminal) -> String {
        let link = self.link(practice);
        let code = terminal.code(&link).map(|code| format!("  Or scan it:\n\n{code}\n\n")).unwrap_or_default();
        let here = if is_loopback(&practice.site.address.links) {
            "\nThis address leads to this computer alone. Before you hand cards out: `heldspace host add https://…`."
        } else {
            ""
        };
        format!(
            "Card for {}\n\n  Open this address:\n    {link}\n\n{code}  Type these six words:\n    {}\n\n\
             This is shown once. Write both down and hand them over in person, by post, or on a call;\n\
             never by e-mail. Nothing opens with the address alone, and nothing with the words alone.\n\
             It works after the next {}.{here}",
            terminal.strong(name),
            terminal.strong(self.words()),
            context::next(practice)
        )
    }

    /// For a script.
    pub fn data(&self, practice: &Practice) -> Value {
        json!({
            "member": self.folder,
            "mailbox": self.new.id,
            "card": mark(&self.new.id),
            "passphrase": self.words(),
            "link": self.link(practice),
        })
    }

    /// Makes a new person of whom nothing was written yet, with what they agreed to, in groups that are ready to be saved.
    pub fn begin(
        &self,
        member: &NewMember<'_>,
        agreed: &Checked,
        groups: &[Edit],
        practice: &Practice,
        home: &Home,
    ) -> Result<(), Failure> {
        home.write_keyring(&self.new.id, &self.new.keyring)?;
        edit::create_member(&practice.root, member, &self.new)?;
        agreed.record(practice, member.folder)?;
        Ok(groups.iter().try_for_each(Edit::save)?)
    }

    /// Gives its mailbox to a member who has a file: from the next release on it is the one that opens.
    pub fn install(&self, common: &Common, home: &Home) -> Result<(), Failure> {
        let mut member = Edit::member(&common.root, &self.folder)?;
        member.set_mailbox(&self.new)?;
        home.write_keyring(&self.new.id, &self.new.keyring)?;
        Ok(member.save()?)
    }
}
