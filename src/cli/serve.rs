//! `serve`: the gate over a store, until it is told to stop.

use std::{convert::Infallible, net::SocketAddr, path::PathBuf};

use clap::Args;
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::json;

use super::{Common, Failure, Terminal, certificates::Certificates};
use crate::{
    serve::{ServeOptions, Server, TrustedProxy},
    visible::visible_line,
    wire::VerifyingKey,
};

/// Serve a store to members' browsers; it can read nothing of what it serves
///
/// On this machine alone:
///   heldspace serve --store /srv/heldspace
/// On the internet, with certificates from Let's Encrypt:
///   heldspace serve --store /srv/heldspace --listen '[::]:443' --redirect '[::]:80' \
///     --acme pages.example.org --acme-cache /srv/certificates \
///     --origin https://pages.example.org --publisher KEY
/// Behind nginx or Caddy on the same machine, which has the certificates:
///   heldspace serve --store /srv/heldspace --listen 127.0.0.1:8080 --trusted-proxy 127.0.0.1
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[allow(clippy::doc_markdown, reason = "addresses on a command line")]
pub struct Serve {
    /// The store's folder; that of the practice otherwise, .heldspace/store
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Address and port; port 0 takes a free one, and it is printed
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// An address that members use, beside those the practice published, such as https://pages.example.org
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
    /// The practice that may publish here over the network: the key that `heldspace host add` prints
    #[arg(long, value_name = "KEY", value_parser = publisher)]
    publisher: Option<VerifyingKey>,
    /// A proxy in front of this server, by its address or network (10.0.0.0/8). Its X-Forwarded-For tells whose limits a
    /// request counts for; that header is ignored from anybody else
    #[arg(long = "trusted-proxy", value_name = "ADDR")]
    trusted: Vec<TrustedProxy>,
    #[command(flatten)]
    certificates: Certificates,
}

fn publisher(text: &str) -> Result<VerifyingKey, String> {
    crate::wire::parse_key(text).ok_or_else(|| "not a key that `heldspace host add` has printed".to_owned())
}

impl Serve {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let store = self.store.unwrap_or_else(|| common.root.join(".heldspace/store"));
        let redirect = self.certificates.redirect;
        let (door, notes) = self.certificates.open()?;
        let (publisher, trusted) = (self.publisher, self.trusted);
        let options = ServeOptions::new(store, self.listen, self.origins);
        let server = Server::bind(ServeOptions { publisher, door, redirect, trusted, ..options }).await?;
        let url = server.url();
        let redirect = server.redirect_addr().map(|address| format!("http://{address}"));
        terminal.data(&json!({ "url": url, "redirect": redirect }));
        terminal.line(format!("Listening on {url}"));
        if let Some(redirect) = redirect {
            terminal.line(format!("Sending {redirect} there"));
        }
        let told = terminal.clone();
        let server = server.on_trouble(move |trouble| told.failure(trouble));
        tokio::select! {
            done = server.run(stopped()) => Ok(done?),
            never = say(notes, terminal) => match never {},
        }
    }
}

/// What happens to certificates, for whoever reads the service's log.
async fn say(mut notes: BoxStream<'static, String>, terminal: &Terminal) -> Infallible {
    while let Some(note) = notes.next().await {
        terminal.note(visible_line(&note));
    }
    std::future::pending().await
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
