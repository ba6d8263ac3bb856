//! `[[consent]]` and `[[revoked]]` into [`Consent`]s.

use std::path::{Component, Path, PathBuf};

use super::{By, Consent, Naming, Subject, To};
use crate::{
    content::Fields,
    practice::register::entry::{self, Ids},
};

pub(in crate::practice::register) fn read(fields: &mut Fields<'_>, ids: &mut Ids) -> Vec<Consent> {
    let mut consents = fields.tables("consent", |fields| consent(fields, ids));
    let revoked = entry::endings(fields, ids, "revoked", "consent", consents.iter().map(|consent| consent.id));
    for consent in &mut consents {
        consent.revoked = revoked.get(&consent.id).copied();
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
pub(super) fn placed(text: &str) -> Option<PathBuf> {
    let parts = Path::new(text).components().filter(|part| *part != Component::CurDir);
    let path: PathBuf =
        parts.map(|part| matches!(part, Component::Normal(_)).then_some(part)).collect::<Option<_>>()?;
    (path.starts_with("content") && path.components().count() >= 3).then_some(path)
}
