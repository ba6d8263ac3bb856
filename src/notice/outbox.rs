//! Notices as `.eml` files in a folder of the practice: to look at, or for another program to send.

use std::path::{Path, PathBuf};

use super::{
    Carrier, Carry, Letter, Step,
    send::{Leaving, Stop},
};
use crate::practice::files::{self, Access};

/// The folder.
#[derive(Debug)]
pub struct Outbox(PathBuf);

impl Outbox {
    pub fn at(folder: &Path) -> Self {
        // A whole notice, with its link, that nobody would look for.
        files::forget_staged(folder);
        Self(folder.to_owned())
    }
}

impl Carrier for Outbox {
    fn carry(&mut self, name: &str, letter: &Letter, leaving: &mut Leaving<'_>) -> Result<(), Carry> {
        files::folder(&self.0, Access::Secret).map_err(|e| Carry::Stop(Stop::File(e)))?;
        leaving(Step::Leaving).map_err(|e| Carry::Stop(Stop::Home(e)))?;
        let path = self.0.join(name).with_extension("eml");
        // SECURITY: never overwritten, and for the therapist alone: the link is in it.
        files::write_new(&path, &letter.bytes, Access::Secret).map_err(|e| {
            let _ = leaving(Step::NotTaken);
            Carry::Stop(Stop::File(e))
        })
    }
}
