//! `recover`: the practice's keys again, from the 24 words.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context};
use crate::{
    keys::{Keys, Root},
    practice::{Home, HomeError},
    publish::head_epoch,
    store::Store,
    wire::Epoch,
};

/// Make the practice's keys anew from the 24 words of the recovery sheet
///
/// For a new or an emptied machine: it writes the key file and nothing else. Members need no new card.
///
/// Example: heldspace recover --try
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Recover {
    /// Only prove that the words are this practice's; touch nothing
    #[arg(long = "try")]
    attempt: bool,
    /// Read the words from this file (mode 0600) rather than asking
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// The epoch on the sheet, where no store at hand tells it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(Epoch).range(1..=10_000))]
    epoch: Option<Epoch>,
    /// Keep the keys without a passphrase
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Recover {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let home = Home::of(&common.root);
        if !self.attempt && home.key_file().is_some() {
            return Err(HomeError::HasKeys.into());
        }
        let root = Root::from_words(&ask::recovery_words(self.words_file.as_deref())?)?;
        let published = self.published_epoch(&home, &root.keys(1)).await?;
        if self.attempt {
            return Self::prove(&home, &root, published, common, terminal);
        }
        let epoch = self.epoch.or(published).unwrap_or(1);
        let passphrase = if self.no_passphrase { None } else { Some(ask::new_passphrase(common)?) };
        home.write_first_keys(&root.keys(epoch), passphrase)?;
        terminal.data(&json!({ "epoch": epoch }));
        terminal.line(format!("The keys are back, at epoch {epoch}. `heldspace build` shows what it would publish."));
        if published.is_none() && self.epoch.is_none() {
            terminal.note("No published store was at hand, so the epoch is taken to be 1. If the sheet says another, move .heldspace/keys.* away and run this again with --epoch.");
        }
        Ok(())
    }

    /// The epoch of what was published, if a store is at hand; refused when another root signed it.
    async fn published_epoch(&self, home: &Home, keys: &Keys) -> Result<Option<Epoch>, Failure> {
        let folder = self.store.store.clone().unwrap_or_else(|| home.store());
        if !folder.is_dir() {
            return Ok(None);
        }
        head_epoch(&Store::open(&folder)?, keys.root()).await.map_err(|error| match error {
            crate::publish::PublishError::Foreign => Failure::OtherRoot,
            error => error.into(),
        })
    }

    fn prove(
        home: &Home,
        root: &Root,
        published: Option<Epoch>,
        common: &Common,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let against = if home.key_file().is_some() {
            let keys = context::keys(common)?;
            if keys.root() != root.keys(1).root() {
                return Err(Failure::OtherRoot);
            }
            "the keys on this machine"
        } else if published.is_some() {
            "what was published"
        } else {
            "nothing but their own checksum: there are no keys and no store here to compare with"
        };
        terminal.data(&json!({ "proved": true, "against": against }));
        terminal.line(format!("These words are right; compared with {against}. Nothing was changed."));
        Ok(())
    }
}
