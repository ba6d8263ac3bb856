//! The options of `serve` that give it TLS.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use clap::{ArgGroup, Args};
use futures_util::{StreamExt, stream, stream::BoxStream};

use super::Failure;
use crate::serve::{
    Door, Plain,
    tls::{self, Acme, Pair, TlsError},
};

#[derive(Args)]
#[command(group = ArgGroup::new("certificates").args(["certs", "domains"]), next_help_heading = "TLS")]
pub struct Certificates {
    /// Speak TLS with this certificate: a PEM file, the server's own certificate first and then those that lead to its
    /// authority. Where the practice has two addresses, name a pair for each: one certificate for both would tell
    /// everyone that they belong together. Files that change are taken up within seconds
    #[arg(long = "tls-cert", value_name = "FILE", requires = "keys")]
    certs: Vec<PathBuf>,
    /// The certificate's private key: a PEM file that others may not read
    #[arg(long = "tls-key", value_name = "FILE", requires = "certs")]
    keys: Vec<PathBuf>,
    /// Speak TLS with a certificate for this name, ordered and renewed from Let's Encrypt; repeat it for a second name.
    /// The name must lead to this server, and --listen be reached at port 443
    #[arg(long = "acme", value_name = "DOMAIN", requires = "acme_cache")]
    domains: Vec<String>,
    /// The folder in which ordered certificates and their keys are kept
    #[arg(long, value_name = "DIR", requires = "domains")]
    acme_cache: Option<PathBuf>,
    /// An e-mail address the authority may write to
    #[arg(long, value_name = "EMAIL", requires = "domains")]
    acme_contact: Option<String>,
    /// Another authority's ACME directory
    #[arg(long, value_name = "URL", requires = "domains")]
    acme_directory: Option<String>,
    /// Trust this authority, a PEM file, when talking to the ACME directory, and no other
    #[arg(long, value_name = "FILE", requires = "acme_directory")]
    acme_ca: Option<PathBuf>,
    /// Listen here too, and answer plain HTTP with the practice's https:// address and nothing else; usually port 80
    #[arg(long, value_name = "ADDR", requires = "certificates")]
    pub redirect: Option<SocketAddr>,
}

/// What clients pass, and what to tell about it. The stream has to be polled and never ends.
pub type Opened = (Arc<dyn Door>, BoxStream<'static, String>);

impl Certificates {
    pub fn open(self) -> Result<Opened, Failure> {
        let (door, notes) = match self.acme_cache {
            Some(cache) => tls::of_acme(Acme {
                domains: self.domains,
                cache,
                contact: self.acme_contact,
                directory: self.acme_directory,
                ca: self.acme_ca,
                patience: Acme::PATIENCE,
            })?,
            None if self.certs.is_empty() => return Ok((Arc::new(Plain), stream::pending().boxed())),
            None => tls::of_files(pairs(self.certs, self.keys)?)?,
        };
        Ok((Arc::new(door), notes.map(|note| note.to_string()).boxed()))
    }
}

fn pairs(certs: Vec<PathBuf>, keys: Vec<PathBuf>) -> Result<Vec<Pair>, TlsError> {
    if certs.len() != keys.len() {
        return Err(TlsError::Unpaired { certs: certs.len(), keys: keys.len() });
    }
    Ok(certs.into_iter().zip(keys).map(|(cert, key)| Pair { cert, key }).collect())
}
