//! `preview`: the practice as its members would see it, live, in a browser on this machine.

use std::io::Write as _;

use clap::Args;
use futures_util::FutureExt as _;
use serde_json::json;

use super::{Common, Failure, Terminal, context, serve::stopped};
use crate::{
    clock,
    preview::{Preview as Server, PreviewError, Room, Watch},
    publish::Past,
};

/// See every page as each member would see it after the next build, live while you write
///
/// It shows what is saved, on this computer alone, and gives nothing to anyone. A mistake is shown at its line. The address
/// that is printed is a key: whoever on this computer has it can read along, until Ctrl-C ends it.
///
/// Without --keys it does not ask for your passphrase. What those see who joined or left a group later may then not be known,
/// and is marked.
///
/// Examples:
///   heldspace preview
///   heldspace preview --as maya --open
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Preview {
    /// Begin with what this member sees, by folder name
    #[arg(long = "as", value_name = "MEMBER")]
    member: Option<String>,
    /// Port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// Ask for the passphrase, to know of every page what was given before
    #[arg(long)]
    keys: bool,
}

impl Preview {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if !common.root.join("site.toml").exists() {
            context::practice(common)?;
        }
        // Where something is wrong, the page shows it.
        if let (Some(member), Ok(practice)) = (&self.member, context::practice(common)) {
            context::member(&practice, member)?;
        }
        let wants_keys = self.keys || context::keys_at_hand(common)?;
        let keys = wants_keys.then(|| context::keys(common)).transpose()?;
        // Before anything is read, so that no save falls between.
        let watch = Watch::new(&common.root).map_err(|error| error.to_string());
        let past = Past::read(&common.root, keys).await.map_err(PreviewError::from)?;
        let room =
            Room::open(common.root.clone(), past, self.member, clock::today).await.map_err(PreviewError::from)?;
        let server = Server::bind(self.port, room).await?;
        let url = server.url();
        terminal.data(&json!({ "url": url }));
        terminal.line(format!("The preview:  {url}"));
        terminal.line("Whoever on this computer has this address can read along. Ctrl-C ends it.");
        // From here on an end is an orderly one, and takes that file with it.
        let mut stopped = Box::pin(stopped());
        if (&mut stopped).now_or_never().is_some() {
            return Ok(());
        }
        let _door = self.open.then(|| open(&url)).transpose()?;
        server.run(watch, stopped).await;
        Ok(())
    }
}

/// SECURITY: other users of this machine see the arguments of every program. The browser is given a file that only its owner can
/// read, and that leads on; it goes when the preview ends.
fn open(url: &str) -> Result<tempfile::NamedTempFile, PreviewError> {
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Preview</title><meta http-equiv=\"refresh\" content=\"0; url={url}\">"
    );
    let made = tempfile::Builder::new().prefix("heldspace-preview-").suffix(".html").tempfile();
    let written = made.and_then(|mut file| file.write_all(page.as_bytes()).map(|()| file));
    let file = written.map_err(PreviewError::Browser)?;
    open::that_detached(file.path()).map_err(PreviewError::Browser)?;
    Ok(file)
}
