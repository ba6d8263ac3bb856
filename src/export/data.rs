//! An export for machines: `record.json` and `record.csv`.

use serde_json::{Value, json};

use super::{Export, To, Version};
use crate::{
    clock::moment,
    csv_safe::Table,
    practice::register::{self, Consent, Disclosure},
    visible::visible_line,
    wire::UnixTime,
};

/// RFC 3339, in UTC.
pub(super) fn rfc3339(time: UnixTime) -> String {
    moment(time).map_or_else(String::new, |at| at.to_string())
}

impl<'a> Export<'a> {
    /// `record.json`.
    ///
    /// # Panics
    /// Never: it is plain JSON.
    pub fn json(&self) -> String {
        let mut value = json!({
            "version": 1,
            // SECURITY: what folders and files are called is the practice's own business, and may name others.
            "person": { "name": self.member.name },
            "practice": self.practice.site.practice.name,
            "exported": rfc3339(self.at),
            "versions": self.versions.iter().enumerate().map(|(n, version)| self.version(n + 1, version)).collect::<Vec<_>>(),
        });
        match &self.to {
            To::Person => {
                let register = &self.member.register;
                value["log_until"] = json!(self.log_until.map(rfc3339));
                value["answers"] = json!(self.answers_json());
                value["consents"] = register.consents.iter().map(consent).collect();
                value["disclosures"] = register.disclosures.iter().map(disclosure).collect();
            }
            To::Other(to) => {
                value["to"] = json!(to.name);
                value["basis"] = json!(to.basis);
                value["purpose"] = json!(to.purpose);
                value["notice"] = json!(self.notice());
                value["withheld"] = json!(self.withheld.len());
            }
        }
        serde_json::to_string_pretty(&value).expect("plain JSON") + "\n"
    }

    fn version(&self, number: usize, version: &Version<'a>) -> Value {
        let page = version.page;
        let mut value = json!({
            "number": number,
            "page": version.document.is_some().then(|| format!("pages/{number}.html")),
            "id": page.id, "title": page.title, "kind": page.kind, "audience": page.audience, "date": page.date,
            "from": rfc3339(version.from), "until": version.until.map(rfc3339), "sha256": page.document,
        });
        if !page.attachments.is_empty() && self.to == To::Person {
            let files = self.files_of(number, version);
            let place = |digest| {
                files.iter().find(|file| file.noted.digest == digest).map(|file| format!("pages/{}", file.name))
            };
            let files = page.attachments.iter().map(|file| {
                json!({
                    "file": place(file.digest), "name": file.name, "type": file.media_type, "length": file.length,
                    "sha256": file.digest,
                })
            });
            value["attachments"] = files.collect();
        }
        if self.to == To::Person {
            let opened: Vec<_> = version.opened.iter().copied().map(rfc3339).collect();
            value["opened"] = if self.log_until.is_some() { json!(opened) } else { Value::Null };
        }
        value
    }

    /// `record.csv`.
    pub fn csv(&self) -> String {
        let mut table = Table::new(&["number", "title", "kind", "for", "date", "from", "until", "sha256"]);
        for (n, version) in self.versions.iter().enumerate() {
            let page = version.page;
            table.row(&[
                &(n + 1).to_string(),
                &visible_line(&page.title),
                json!(page.kind).as_str().unwrap_or_default(),
                &visible_line(&page.audience.title),
                page.date.as_deref().unwrap_or_default(),
                &rfc3339(version.from),
                &version.until.map(rfc3339).unwrap_or_default(),
                &page.document.to_string(),
            ]);
        }
        table.finish()
    }
}

fn consent(consent: &Consent) -> Value {
    let to = match &consent.to {
        register::To::Notices { wording } => json!({ "to": "notices", "wording": wording }),
        register::To::Naming(naming) => json!({
            "to": "naming", "page": naming.page, "expires": naming.expires, "what": naming.what,
            "recipients": naming.recipients, "purpose": naming.purpose,
        }),
    };
    json!({
        "id": consent.id, "consent": to, "given": consent.given, "how": consent.how, "by": consent.by.word(),
        "guardian": consent.guardian, "revoked": consent.revoked,
        "recorded": consent.record.time, "recorded_by": consent.record.by,
    })
}

fn disclosure(disclosure: &Disclosure) -> Value {
    json!({
        "id": disclosure.id, "on": disclosure.on, "to": disclosure.to, "address": disclosure.address,
        "what": disclosure.what, "purpose": disclosure.purpose, "basis": disclosure.basis,
        "recorded": disclosure.record.time, "recorded_by": disclosure.record.by,
    })
}
