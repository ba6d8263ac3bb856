//! Agreements with those who handle what members are sent: the host, the mail relay, a backup.
//!
//! In: `register.toml` at the practice's top. Out: [`Agreement`]s.

use std::path::Path;

use jiff::civil::Date;

use super::{
    FILE, Recorder, RegisterError,
    append::{Book, Entry},
    entry::{self, Ids, Record, words},
};
use crate::{
    content::{Fields, Mistake, Source},
    practice::Practice,
};

words! {
    /// What somebody does for the practice.
    Service {
        Host = "host",
        Mail = "mail",
        Backup = "backup",
        Other = "other",
    }
}

words! {
    /// What kind of agreement it is.
    Kind {
        /// Business associate agreement, 45 CFR 164.504(e).
        Baa = "baa",
        /// Qualified service organization agreement, 42 CFR 2.11.
        Qsoa = "qsoa",
        /// Data processing agreement, article 28 GDPR.
        Dpa = "dpa",
        /// None is needed: a machine of the practice's own.
        Own = "own",
    }
}

impl Service {
    pub(super) fn of(self) -> &'static str {
        match self {
            Self::Host => "the host",
            Self::Mail => "the mail server",
            Self::Backup => "backups",
            Self::Other => "this",
        }
    }
}

/// Who may handle what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    pub id: u32,
    /// With whom; none for a machine of one's own.
    pub name: Option<String>,
    pub service: Service,
    pub kind: Kind,
    /// The host or mail server that it is about, without a scheme; none: whichever the practice has.
    pub place: Option<String>,
    pub signed: Option<Date>,
    /// The last day it holds.
    pub ends: Option<Date>,
    pub note: Option<String>,
    /// The first day on which it no longer holds, whatever it says itself.
    pub ended: Option<Date>,
    pub record: Record,
}

/// What is about to be put on record.
#[derive(Debug, Clone)]
pub struct NewAgreement {
    pub name: Option<String>,
    pub service: Service,
    pub kind: Kind,
    pub place: Option<String>,
    pub signed: Option<Date>,
    pub ends: Option<Date>,
    pub note: Option<String>,
}

impl Agreement {
    pub fn in_force(&self, day: Date) -> bool {
        self.signed.is_none_or(|signed| signed <= day) && self.over(day).is_none()
    }

    /// Whether it is about this service in this place, and in force.
    pub fn covers(&self, service: Service, place: &str, day: Date) -> bool {
        let is_there = self.place.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(place));
        self.service == service && is_there && self.in_force(day)
    }

    /// The day it ended on, if it has.
    pub fn over(&self, day: Date) -> Option<Date> {
        let run_out = self.ends.filter(|ends| *ends < day);
        let ended = self.ended.filter(|ended| *ended <= day);
        [run_out, ended].into_iter().flatten().min()
    }

    /// With whom, for people.
    pub fn with(&self) -> &str {
        self.name.as_deref().unwrap_or("your own machine")
    }
}

/// What the practice's register says; nothing where there is none.
pub(in crate::practice) fn read(root: &Path, mistakes: &mut Vec<Mistake>) -> Vec<Agreement> {
    super::open(root, Path::new(FILE), mistakes).map(|source| parse(&source, mistakes)).unwrap_or_default()
}

fn parse(source: &Source, mistakes: &mut Vec<Mistake>) -> Vec<Agreement> {
    let Some(mut fields) = super::keys(source, mistakes) else { return Vec::new() };
    let mut ids = Ids::default();
    let mut agreements = fields.tables("agreement", |fields| agreement(fields, &mut ids));
    let known = agreements.iter().map(|agreement| agreement.id);
    let ended = entry::endings(&mut fields, &mut ids, "ended", "agreement", known);
    fields.finish();
    for agreement in &mut agreements {
        agreement.ended = ended.get(&agreement.id).copied();
    }
    agreements
}

