//! `agreement`: with those who handle what members are sent.

use clap::Subcommand;
use jiff::civil::Date;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context, day::day};
use crate::{
    practice::{
        Practice,
        register::{self, Agreement as Entry, Kind, NewAgreement, Recorder, Service},
    },
    visible::visible_line,
};

/// Put agreements with your host, mail server and others on record, end them, or list them
///
/// Without one in force for the host, nothing is published there; without one for the mail server, no notice goes out. They
/// stand in the practice's register.toml, which you can read; entries are only ever added to it.
///
/// Examples:
///   heldspace agreement add "Example Hosting" --service host --kind baa --signed 2026-11-20
///   heldspace agreement list
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Agreement {
    /// Put an agreement on record
    ///
    /// Kinds: baa (business associate agreement, 45 CFR 164.504(e)), qsoa (qualified service organization agreement,
    /// 42 CFR 2.11), dpa (data processing agreement, article 28 GDPR), own (a machine of your own: nobody signs).
    ///
    /// Example: heldspace agreement add "Example Hosting" --service host --kind baa --signed 2026-11-20
    /// Example: heldspace agreement add --service host --kind own --note "The server in our cellar"
    #[command(verbatim_doc_comment)]
    Add {
        /// With whom; for a machine of your own, nobody
        name: Option<String>,
        /// What they do for you: host, mail, backup or other
        #[arg(long)]
        service: Service,
        /// What kind of agreement: baa, qsoa, dpa or own
        #[arg(long)]
        kind: Kind,
        /// The host or mail server that it is about, if not the one in site.toml: pages.example.org, smtp.example.org
        #[arg(long, value_name = "ADDRESS")]
        place: Option<String>,
        /// When it was signed
        #[arg(long, value_name = "DATE", value_parser = day)]
        signed: Option<Date>,
        /// The last day on which it holds
        #[arg(long, value_name = "DATE", value_parser = day)]
        ends: Option<Date>,
        /// Whatever you want to find again, such as where the paper lies
        #[arg(long)]
        note: Option<String>,
        /// Who puts it on record, if not the therapist of site.toml
        #[arg(long, value_name = "NAME")]
        recorded_by: Option<String>,
    },
    /// An agreement ends: from that day on it no longer holds
    ///
    /// Example: heldspace agreement end 1 --on 2026-12-31
    #[command(verbatim_doc_comment)]
    End {
        /// The agreement's number; `heldspace agreement list` shows it
        id: u32,
        /// The first day on which it no longer holds, if not today
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<Date>,
        /// Who puts it on record, if not the therapist of site.toml
        #[arg(long, value_name = "NAME")]
        recorded_by: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// List the agreements, and which are in force
    ///
    /// Example: heldspace agreement list
    #[command(verbatim_doc_comment)]
    List,
}

impl Agreement {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add { name, service, kind, place, signed, ends, note, recorded_by } => {
                let _lock = context::locked(common)?;
                let practice = context::practice(common)?;
                let recorder = Recorder::now(recorded_by.as_deref(), &practice)?;
                let place = place.or_else(|| register::place(&practice, service));
                let told = place.as_ref().map(|place| format!(", for {}", visible_line(place))).unwrap_or_default();
                let new = NewAgreement { name, service, kind, place, signed, ends, note };
                let id = register::append_agreement(&practice, &new, &recorder)?;
                terminal.data(&json!({ "agreement": id }));
                terminal.line(format!("Agreement {id} is on record{told}."));
            }
            Self::End { id, on, recorded_by, yes } => {
                let _lock = context::locked(common)?;
                let practice = context::practice(common)?;
                let recorder = Recorder::now(recorded_by.as_deref(), &practice)?;
                let on = on.unwrap_or(practice.today);
                register::check_ended(&practice, id, on)?;
                ask::agree("Put on record that this agreement ends? Nothing is sent there from then on.", yes)?;
                register::append_ended(&practice, id, on, &recorder)?;
                terminal.data(&json!({ "agreement": id, "ended": on.to_string() }));
                terminal.line(format!("Agreement {id} ends on {on}."));
            }
            Self::List => {
                let practice = context::practice(common)?;
                terminal.data(&practice.agreements.iter().map(|entry| data(&practice, entry)).collect::<Vec<_>>());
                for entry in &practice.agreements {
                    terminal.line(line(&practice, entry, terminal));
                }
                if practice.agreements.is_empty() {
                    terminal.line("No agreement is on record yet.");
                }
            }
        }
        Ok(())
    }
}

fn state(practice: &Practice, entry: &Entry) -> String {
    match entry.over(practice.today) {
        Some(on) => format!("ended on {on}"),
        None if !entry.in_force(practice.today) => "not yet in force".to_owned(),
        None => entry.ended.or(entry.ends).map_or_else(|| "in force".to_owned(), |on| format!("in force until {on}")),
    }
}

fn line(practice: &Practice, entry: &Entry, terminal: &Terminal) -> String {
    let place = entry.place.as_ref().map(|place| format!(" at {}", visible_line(place))).unwrap_or_default();
    let signed = entry.signed.map(|on| format!(", signed {on}")).unwrap_or_default();
    let note = entry.note.as_ref().map(|note| format!("  {}", visible_line(note))).unwrap_or_default();
    format!(
        "{}  {}  {}{place}, {}{signed}  {}{note}",
        entry.id,
        terminal.strong(entry.with()),
        entry.service.word(),
        entry.kind.word(),
        state(practice, entry)
    )
}

fn data(practice: &Practice, entry: &Entry) -> serde_json::Value {
    json!({
        "agreement": entry.id, "name": entry.name, "service": entry.service.word(), "kind": entry.kind.word(),
        "place": entry.place, "signed": entry.signed.map(|on| on.to_string()), "ends": entry.ends.map(|on| on.to_string()),
        "ended": entry.ended.map(|on| on.to_string()), "note": entry.note,
        "in_force": entry.in_force(practice.today), "recorded": entry.record.time, "recorded_by": entry.record.by,
    })
}
