//! Why the host did not take or give something. What is published there still stands.

use crate::{explain::Explain, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Folder(#[from] StoreError),
    #[error("can't reach {origin}")]
    Unreachable { origin: String, source: ureq::Error },
    #[error("{origin} takes no publications")]
    NoPublisher { origin: String },
    #[error("{origin} does not take this practice's word")]
    Refused { origin: String },
    #[error("another publication to {origin} is under way")]
    Turn { origin: String },
    #[error("another publication to {origin} came first")]
    Stale { origin: String },
    #[error("the disk of {origin} is full")]
    Full { origin: String },
    #[error("{origin} refused {path} (status {status})")]
    Status { origin: String, path: String, status: u16 },
    #[error("what {origin} answered is not understood")]
    Answer { origin: String },
}

impl HostError {
    /// Whether the host is there, and what it has is no file such as was put there.
    pub fn is_about_the_file(&self) -> bool {
        match self {
            Self::Folder(_) | Self::Status { .. } => true,
            Self::Unreachable { source, .. } => matches!(source, ureq::Error::BodyExceedsLimit(_)),
            _ => false,
        }
    }
}

impl Explain for HostError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Folder(error) => return error.hint(),
            Self::Unreachable { .. } => "Nothing was lost. Check the address in site.toml, this machine's connection, and that the server runs; then run the command again: it goes on where it stopped.".into(),
            Self::NoPublisher { .. } => "Start the server with --publisher and the key that `heldspace host add` prints.".into(),
            Self::Refused { .. } => "The server knows another practice's key, or has seen newer keys of this one. `heldspace host add` prints the key that it should be started with.".into(),
            Self::Turn { .. } => "Somebody publishes from another machine, or did a minute ago. Wait, and run the command again.".into(),
            Self::Stale { .. } => "Nothing was overwritten. `heldspace publish --adopt` brings what is there to this machine.".into(),
            Self::Full { .. } => "What was published before still stands. Make room there, and run the command again.".into(),
            Self::Status { .. } | Self::Answer { .. } => "Is it a heldspace server of the same version as this one? Is a proxy in between that limits what is sent?".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Folder(error) => error.exit_code(),
            Self::Refused { .. } | Self::Turn { .. } | Self::Stale { .. } => 4,
            _ => 1,
        }
    }
}
