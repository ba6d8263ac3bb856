//! `keys`: the next epoch.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, Terminal, ask};
use crate::{
    keys::Root,
    practice::{Home, KeyFile},
};

/// The practice's own keys
#[derive(Subcommand)]
pub enum Keys {
    /// Begin the next epoch: new keys from the 24 words, when the ones on this machine may be known to others
    ///
    /// Members keep their cards. The next build seals everything anew.
    ///
    /// Example: heldspace keys rotate
    #[command(verbatim_doc_comment)]
    Rotate {
        /// Read the words from this file (mode 0600) rather than asking
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
    },
}

impl Keys {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let Self::Rotate { words_file } = self;
        let home = Home::of(&common.root);
        let passphrase = match home.key_file() {
            Some(KeyFile::Wrapped) => Some(ask::passphrase(common)?),
            _ => None,
        };
        let now = home.keys(|| passphrase.clone().ok_or(Failure::Declined))?;
        let root = Root::from_words(&ask::recovery_words(words_file.as_deref())?)?;
        let next = root.keys(now.epoch() + 1);
        if next.root() != now.root() {
            return Err(Failure::OtherRoot);
        }
        let _lock = home.lock()?;
        home.write_keys(&next, passphrase)?;
        terminal.data(&json!({ "epoch": next.epoch() }));
        terminal.line(format!(
            "Epoch {}. Write this number on the recovery sheet. The next `heldspace build` seals everything anew.",
            next.epoch()
        ));
        Ok(())
    }
}
