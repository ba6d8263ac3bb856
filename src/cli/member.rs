//! `member`: the people, their mailboxes and cards.

use std::path::Path;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, audit, context, notify};
use crate::{
    audit::{AuditError, Log, Opened},
    keys::Keys,
    practice::{
        self, Home, Mailbox, Practice,
        edit::{self, Edit, EditError},
        is_loopback,
    },
    publish,
    seal::NewMailbox,
    store::{Store, layout},
    visible::{visible, visible_line},
    wire::UnixTime,
};

/// Add, list, re-key or close members
#[derive(Subcommand)]
pub enum Member {
    Add(Add),
    /// List the members, their groups, when they last opened something, and whose address the mail server refused
    List {
        #[command(flatten)]
        store: context::StoreArg,
    },
    /// Give a member a new card: a new mailbox with new words; the old card is dead from the next release on
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
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(common, terminal),
            Self::List { store } => list(&store, common, terminal).await,
            Self::Rekey { name, yes } => rekey(&name, yes, common, terminal),
            Self::Close { name, yes } => close(&name, yes, common, terminal),
        }
    }
}

impl Add {
    fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
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
        let mut groups = Vec::new();
        for group in &self.groups {
            let mut group = Edit::group(&common.root, group)?;
            group.join(folder)?;
            groups.push(group);
        }
        let keys = context::keys(common)?;
        let card = Card::new(&keys, folder);
        home.write_keyring(&card.new.id, &card.new.keyring)?;
        edit::create_member(&common.root, folder, &self.name, &self.email, &card.new)?;
        groups.iter().try_for_each(Edit::save)?;
        card.print(&self.name, &practice, terminal)
    }
}

/// A card: what is handed over, and kept nowhere.
pub struct Card {
    folder: String,
    new: NewMailbox,
    link: crate::wire::Link,
}

impl Card {
    fn new(keys: &Keys, folder: &str) -> Self {
        let new = NewMailbox::generate(keys);
        let link = publish::card_link(&Mailbox::new(new.id, new.recipient.clone(), new.key), keys);
        Self { folder: folder.to_owned(), new, link }
    }

    pub fn link(&self, practice: &Practice) -> String {
        self.link.at(&practice.site.address.links)
    }

    pub fn words(&self) -> &str {
        self.new.passphrase.expose()
    }

    fn print(&self, name: &str, practice: &Practice, terminal: &Terminal) -> Result<(), Failure> {
        let link = self.link(practice);
        let code = terminal.code(&link).map(|code| format!("  Or scan it:\n\n{code}\n\n")).unwrap_or_default();
        let here = if is_loopback(&practice.site.address.links) {
            "\nThis address leads to this computer alone. Before you hand cards out: `heldspace host add https://…`."
        } else {
            ""
        };
        let text = format!(
            "Card for {}\n\n  Open this address:\n    {link}\n\n{code}  Type these six words:\n    {}\n\n\
             This is shown once. Write both down and hand them over in person, by post, or on a call;\n\
             never by e-mail. Nothing opens with the address alone, and nothing with the words alone.\n\
             It works after the next {}.{here}",
            terminal.strong(name),
            terminal.strong(self.words()),
            context::next(practice)
        );
        let data = json!({
            "member": self.folder,
            "mailbox": self.new.id,
            "passphrase": self.words(),
            "link": link,
        });
        terminal.once(&text, &data)
    }
}

/// Makes a mailbox for a member who has a file, and the card for it.
pub fn give_mailbox(common: &Common, home: &Home, keys: &Keys, folder: &str) -> Result<Card, Failure> {
    let card = Card::new(keys, folder);
    let mut member = Edit::member(&common.root, folder)?;
    member.set_mailbox(&card.new)?;
    home.write_keyring(&card.new.id, &card.new.keyring)?;
    member.save()?;
    Ok(card)
}

