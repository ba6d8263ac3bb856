//! Consents: to notices by e-mail, and to being named in a page that others read.
//!
//! In: `[[consent]]` and `[[revoked]]`. Out: whether something is allowed on a day ([`Permission`]), which tells one that
//! was never given from one that has ended: the first is a mistake, the second a reason to take something back.

use std::path::{Component, Path, PathBuf};

use jiff::civil::Date;

use super::{
    Recorder, RegisterError,
    append::{Book, Entry},
    entry::{self, Ids, Record, words},
};
use crate::{
    content::Fields,
    practice::{Member, Practice},
};

words! {
    /// Who gave a consent.
    By {
        Person = "self",
        Guardian = "guardian",
        Both = "both",
    }
}

words! {
    /// What a consent can be to.
    Subject {
        Notices = "notices",
        Naming = "naming",
    }
}

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub id: u32,
    pub to: To,
    /// The day it was given, or signed.
    pub given: Date,
    /// How: a signed form, in a session, …
    pub how: String,
    pub by: By,
    pub guardian: Option<String>,
    /// The first day on which it no longer counts.
    pub revoked: Option<Date>,
    pub record: Record,
}

/// What it is a consent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Notices by e-mail, the one channel there is; and which text was agreed to.
    Notices {
        wording: String,
    },
    Naming(Naming),
}

/// To be named in a page that others read. What may be missing is what 42 CFR 2.31(a) asks for, and nobody else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// A page, or a folder with all that is in it, from the practice's folder on.
    pub page: PathBuf,
    /// The last day it counts.
    pub expires: Option<Date>,
    /// The person's name, as on the form.
    pub person: Option<String>,
    /// Who may disclose.
    pub discloses: Option<String>,
    /// How much, and what kind.
    pub what: Option<String>,
    pub recipients: Option<String>,
    pub purpose: Option<String>,
    /// Whether the form says that it can be revoked, and how.
    pub revocable: bool,
}

/// How a consent stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Standing,
    NotYet,
    Lapsed(Date),
    Revoked(Date),
}

/// Whether something is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    Given,
    Never,
    /// There is one that says too little for a Part 2 program.
    Lacking {
        id: u32,
        lacking: Vec<&'static str>,
    },
    Lapsed(Date),
    Revoked(Date),
}

/// How much a consent has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Plain,
    Part2,
}

/// What is about to be put on record.
#[derive(Debug, Clone)]
pub struct NewConsent {
    pub to: To,
    pub given: Date,
    pub how: String,
    pub by: By,
    pub guardian: Option<String>,
}

impl To {
    pub fn is_notices(&self) -> bool {
        matches!(self, Self::Notices { .. })
    }

    /// Whether it is about being named in this page.
    pub(super) fn covers(&self, file: &Path) -> bool {
        // Part by part: a folder `a` says nothing about a folder `ab`.
        matches!(self, Self::Naming(naming) if file.starts_with(&naming.page))
    }
}

impl Consent {
    pub fn state(&self, day: Date) -> State {
        let expires = match &self.to {
            To::Naming(naming) => naming.expires,
            To::Notices { .. } => None,
        };
        match (self.revoked.filter(|on| *on <= day), expires.filter(|last| *last < day)) {
            (Some(revoked), Some(last)) if last < revoked => State::Lapsed(last),
            (Some(revoked), _) => State::Revoked(revoked),
            (None, Some(last)) => State::Lapsed(last),
            (None, None) if self.given > day => State::NotYet,
            (None, None) => State::Standing,
        }
    }
}

/// What a consent to naming has too little of for 42 CFR 2.31(a), as amended in 2024; `given` and `how` are its date (9)
/// and signature (8), and are always there.
fn lacks(naming: &Naming) -> Vec<&'static str> {
    let parts = [
        (naming.person.is_some(), "--person, the patient's name (1)"),
        (naming.discloses.is_some(), "--discloses, who may disclose (2)"),
        (naming.what.is_some(), "--what, how much and what kind (3)"),
        (naming.recipients.is_some(), "--recipients, to whom (4)"),
        (naming.purpose.is_some(), "--purpose (5)"),
        (naming.revocable, "--revocable, that and how it can be revoked (6)"),
        (naming.expires.is_some(), "--expires, when it ends (7)"),
    ];
    parts.into_iter().filter(|(there, _)| !there).map(|(_, part)| part).collect()
}

/// One that stands and says enough is enough; else what ended last, since something may have to be taken back.
pub(super) fn permission<'a>(consents: impl Iterator<Item = &'a Consent>, day: Date, asked: Asked) -> Permission {
    let mut ended: Option<(Date, Permission)> = None;
    let mut found = Permission::Never;
    for consent in consents {
        let end = match consent.state(day) {
            State::NotYet => continue,
            State::Lapsed(on) => (on, Permission::Lapsed(on)),
            State::Revoked(on) => (on, Permission::Revoked(on)),
            State::Standing => match &consent.to {
                To::Naming(naming) if asked == Asked::Part2 && !lacks(naming).is_empty() => {
                    found = Permission::Lacking { id: consent.id, lacking: lacks(naming) };
                    continue;
                }
                _ => return Permission::Given,
            },
        };
        if ended.as_ref().is_none_or(|(on, _)| *on < end.0) {
            ended = Some(end);
        }
    }
    ended.map_or(found, |(_, permission)| permission)
}

