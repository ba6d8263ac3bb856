//! Cards on paper: a page each, in two parts to keep apart.
//!
//! The page asks nothing of the network and runs nothing. It names nobody unless that was wished: a card that is found
//! then says no more than that it opens something.

use std::path::{Path, PathBuf};

use clap::Args;
use minijinja::{Environment, context as values};
use serde_json::Value;

use super::{
    super::{Failure, Terminal, code::svg},
    card::{Card, mark},
};
use crate::{
    keys::Keys,
    practice::{
        Practice,
        files::{self, Access},
        is_loopback,
    },
    seal::key_words,
};

/// Where cards go.
#[derive(Args)]
pub struct Paper {
    /// Also write the card as a page to print, into this file (0600): one part with the address, one with the words
    #[arg(long, visible_alias = "cards", value_name = "FILE")]
    card: Option<PathBuf>,
    /// Print the name on the card
    #[arg(long, requires = "card")]
    with_name: bool,
}

/// A card and whose it is.
pub type Named<'a> = (&'a Card, &'a str);

impl Paper {
    /// Refused before anything is made: where many cards could neither be written nor seen, nobody would have them.
    pub fn check(&self, cards: usize, terminal: &Terminal) -> Result<(), Failure> {
        if self.card.is_none() && cards > 1 && !terminal.json && !terminal.is_watched() {
            return Err(Failure::CardsNowhere);
        }
        if let Some(path) = self.card.as_ref().filter(|path| path.exists()) {
            return Err(files::FileError::Exists { path: path.clone() }.into());
        }
        Ok(())
    }

    /// Writes the page, where one was asked for; never over a file that is there.
    pub fn write(&self, cards: &[Named<'_>], practice: &Practice, keys: &Keys) -> Result<(), Failure> {
        let Some(path) = &self.card else { return Ok(()) };
        Ok(files::write_new(path, page(cards, self.with_name, practice, keys).as_bytes(), Access::Secret)?)
    }

    /// Makes the cards of many people, each by folder and name, and hands them over before anything else is done with them.
    pub fn make(
        &self,
        people: &[(&str, &str)],
        practice: &Practice,
        keys: &Keys,
        terminal: &Terminal,
    ) -> Result<Vec<Card>, Failure> {
        let folders: Vec<&str> = people.iter().map(|(folder, _)| *folder).collect();
        let cards = Card::many(keys, &folders, terminal);
        let named: Vec<Named<'_>> = cards.iter().zip(people).map(|(card, (_, name))| (card, *name)).collect();
        self.hand_over(&named, practice, keys, terminal)?;
        Ok(cards)
    }

    /// Into the file, or else one after the other.
    fn hand_over(
        &self,
        cards: &[Named<'_>],
        practice: &Practice,
        keys: &Keys,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        if self.card.is_some() {
            return self.write(cards, practice, keys);
        }
        let texts: Vec<_> = cards.iter().map(|(card, name)| card.text(name, practice, terminal)).collect();
        let data: Vec<Value> = cards.iter().map(|(card, _)| card.data(practice)).collect();
        terminal.once(&texts.join("\n\n— — —\n\n"), &data)
    }

    pub fn file(&self) -> Option<&Path> {
        self.card.as_deref()
    }

    /// What is to be done with the file.
    pub fn tell(&self, practice: &Practice, terminal: &Terminal) {
        if let Some(path) = &self.card {
            if is_loopback(&practice.site.address.links) {
                terminal.note("The address on these cards leads to this computer alone: to try things out. Before you hand cards out, name the real one (`heldspace host add https://…`, or `links` in site.toml), and then make them with `heldspace member rekey --all`.");
            }
            let whose = if self.with_name { "" } else { "\nWhose a card is says its mark: `heldspace member list`." };
            terminal.note(format!(
                "Print {}, cut each card along its line, and hand the two parts over, best at two times or in two ways.\n\
                 Then delete the file: it holds both halves.{whose}",
                crate::visible::visible_line(&path.display().to_string())
            ));
        }
    }
}

fn page(cards: &[Named<'_>], with_name: bool, practice: &Practice, keys: &Keys) -> String {
    let cards: Vec<_> = cards
        .iter()
        .map(|(card, name)| {
            let link = card.link(practice);
            values! {
                mark => mark(&card.new.id),
                name => with_name.then(|| (*name).to_owned()),
                code => svg(&link),
                words => card.words().split(' ').map(str::to_owned).collect::<Vec<_>>(),
                link,
            }
        })
        .collect();
    // Everything but the code, which is heldspace's own, is escaped: the template's name ends in .html.
    let mut templates = Environment::new();
    templates.add_template("card.html", include_str!("card.html")).expect("a template that was tested");
    let template = templates.get_template("card.html").expect("just added");
    let values = values! { cards, key => key_words(keys.root()), practice => practice.site.practice.name.clone() };
    template.render(values).expect("a template that was tested")
}
