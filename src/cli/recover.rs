//! `recover`: the practice's keys again, from the 24 words.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context, sheet::mark};
use crate::{
    keys::Root,
    practice::{Home, HomeError},
    seal::key_words,
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
    /// Only prove that the words are this practice's; change nothing
    #[arg(long = "try")]
    attempt: bool,
    /// Read the words from this file (mode 0600) rather than asking
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// The epoch on the sheet; asked for otherwise
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
        if !self.attempt && home.key_file()?.is_some() {
            return Err(HomeError::HasKeys.into());
        }
        let root = Root::from_words(&ask::recovery_words(self.words_file.as_deref())?)?;
        let published = context::published_epoch(&home, self.store.store.as_deref(), root.keys(1).root()).await?;
        if self.attempt {
            return Self::prove(&home, &root, published, common, terminal);
        }
        let epoch = self.epoch(published)?;
        let passphrase = if self.no_passphrase { None } else { Some(ask::new_passphrase(common)?) };
        home.write_first_keys(&root.keys(epoch), passphrase)?;
        terminal.data(&json!({ "epoch": epoch }));
        terminal.line(format!("The keys are back, at epoch {epoch}."));
        let has_host = context::practice(common).is_ok_and(|practice| practice.site.host.is_some());
        if has_host {
            terminal.line("`heldspace publish --adopt` fetches what members have.");
        }
        terminal.line("`heldspace build` shows what it would publish.");
        Ok(())
    }

    /// SECURITY: the sheet's word, which a store can raise and not lower: a host that shows an old publication must not bring
    /// old keys back.
    fn epoch(&self, published: Option<Epoch>) -> Result<Epoch, Failure> {
        let sheet = match self.epoch {
            Some(epoch) => epoch,
            None => ask::epoch(published.unwrap_or(1))?,
        };
        Ok(sheet.max(published.unwrap_or(1)))
    }

    fn prove(
        home: &Home,
        root: &Root,
        published: Option<Epoch>,
        common: &Common,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let (proved, against) = if home.key_file()?.is_some() {
            let keys = context::keys(common)?;
            if keys.root() != root.keys(1).root() {
                return Err(Failure::OtherRoot);
            }
            home.write_tried(context::now())?;
            (true, "the keys on this machine")
        } else if published.is_some() {
            (true, "what was published")
        } else {
            (false, "nothing")
        };
        let (sheet, key) = (mark(root.keys(1).root()), key_words(root.keys(1).root()));
        terminal.data(&json!({ "proved": proved, "against": against, "sheet": sheet, "key": key }));
        terminal.line(format!("Sheet {sheet}. This practice's key, as members see it: {key}"));
        terminal.line(if proved {
            format!("These words are right; compared with {against}. Nothing was changed.")
        } else {
            "These 24 words belong together, but whether they are this practice's can't be told: there are no keys and no \
             store here to compare with. Name a store with --store. Nothing was changed."
                .to_owned()
        });
        Ok(())
    }
}
