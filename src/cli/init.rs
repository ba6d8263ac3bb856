//! `init`: a new practice, or keys for a practice that has none.

use std::path::PathBuf;

use clap::Args;

use super::{Common, Failure, Terminal, ask, sheet::Sheet};
use crate::{
    keys::Root,
    practice::{
        Home, edit,
        starter::{self, Country},
    },
};

/// Make a new practice: a folder with a little content and its keys
///
/// In a practice that has content but no keys (a copy, a clone), it makes the keys alone.
/// The recovery sheet is printed once; with it and a copy of the folder the practice can be made again.
///
/// Example: heldspace init practice
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Init {
    /// The folder: new, empty, or a practice without keys
    dir: Option<PathBuf>,
    /// What members see as the practice's name
    #[arg(long, default_value = "Our practice")]
    name: String,
    /// The country whose crisis line is written into site.toml, as two letters: US, GB, DE …
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Keep the keys without a passphrase (the file is 0600): for a machine that is protected otherwise. Asks nothing
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
    /// Also write the recovery sheet as a page to print, into this file (0600)
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
}

impl Init {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let dir = self.dir.clone().unwrap_or_else(|| common.root.clone());
        let home = Home::of(&dir);
        home.is_new()?;
        let has_content = dir.join("site.toml").is_file();
        let is_left = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(".heldspace");
        if !has_content
            && dir.read_dir().is_ok_and(|entries| !entries.flatten().all(|entry| is_left(&entry.file_name())))
        {
            return Err(Failure::NotEmpty { folder: dir.display().to_string() });
        }
        edit::shown(&self.name)?;
        let country = if has_content { None } else { Some(self.country()?) };
        let passphrase = if self.no_passphrase { None } else { Some(ask::new_passphrase(common)?) };

        if let Some(country) = &country {
            starter::write(&dir, &self.name, country)?;
        } else if !dir.join("content").exists() {
            // One that was cut short.
            starter::write_content(&dir)?;
        }
        let root = Root::random();
        let sheet = Sheet::of(&root, 1);
        if let Some(path) = &self.sheet {
            sheet.write(path)?;
        }
        // The sheet before the keys: were this cut short between, the words on paper are enough, the keys alone are not.
        sheet.print(&dir, terminal)?;
        home.write_first_keys(&root.keys(1), passphrase)?;
        self.last_words(&dir, country.as_ref(), terminal);
        Ok(())
    }

    fn country(&self) -> Result<Country, Failure> {
        let known = starter::countries();
        let code = match (&self.country, self.no_passphrase) {
            (Some(code), _) => code.clone(),
            (None, true) => starter::country_of_this_machine(&known),
            (None, false) => {
                let names = known.iter().map(|country| format!("{}  {}", country.code, country.name)).collect();
                let here = starter::country_of_this_machine(&known);
                let first = known.iter().position(|country| country.code == here).unwrap_or(0);
                ask::choose("Whose crisis line should members see under Help?", names, first)?[..2].to_owned()
            }
        };
        let list = || known.iter().map(|country| country.code.as_str()).collect::<Vec<_>>().join(", ");
        let found = known.iter().find(|country| country.code.eq_ignore_ascii_case(&code)).cloned();
        found.ok_or_else(|| Failure::Country { country: code, known: list() })
    }

    fn last_words(&self, dir: &std::path::Path, country: Option<&Country>, terminal: &Terminal) {
        let here = dir == std::path::Path::new(".");
        let place = if here { "here".to_owned() } else { format!("in {}", dir.display()) };
        terminal.note(format!("The practice is {place}."));
        if let Some(country) = country {
            terminal.note(format!(
                "Members will find this help line in every state of every page: {}. Add your own number in site.toml.",
                country.lines()
            ));
        }
        if self.no_passphrase {
            terminal.note("Its keys have no passphrase: whoever can read this folder can read everything. Only on a machine with an encrypted disk.");
        }
        let first = if here { String::new() } else { format!("cd \"{}\"\n      ", dir.display()) };
        terminal.note(format!(
            "Next: {first}heldspace group add tuesday --title \"Tuesday group\"\n      `heldspace --help` shows the steps after that."
        ));
    }
}
