//! `consent list`: who has agreed to what, and whether that still counts.

use clap::Args;
use serde_json::{Value, json};

use super::super::{Common, Failure, Terminal, context};
use crate::{
    csv_safe::Table,
    practice::{
        Member, Practice,
        register::{Consent, State, To},
    },
    visible::visible_line,
};

/// List the consents: standing, lapsed, revoked
///
/// Example: heldspace consent list
/// Example: heldspace consent list maya --csv > consents.csv
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct List {
    /// Only this member's (their folder name)
    name: Option<String>,
    /// As a table for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

const HEADINGS: [&str; 12] =
    ["member", "name", "consent", "to", "about", "state", "since", "given", "how", "by", "recorded", "recorded by"];

impl List {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let members = context::members(&practice, self.name.as_deref())?;
        let rows = members.iter().flat_map(|member| member.register.consents.iter().map(|consent| (*member, consent)));
        terminal.data(&rows.clone().map(|(member, consent)| data(&practice, member, consent)).collect::<Vec<_>>());
        if self.csv {
            let mut table = Table::new(&HEADINGS);
            for (member, consent) in rows {
                row(&mut table, &practice, member, consent);
            }
            terminal.line(table.finish().trim_end());
            return Ok(());
        }
        for (member, consent) in rows {
            terminal.line(line(&practice, member, consent, terminal));
        }
        for member in members.iter().filter(|member| !member.is_closed(practice.today)) {
            if !member.register.consents.iter().any(|consent| consent.to.is_notices()) {
                let folder = terminal.strong(&member.folder);
                terminal.line(format!(
                    "{folder}  no consent to notices: heldspace consent add {} --notices --how \"signed form\"",
                    member.folder
                ));
            }
        }
        Ok(())
    }
}

/// The state, and since when.
fn state(practice: &Practice, consent: &Consent) -> (&'static str, String) {
    match consent.state(practice.today) {
        State::Standing => ("standing", consent.given.to_string()),
        State::NotYet => ("not yet", consent.given.to_string()),
        State::Lapsed(on) => ("lapsed", on.to_string()),
        State::Revoked(on) => ("revoked", on.to_string()),
    }
}

fn about(consent: &Consent) -> (&'static str, String) {
    match &consent.to {
        To::Notices { wording } => ("notices", format!("wording {wording}")),
        To::Naming(naming) => ("naming", naming.page.display().to_string()),
    }
}

fn by(consent: &Consent) -> String {
    let guardian = consent.guardian.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}{guardian}", consent.by.word())
}

fn line(practice: &Practice, member: &Member, consent: &Consent, terminal: &Terminal) -> String {
    let ((to, about), (state, since)) = (about(consent), state(practice, consent));
    let until = match &consent.to {
        To::Naming(naming) => naming.expires.map(|last| format!(", until {last}")).unwrap_or_default(),
        To::Notices { .. } => String::new(),
    };
    format!(
        "{}  {}  {to}, {}  {state} since {since}{until}  {}, by {}; recorded {} by {}",
        terminal.strong(&member.folder),
        consent.id,
        visible_line(&about),
        visible_line(&consent.how),
        visible_line(&by(consent)),
        consent.record.time,
        visible_line(&consent.record.by)
    )
}

fn row(table: &mut Table, practice: &Practice, member: &Member, consent: &Consent) {
    let ((to, about), (state, since)) = (about(consent), state(practice, consent));
    table.row(&[
        &member.folder,
        &member.name,
        &consent.id.to_string(),
        to,
        &about,
        state,
        &since,
        &consent.given.to_string(),
        &consent.how,
        &by(consent),
        &consent.record.time,
        &consent.record.by,
    ]);
}

fn data(practice: &Practice, member: &Member, consent: &Consent) -> Value {
    let ((to, _), (state, since)) = (about(consent), state(practice, consent));
    let mut data = json!({
        "member": member.folder, "name": member.name, "consent": consent.id, "to": to, "state": state, "since": since,
        "given": consent.given.to_string(), "how": consent.how, "by": consent.by.word(), "guardian": consent.guardian,
        "revoked": consent.revoked.map(|on| on.to_string()), "recorded": consent.record.time,
        "recorded_by": consent.record.by,
    });
    match &consent.to {
        To::Notices { wording } => {
            data["channel"] = json!("email");
            data["wording"] = json!(wording);
        }
        To::Naming(naming) => {
            data["page"] = json!(naming.page.display().to_string());
            data["expires"] = json!(naming.expires.map(|last| last.to_string()));
            for (key, text) in [
                ("person", &naming.person),
                ("discloses", &naming.discloses),
                ("what", &naming.what),
                ("recipients", &naming.recipients),
                ("purpose", &naming.purpose),
            ] {
                data[key] = json!(text);
            }
            data["revocable"] = json!(naming.revocable);
        }
    }
    data
}
