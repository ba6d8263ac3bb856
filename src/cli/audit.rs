//! `audit`: who has opened what, as the host wrote it down, and whether to believe it.

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, build::count, context, day::day};
use crate::{
    audit::{Filter, Log, Names, Shown},
    clock::{begins, hour},
    csv_safe::Table,
    host::Host,
    keys::Keys,
    notice::History,
    practice::{Home, Practice},
    publish::bring_back,
    store::{Store, layout},
    visible::visible_line,
    wire::What,
};

/// Show who has opened what, and check that nobody has changed the record of it
///
/// The host writes down, to the hour, which member's pages were opened; no address, no device, nothing else. Only here
/// does it become names and titles. "used the link" means that someone who has the link asked for what is locked behind
/// the six words, and no more than that. Before notices are sent, heldspace itself uses one member's link to see whether it
/// works, and says so.
///
/// What you have looked at once the host can't change or take away unseen: if it does, this says where, and ends with an
/// error.
///
/// Examples:
///   heldspace audit --member maya --since 2026-11-01     what Maya has opened this month
///   heldspace audit --page content/groups/tuesday/agenda.md      who has opened the agenda
///   heldspace audit --csv > opened.csv                   all of it, for a spreadsheet
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Audit {
    /// Only this member, by folder name; cards they had before are theirs too
    #[arg(long, value_name = "MEMBER")]
    member: Option<String>,
    /// Only this page: its file, or its title
    #[arg(long, value_name = "PAGE")]
    page: Option<String>,
    /// From this day on, such as 2026-11-01, by this machine's clock
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Up to the end of this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
    /// A table for a spreadsheet, on standard output
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Take the log as it is now, once you know why it was changed
    #[arg(long, conflicts_with_all = ["member", "page", "since", "until", "csv"])]
    begin_anew: bool,
    /// Do not ask
    #[arg(long, requires = "begin_anew")]
    yes: bool,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Audit {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        if let Some(member) = &self.member {
            context::member(&practice, member)?;
        }
        let home = Home::of(&common.root);
        if self.begin_anew {
            return self.begin_anew(common, &practice, &home, terminal).await;
        }
        let keys = context::keys(common)?;
        let names = Names::of(&practice, &home, &keys)?;
        let filter = self.filter(&names)?;
        let store = context::store(common, self.store.store.as_deref())?;
        if is_elsewhere(&practice, &self.store) {
            let _lock = home.lock()?;
            bring(&practice, &keys, &store).await?;
        }
        let log = Log::read(&store, &home).await?;
        let shown = log.shown(&names, &filter);
        let table = Lines { shown: &shown, notices: History::read(&home, &keys)? };
        if self.csv {
            terminal.line(table.csv().trim_end());
        } else {
            terminal.data(&table.data(&log));
            table.print(&log, terminal);
        }
        // What is wrong with the log is said first, whatever else goes wrong.
        let remembered = log.remember(&home);
        log.check()?;
        Ok(remembered?)
    }

    fn filter(&self, names: &Names) -> Result<Filter, Failure> {
        let day_after = |date: Date| date.tomorrow().ok();
        Ok(Filter {
            member: self.member.clone(),
            pages: self.page.as_deref().map(|page| names.pages(page)).transpose()?,
            since: self.since.and_then(begins),
            until: self.until.and_then(day_after).and_then(begins),
        })
    }

    async fn begin_anew(
        &self,
        common: &Common,
        practice: &Practice,
        home: &Home,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let store = context::store(common, self.store.store.as_deref())?;
        if is_elsewhere(practice, &self.store) {
            let _lock = home.lock()?;
            bring(practice, &context::keys(common)?, &store).await?;
        }
        let log = Log::read(&store, home).await?;
        for flaw in &log.flaws {
            terminal.note(format!("  {}", visible_line(&flaw.to_string())));
        }
        ask::agree("Take the log as it is now? What was changed or lost before can't be told any more.", self.yes)?;
        log.begin_anew(home)?;
        terminal.data(&json!({ "accepted": log.flaws.len() }));
        terminal.line("From now on the log must continue what is there now.");
        Ok(())
    }
}

/// Whether the log is written somewhere else than where it is read.
pub fn is_elsewhere(practice: &Practice, named: &context::StoreArg) -> bool {
    practice.site.host.is_some() && named.store.is_none()
}

/// Brings the host's log here, as it lies there; whoever calls it holds the practice's lock.
pub async fn bring(practice: &Practice, keys: &Keys, store: &Store) -> Result<(), Failure> {
    fetch(&super::publish::host(practice, keys).await?, store).await
}

