//! `standin key`: on the machine of whoever stands in, their key.

use clap::Args;
use serde_json::json;

use super::super::{Common, Failure, Terminal, ask};
use crate::{
    practice::files::FileError,
    standin::{OwnKey, OwnKeyError, SECRET_FILE},
};

/// On the machine of whoever stands in: make a key, and print the line to send to the therapist
///
/// It needs no practice; any folder of your own will do. The secret stays in standin.key, under a passphrase, and never
/// leaves this machine. The line is no secret. Whoever gets it compares the six words with you on the telephone.
///
/// Example: heldspace standin key
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Key {
    /// Keep the key without a passphrase (the file is 0600): for a machine that is protected otherwise. Asks nothing
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
}

impl Key {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let folder = &common.root;
        if folder.join("site.toml").exists() {
            return Err(OwnKeyError::Practice.into());
        }
        let path = folder.join(SECRET_FILE);
        if path.exists() {
            return Err(FileError::Exists { path }.into());
        }
        let passphrase = if self.no_passphrase { None } else { Some(ask::new_passphrase(common)?) };
        let own = OwnKey::generate();
        own.write(folder, passphrase)?;
        let public = own.public();
        terminal.data(&json!({ "key": public.to_string(), "words": public.words() }));
        terminal.line(public.to_string());
        terminal.note(format!("\nIn words, for the telephone: {}", public.words()));
        terminal.note(format!(
            "Send the line to your colleague; it is no secret. Your secret is in {}: keep it, and its passphrase.",
            path.display()
        ));
        if self.no_passphrase {
            terminal.note("It has no passphrase: whoever can read this file can read what members send. Only on a machine with an encrypted disk.");
        }
        Ok(())
    }
}
