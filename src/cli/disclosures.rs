//! `disclosures`: what of a person's record went to somebody else.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

use super::{Common, Failure, Terminal, context, day::day};
use crate::{
    csv_safe::Table,
    practice::{
        Member,
        register::{self, Disclosure, NewDisclosure, Recorder},
    },
    visible::visible_line,
};

/// Put disclosures of a person's record on record, or list them: the accounting that they can ask you for
///
/// Example: heldspace disclosures list maya
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Disclosures {
    /// Put on record what went to whom, and why
    ///
    /// Example: heldspace disclosures add maya --to "County Court" --what "Dates of attendance, 2026" \
    ///     --purpose "Subpoena 26-113" --basis "45 CFR 164.512(e)"
    #[command(verbatim_doc_comment)]
    Add {
        /// The member's folder name
        name: String,
        /// Who received it
        #[arg(long, value_name = "WHOM")]
        to: String,
        /// Where they are, if you know
        #[arg(long)]
        address: Option<String>,
        /// What was disclosed
        #[arg(long)]
        what: String,
        /// What for
        #[arg(long)]
        purpose: String,
        /// What allowed it: a consent, a court's order, a paragraph of a law
        #[arg(long)]
        basis: String,
        /// When, if not today
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<Date>,
        /// Who puts it on record, if not the therapist of site.toml
        #[arg(long, value_name = "NAME")]
        recorded_by: Option<String>,
    },
    List(List),
}

/// List disclosures: date, who received it and where they are, what, and what for (45 CFR 164.528(b)(2))
///
/// Example: heldspace disclosures list maya --since 2020-11-25 --csv > accounting.csv
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct List {
    /// Only this member's (their folder name)
    name: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Until this day, and on it
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
    /// As a table for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

const HEADINGS: [&str; 10] =
    ["member", "name", "date", "to", "address", "what", "purpose", "basis", "recorded", "recorded by"];

impl Disclosures {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add { name, to, address, what, purpose, basis, on, recorded_by } => {
                let _lock = context::locked(common)?;
                let practice = context::practice(common)?;
                let member = context::member(&practice, &name)?;
                let recorder = Recorder::now(recorded_by.as_deref(), &practice)?;
                let new = NewDisclosure { on: on.unwrap_or(practice.today), to, address, what, purpose, basis };
                let id = register::append_disclosure(&practice, member, &new, &recorder)?;
                terminal.data(&json!({ "member": name, "disclosure": id }));
                terminal.line(format!("Disclosure {id} of {name} is on record."));
                Ok(())
            }
            Self::List(list) => list.run(common, terminal),
        }
    }
}

impl List {
    fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let members = context::members(&practice, self.name.as_deref())?;
        let mut rows: Vec<(&Member, &Disclosure)> = members
            .into_iter()
            .flat_map(|member| member.register.disclosures.iter().map(move |disclosure| (member, disclosure)))
            .filter(|(_, disclosure)| self.since.is_none_or(|since| disclosure.on >= since))
            .filter(|(_, disclosure)| self.until.is_none_or(|until| disclosure.on <= until))
            .collect();
        rows.sort_by_key(|(member, disclosure)| (&member.folder, disclosure.on, disclosure.id));
        terminal.data(&rows.iter().map(|(member, disclosure)| data(member, disclosure)).collect::<Vec<_>>());
        if self.csv {
            let mut table = Table::new(&HEADINGS);
            for (member, disclosure) in &rows {
                row(&mut table, member, disclosure);
            }
            terminal.line(table.finish().trim_end());
            return Ok(());
        }
        for (member, disclosure) in &rows {
            terminal.line(line(member, disclosure, terminal));
        }
        if rows.is_empty() {
            terminal.line("No disclosure is on record.");
        }
        Ok(())
    }
}

fn line(member: &Member, disclosure: &Disclosure, terminal: &Terminal) -> String {
    let address = disclosure.address.as_ref().map(|address| format!(", {}", visible_line(address))).unwrap_or_default();
    format!(
        "{}  {}  to {}{address}: {}  for: {}  on the basis of: {}",
        terminal.strong(&member.folder),
        disclosure.on,
        visible_line(&disclosure.to),
        visible_line(&disclosure.what),
        visible_line(&disclosure.purpose),
        visible_line(&disclosure.basis)
    )
}

fn row(table: &mut Table, member: &Member, disclosure: &Disclosure) {
    table.row(&[
        &member.folder,
        &member.name,
        &disclosure.on.to_string(),
        &disclosure.to,
        disclosure.address.as_deref().unwrap_or_default(),
        &disclosure.what,
        &disclosure.purpose,
        &disclosure.basis,
        &disclosure.record.time,
        &disclosure.record.by,
    ]);
}

fn data(member: &Member, disclosure: &Disclosure) -> serde_json::Value {
    json!({
        "member": member.folder, "name": member.name, "disclosure": disclosure.id, "on": disclosure.on.to_string(),
        "to": disclosure.to, "address": disclosure.address, "what": disclosure.what, "purpose": disclosure.purpose,
        "basis": disclosure.basis, "recorded": disclosure.record.time, "recorded_by": disclosure.record.by,
    })
}