fn rekey(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (home, _lock) = context::locked(common)?;
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.closed.is_some() {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    if member.mailbox.is_some() {
        terminal.note("The old card stops working with the next release, and the notes that this member kept for themselves are lost.");
        ask::agree("Make a new card?", yes)?;
    }
    let keys = context::keys(common)?;
    give_mailbox(common, &home, &keys, name)?.print(&member.name, &practice, terminal)
}

fn close(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let _lock = context::locked(common)?;
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.closed.is_some() {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    ask::agree("Close this member's mailbox? It cannot be opened again.", yes)?;
    let mut edit = Edit::member(&common.root, name)?;
    let today = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    edit.close(today)?;
    edit.save()?;
    terminal.data(&json!({ "member": name, "closed": today.to_string() }));
    terminal.line(format!(
        "Closed. It opens nothing after the next {}; their folder stays as it is.",
        context::next(&practice)
    ));
    Ok(())
}

/// What the audit log says: no keys are needed for that. None, and a word about it, where it says nothing to rely on.
async fn opened(home: &Home, store: &Path, terminal: &Terminal) -> Option<Opened> {
    let read = async {
        // Nothing is made where nothing was published yet.
        if home.released()?.is_none() && !store.exists() {
            return Ok(Opened::default());
        }
        let log = Log::read(&Store::open(store)?, home).await?;
        log.check().map(|()| Opened::of(&log))
    };
    match read.await {
        Ok(opened) => Some(opened),
        Err::<_, AuditError>(error) => {
            terminal.note(format!(
                "When they last opened something can't be told; `heldspace audit` says more. {}",
                visible(&error.to_string())
            ));
            None
        }
    }
}

/// Whether there is a log here to look into: the host's own is fetched where that takes no question.
async fn fetched(
    named: &context::StoreArg,
    practice: &Practice,
    home: &Home,
    common: &Common,
    terminal: &Terminal,
) -> Result<bool, Failure> {
    if !audit::is_elsewhere(practice, named) {
        return Ok(true);
    }
    if context::keys_at_hand(common)? {
        let (keys, store) = (context::keys(common)?, context::store(common, None)?);
        let brought = async {
            let _lock = home.lock()?;
            audit::bring(practice, &keys, &store).await
        };
        match brought.await {
            Ok(()) => return Ok(true),
            Err(error) => terminal.note(visible(&error.to_string())),
        }
    }
    let has_some = home.store().join(layout::AUDIT).is_dir();
    terminal.note(if has_some {
        "When they last opened something is told as of the last `heldspace audit`."
    } else {
        "When they last opened something can be told once `heldspace audit` has fetched the host's log."
    });
    Ok(has_some)
}

async fn list(store: &context::StoreArg, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let home = Home::of(&common.root);
    let folder = store.store.clone().unwrap_or_else(|| home.store());
    let opened = if fetched(store, &practice, &home, common, terminal).await? {
        opened(&home, &folder, terminal).await
    } else {
        None
    };
    let history = notify::history(common, terminal)?;
    let rows: Vec<_> = practice.members.values().map(|member| (member, practice.groups_of(&member.folder))).collect();
    let data = rows.iter().map(|(m, groups)| {
        json!({ "member": m.folder, "name": m.name, "email": m.email, "groups": groups, "mailbox": m.mailbox.as_ref().map(|b| b.id), "closed": m.closed.map(|d| d.to_string()), "opened": opened.as_ref().and_then(|o| last_opened(m, o)), "log_trusted": opened.is_some() })
    });
    terminal.data(&data.collect::<Vec<_>>());
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    for (member, groups) in rows {
        let state = match (&member.closed, &member.mailbox) {
            (Some(since), _) => format!("closed {since}"),
            (None, None) => "no mailbox yet: heldspace member rekey".to_owned(),
            (None, Some(_)) => groups.join(", "),
        };
        let last = opened.as_ref().map_or_else(
            || "can't be told".to_owned(),
            |opened| last_opened(member, opened).map_or_else(|| "never".to_owned(), |time| audit::hour(time, &zone)),
        );
        terminal.line(format!(
            "{}  {} <{}>  {state}  last opened: {last}",
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
    Ok(())
}

/// With any card they had.
fn last_opened(member: &practice::Member, opened: &Opened) -> Option<UnixTime> {
    let now = member.mailbox.as_ref().map(|mailbox| &mailbox.id);
    now.into_iter().chain(&member.former).filter_map(|id| opened.last(id)).max()
}
