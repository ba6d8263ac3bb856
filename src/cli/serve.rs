//! `serve`: the gate over a store, until it is told to stop.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal};
use crate::{
    serve::{ServeOptions, Server},
    wire::VerifyingKey,
};

/// Serve a store to members' browsers; it can read nothing of what it serves
///
/// Example: heldspace serve --store /srv/heldspace --listen 127.0.0.1:8080
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Serve {
    /// The store's folder; that of the practice otherwise, .heldspace/store
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Address and port; port 0 takes a free one, and it is printed
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// An address that members use, beside those the practice published, such as <https://pages.example.org>
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
    /// The practice that may publish here over the network: the key that `heldspace host add` prints
    #[arg(long, value_name = "KEY", value_parser = publisher)]
    publisher: Option<VerifyingKey>,
}

fn publisher(text: &str) -> Result<VerifyingKey, String> {
    crate::wire::parse_key(text).ok_or_else(|| "not a key that `heldspace host add` has printed".to_owned())
}

impl Serve {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let store = self.store.unwrap_or_else(|| common.root.join(".heldspace/store"));
        let options = ServeOptions { publisher: self.publisher, ..ServeOptions::new(store, self.listen, self.origins) };
        let server = Server::bind(options).await?;
        let url = format!("http://{}", server.local_addr());
        terminal.data(&json!({ "url": url }));
        terminal.line(format!("Listening on {url}"));
        let told = terminal.clone();
        server.on_trouble(move |trouble| told.failure(trouble)).run(stopped()).await?;
        Ok(())
    }
}

/// Ctrl-C, or a service manager's SIGTERM.
pub async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
