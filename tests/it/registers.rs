//! What is on record: consents, agreements, disclosures, holds; and that sending and building obey it.

mod agreements;
mod book;
mod consents;
mod disclosures;
mod naming;
mod notices;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::site::TestSite;

/// This machine's day, as the commands know it.
fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::try_system().unwrap_or(TimeZone::UTC)).date()
}

fn days_ago(days: i64) -> String {
    today().checked_sub(days.days()).unwrap().to_string()
}

/// A practice whose therapist has a name, and two members in one group who have agreed to nothing.
fn practice() -> TestSite {
    let site = TestSite::empty().group("g");
    let settings = std::fs::read_to_string(site.path("site.toml")).unwrap();
    let settings = settings.replace("# therapist = \"Your name, and your title\"", "therapist = \"Ines\"");
    std::fs::write(site.path("site.toml"), settings).unwrap();
    for name in ["ann", "ben"] {
        site.ok(&["member", "add", name, "--name", name, "--email", "a@example.org", "--group", "g", "--json"]);
    }
    site
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
