//! A member's card: what lets them in, shown once.

use serde_json::json;

use super::super::{Common, Failure, Terminal, context};
use crate::{
    keys::Keys,
    practice::{Home, Mailbox, Practice, edit::Edit, is_loopback},
    publish,
    seal::NewMailbox,
};

/// A card: what is handed over, and kept nowhere.
pub struct Card {
    folder: String,
    pub new: NewMailbox,
    link: crate::wire::Link,
}

impl Card {
    pub fn new(keys: &Keys, folder: &str) -> Self {
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

    pub fn print(&self, name: &str, practice: &Practice, terminal: &Terminal) -> Result<(), Failure> {
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
