//! What goes wrong while the server goes on serving. Whoever started it says who is told: the server prints nothing.

use std::{fmt, io, sync::Arc};

use crate::{explain::Explain, store::StoreError};

/// Nobody's request failed by it, and someone should look.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("can't write the audit log; members are served all the same, and it is tried again")]
    Audit(#[source] StoreError),
    /// SECURITY: not which, and so no path: the system's own log has finer times than an hour.
    #[error("can't keep what members send; it stays on their devices, which try again")]
    NotKept(#[source] io::Error),
    #[error(
        "only {free} bytes are free on the disk: nothing is taken from members; it stays on their devices, which try again"
    )]
    NoRoom { free: u64 },
}

impl Explain for Trouble {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Audit(error) => error.hint(),
            Self::NotKept(_) => Some(
                "Look at the disk, and at who owns the folder of the store. After an error of the disk itself, replace it.".into(),
            ),
            Self::NoRoom { .. } => Some("Make room: heldspace removes nothing that a member sent.".into()),
        }
    }
}

type Teller = dyn Fn(&Trouble) + Send + Sync;

/// Who is told of trouble; nobody, by default.
#[derive(Clone, Default)]
pub(super) struct Told(Option<Arc<Teller>>);

impl Told {
    pub(super) fn new(told: impl Fn(&Trouble) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    pub(super) fn tell(&self, trouble: &Trouble) {
        if let Some(told) = &self.0 {
            told(trouble);
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told(…)")
    }
}
