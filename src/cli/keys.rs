//! `keys`: the next epoch.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context};
use crate::{keys::Root, practice::KeyFile};

/// The practice's own keys
///
/// Example: heldspace keys rotate
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Keys {
    /// Begin the next epoch: new keys from the 24 words, when the ones on this machine may be known to others
    ///
    /// Members keep their cards. The next release seals everything anew.
    ///
    /// Example: heldspace keys rotate
    #[command(verbatim_doc_comment)]
    Rotate {
        /// Read the words from this file (mode 0600) rather than asking
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
        #[command(flatten)]
        store: context::StoreArg,
    },
}

impl Keys {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let Self::Rotate { words_file, store } = self;
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let passphrase = match home.key_file()? {
            Some(KeyFile::Wrapped) => Some(ask::passphrase(common, ask::Again::No)?),
            _ => None,
        };
        let now = home.keys(|| passphrase.clone().ok_or(Failure::Declined))?;
        let root = Root::from_words(&ask::recovery_words(words_file.as_deref())?)?;
        if root.keys(1).root() != now.root() {
            return Err(Failure::OtherRoot);
        }
        // SECURITY: beyond every epoch that was ever published in: keys that a thief has must not come back as new ones.
        let published = context::published_epoch(&home, store.store.as_deref(), now.root()).await?;
        let next = root.keys(now.epoch().max(published.unwrap_or(0)) + 1);
        home.write_keys(&next, passphrase)?;
        terminal.data(&json!({ "epoch": next.epoch() }));
        terminal.line(format!(
            "Epoch {}. Write this number on the recovery sheet. The next {} seals everything anew.",
            next.epoch(),
            context::next(&practice)
        ));
        Ok(())
    }
}
