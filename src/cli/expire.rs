//! `expire`: takes out of the record what has been over for long enough.

use clap::Args;
use jiff::{ToSpan, tz::TimeZone};
use serde_json::json;

use super::{Common, Failure, Terminal, ask, build::count, context};
use crate::{
    clock::{hour, moment},
    record::{Expired, Expiry, Record},
    visible::visible_line,
    wire::UnixTime,
};

/// Take out of the record what nobody could read for as long as site.toml says: `keep_years` under `[record]`
///
/// Shows what would go, and asks. What anyone can read now stays, and so does everything of a person who is on hold
/// (`heldspace hold`). What is taken out is gone for good, here; backups that you keep elsewhere have it still. Nothing else
/// ever removes anything from the record.
///
/// Examples:
///   heldspace expire --dry-run
///   heldspace expire
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Expire {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Show what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Expire {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let years = practice.site.record.keep_years.ok_or(Failure::NoRetention)?;
        let keys = context::keys(common)?;
        let record = Record::read(&home, &keys)?;
        let expiry = Expiry::of(&record, &practice, years_before(context::now(), years));
        let number = expiry.versions.len();
        let data = json!({
            "keep_years": years,
            "removed": !self.dry_run,
            "versions": expiry.versions.iter().map(data).collect::<Vec<_>>(),
        });
        for version in &expiry.versions {
            terminal.line(line(version));
        }
        terminal.note(format!(
            "{} could last be read more than {} ago.",
            count(number, "version"),
            count(years as usize, "year")
        ));
        if !self.dry_run {
            if number > 0 {
                ask::agree("Take them out of the record? They can't be brought back.", self.yes)?;
            }
            // Also where nothing is over: it ends what a crash left half done.
            expiry.take_out(&home, &keys)?;
        }
        terminal.data(&data);
        terminal.line(match (number, self.dry_run) {
            (0, _) => "Nothing is over.",
            (_, true) => "Nothing was changed.",
            (_, false) => "They are gone from the record.",
        });
        Ok(())
    }
}

/// The same day and hour, so many years earlier.
fn years_before(now: UnixTime, years: u32) -> UnixTime {
    let then =
        moment(now).and_then(|at| at.to_zoned_datetime(TimeZone::UTC).checked_sub(i64::from(years).years()).ok());
    then.and_then(|then| UnixTime::try_from(then.timestamp().as_second()).ok()).unwrap_or(0)
}

fn line(version: &Expired<'_>) -> String {
    format!(
        "  {}  {}  {} to {}, for {}",
        visible_line(&version.page.title),
        visible_line(&version.page.file),
        hour(version.from),
        hour(version.until),
        visible_line(&version.readers.join(", "))
    )
}

fn data(version: &Expired<'_>) -> serde_json::Value {
    json!({
        "id": version.page.id, "title": version.page.title, "file": version.page.file, "from": version.from,
        "until": version.until, "readers": version.readers,
    })
}