/// The same, from a host that was greeted already.
pub async fn fetch(host: &Host, store: &Store) -> Result<(), Failure> {
    Ok(bring_back(host, store, layout::AUDIT).await?)
}

/// What is shown, and what it takes to say it.
struct Lines<'a> {
    shown: &'a [Shown<'a>],
    notices: History,
}

impl Lines<'_> {
    fn print(&self, log: &Log, terminal: &Terminal) {
        if !log.flaws.is_empty() {
            terminal.line(terminal.strong("NOT TO BE TRUSTED. This log was changed after it was written."));
            terminal.line("Lines that begin with ? stand in a part that was changed; others may be missing.\n");
        } else if self.shown.iter().any(|shown| !shown.trusted) {
            terminal.line(
                "Lines that begin with ? are from before the log was begun anew: whether they are true can't be told.\n",
            );
        }
        let row = |shown: &Shown<'_>| [hour(shown.time), who(shown), self.said(shown), page(shown)];
        let rows: Vec<[String; 4]> = self.shown.iter().map(row).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second, third) = (width(0), width(1), width(2));
        for ([hour, who, said, page], shown) in rows.iter().zip(self.shown) {
            let mark = if shown.trusted { "" } else { "? " };
            let row = format!("{mark}{hour:first$}  {who:second$}  {said:third$}  {page}");
            terminal.line(row.trim_end());
        }
        match self.shown.len() {
            0 => terminal.line("Nothing, as far as this log goes."),
            number => {
                terminal.line(format!("\n{}. Each stands once for the hour that begins then.", count(number, "line")));
            }
        }
    }

    fn data(&self, log: &Log) -> serde_json::Value {
        let events = self.shown.iter().map(|shown| {
            json!({
                "time": shown.time,
                "hour": hour(shown.time),
                "member": shown.who.map(|who| &who.folder),
                "name": shown.who.map(|who| &who.name),
                "mailbox": shown.mailbox,
                "what": shown.what,
                "own_check": self.is_own_check(shown),
                "object": shown.object,
                "page": shown.page.map(|page| json!({ "id": page.id, "title": page.title, "file": page.file })),
                "trusted": shown.trusted,
            })
        });
        json!({
            "trusted": log.flaws.is_empty(),
            "flaws": log.flaws.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
        })
    }

    fn csv(&self) -> String {
        let mut table = Table::new(&["hour", "member", "name", "what", "title", "file", "trusted"]);
        for shown in self.shown {
            let (folder, name) = shown.who.map_or(("", ""), |who| (&who.folder, &who.name));
            let (title, file) = shown.page.map_or(("", ""), |page| (&page.title, &page.file));
            let trusted = if shown.trusted { "yes" } else { "no" };
            table.row(&[
                &hour(shown.time),
                &visible_line(folder),
                &visible_line(name),
                &self.said(shown),
                &visible_line(title),
                &visible_line(file),
                trusted,
            ]);
        }
        table.finish()
    }

    fn said(&self, shown: &Shown<'_>) -> String {
        match shown.what {
            What::Keyring if self.is_own_check(shown) => {
                "used the link, or heldspace looked before a notice".to_owned()
            }
            What::Keyring => "used the link".to_owned(),
            What::Index => "opened the list".to_owned(),
            What::Object if shown.is_index_part => "opened the older part of the list".to_owned(),
            What::Object => "opened".to_owned(),
            What::Answer => "sent an answer".to_owned(),
            What::Own => "saved their own notes".to_owned(),
            What::StandIn => "read answers".to_owned(),
            What::Refused => "was refused".to_owned(),
            What::Lost => "more happened than could be written down".to_owned(),
            What::Other(word) => word.to_owned(),
        }
    }

    /// Whether this machine itself used the link in that hour: then it tells nothing of the member.
    fn is_own_check(&self, shown: &Shown<'_>) -> bool {
        let checked = |mailbox| self.notices.was_checked(&mailbox, shown.time);
        *shown.what == What::Keyring && shown.mailbox.is_some_and(checked)
    }
}

fn who(shown: &Shown<'_>) -> String {
    match (shown.who, shown.mailbox) {
        (Some(who), _) => visible_line(&who.name),
        (None, Some(mailbox)) => format!("unknown mailbox {:.8}", mailbox.to_string()),
        (None, None) if *shown.what == What::StandIn => "the stand-in".to_owned(),
        (None, None) => "someone".to_owned(),
    }
}

fn page(shown: &Shown<'_>) -> String {
    match (shown.page, shown.object) {
        (Some(page), _) => format!("{} ({})", visible_line(&page.title), visible_line(&page.file)),
        (None, Some(object)) if !shown.is_index_part => format!("unknown page {:.8}", object.to_string()),
        _ => String::new(),
    }
}
