//! Why the server does not start. Not to be mixed up with the refusal of one request.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::{explain::Explain, store::StoreError};

/// The server can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    NoStore(StoreError),
    #[error("nothing was published in {} yet: gate.json is missing", path.display())]
    NothingPublished { path: PathBuf },
    #[error("can't read gate.json")]
    GateFile(#[source] StoreError),
    #[error("gate.json is not of this version")]
    GateFileContent(#[source] serde_json::Error),
    #[error("gate.json has version {found}, this heldspace knows version 1")]
    GateFileVersion { found: u8 },
    #[error("an origin must look like https://pages.example.org, not like {origin:?}")]
    Origin { origin: String },
    #[error("another server runs on the store at {}", path.display())]
    Running { path: PathBuf },
    #[error("can't lock the store with {}", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("can't listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
}

impl Explain for ServeError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoStore(_) => {
                "Name the folder that `heldspace build` publishes to; it is .heldspace/store in the practice otherwise."
                    .into()
            }
            Self::NothingPublished { .. } => "Run `heldspace build` first, or copy a whole store here.".into(),
            Self::GateFile(source) => return source.hint(),
            Self::GateFileContent(_) | Self::GateFileVersion { .. } => {
                "Run `heldspace build` again, with the heldspace of the same version as this one.".into()
            }
            Self::Origin { .. } => "Scheme and host, a port if there is one, no path and no slash at the end.".into(),
            Self::Running { .. } => "One server at a time serves a folder. Stop the other one first.".into(),
            Self::Lock { .. } => {
                "The server needs to write this one file in the store; check who owns the folder.".into()
            }
            Self::Listen { source, .. } => match source.kind() {
                io::ErrorKind::AddrInUse => "Another program listens there; choose another port, or 0 for any.".into(),
                io::ErrorKind::PermissionDenied => "Ports below 1024 are for root; choose another one.".into(),
                io::ErrorKind::AddrNotAvailable => "This machine does not have that address.".into(),
                _ => return None,
            },
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Origin { .. } => 2,
            Self::Running { .. } => 4,
            _ => 1,
        }
    }
}
