//! `consent add`: what somebody has agreed to.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::civil::Date;
use serde_json::json;

use super::super::{Common, Failure, Terminal, context, day::day};
use crate::practice::{
    Practice,
    register::{self, By, Naming, NewConsent, Recorder, To},
};

/// Put a consent on record: to notices by e-mail, or to being named in a page
///
/// For a page of a group under Part 2 (`part2 = true` in group.toml) a consent to being named needs everything that
/// 42 CFR 2.31(a) asks for: --person, --discloses, --what, --recipients, --purpose, --revocable and --expires.
///
/// Example: heldspace consent add maya --notices --how "signed form"
/// Example: heldspace consent add maya --naming content/groups/tuesday/goodbye.md --how "in session"
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[command(group(ArgGroup::new("to").required(true).args(["notices", "naming"])))]
pub struct Add {
    /// The member's folder name
    name: String,
    /// To get notices by e-mail
    #[arg(long)]
    notices: bool,
    /// To be named in this page, or in every page of this folder
    #[arg(long, value_name = "PAGE")]
    naming: Option<PathBuf>,
    /// How: "signed form", "in session" …
    #[arg(long)]
    how: String,
    /// When it was given or signed, if not today
    #[arg(long, value_name = "DATE", value_parser = day)]
    given: Option<Date>,
    /// Who gave it: self, guardian or both
    #[arg(long, value_name = "WHO", default_value = "self")]
    by: By,
    /// The guardian's name
    #[arg(long, value_name = "NAME")]
    guardian: Option<String>,
    /// Who puts it on record, if not the therapist of site.toml
    #[arg(long, value_name = "NAME")]
    recorded_by: Option<String>,
    /// The version of the text they agreed to, if not the one in site.toml ([consent] wording)
    #[arg(long, value_name = "VERSION", conflicts_with = "naming")]
    wording: Option<String>,
    /// The last day on which it counts
    #[arg(long, value_name = "DATE", conflicts_with = "notices", value_parser = day)]
    expires: Option<Date>,
    /// The person's name, as on the form
    #[arg(long, value_name = "NAME", conflicts_with = "notices")]
    person: Option<String>,
    /// Who may disclose
    #[arg(long, value_name = "WHO", conflicts_with = "notices")]
    discloses: Option<String>,
    /// How much, and what kind
    #[arg(long, conflicts_with = "notices")]
    what: Option<String>,
    /// To whom
    #[arg(long, value_name = "WHOM", conflicts_with = "notices")]
    recipients: Option<String>,
    /// What for
    #[arg(long, conflicts_with = "notices")]
    purpose: Option<String>,
    /// The form says that it can be revoked, and how
    #[arg(long, conflicts_with = "notices")]
    revocable: bool,
}

impl Add {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let member = context::member(&practice, &self.name)?;
        let recorder = Recorder::now(self.recorded_by.as_deref(), &practice)?;
        let name = self.name.clone();
        let id = register::append_consent(&practice, member, &self.consent(&practice), &recorder)?;
        terminal.data(&json!({ "member": name, "consent": id }));
        terminal.line(format!("Consent {id} of {name} is on record."));
        Ok(())
    }

    fn consent(self, practice: &Practice) -> NewConsent {
        let to = match self.naming {
            None => To::Notices { wording: self.wording.unwrap_or_else(|| register::wording(practice)) },
            Some(page) => To::Naming(Naming {
                page,
                expires: self.expires,
                person: self.person,
                discloses: self.discloses,
                what: self.what,
                recipients: self.recipients,
                purpose: self.purpose,
                revocable: self.revocable,
            }),
        };
        let given = self.given.unwrap_or(practice.today);
        NewConsent { to, given, how: self.how, by: self.by, guardian: self.guardian }
    }
}
