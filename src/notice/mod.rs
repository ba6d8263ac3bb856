//! Notices: the e-mail that says that something is there, and nothing else. The author's machine sends them.
//!
//! In: a practice, what each member can read now, and the record of earlier notices. Out: for each member who can newly
//! read something one message, handed to a mail server or laid into a folder. It must not ask anyone anything, and what
//! it sends knows of the member only their address and their link.
//!
//! 1. The [`journal`] says what was sent before; the [`plan`] says who gets a notice, and why.
//! 2. The [`text`] of each is [checked](check) against names, titles and [words] that would give something away.
//! 3. [`reach`] looks through the public address whether the release is there, as a member's phone would.
//! 4. [`send`] makes each [`message`] and hands it over, by [`smtp`] or into the [`outbox`], writing down each step.
//!
//! Whoever stands in is told by a [`call`] that something was left lying.
//!
//! Whoever calls these holds the practice's lock from the plan to the end: two at once would send twice.

mod address;
mod call;
mod check;
mod journal;
mod line;
mod message;
mod outbox;
mod plan;
mod reach;
mod send;
mod smtp;
mod text;
mod words;

pub(crate) use self::check::appointment;
pub use self::{
    address::AddressError,
    call::{call, check_call},
    check::{Allowed, CheckError, check},
    journal::{Covered, Entry, History, NoticeId, Outcome, Refusal},
    message::{Difference, Letter, letter},
    outbox::Outbox,
    plan::{Cause, Choice, LeftOut, Opened, Person, Plan, Planned, Reading, Reason, readings},
    reach::{ReachError, reach},
    send::{Carrier, Carry, Leaving, Sending, Sent, SentReport, Step, Stop, carrier},
    smtp::{MailError, Patience, Smtp},
    text::{Text, Texts},
};

use crate::{explain::Explain, practice::HomeError, practice::files::FileError};

/// Why no notice was sent, or no more of them.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error("site.toml does not say how notices are sent")]
    NoMail,
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Reach(#[from] ReachError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Sender(#[from] AddressError),
}

impl Explain for NoticeError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoMail => Some("Add a section [mail] to site.toml, with the address that notices come from and your mail server:\n\n  [mail]\n  from = \"pages@example.org\"\n  server = \"mail.example.org\"\n  security = \"starttls\"\n  user = \"pages@example.org\"\n\nTo try it out without a mail server: from, and folder = \"outbox\".".into()),
            Self::Home(e) => e.hint(),
            Self::File(e) => e.hint(),
            Self::Check(e) => e.hint(),
            Self::Reach(e) => e.hint(),
            Self::Mail(e) => e.hint(),
            Self::Sender(e) => e.hint(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::NoMail | Self::Sender(_) => 3,
            Self::Home(e) => e.exit_code(),
            Self::File(e) => e.exit_code(),
            Self::Check(e) => e.exit_code(),
            Self::Reach(e) => e.exit_code(),
            Self::Mail(e) => e.exit_code(),
        }
    }
}
