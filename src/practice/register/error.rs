//! Why nothing was put on record, or why nothing may be sent.

use std::path::PathBuf;

use jiff::civil::Date;

use super::Service;
use crate::{content::Mistakes, explain::Explain, practice::files::FileError};

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error(transparent)]
    File(FileError),
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    #[error("{} is full", file.display())]
    Full { file: PathBuf },
    #[error("nothing says who puts this on record")]
    NoRecorder,
    #[error("`{option}` can't be shown")]
    Shown { option: &'static str },
    #[error("`{option}` is empty")]
    Empty { option: &'static str },
    #[error("`{option}` has {longest} characters at most")]
    Long { option: &'static str, longest: usize },
    #[error("`{option}` is still to come: {date}")]
    ToCome { option: &'static str, date: Date },
    #[error("`{option}` is no day that anyone can have meant: {date}")]
    NoDay { option: &'static str, date: Date },
    #[error("`{option}` is missing")]
    Missing { option: &'static str, why: &'static str },
    #[error("`{option}` does not go with this")]
    Surplus { option: &'static str, why: &'static str },
    #[error("it would have ended before it began: {date}")]
    Backwards { date: Date },
    #[error("{page:?} is no page or folder that somebody can be named in")]
    NoPage { page: String },
    #[error("42 CFR 2.31(a) asks for more than this: {}", lacking.join(", "))]
    Part2 { lacking: Vec<&'static str> },
    #[error("there is no {kind} {id}")]
    Unknown { kind: &'static str, id: u32, known: Vec<u32> },
    #[error("{kind} {id} ended on {date} already")]
    Ended { kind: &'static str, id: u32, date: Date },
    #[error("{member} is on hold already")]
    Held { member: String },
    #[error("{member} is not on hold")]
    NotHeld { member: String },
    #[error("no agreement for {} is in force: {place}", service.of())]
    NoAgreement { service: Service, place: String, last: Option<String> },
}

impl Explain for RegisterError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Mistakes(error) => return error.hint(),
            Self::Full { .. } => "Nothing was changed. Move that file to your records, and begin a new one with what still counts.".into(),
            Self::NoRecorder => "Add --recorded-by \"Your name\", or write it once into site.toml: therapist = \"…\" under [practice].".into(),
            Self::Empty { .. } => "Say it in a few words. Nothing was changed.".into(),
            Self::Shown { .. } => "Write it on one line, with letters that can be seen.".into(),
            Self::Long { .. } => "Say it in fewer words; the rest belongs into your own records.".into(),
            Self::ToCome { .. } => "Put it on record once it has happened.".into(),
            Self::NoDay { .. } => "Write a day as 2026-11-24.".into(),
            Self::Missing { why, .. } | Self::Surplus { why, .. } => (*why).to_owned(),
            Self::Backwards { .. } => "Look at the two dates again.".into(),
            Self::NoPage { .. } => "Name a page, or the folder of a group, that is there, from the practice's folder on: content/groups/tuesday/session.md, or content/groups/tuesday.".into(),
            Self::Part2 { .. } => "The group's pages are under Part 2 (`part2 = true` in group.toml), where a written consent has each of these. Take them from the form that was signed; nothing was put on record.".into(),
            Self::Unknown { kind, known, .. } if known.is_empty() => format!("No {kind} is on record there."),
            Self::Unknown { known, .. } => format!("On record are: {}.", known.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
            Self::Ended { .. } => "Nothing was changed. If it was given anew, put that on record as a new one.".into(),
            Self::Held { .. } => "`heldspace hold --list` shows why. Nothing was changed.".into(),
            Self::NotHeld { .. } => "`heldspace hold --list` shows who is. Nothing was changed.".into(),
            Self::NoAgreement { service, last, .. } => {
                let last = last.as_ref().map(|last| format!("{last} ")).unwrap_or_default();
                format!(
                    "{last}Nothing was sent. Once it is signed: `heldspace agreement add NAME --service {} --kind baa --signed DATE` (on hardware of your own, for which nobody signs: `heldspace agreement add --service {} --kind own`).",
                    service.word(),
                    service.word()
                )
            }
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::File(error) => error.exit_code(),
            Self::Mistakes(error) => error.exit_code(),
            Self::Full { .. } => 1,
            Self::Ended { .. } | Self::Held { .. } | Self::NotHeld { .. } | Self::NoAgreement { .. } => 4,
            _ => 2,
        }
    }
}
