//! What whoever stands in is told: written with every publication, taken away when nobody stands in.

use super::{Publication, PublishError};
use crate::{
    practice::{Briefed, Released},
    record::Record,
    standin::Brief,
    store::layout,
    wire::Digest,
};

impl Publication<'_> {
    /// Whether whoever stands in has what they should have; or nobody has anything.
    pub(super) fn is_briefed(&self) -> Result<bool, PublishError> {
        if self.is_aside {
            return Ok(true);
        }
        if self.stand_in.is_none() {
            return Ok(self.given.brief.is_none());
        }
        let brief = self.brief(Released { release: 0, issued: 0 })?;
        let written = self.home.briefed()?;
        Ok(written.is_some_and(|written| written.look == brief.look() && Some(written.sealed) == self.given.brief))
    }

    pub(super) async fn write_brief(&self, released: Released) -> Result<(), PublishError> {
        if self.is_aside {
            return Ok(());
        }
        let Some(stand_in) = self.stand_in else { return Ok(self.store.delete(layout::BRIEF).await?) };
        // Read again: this release stands in it by now.
        let record = Record::read(self.home, self.keys)?;
        let brief = self.brief(released)?;
        let look = brief.look();
        let sealed = brief.with_questions(&record, self.home, self.keys)?.seal(&stand_in.recipient, self.keys);
        self.home.write_briefed(&Briefed { look, sealed: Digest::of(&sealed) })?;
        Ok(self.store.put(layout::BRIEF, sealed.into()).await?)
    }

    fn brief(&self, released: Released) -> Result<Brief, PublishError> {
        Ok(Brief::without_questions(self.practice, self.home, self.keys, released)?)
    }
}
