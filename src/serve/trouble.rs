//! What goes wrong while the server goes on serving. Whoever started it says who is told: the server prints nothing.

use std::{fmt, sync::Arc};

use crate::{explain::Explain, store::StoreError};

/// Nobody's request failed by it, and someone should look.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("can't write the audit log; members are served all the same, and it is tried again")]
    Audit(#[source] StoreError),
}

impl Explain for Trouble {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Audit(error) => error.hint(),
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
