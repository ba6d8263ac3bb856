//! `consent`: what people have agreed to, and what they no longer agree to.

mod add;
mod list;

use clap::Subcommand;
use jiff::civil::Date;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context, day::day};
use crate::practice::register::{self, Recorder};

/// Put consents on record, revoke them, or list them
///
/// Two kinds: to get notices by e-mail (without it nobody gets one), and to be named in a page that others read. They stand
/// in the member's register.toml, which you can read; entries are only ever added to it.
///
/// Examples:
///   heldspace consent add maya --notices --how "signed form"
///   heldspace consent list
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Consent {
    Add(Box<add::Add>),
    /// A consent no longer counts: from that day on no notice goes out, or the page is taken from its other readers
    ///
    /// The next `heldspace build` takes back what has to be taken back. What was read stays read.
    ///
    /// Example: heldspace consent revoke maya 2
    #[command(verbatim_doc_comment)]
    Revoke {
        /// The member's folder name
        name: String,
        /// The consent's number; `heldspace consent list` shows it
        id: u32,
        /// Since when, if not today
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<Date>,
        /// Who puts it on record, if not the therapist of site.toml
        #[arg(long, value_name = "NAME")]
        recorded_by: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    List(list::List),
}

impl Consent {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(common, terminal),
            Self::Revoke { name, id, on, recorded_by, yes } => {
                let _lock = context::locked(common)?;
                let practice = context::practice(common)?;
                let member = context::member(&practice, &name)?;
                let recorder = Recorder::now(recorded_by.as_deref(), &practice)?;
                let on = on.unwrap_or(practice.today);
                register::check_revoked(&practice, member, id, on)?;
                ask::agree("Put on record that this consent was revoked? That cannot be undone.", yes)?;
                register::append_revoked(&practice, member, id, on, &recorder)?;
                terminal.data(&json!({ "member": name, "consent": id, "revoked": on.to_string() }));
                terminal.line(format!("Revoked on {on}. Run {}: it brings that about.", context::next(&practice)));
                Ok(())
            }
            Self::List(list) => list.run(common, terminal),
        }
    }
}
