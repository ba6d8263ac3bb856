//! `hold`: keeps a person's record from being thinned out.

use clap::{ArgGroup, Args};
use serde_json::json;

use super::{Common, Failure, Terminal, ask, context};
use crate::{
    practice::{
        Member,
        register::{self, Hold as Entry, Recorder},
    },
    visible::visible_line,
};

/// Keep everything about a member, however old it is: because of a complaint, a lawsuit, a request
///
/// What an expired retention time (`keep_years` in site.toml) would remove stays until the hold is released.
///
/// Example: heldspace hold maya --reason "Complaint to the board, 2026-11"
/// Example: heldspace hold maya --release
/// Example: heldspace hold --list
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[command(group(ArgGroup::new("what").required(true).args(["reason", "release", "list"])))]
pub struct Hold {
    /// The member's folder name
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// Why nothing may be removed
    #[arg(long)]
    reason: Option<String>,
    /// The hold ends
    #[arg(long)]
    release: bool,
    /// Show whose record is on hold, and why
    #[arg(long)]
    list: bool,
    /// Who puts it on record, if not the therapist of site.toml
    #[arg(long, value_name = "NAME")]
    recorded_by: Option<String>,
    /// Do not ask before a hold is released
    #[arg(long)]
    yes: bool,
}

impl Hold {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let Some(name) = self.name.as_ref().filter(|_| !self.list) else {
            return list(self.name.as_deref(), common, terminal);
        };
        let _lock = context::locked(common)?;
        let practice = context::practice(common)?;
        let member = context::member(&practice, name)?;
        let recorder = Recorder::now(self.recorded_by.as_deref(), &practice)?;
        if let Some(reason) = &self.reason {
            let id = register::append_hold(&practice, member, reason, &recorder)?;
            terminal.data(&json!({ "member": name, "hold": id }));
            terminal.line(format!("{name} is on hold: nothing about them is removed until it is released."));
        } else {
            register::standing(member)?;
            ask::agree("Release this hold? What is older than you keep records may then be removed.", self.yes)?;
            let released = register::append_released(&practice, member, &recorder)?;
            terminal.data(&json!({ "member": name, "released": released }));
            terminal.line(format!("{name} is no longer on hold."));
        }
        Ok(())
    }
}

fn list(name: Option<&str>, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let members = context::members(&practice, name)?;
    let holds: Vec<(&Member, &Entry)> =
        members.into_iter().flat_map(|member| member.register.holds.iter().map(move |hold| (member, hold))).collect();
    terminal.data(&holds.iter().map(|(member, hold)| data(member, hold)).collect::<Vec<_>>());
    for (member, hold) in &holds {
        let until = hold.released.map(|on| format!(", released {on}")).unwrap_or_default();
        let folder = terminal.strong(&member.folder);
        terminal.line(format!("{folder}  since {}{until}: {}", hold.since, visible_line(&hold.reason)));
    }
    if holds.is_empty() {
        terminal.line("Nobody is on hold.");
    }
    Ok(())
}

fn data(member: &Member, hold: &Entry) -> serde_json::Value {
    json!({
        "member": member.folder, "name": member.name, "hold": hold.id, "reason": hold.reason,
        "since": hold.since.to_string(), "released": hold.released.map(|on| on.to_string()),
        "recorded": hold.record.time, "recorded_by": hold.record.by,
    })
}