fn agreement(mut fields: Fields<'_>, ids: &mut Ids) -> Option<Agreement> {
    let stamp = ids.stamp(&mut fields);
    let service = entry::required_word(&mut fields, "service", "service = \"host\"");
    let kind = entry::required_word(&mut fields, "kind", "kind = \"baa\"");
    // A machine of one's own is signed for by nobody.
    let own = kind == Some(Kind::Own);
    let name = if own {
        entry::optional(&mut fields, "name")
    } else {
        entry::text(&mut fields, "name", "name = \"…\", with whom")
    };
    let signed = if own { fields.date("signed").map(|date| date.value) } else { entry::date(&mut fields, "signed") };
    let ends = fields.date("ends").map(|date| date.value);
    let note = entry::optional(&mut fields, "note");
    let place = entry::optional(&mut fields, "place");
    fields.finish();
    let (id, record) = stamp?;
    if !own && (name.is_none() || signed.is_none()) {
        return None;
    }
    Some(Agreement { id, name, service: service?, kind: kind?, place, signed, ends, note, ended: None, record })
}

/// Puts an agreement on record; its number.
pub fn append_agreement(practice: &Practice, new: &NewAgreement, recorder: &Recorder) -> Result<u32, RegisterError> {
    let own = new.kind == Kind::Own;
    if new.name.is_none() && !own {
        return Err(RegisterError::Missing {
            option: "NAME",
            why: "Say with whom it is: `heldspace agreement add NAME …`.",
        });
    }
    if new.signed.is_none() && !own {
        return Err(RegisterError::Missing { option: "--signed", why: "Say when it was signed: --signed 2026-11-24." });
    }
    let signed = new.signed.map(|date| super::past("--signed", date, practice.today)).transpose()?;
    let ends = new.ends.map(|date| super::day("--ends", date)).transpose()?;
    if let Some(date) = ends.filter(|ends| signed.is_some_and(|signed| *ends < signed)) {
        return Err(RegisterError::Backwards { date });
    }
    let name = new.name.as_ref().map(|name| super::line("NAME", name)).transpose()?;
    let note = new.note.as_ref().map(|note| super::line("--note", note)).transpose()?;
    let place = new.place.as_ref().map(|place| super::line("--place", place)).transpose()?;
    let entry = Entry::new("agreement")
        .optional("name", name.as_ref())
        .text("service", new.service.word())
        .text("kind", new.kind.word())
        .optional("place", place.as_ref())
        .date("signed", signed)
        .date("ends", ends)
        .optional("note", note.as_ref());
    book(practice).append(entry, recorder)
}

/// Refuses what [`append_ended`] would refuse.
pub fn check_ended(practice: &Practice, id: u32, on: Date) -> Result<Date, RegisterError> {
    let known = || practice.agreements.iter().map(|agreement| agreement.id).collect();
    let agreement = practice.agreements.iter().find(|agreement| agreement.id == id);
    let agreement = agreement.ok_or_else(|| RegisterError::Unknown { kind: "agreement", id, known: known() })?;
    if let Some(date) = agreement.ended {
        return Err(RegisterError::Ended { kind: "agreement", id, date });
    }
    let on = super::day("--on", on)?;
    if agreement.signed.is_some_and(|signed| on < signed) {
        return Err(RegisterError::Backwards { date: on });
    }
    Ok(on)
}

/// Ends an agreement: from `on` it no longer holds.
pub fn append_ended(practice: &Practice, id: u32, on: Date, recorder: &Recorder) -> Result<u32, RegisterError> {
    let on = check_ended(practice, id, on)?;
    book(practice).append(Entry::new("ended").number("agreement", id).date("on", on), recorder)
}

fn book(practice: &Practice) -> Book<'_> {
    Book {
        root: &practice.root,
        file: Path::new(FILE),
        begins: "# The practice's agreements with those who handle what members are sent. heldspace adds entries at the end and\n# never changes one that stands here; without one in force for the host and the mail server it sends nothing.\n\n",
        check: |source, mistakes| drop(parse(source, mistakes)),
    }
}
