//! `host`: where the publication goes.

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, Terminal, context};
use crate::{
    practice::{
        edit::Edit,
        is_loopback,
        register::{Service, needs},
    },
    wire::key_text,
};

/// Say where the publication goes
///
/// Example: heldspace host add https://pages.example.org
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
#[allow(clippy::doc_markdown, reason = "addresses on a command line")]
pub enum Host {
    /// Write the host into site.toml, and print the key that its server has to know
    ///
    /// The host is a heldspace server (its address), or a folder that some other program brings further. The key is no
    /// secret: with it the server can tell your publications from anybody else's, and nothing more.
    ///
    /// Example: heldspace host add https://pages.example.org
    #[command(verbatim_doc_comment)]
    Add {
        /// An address such as https://pages.example.org, or a folder
        place: String,
    },
}

impl Host {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let Self::Add { place } = self;
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let key = key_text(context::keys(common)?.root());
        let is_address = place.contains("://");
        let looks_like_a_name = place.contains('.') && !place.contains('/') && !common.root.join(&place).exists();
        if !is_address && looks_like_a_name {
            return Err(Failure::NoAddress { place });
        }
        let mut site = Edit::site(&common.root)?;
        site.set_host(if is_address { "address" } else { "folder" }, place.trim_end_matches('/'));
        // Until now this computer was the host, and links led to it.
        let links = &practice.site.address.links;
        let moved = is_address && is_loopback(links);
        if moved {
            site.set_link_address(place.trim_end_matches('/'));
        }
        // Read again before anything is written: an address that is none is refused as any mistake in the file is.
        site.check_site()?;
        site.save()?;
        terminal.data(&json!({ "host": place, "key": key }));
        if moved {
            terminal.line(format!(
                "Links lead there from the next release on, rather than to {links}: cards printed so far do not."
            ));
        }
        terminal.line(format!("`heldspace publish` brings the publication to {place}."));
        if needs(&context::practice(common)?, &[Service::Host]).is_err() {
            terminal.line("Before that it wants to know of your agreement with whoever runs it, or that it is your own: `heldspace agreement add --help`.");
        }
        if is_address {
            terminal.line(format!(
                "\nOn the server, once (docs/hosting.md goes through it):\n  {}",
                serve(place.trim_end_matches('/'), &key)
            ));
        }
        Ok(())
    }
}

/// The server's command, as `docs/hosting.md` explains it.
fn serve(origin: &str, key: &str) -> String {
    let door = match origin.strip_prefix("https://") {
        Some(host) => {
            let name = host.split(':').next().unwrap_or(host);
            format!(
                "--listen '[::]:443' --redirect '[::]:80' --acme {name} --acme-cache /var/lib/heldspace/certificates"
            )
        }
        None => format!("--listen {}", origin.trim_start_matches("http://").replace("localhost", "127.0.0.1")),
    };
    format!(
        "heldspace serve --store /var/lib/heldspace/store {door} \\\n    --origin {origin} \\\n    --publisher {key}"
    )
}
