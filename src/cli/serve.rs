//! `serve`: the gate over a store, until it is told to stop.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde_json::json;

use super::{Failure, Terminal};
use crate::serve::{ServeOptions, Server};

/// Serve a store to members' browsers; it can read nothing of what it serves
///
/// Example: heldspace serve --store /srv/heldspace --listen 127.0.0.1:8080
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Serve {
    /// The store's folder
    #[arg(long, value_name = "DIR", default_value = ".heldspace/store")]
    store: PathBuf,
    /// Address and port; port 0 takes a free one, and it is printed
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// An address that members use, beside those the practice published, such as <https://pages.example.org>
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
}

impl Serve {
    pub async fn run(self, terminal: &Terminal) -> Result<(), Failure> {
        let server = Server::bind(ServeOptions::new(self.store, self.listen, self.origins)).await?;
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
