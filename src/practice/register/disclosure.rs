//! Disclosures: what of a person's record went to whom, and why, as an accounting of 45 CFR 164.528(b)(2) has it.

use jiff::civil::Date;

use super::{
    Recorder, RegisterError,
    append::{Entry, book},
    entry::{self, Ids, Record},
};
use crate::{
    content::Fields,
    practice::{Member, Practice},
};

/// One time that something was given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    pub id: u32,
    pub on: Date,
    /// Who received it.
    pub to: String,
    /// Where they are, if that is known.
    pub address: Option<String>,
    pub what: String,
    pub purpose: String,
    /// What allowed it: a consent, a court's order, a paragraph of a law.
    pub basis: String,
    pub record: Record,
}

/// What is about to be put on record.
#[derive(Debug, Clone)]
pub struct NewDisclosure {
    pub on: Date,
    pub to: String,
    pub address: Option<String>,
    pub what: String,
    pub purpose: String,
    pub basis: String,
}

pub(super) fn read(fields: &mut Fields<'_>, ids: &mut Ids) -> Vec<Disclosure> {
    fields.tables("disclosure", |mut fields| {
        let stamp = ids.stamp(&mut fields);
        let on = entry::date(&mut fields, "on");
        let to = entry::text(&mut fields, "to", "to = \"…\", who received it");
        let address = entry::optional(&mut fields, "address");
        let what = entry::text(&mut fields, "what", "what = \"…\"");
        let purpose = entry::text(&mut fields, "purpose", "purpose = \"…\"");
        let basis = entry::text(&mut fields, "basis", "basis = \"…\", what allowed it");
        fields.finish();
        let (id, record) = stamp?;
        Some(Disclosure { id, on: on?, to: to?, address, what: what?, purpose: purpose?, basis: basis?, record })
    })
}

/// Puts a disclosure on record; its number. The caller holds the practice's lock.
pub fn append_disclosure(
    practice: &Practice,
    member: &Member,
    new: &NewDisclosure,
    recorder: &Recorder,
) -> Result<u32, RegisterError> {
    let on = super::past("--on", new.on, practice.today)?;
    let address = new.address.as_ref().map(|address| super::line("--address", address)).transpose()?;
    let entry = Entry::new("disclosure")
        .date("on", on)
        .text("to", super::line("--to", &new.to)?)
        .optional("address", address.as_ref())
        .text("what", super::line("--what", &new.what)?)
        .text("purpose", super::line("--purpose", &new.purpose)?)
        .text("basis", super::line("--basis", &new.basis)?);
    book(practice, member, |book| book.append(entry, recorder))
}
