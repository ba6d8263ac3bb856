//! New pages: from a template and what is known to a Markdown file that its author goes on writing.
//!
//! In: a template of the theme, whom the page is for, and values (of the practice, of a member, from a table). Out: files to
//! be written, each a draft; or every mistake at once. It writes nothing, and must not know keys or how a page will look.
//! In the order of the code: [`draft`] reads the template and fills it in, [`text`] makes values text, [`data`] reads the table,
//! [`place`] says where a page lies and what its file is called, [`session`] when a group meets next, [`there`] what lies there already.

mod data;
mod draft;
mod place;
mod session;
mod text;
mod there;

use std::path::PathBuf;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};

pub use data::{Data, Values};
pub use draft::{Template, known};
pub use place::Place;
pub use session::next_session;
pub use there::still_to_write;

use crate::{
    content::{Mistakes, Session, SessionError},
    explain::Explain,
    practice::{
        Practice,
        edit::{self, EditError},
        files::FileError,
    },
};

/// Why no page was made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WritingError {
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Edit(#[from] EditError),
    #[error("there is no template {name:?} for new pages")]
    NoTemplate { name: String, known: Vec<String> },
    #[error("a new page needs a title")]
    NoTitle,
    #[error("{title:?} has braces in it")]
    Braces { title: String },
    #[error("no session can be then: {0}")]
    Session(#[from] SessionError),
    #[error("that session is over")]
    Past,
    #[error("it is not known when {group:?} meets next")]
    NoSession { group: String, schedule: Option<String> },
    #[error("{} already there: {}", are(files), listed(files))]
    Exist { files: Vec<PathBuf> },
    #[error("nobody is in {group:?} today")]
    Nobody { group: String },
    #[error("two of these pages would be one file: {}", file.display())]
    Same { file: PathBuf },
}

fn are(files: &[PathBuf]) -> &'static str {
    if files.len() == 1 { "this file is" } else { "these files are" }
}

fn listed(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Explain for WritingError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Mistakes(e) => return e.hint(),
            Self::File(e) => return e.hint(),
            Self::Edit(e) => return e.hint(),
            Self::NoTemplate { known, .. } => {
                format!("There are: {}. To have one of your own, put a file into themes/NAME/new/.", known.join(", "))
            }
            Self::NoTitle => "Write it behind the kind: heldspace new page \"Sleeping badly\" --library".into(),
            Self::Braces { .. } => "Write the title as it is to be read; {{ … }} works in the text of the page.".into(),
            Self::Session(e) => format!("Nothing was written: {}.", e.hint()),
            Self::Past => "Nothing was written: look at the day, and at the year.".into(),
            Self::NoSession { schedule: None, .. } => "Name the day: --date 2026-12-01. Or write into its group.toml when they meet, such as schedule = \"Tuesdays at 6:30\".".into(),
            Self::NoSession { .. } => "Its `schedule` names no one day of the week, or only some of them. Name the day: --date 2026-12-01".into(),
            Self::Exist { .. } => "Nothing was written. Go on writing there, or choose another title or date. For someone who has no such page yet: --member instead of --for-each.".into(),
            Self::Nobody { .. } => "Nothing was written. `heldspace member join` adds someone.".into(),
            Self::Same { .. } => "Nothing was written. Give each another title or date.".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Mistakes(e) => e.exit_code(),
            Self::File(e) => e.exit_code(),
            Self::Edit(e) => e.exit_code(),
            _ => 2,
        }
    }
}

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPage {
    /// Relative to the practice.
    pub file: PathBuf,
    pub title: String,
    pub text: String,
}

/// What a person asked for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub title: Option<String>,
    pub date: Option<Date>,
    pub session: Option<Meeting>,
}

/// When a session is to be, by the practice's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    pub at: DateTime,
    pub minutes: i64,
}

impl Meeting {
    /// Refuses one that no page could have, and one that is over.
    pub fn check(self, practice: &Practice, now: Timestamp) -> Result<Self, WritingError> {
        let session = Session::at(self.at, self.minutes, practice)?;
        if session.ends.timestamp() < now { Err(WritingError::Past) } else { Ok(self) }
    }
}

/// What all pages of one wish are made from.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    pub template: &'a Template,
    pub wish: &'a Wish,
    pub practice: &'a Practice,
}

impl Writing<'_> {
    /// One page at one place.
    pub fn page(self, place: &Place, values: &Values) -> Result<NewPage, WritingError> {
        let Self { template, practice, .. } = self;
        let wish = values.over(self.wish);
        let all = values.with(place, &wish, practice);
        // A title that the template gives all its pages tells less than its name and the day.
        let is_named_by_day = wish.title.is_none() && wish.date.is_some();
        let title = match &wish.title {
            Some(title) => title.clone(),
            None => template.title(&all)?.ok_or(WritingError::NoTitle)?,
        };
        edit::shown(&title)?;
        if title.contains("{{") || title.contains("{%") {
            return Err(WritingError::Braces { title });
        }
        let all = all.and("title", &title);
        let text = template.fill(place, &title, &wish, &all)?;
        let named = if is_named_by_day { "" } else { &title };
        Ok(NewPage { file: place.file(wish.date, named, template.name()), title, text })
    }
}
