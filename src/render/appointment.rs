//! The session of a page: in words, and as a file for the reader's own calendar.
//!
//! In: a page with a `session`, and its reader. Out: what goes with the document, and what its template is given. The document
//! has no time and no file but by these: a theme that shows neither is a mistake.

use std::{collections::BTreeMap, sync::Arc};

use jiff::ZonedDateTime;
use minijinja::Value;

use super::{Job, context::Looked, theme};
use crate::{
    attachment::{Appointment, Attachment, AttachmentError, MOST},
    block::spoken,
    content::{Mistake, Moment, Page},
    practice::{APPOINTMENT, Member, Practice},
    wire::Digest,
};

/// The session, for one reader.
pub(super) struct Invitation {
    pub(super) file: Arc<Attachment>,
    /// For people, on one line.
    pub(super) when: String,
    title: String,
}

impl Job<'_> {
    /// What the page's session is to this reader; none of a page without one.
    pub(super) fn invitation(&self, reader: &Member, looked: &Looked) -> Option<Invitation> {
        let session = self.page.session.as_ref()?;
        // Each reader has a file of their own, and so a page of their own.
        looked.note();
        let uid = uid(self.page, reader);
        let title = self.practice.site.practice.appointment.as_ref().map_or(APPOINTMENT, |title| &title.text);
        let appointment =
            Appointment { begins: session.begins.timestamp(), ends: session.ends.timestamp(), title, uid: &uid };
        let file = Arc::new(Attachment::appointment(&self.page.file, appointment));
        let when = when(&session.begins, &session.ends, self.practice);
        Some(Invitation { file, when, title: title.to_owned() })
    }
}

impl Invitation {
    pub(super) fn value(&self) -> Value {
        let Self { file, when, title } = self;
        Value::from(BTreeMap::from([("when", when.clone()), ("file", file.id.to_string()), ("title", title.clone())]))
    }

    /// Puts the file among those that go with the page, unless the theme shows no way to it.
    pub(super) fn join(self, along: &mut Vec<Arc<Attachment>>, html: &str, job: &Job<'_>) -> Result<(), Mistake> {
        if along.len() == MOST {
            let error = AttachmentError::Many { most: MOST };
            return Err(Mistake::whole(&job.page.file, error.to_string(), error.hint()));
        }
        if !html.contains(&format!("data-attachment=\"{}\"", self.file.id)) {
            let hint = "print it: {% if session %}{{ session.when }} <a data-attachment=\"{{ session.file }}\">Add to your calendar</a>{% endif %}";
            return Err(Mistake::whole(
                theme::file(job.practice, theme::PAGE),
                "does not show the `session` of a page",
                hint,
            ));
        }
        along.push(self.file);
        Ok(())
    }
}

/// What a reader's calendar knows the entry by, however often its hour changes.
///
/// SECURITY: of the page and the reader's own first mailbox, so that two calendars with one provider have nothing in common
/// but the hour, and nobody finds the page by trying paths.
fn uid(page: &Page, reader: &Member) -> String {
    let mailbox = reader.former.first().or(reader.mailbox.as_ref().map(|mailbox| &mailbox.id));
    let mailbox = mailbox.map(ToString::to_string).unwrap_or_default();
    let digest = Digest::of(format!("appointment\n{mailbox}\n{}", page.identity()).as_bytes());
    data_encoding::HEXLOWER.encode(&digest.as_bytes()[..16])
}

/// `Thursday 3 December 2026, 18:30–20:00`
fn when(begins: &ZonedDateTime, ends: &ZonedDateTime, practice: &Practice) -> String {
    let day = spoken(Moment::Hour(begins.datetime()), practice);
    format!("{day}–{}", ends.strftime("%H:%M"))
}
