//! The practice as far as taking a page back needs it: who has which mailbox, and where the host is.
//!
//! In: the practice's folder, and the hosts that this machine knows. Out: a [`Practice`] that is good for nothing else, since
//! something stands in it for whatever is wrong. A slip in a colour keeps nobody's page where it should not be.

use std::{collections::BTreeMap, path::Path};

use super::{KnownHost, Practice, member};
use crate::content::Mistakes;

impl Practice {
    /// Refused where two members have one mailbox; and where the page lies at a host, and `site.toml` can't say which.
    pub fn standing(root: &Path, known: &BTreeMap<String, KnownHost>) -> Result<Self, Mistakes> {
        let mut all = Vec::new();
        let practice = Self::read_on(root, &mut all);
        let mut mistakes = Vec::new();
        member::clashes(&practice.members, &mut mistakes);
        // SECURITY: else it would be taken back here alone, and be said to be gone.
        if practice.site.host.is_none() && !known.is_empty() {
            mistakes.extend(all.into_iter().filter(|mistake| mistake.file == Path::new("site.toml")));
        }
        Mistakes::unless_any(mistakes, practice)
    }
}
