//! `member`: the people, their mailboxes and cards.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context, notify};
use crate::{
    keys::Keys,
    notice::History,
    practice::{
        Home, Mailbox, Practice,
        edit::{self, Edit, EditError},
    },
    publish,
    seal::NewMailbox,
    visible::visible_line,
};

/// Add, list, re-key or close members
#[derive(Subcommand)]
pub enum Member {
    Add(Add),
    /// List the members, their groups, whether they have a mailbox, and whose address the mail server refused
    List,
    /// Give a member a new card: a new mailbox with new words; the old card is dead from the next build on
    ///
    /// Everything they may read stays readable with the new card.
    ///
    /// Example: heldspace member rekey maya
    #[command(verbatim_doc_comment)]
    Rekey {
        /// The member's folder name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Close a member's mailbox: from the next build on it opens nothing
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

/// Add a member, and print their card, once
///
/// Hand the card over in person, by post, or read it out on a call. Never mail it.
///
/// Example: heldspace member add maya --name Maya --email maya@example.org --group tuesday
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
}

impl Member {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(common, terminal),
            Self::List => {
                list(&context::practice(common)?, &notify::history(common, terminal)?, terminal);
                Ok(())
            }
            Self::Rekey { name, yes } => rekey(&name, yes, common, terminal),
            Self::Close { name, yes } => close(&name, yes, common, terminal),
        }
    }
}

impl Add {
    fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let folder = edit::folder_name(&self.folder)?;
        edit::shown(&self.name)?;
        edit::email(&self.email)?;
        if practice.members.contains_key(folder) {
            return Err(EditError::Taken { kind: "member", name: self.folder }.into());
        }
        if let Some(unknown) = self.groups.iter().find(|group| !practice.groups.contains_key(*group)) {
            let known = practice.groups.keys().cloned().collect();
            return Err(EditError::Unknown { kind: "group", name: unknown.clone(), known }.into());
        }
        let keys = context::keys(common)?;
        let home = Home::of(&common.root);
        let _lock = home.lock()?;
        // The member's file first: were this cut short, `rekey` finishes it, and nobody has a card that opens nothing.
        edit::create_member(&common.root, folder, &self.name, &self.email)?;
        let card = give_mailbox(common, &home, &keys, folder)?;
        for group in &self.groups {
            let mut group = Edit::group(&common.root, group)?;
            group.join(folder)?;
            group.save()?;
        }
        card.print(&self.name, &practice, terminal);
        Ok(())
    }
}

/// A card: what is handed over, and kept nowhere.
pub struct Card {
    folder: String,
    new: NewMailbox,
    link: crate::wire::Link,
}

impl Card {
    pub fn link(&self, practice: &Practice) -> String {
        self.link.at(&practice.site.address.links)
    }

    pub fn words(&self) -> &str {
        self.new.passphrase.expose()
    }

    fn print(&self, name: &str, practice: &Practice, terminal: &Terminal) {
        let link = self.link(practice);
        terminal.data(&json!({
            "member": self.folder,
            "mailbox": self.new.id,
            "passphrase": self.words(),
            "link": link,
        }));
        terminal.line(format!("Card for {}", terminal.strong(name)));
        terminal.line(format!(
            "\n  Open this address:\n    {link}\n\n  Type these six words:\n    {}\n",
            terminal.strong(self.words())
        ));
        terminal.line("This is shown once. Write both down and hand them over in person, by post, or on a call;");
        terminal.line("never by e-mail. Nothing opens with the address alone, and nothing with the words alone.");
    }
}

/// Makes a mailbox for a member who has a file, and the card for it.
pub fn give_mailbox(common: &Common, home: &Home, keys: &Keys, folder: &str) -> Result<Card, Failure> {
    let new = NewMailbox::generate(keys);
    home.write_keyring(&new.id, &new.keyring)?;
    let mut member = Edit::member(&common.root, folder)?;
    member.set_mailbox(&new)?;
    member.save()?;
    let mailbox = Mailbox::new(new.id, new.recipient.clone(), new.key);
    let link = publish::card_link(&mailbox, keys);
    Ok(Card { folder: folder.to_owned(), new, link })
}

fn rekey(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.closed.is_some() {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    if member.mailbox.is_some() {
        terminal.note("The old card stops working with the next build, and the notes that this member kept for themselves are lost.");
        ask::agree("Make a new card?", yes)?;
    }
    let keys = context::keys(common)?;
    let home = Home::of(&common.root);
    let _lock = home.lock()?;
    give_mailbox(common, &home, &keys, name)?.print(&member.name, &practice, terminal);
    Ok(())
}

fn close(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.closed.is_some() {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    ask::agree("Close this member's mailbox? It cannot be opened again.", yes)?;
    let _lock = Home::of(&common.root).lock()?;
    let mut edit = Edit::member(&common.root, name)?;
    let today = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    edit.close(today)?;
    edit.save()?;
    terminal.data(&json!({ "member": name, "closed": today.to_string() }));
    terminal.line("Closed. It opens nothing from the next `heldspace build` on; their folder stays as it is.");
    Ok(())
}

fn list(practice: &Practice, history: &History, terminal: &Terminal) {
    let rows: Vec<_> = practice.members.values().map(|member| (member, practice.groups_of(&member.folder))).collect();
    let data = rows.iter().map(|(m, groups)| {
        json!({ "member": m.folder, "name": m.name, "email": m.email, "groups": groups, "mailbox": m.mailbox.as_ref().map(|b| b.id), "closed": m.closed.map(|d| d.to_string()), "refused": history.refused(m), "uncertain": history.uncertain(m) })
    });
    terminal.data(&data.collect::<Vec<_>>());
    for (member, groups) in rows {
        let state = match (&member.closed, &member.mailbox) {
            (Some(since), _) => format!("closed {since}"),
            (None, None) => "no mailbox yet: heldspace member rekey".to_owned(),
            (None, Some(_)) => groups.join(", "),
        };
        terminal.line(format!(
            "{}  {} <{}>  {state}",
            terminal.strong(&member.folder),
            visible_line(&member.name),
            visible_line(&member.email)
        ));
        if let Some(refusal) = history.refused(member) {
            let (on, reply) = (notify::date(refusal.time), visible_line(&refusal.reply));
            terminal.line(format!("    refused by the mail server on {on}: {reply}"));
        }
        if let Some(since) = history.uncertain(member).filter(|_| member.closed.is_none()) {
            let (on, folder) = (notify::date(since), &member.folder);
            terminal
                .line(format!("    a notice on {on} may not have arrived: heldspace notify --member {folder} --again"));
        }
    }
}
