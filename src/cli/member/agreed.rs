//! `member add --consent`: what a new person has agreed to, put on record along with them.

use clap::Args;
use jiff::civil::Date;

use super::super::{Failure, Terminal, day::day};
use crate::practice::{
    Member, Practice,
    register::{self, By, NewConsent, Recorder, To},
};

/// Consent to notices by e-mail.
#[derive(Args)]
pub struct Agreed {
    /// They have agreed to get notices by e-mail, and how: "signed form", "in session" …
    #[arg(long, value_name = "HOW")]
    consent: Option<String>,
    /// When they agreed, if that was not today
    #[arg(long, value_name = "DATE", requires = "consent", value_parser = day)]
    consent_date: Option<Date>,
    /// Who agreed: self, guardian or both
    #[arg(long, value_name = "WHO", requires = "consent", default_value = "self")]
    consent_by: By,
    /// The guardian's name
    #[arg(long, value_name = "NAME", requires = "consent")]
    guardian: Option<String>,
    /// Who puts it on record, if not the therapist of site.toml
    #[arg(long, value_name = "NAME")]
    recorded_by: Option<String>,
}

/// A consent that can be written down as soon as the member is there.
pub struct Checked(pub Option<(NewConsent, Recorder)>);

impl Agreed {
    /// Who puts a consent on record.
    pub fn recorder(&self, practice: &Practice) -> Result<Recorder, Failure> {
        Ok(Recorder::now(self.recorded_by.as_deref(), practice)?)
    }

    /// Refuses what could not be put on record, before anything is written.
    pub fn checked(&self, practice: &Practice) -> Result<Checked, Failure> {
        let Some(how) = &self.consent else { return Ok(Checked(None)) };
        let new = NewConsent {
            to: To::Notices { wording: register::wording(practice) },
            given: self.consent_date.unwrap_or(practice.today),
            how: how.clone(),
            by: self.consent_by,
            guardian: self.guardian.clone(),
        };
        register::check_consent(practice, &new)?;
        Ok(Checked(Some((new, self.recorder(practice)?))))
    }
}

impl Checked {
    /// Writes it into the new member's register.
    pub fn record(&self, practice: &Practice, folder: &str) -> Result<(), Failure> {
        let Some((new, recorder)) = &self.0 else { return Ok(()) };
        let member = Member { folder: folder.to_owned(), ..Member::default() };
        register::append_consent(practice, &member, new, recorder)?;
        Ok(())
    }

    /// Says what is still to be done before a notice goes out.
    pub fn remind(&self, folder: &str, terminal: &Terminal) {
        if self.0.is_none() && terminal.is_watched() {
            terminal.note(format!(
                "\nNo consent to notices is on record yet, so {folder} gets none by e-mail. Once they have agreed:\n  heldspace consent add {folder} --notices --how \"signed form\""
            ));
        }
    }
}
