//! `show`: exactly what a member can read, as their index in the store says it; since when, and what was taken back, as the
//! record does.

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Failure, Terminal, build::count, context, dates};
use crate::{
    clock::day_of,
    content::{Survey, readers_of},
    practice::{Home, Member, Practice},
    publish::{self, Dated, Why},
    record::{People, Record, Since, Told, Withdrawn},
    seal::Entry,
    visible::visible_line,
    wire::UnixTime,
};

/// Show exactly what a member can read now, since when, and what they could read before
///
/// It is read from the member's own index in the store: not what the folders say, but what was given. Since when, and what was
/// taken back, stands in the record.
///
/// Example: heldspace show maya
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Show {
    /// The member's folder name
    member: String,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Show {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let member = context::member(&practice, &self.member)?;
        // Until the next release, someone who was closed can read what they had.
        let id = match &member.mailbox {
            Some(mailbox) if member.is_closed(practice.today) => Some(mailbox.id),
            None if member.closed.is_some() => member.former.last().copied(),
            _ => None,
        };
        let id = id.map_or_else(|| context::mailbox(&practice, member).map(|mailbox| mailbox.id), Ok)?;
        let keys = context::keys(common)?;
        let store = context::store_at_hand(common, self.store.store.as_deref())?;
        let given = publish::mailbox(&store, &keys, &id).await?;
        let index = given.index.ok_or(if member.closed.is_some() {
            Failure::NothingToRead { member: member.folder.clone() }
        } else {
            Failure::NothingPublished
        })?;
        let record = Record::read(&Home::of(&common.root), &keys)?;
        let readings = record.readings(&People::of(&practice, &record));
        let told = Told::of(&record, &readings, &member.folder);
        let shown = Shown { told: &told, member, practice: &practice };
        let dated = waiting(common, &practice, member);
        terminal.data(&json!({
            "member": self.member, "release": index.release, "issued": index.issued,
            "pages": given.entries.iter().map(|entry| shown.page(entry)).collect::<Vec<_>>(),
            "withdrawn": told.withdrawn().iter().map(|gone| shown.gone(gone)).collect::<Vec<_>>(),
            "waiting": dated.waiting, "next_date": dated.next,
        }));
        terminal.line(format!(
            "{} can read {} (release {}):",
            terminal.strong(&index.reader),
            count(given.entries.len(), "page"),
            index.release
        ));
        for entry in &given.entries {
            terminal.line(shown.page_line(entry));
        }
        for page in &dated.waiting {
            terminal.line(dates::waiting_line(page));
        }
        if let Some(next) = dated.next {
            terminal.line(dates::next_line(next));
        }
        shown.tell_gone(terminal);
        Ok(())
    }
}

/// What waits for its day in the folders, for this member. A page with a mistake is not looked at: `build` tells of it.
fn waiting(common: &Common, practice: &Practice, member: &Member) -> Dated {
    let pages = Survey::read(&common.root).pages;
    let theirs = pages.iter().filter(|page| readers_of(page, practice).0.iter().any(|m| m.folder == member.folder));
    Dated::waiting_among(theirs, practice)
}

struct Shown<'a> {
    told: &'a Told<'a>,
    member: &'a Member,
    practice: &'a Practice,
}

impl Shown<'_> {
    fn page(&self, entry: &Entry) -> Value {
        let since = self.told.since(entry);
        json!({
            "id": entry.id, "title": entry.title, "date": entry.date, "kind": entry.kind,
            "audience": entry.audience.title, "object": entry.object.name,
            "since": since.map(|since| since.page), "version_since": since.map(|since| since.version),
        })
    }

    fn page_line(&self, entry: &Entry) -> String {
        let (title, audience) = (visible_line(&entry.title), visible_line(&entry.audience.title));
        let date = entry.date.as_deref().unwrap_or("          ");
        let since = match self.told.since(entry) {
            None => "not there yet".to_owned(),
            Some(Since { page, version }) if page == version => format!("since {}", day(page)),
            Some(Since { page, version }) => format!("since {}, changed {}", day(page), day(version)),
        };
        format!("  {date}  {title}  ({audience}; {since})")
    }

    fn gone(&self, gone: &Withdrawn<'_>) -> Value {
        let why = Why::of(gone, self.member, self.practice).map(|why| why.to_string());
        let Withdrawn { page, from, until } = gone;
        json!({ "title": page.title, "file": page.file, "from": from, "until": until, "why": why })
    }

    fn tell_gone(&self, terminal: &Terminal) {
        let gone = self.told.withdrawn();
        if gone.is_empty() {
            return;
        }
        terminal.line(format!("\nTaken back, {}:", count(gone.len(), "page")));
        for gone in &gone {
            let why = Why::of(gone, self.member, self.practice).map(|why| format!("; {why}")).unwrap_or_default();
            let (title, file) = (visible_line(&gone.page.title), visible_line(&gone.page.file));
            terminal.line(format!("  {title}  ({file}; {} to {}{why})", day(gone.from), day(gone.until)));
        }
    }
}

fn day(time: UnixTime) -> String {
    day_of(time).map_or_else(|| "?".to_owned(), |day| day.to_string())
}
