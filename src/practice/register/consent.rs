//! Consents: to notices by e-mail, and to being named in a page that others read.
//!
//! In: `[[consent]]` and `[[revoked]]` ([`read`]). Out: whether something is allowed on a day ([`Permission`]), which tells
//! one that was never given from one that has ended: the first is a mistake, the second a reason to take something back.
//! [`write`] puts them on record.

mod read;
mod write;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

pub(super) use self::read::read;
pub use self::write::{NewConsent, append_consent, append_revoked, check_consent, check_revoked, wording};
use super::entry::{Record, words};

words! {
    /// Who gave a consent.
    By {
        Person = "self",
        Guardian = "guardian",
        Both = "both",
    }
}

words! {
    /// What a consent can be to.
    Subject {
        Notices = "notices",
        Naming = "naming",
    }
}

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub id: u32,
    pub to: To,
    /// The day it was given, or signed.
    pub given: Date,
    /// How: a signed form, in a session, …
    pub how: String,
    pub by: By,
    pub guardian: Option<String>,
    /// The first day on which it no longer counts.
    pub revoked: Option<Date>,
    pub record: Record,
}

/// What it is a consent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Notices by e-mail, the one channel there is; and which text was agreed to.
    Notices {
        wording: String,
    },
    Naming(Naming),
}

/// To be named in a page that others read. What may be missing is what 42 CFR 2.31(a) asks for, and nobody else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// A page, or a folder with all that is in it, from the practice's folder on.
    pub page: PathBuf,
    /// The last day it counts.
    pub expires: Option<Date>,
    /// The person's name, as on the form.
    pub person: Option<String>,
    /// Who may disclose.
    pub discloses: Option<String>,
    /// How much, and what kind.
    pub what: Option<String>,
    pub recipients: Option<String>,
    pub purpose: Option<String>,
    /// Whether the form says that it can be revoked, and how.
    pub revocable: bool,
}

/// How a consent stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Standing,
    NotYet,
    Lapsed(Date),
    Revoked(Date),
}

/// Whether something is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    Given,
    Never,
    /// There is one that says too little for a Part 2 program.
    Lacking {
        id: u32,
        lacking: Vec<&'static str>,
    },
    Lapsed(Date),
    Revoked(Date),
}

/// How much a consent has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Plain,
    Part2,
}

impl To {
    pub fn is_notices(&self) -> bool {
        matches!(self, Self::Notices { .. })
    }

    /// Whether it is about being named in this page.
    pub(super) fn covers(&self, file: &Path) -> bool {
        // Part by part: a folder `a` says nothing about a folder `ab`.
        matches!(self, Self::Naming(naming) if file.starts_with(&naming.page))
    }
}

impl Consent {
    pub fn state(&self, day: Date) -> State {
        let expires = match &self.to {
            To::Naming(naming) => naming.expires,
            To::Notices { .. } => None,
        };
        match (self.revoked.filter(|on| *on <= day), expires.filter(|last| *last < day)) {
            (Some(revoked), Some(last)) if last < revoked => State::Lapsed(last),
            (Some(revoked), _) => State::Revoked(revoked),
            (None, Some(last)) => State::Lapsed(last),
            (None, None) if self.given > day => State::NotYet,
            (None, None) => State::Standing,
        }
    }
}

/// What a consent to naming has too little of for 42 CFR 2.31(a), as amended in 2024; `given` and `how` are its date (9)
/// and signature (8), and are always there.
fn lacks(naming: &Naming) -> Vec<&'static str> {
    let parts = [
        (naming.person.is_some(), "--person, the patient's name (1)"),
        (naming.discloses.is_some(), "--discloses, who may disclose (2)"),
        (naming.what.is_some(), "--what, how much and what kind (3)"),
        (naming.recipients.is_some(), "--recipients, to whom (4)"),
        (naming.purpose.is_some(), "--purpose (5)"),
        (naming.revocable, "--revocable, that and how it can be revoked (6)"),
        (naming.expires.is_some(), "--expires, when it ends (7)"),
    ];
    parts.into_iter().filter(|(there, _)| !there).map(|(_, part)| part).collect()
}

/// One that stands and says enough is enough; else what ended last, since something may have to be taken back.
pub(super) fn permission<'a>(consents: impl Iterator<Item = &'a Consent>, day: Date, asked: Asked) -> Permission {
    let mut ended: Option<(Date, Permission)> = None;
    let mut found = Permission::Never;
    for consent in consents {
        let end = match consent.state(day) {
            State::NotYet => continue,
            State::Lapsed(on) => (on, Permission::Lapsed(on)),
            State::Revoked(on) => (on, Permission::Revoked(on)),
            State::Standing => match &consent.to {
                To::Naming(naming) if asked == Asked::Part2 && !lacks(naming).is_empty() => {
                    found = Permission::Lacking { id: consent.id, lacking: lacks(naming) };
                    continue;
                }
                _ => return Permission::Given,
            },
        };
        if ended.as_ref().is_none_or(|(on, _)| *on < end.0) {
            ended = Some(end);
        }
    }
    ended.map_or(found, |(_, permission)| permission)
}