pub(super) fn read(fields: &mut Fields<'_>, ids: &mut Ids) -> Vec<Consent> {
    let mut consents = fields.tables("consent", |fields| consent(fields, ids));
    let known: Vec<u32> = consents.iter().map(|consent| consent.id).collect();
    let revoked = fields.tables("revoked", |mut fields| {
        ids.stamp(&mut fields);
        let consent = entry::ended(&mut fields, "consent", &known);
        let on = entry::date(&mut fields, "on");
        fields.finish();
        Some((consent?, on?))
    });
    for consent in &mut consents {
        consent.revoked = revoked.iter().filter(|(id, _)| *id == consent.id).map(|(_, on)| *on).min();
    }
    consents
}

fn consent(mut fields: Fields<'_>, ids: &mut Ids) -> Option<Consent> {
    let stamp = ids.stamp(&mut fields);
    let to = match entry::required_word(&mut fields, "to", "to = \"notices\", or to = \"naming\"") {
        Some(Subject::Notices) => notices(&mut fields),
        Some(Subject::Naming) => naming(&mut fields),
        // What else it should have is not known.
        None => return None,
    };
    let given = entry::date(&mut fields, "given");
    let how = entry::text(&mut fields, "how", "how = \"signed form\"");
    let by = entry::required_word(&mut fields, "by", "by = \"self\"");
    let guardian = entry::optional(&mut fields, "guardian");
    if by.is_some_and(|by| by != By::Person) && guardian.is_none() {
        fields.missing("guardian", "guardian = \"…\", who gave it for them");
        return None;
    }
    fields.finish();
    let (id, record) = stamp?;
    Some(Consent { id, to: to?, given: given?, how: how?, by: by?, guardian, revoked: None, record })
}

fn notices(fields: &mut Fields<'_>) -> Option<To> {
    let channel = fields.text("channel");
    if let Some(channel) = channel.filter(|channel| channel.value != "email") {
        fields.mistake(&channel.at, "no channel that heldspace has", "write channel = \"email\"");
        return None;
    }
    entry::text(fields, "wording", "wording = \"1\", the version of the text").map(|wording| To::Notices { wording })
}

fn naming(fields: &mut Fields<'_>) -> Option<To> {
    let page = fields.required_text("page", "page = \"content/groups/tuesday\"");
    let naming = Naming {
        page: PathBuf::new(),
        expires: fields.date("expires").map(|date| date.value),
        person: entry::optional(fields, "person"),
        discloses: entry::optional(fields, "discloses"),
        what: entry::optional(fields, "what"),
        recipients: entry::optional(fields, "recipients"),
        purpose: entry::optional(fields, "purpose"),
        revocable: fields.boolean("revocable").is_some_and(|yes| yes.value),
    };
    let page = page?;
    let Some(path) = placed(&page.value) else {
        let hint = "name a page, or a folder such as content/groups/tuesday";
        fields.mistake(&page.at, "no page that somebody can be named in", hint);
        return None;
    };
    Some(To::Naming(Naming { page: path, ..naming }))
}

/// A path below one of the folders of `content/`, as pages have it.
fn placed(text: &str) -> Option<PathBuf> {
    let parts = Path::new(text).components().filter(|part| *part != Component::CurDir);
    let path: PathBuf =
        parts.map(|part| matches!(part, Component::Normal(_)).then_some(part)).collect::<Option<_>>()?;
    (path.starts_with("content") && path.components().count() >= 3).then_some(path)
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
    let given = super::past("--given", new.given, practice.today)?;
    let how = super::line("--how", &new.how)?;
    let guardian = new.guardian.as_ref().map(|name| super::line("--guardian", name)).transpose()?;
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
            .text("wording", super::line("--wording", wording)?),
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
    let expires = naming.expires.map(|date| super::day("--expires", date)).transpose()?;
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
            entry = entry.text(key, super::line(option, text)?);
        }
    }
    Ok(entry.yes("revocable", naming.revocable))
}

/// Revokes a consent: from `on` it no longer counts.
pub fn append_revoked(
    practice: &Practice,
    member: &Member,
    id: u32,
    on: Date,
    recorder: &Recorder,
) -> Result<u32, RegisterError> {
    let known = || member.register.consents.iter().map(|consent| consent.id).collect();
    let consent = member.register.consents.iter().find(|consent| consent.id == id);
    let consent = consent.ok_or_else(|| RegisterError::Unknown { kind: "consent", id, known: known() })?;
    if let Some(date) = consent.revoked {
        return Err(RegisterError::Ended { kind: "consent", id, date });
    }
    let on = super::past("--on", on, practice.today)?;
    if on < consent.given {
        return Err(RegisterError::Backwards { date: on });
    }
    let entry = Entry::new("revoked").number("consent", id).date("on", on);
    book(practice, member, |book| book.append(entry, recorder))
}

/// The register of a person.
pub(super) fn book<T>(practice: &Practice, member: &Member, with: impl FnOnce(Book<'_>) -> T) -> T {
    with(Book {
        root: &practice.root,
        file: &super::file_of(&member.folder),
        begins: "# What is on record about this person: consents, disclosures, holds. heldspace adds entries at the end and never\n# changes one that stands here; what ended is ended by a later entry.\n\n",
        check: |source, mistakes| drop(super::parse(source, mistakes)),
    })
}
