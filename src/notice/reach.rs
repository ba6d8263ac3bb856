//! Before the first notice goes out: is the release there, through the address that stands in the links?
//!
//! Asked for as a member's phone would, and believed as little: the head must be signed by this practice, and the first
//! recipient's link must yield exactly the keyring that this machine has.

use std::{io::Read, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig},
};

use crate::{
    explain::Explain,
    keys::Keys,
    practice::{Home, HomeError, Mailbox},
    publish::{self, Standing},
    visible::visible_line,
    wire::{Envelope, Head, Release, Statement},
};

/// More than any head or keyring.
const LIMIT: u64 = 8 * 1024 * 1024;
const WAIT: Duration = Duration::from_secs(20);

/// Why a member would not find what the notice speaks of.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    #[error("nothing answers at {address}")]
    Nobody { address: String, source: Box<ureq::Error> },
    #[error("{address} could not prove that it is {address}")]
    Certificate { address: String, source: Box<ureq::Error> },
    #[error("{address} asks to be left alone for a while")]
    Busy { address: String },
    #[error("{address} does not answer as heldspace does ({found})")]
    Other { address: String, found: String },
    #[error("at {address} lies another practice's publication, or a damaged one")]
    Foreign { address: String },
    #[error("at {address} lies release {there}, and the notices speak of {here}")]
    Older { address: String, there: Release, here: Release },
    #[error("at {address} a member's link does not lead to their keyring")]
    Keyring { address: String },
    #[error(transparent)]
    Home(#[from] HomeError),
}

impl Explain for ReachError {
    fn hint(&self) -> Option<String> {
        let why = match self {
            Self::Nobody { .. } => {
                "Look whether the server runs (`heldspace serve`), whether this machine is on the internet, and whether `links` under [address] in site.toml is right."
            }
            Self::Certificate { .. } => {
                "Members' browsers would warn them. Look at the server's certificate, and whether this machine's clock is right."
            }
            Self::Busy { .. } => {
                "A member's link was followed too often within a short time, and the server slows that down for everyone. Try again in ten minutes."
            }
            Self::Other { .. } => {
                "Another server or page is there. Look whether `links` under [address] in site.toml is right, and whether the server is up to date."
            }
            Self::Foreign { .. } => {
                "Look whether `links` under [address] in site.toml is the address of your own host, and whether you published there."
            }
            Self::Older { .. } => "Publish first, and then run `heldspace notify` again.",
            Self::Keyring { .. } => {
                "Publish again; if that does not help, `heldspace publish --verify` mends what the host spoiled (`heldspace build --verify`, where this machine is the host)."
            }
            Self::Home(e) => return e.hint(),
        };
        Some(format!("{why} No notice was sent."))
    }

    fn exit_code(&self) -> u8 {
        if let Self::Home(e) = self { e.exit_code() } else { 4 }
    }
}

/// Looks through the public address `links` for `released`, as the holder of `first` would.
pub fn reach(links: &str, keys: &Keys, home: &Home, released: Standing, first: &Mailbox) -> Result<(), ReachError> {
    let visitor = Visitor { address: links.trim_end_matches('/'), agent: agent() };
    let there = visitor.head(keys)?;
    if there.release < released.release {
        return Err(ReachError::Older { address: links.to_owned(), there: there.release, here: released.release });
    }
    let ticket = BASE64URL_NOPAD.encode(publish::notice_link(first, keys, released).ticket.as_bytes());
    let given = visitor.get(&format!("/api/mailboxes/{}/keyring", first.id), Some(&format!("Ticket {ticket}")))?;
    if given.is_none() || given != home.keyring(&first.id)? {
        return Err(ReachError::Keyring { address: links.to_owned() });
    }
    Ok(())
}

struct Visitor<'a> {
    address: &'a str,
    agent: Agent,
}

impl Visitor<'_> {
    fn head(&self, keys: &Keys) -> Result<Head, ReachError> {
        let bytes = self.get("/head.json", None)?.ok_or_else(|| self.other("no head.json"))?;
        let foreign = || ReachError::Foreign { address: self.address.to_owned() };
        let envelope = Envelope::parse(&bytes).map_err(|_| self.other("no signed head"))?;
        let claimed = envelope.peek::<Head>().map_err(|_| foreign())?;
        // SECURITY: the root signs which key counts, and that key signs the head; the claim alone counts for nothing.
        let statement = claimed.statement.open::<Statement>(keys.root()).map_err(|_| foreign())?;
        envelope.open(&statement.key).map_err(|_| foreign())
    }

    /// What lies at `path`; `None` where the server says that there is nothing for us.
    fn get(&self, path: &str, authorization: Option<&str>) -> Result<Option<Vec<u8>>, ReachError> {
        let mut request = self.agent.get(format!("{}{path}", self.address));
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        let mut response = request.call().map_err(|error| self.failed(error))?;
        match response.status().as_u16() {
            200 => {}
            401 | 404 => return Ok(None),
            429 => return Err(ReachError::Busy { address: self.address.to_owned() }),
            status => return Err(self.other(&format!("status {status}"))),
        }
        let mut bytes = Vec::new();
        let body = response.body_mut().as_reader().take(LIMIT + 1).read_to_end(&mut bytes);
        match body {
            Ok(_) if bytes.len() as u64 <= LIMIT => Ok(Some(bytes)),
            Ok(_) => Err(self.other("an endless answer")),
            Err(source) => Err(self.failed(ureq::Error::Io(source))),
        }
    }

    fn failed(&self, error: ureq::Error) -> ReachError {
        let (address, source) = (self.address.to_owned(), Box::new(error));
        let is_certificate = matches!(source.as_ref(), ureq::Error::Rustls(rustls::Error::InvalidCertificate(_)))
            || matches!(source.as_ref(), ureq::Error::Io(e) if e.to_string().contains("invalid peer certificate"));
        if is_certificate {
            ReachError::Certificate { address, source }
        } else {
            ReachError::Nobody { address, source }
        }
    }

    fn other(&self, found: &str) -> ReachError {
        ReachError::Other { address: self.address.to_owned(), found: visible_line(found) }
    }
}

fn agent() -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    // SECURITY: no redirect is followed, so that nobody else gets the ticket.
    Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(WAIT))
        .build()
        .into()
}
