//! Puts consents on record, and that they were revoked; refused where they say too little, or what can't be.

use jiff::civil::Date;

use super::{By, Naming, Subject, To, lacks, read::placed};
use crate::practice::{
    Member, Practice,
    register::{
        Recorder, RegisterError,
        append::{Entry, book},
        day, line, past,
    },
};

/// What is about to be put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConsent {
    pub to: To,
    pub given: Date,
    pub how: String,
    pub by: By,
    pub guardian: Option<String>,
}

/// Puts a consent on record; its number.
pub fn append_consent(
    practice: &Practice,
    member: &Member,
    new: &NewConsent,
    recorder: &Recorder,
) -> Result<u32, RegisterError> {
    let entry = written(practice, new)?;
    book(practice, member, |book| book.append(entry, recorder))
}

/// Refuses what [`append_consent`] would refuse.
pub fn check_consent(practice: &Practice, new: &NewConsent) -> Result<(), RegisterError> {
    written(practice, new).map(drop)
}

/// The version of the text that people agree to today, where site.toml says it.
pub fn wording(practice: &Practice) -> String {
    practice.site.consent.wording.clone().unwrap_or_else(|| "1".to_owned())
}

fn written(practice: &Practice, new: &NewConsent) -> Result<Entry, RegisterError> {
    let given = past("--given", new.given, practice.today)?;
    let how = line("--how", &new.how)?;
    let guardian = new.guardian.as_ref().map(|name| line("--guardian", name)).transpose()?;
    match (new.by, &guardian) {
        (By::Person, Some(_)) => {
            let why = "A guardian stands in a consent that they gave: --by guardian, or --by both.";
            return Err(RegisterError::Surplus { option: "--guardian", why });
        }
        (By::Guardian | By::Both, None) => {
            return Err(RegisterError::Missing { option: "--guardian", why: "Say who gave it: --guardian \"Name\"." });
        }
        _ => {}
    }
    let entry = match &new.to {
        To::Notices { wording } => Entry::new("consent")
            .text("to", Subject::Notices.word())
            .text("channel", "email")
            .date("given", given)
            .text("wording", line("--wording", wording)?),
        To::Naming(naming) => written_naming(practice, naming, given)?,
    };
    Ok(entry.text("how", how).text("by", new.by.word()).optional("guardian", guardian.as_ref()))
}

fn written_naming(practice: &Practice, naming: &Naming, given: Date) -> Result<Entry, RegisterError> {
    let no_page = || RegisterError::NoPage { page: naming.page.display().to_string() };
    let page = placed(&naming.page.to_string_lossy()).ok_or_else(no_page)?;
    // A slip of the keyboard would be a consent to nothing.
    if !practice.root.join(&page).exists() {
        return Err(no_page());
    }
    let lacking = lacks(naming);
    if practice.is_part2(&page) && !lacking.is_empty() {
        return Err(RegisterError::Part2 { lacking });
    }
    let expires = naming.expires.map(|date| day("--expires", date)).transpose()?;
    if let Some(date) = expires.filter(|expires| *expires < given) {
        return Err(RegisterError::Backwards { date });
    }
    let mut entry = Entry::new("consent")
        .text("to", Subject::Naming.word())
        .text("page", page.to_string_lossy())
        .date("given", given)
        .date("expires", expires);
    let texts = [
        ("person", "--person", &naming.person),
        ("discloses", "--discloses", &naming.discloses),
        ("what", "--what", &naming.what),
        ("recipients", "--recipients", &naming.recipients),
        ("purpose", "--purpose", &naming.purpose),
    ];
    for (key, option, text) in texts {
        if let Some(text) = text {
            entry = entry.text(key, line(option, text)?);
        }
    }
    Ok(entry.yes("revocable", naming.revocable))
}

/// Refuses what [`append_revoked`] would refuse.
pub fn check_revoked(practice: &Practice, member: &Member, id: u32, on: Date) -> Result<Date, RegisterError> {
    let known = || member.register.consents.iter().map(|consent| consent.id).collect();
    let consent = member.register.consents.iter().find(|consent| consent.id == id);
    let consent = consent.ok_or_else(|| RegisterError::Unknown { kind: "consent", id, known: known() })?;
    if let Some(date) = consent.revoked {
        return Err(RegisterError::Ended { kind: "consent", id, date });
    }
    let on = past("--on", on, practice.today)?;
    if on < consent.given { Err(RegisterError::Backwards { date: on }) } else { Ok(on) }
}

/// Revokes a consent: from `on` it no longer counts.
pub fn append_revoked(
    practice: &Practice,
    member: &Member,
    id: u32,
    on: Date,
    recorder: &Recorder,
) -> Result<u32, RegisterError> {
    let on = check_revoked(practice, member, id, on)?;
    let entry = Entry::new("revoked").number("consent", id).date("on", on);
    book(practice, member, |book| book.append(entry, recorder))
}
