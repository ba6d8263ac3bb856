//! Why the inbox could not be fetched, or an answer not found.

use crate::{explain::Explain, host::HostError, practice::HomeError};

#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("the host says that {files} answers lie there: more than there can be")]
    TooMany { files: usize },
    #[error("no answer begins with {id:?}")]
    Unknown { id: String },
    #[error("{id:?} is too short to name an answer")]
    Short { id: String },
    #[error("several answers begin with {id:?}")]
    Several { id: String },
    #[error("{id} was acknowledged already, by {by}")]
    Acknowledged { id: String, by: String },
    #[error("`{option}` is empty")]
    Empty { option: &'static str },
}

impl Explain for InboxError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Home(error) => return error.hint(),
            Self::Host(error) => return error.hint(),
            Self::TooMany { .. } => "Nothing of it was taken, and nothing was lost. Ask whoever runs the host what lies there.".into(),
            Self::Unknown { .. } => "`heldspace inbox list --all` shows every answer, with what it is called (for whoever stands in, `heldspace standin open --all`). `heldspace inbox sync` fetches new ones.".into(),
            Self::Short { .. } => "Name six characters or more, as the list shows them.".into(),
            Self::Several { .. } => "Name more of it; the list has the whole with --json.".into(),
            Self::Acknowledged { .. } => "Nothing was changed. What is on record stays; `heldspace inbox show` says it.".into(),
            Self::Empty { .. } => "Nothing was written down. Say it in a few words.".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Home(error) => error.exit_code(),
            Self::Host(error) => error.exit_code(),
            Self::TooMany { .. } | Self::Acknowledged { .. } => 4,
            _ => 2,
        }
    }
}
