//! Why there is no TLS.

use std::{io, path::PathBuf};

use rustls_pki_types::pem;

use crate::explain::Explain;

/// Certificates can't be used as they are.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{certs} certificates and {keys} keys were named")]
    Unpaired { certs: usize, keys: usize },
    #[error("can't read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} may be read by everyone on this machine", path.display())]
    OpenToOthers { path: PathBuf },
    #[error("{} is larger than any certificate", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} holds no certificate", path.display())]
    NoCertificate { path: PathBuf },
    #[error("{} holds no private key", path.display())]
    NoKey { path: PathBuf },
    #[error("{} is not PEM", path.display())]
    Pem { path: PathBuf, source: pem::Error },
    #[error("{} and {} do not belong together", cert.display(), key.display())]
    Mismatch { cert: PathBuf, key: PathBuf, source: rustls::Error },
    #[error("{} holds a certificate that can't be trusted as an authority's", path.display())]
    Authority { path: PathBuf, source: rustls::Error },
    #[error("{domain:?} is not the name of a host")]
    Domain { domain: String },
    #[error("can't use {} for certificates", path.display())]
    Cache { path: PathBuf, source: io::Error },
}

impl Explain for TlsError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unpaired { .. } => "Name a key for each certificate, in the same order.".into(),
            Self::OpenToOthers { path } => {
                let mode = if path.is_dir() { "700" } else { "600" };
                format!("Whoever has the key can pose as this server. Run: chmod {mode} '{}'", path.display())
            }
            Self::NoCertificate { .. } | Self::NoKey { .. } | Self::Pem { .. } | Self::TooLarge { .. } => {
                "Files in PEM are wanted, such as certbot's fullchain.pem and privkey.pem.".into()
            }
            Self::Mismatch { .. } => "Take both from the same folder; the server's own certificate comes first.".into(),
            Self::Domain { .. } => "Name hosts alone, such as pages.example.org.".into(),
            Self::Cache { .. } => "Name a folder that belongs to the user the server runs as.".into(),
            Self::Read { .. } | Self::Authority { .. } => return None,
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Unpaired { .. } | Self::Domain { .. } => 2,
            Self::OpenToOthers { .. } => 4,
            _ => 1,
        }
    }
}
