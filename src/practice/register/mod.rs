//! What a practice has to have in writing: consents, disclosures and holds of each person; the practice's agreements.
//!
//! In: `content/members/<member>/register.toml` and the practice's own `register.toml`, plain TOML that a person can read.
//! Out: a [`Register`] on each member, and [`Agreement`]s; or every mistake in them, at its place. Commands only ever add
//! to these files ([`append`]): an entry ends another by naming its number, and no byte that stands there changes.

mod agreement;
mod append;
mod consent;
mod disclosure;
mod entry;
mod error;
mod hold;
mod needs;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

pub(super) use agreement::read as agreements;
pub use agreement::{Agreement, Kind, NewAgreement, Service, append_agreement, append_ended, check_ended};
pub use consent::{
    By, Consent, Naming, NewConsent, Permission, State, To, append_consent, append_revoked, check_consent,
    check_revoked, wording,
};
pub use disclosure::{Disclosure, NewDisclosure, append_disclosure};
pub use entry::Record;
pub use error::RegisterError;
pub use hold::{Hold, append_hold, append_released, standing};
pub use needs::{needs, place};

use super::Practice;
use crate::{
    clock,
    content::{Fields, Mistake, Source, is_unseen, toml},
};

const FILE: &str = "register.toml";
/// The longest text in an entry, in characters.
const LONGEST: usize = 1000;

/// What is on record about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    pub consents: Vec<Consent>,
    pub disclosures: Vec<Disclosure>,
    pub holds: Vec<Hold>,
}

impl Register {
    /// Whether notices may go to this person's e-mail address on that day.
    pub fn notices(&self, day: Date) -> Permission {
        consent::permission(self.consents.iter().filter(|consent| consent.to.is_notices()), day, consent::Asked::Plain)
    }

    /// Whether this person may be named, on that day, in the page that lies at `file`.
    pub fn naming(&self, file: &Path, part2: bool, day: Date) -> Permission {
        let asked = if part2 { consent::Asked::Part2 } else { consent::Asked::Plain };
        consent::permission(self.consents.iter().filter(|consent| consent.to.covers(file)), day, asked)
    }

    pub fn is_held(&self) -> bool {
        self.holds.iter().any(|hold| hold.released.is_none())
    }
}

/// Who puts an entry on record, and when.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// RFC 3339, with the offset of this machine's clock.
    time: String,
    by: String,
}

impl Recorder {
    /// The person named, else the therapist of site.toml.
    pub fn now(named: Option<&str>, practice: &Practice) -> Result<Self, RegisterError> {
        let therapist = &practice.site.practice.therapist;
        let by = match named {
            Some(name) => line("--recorded-by", name)?,
            None if therapist.is_empty() => return Err(RegisterError::NoRecorder),
            None => therapist.clone(),
        };
        Ok(Self { time: clock::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), by })
    }
}

/// Text for an entry: on one line, to be seen, and not endless.
pub fn line(option: &'static str, text: &str) -> Result<String, RegisterError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(RegisterError::Empty { option });
    }
    if text.chars().count() > LONGEST {
        return Err(RegisterError::Long { option, longest: LONGEST });
    }
    // SECURITY: what stands in a register is printed, and goes into tables.
    let seen = text.chars().any(char::is_alphanumeric) && !text.chars().any(|c| c.is_control() || is_unseen(c));
    if seen { Ok(text.to_owned()) } else { Err(RegisterError::Shown { option }) }
}

/// A day on which something has happened.
pub fn past(option: &'static str, date: Date, today: Date) -> Result<Date, RegisterError> {
    let date = day(option, date)?;
    if date > today { Err(RegisterError::ToCome { option, date }) } else { Ok(date) }
}

/// A day that a person can have meant.
pub fn day(option: &'static str, date: Date) -> Result<Date, RegisterError> {
    if (1900..=2999).contains(&date.year()) { Ok(date) } else { Err(RegisterError::NoDay { option, date }) }
}

/// The file about a person.
pub(super) fn file_of(member: &str) -> PathBuf {
    Path::new("content/members").join(member).join(FILE)
}

/// What the file says; nothing where there is none.
pub(super) fn read(root: &Path, member: &str, mistakes: &mut Vec<Mistake>) -> Register {
    let file = file_of(member);
    open(root, &file, mistakes).map(|source| parse(&source, mistakes)).unwrap_or_default()
}

fn open(root: &Path, file: &Path, mistakes: &mut Vec<Mistake>) -> Option<Source> {
    if root.join(file).symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return None;
    }
    Source::read(root, file).map_err(|mistake| mistakes.push(mistake)).ok()
}

fn parse(source: &Source, mistakes: &mut Vec<Mistake>) -> Register {
    let Some(mut fields) = keys(source, mistakes) else { return Register::default() };
    let mut ids = entry::Ids::default();
    let register = Register {
        consents: consent::read(&mut fields, &mut ids),
        disclosures: disclosure::read(&mut fields, &mut ids),
        holds: hold::read(&mut fields, &mut ids),
    };
    fields.finish();
    register
}

fn keys<'a>(source: &'a Source, mistakes: &'a mut Vec<Mistake>) -> Option<Fields<'a>> {
    match toml::parse(source, 0..source.text().len()) {
        Ok(node) => Some(Fields::new(source, node, mistakes)),
        Err(more) => {
            mistakes.extend(more);
            None
        }
    }
}
