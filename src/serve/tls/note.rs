//! What a hoster should know about certificates while the server runs.

use std::{fmt, path::PathBuf};

use futures_util::stream::BoxStream;

use super::TlsError;

/// Has to be polled: it is what looks after the certificates. Never ends.
pub type Notes = BoxStream<'static, Note>;

/// One thing that happened. Its text may quote what an authority said.
#[derive(Debug)]
pub enum Note {
    /// New certificate files are in use.
    Reloaded { cert: PathBuf },
    /// New certificate files are no good; the old certificate stays.
    Kept { error: TlsError },
    /// An authority gave a certificate.
    Issued { domain: String },
    /// A certificate from an earlier time is in use.
    Remembered { domain: String },
    /// An authority gave none, or it can't be kept. What was there stays in use, and it is tried again.
    NotIssued { domain: String, reason: String },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reloaded { cert } => write!(f, "The new certificate in {} is in use.", cert.display()),
            Self::Kept { error } => {
                write!(f, "The old certificate stays in use: {error}")?;
                std::error::Error::source(error).map_or(Ok(()), |cause| write!(f, ": {cause}"))
            }
            Self::Issued { domain } => write!(f, "{domain} has a new certificate."),
            Self::Remembered { domain } => write!(f, "{domain} has its certificate."),
            Self::NotIssued { domain, reason } => {
                write!(f, "No new certificate for {domain} yet, it will be tried again: {reason}")
            }
        }
    }
}
