//! What would change on the open web, line by line, as a visitor reads it.
//!
//! In: the open pages as they would be, and as they stand. Out: one [`OpenDifference`] for each that would come, go or read
//! otherwise. What its author wrote is not kept of an open page; what stands there is, and anyone may read it.

use super::{
    Past, PublishError, Wanted,
    difference::How,
    plan::{Change, What, open_changes},
};
use crate::{names::html, record::unified};

/// One open page that would not be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDifference {
    pub what: What,
    /// `/library/sleep/`.
    pub address: String,
    pub how: How,
}

/// All of them, in the order of the plan.
pub async fn open_differences(wanted: &Wanted, past: &Past) -> Result<Vec<OpenDifference>, PublishError> {
    let mut differences = Vec::new();
    for Change { what, title: address, .. } in open_changes(wanted, &past.given) {
        let path = format!("{}index.html", address.trim_start_matches('/'));
        let how = match (what, past.open_file(&path).await?) {
            (What::OpenChanged, Some(before)) => match wanted.open[&path].here() {
                Some(now) => how(&lines(&before), &lines(now)),
                None => How::Unknown,
            },
            (What::OpenChanged, None) => How::Unknown,
            _ => How::Whole,
        };
        differences.push(OpenDifference { what, address, how });
    }
    Ok(differences)
}

fn how(before: &str, now: &str) -> How {
    if before == now { How::Look } else { How::Text(unified(before, now)) }
}

/// What a document says, a line for each paragraph or heading, and where its links lead.
fn lines(document: &[u8]) -> String {
    let runs = html::runs(&String::from_utf8_lossy(document));
    // What the theme brings has another name with each change of it.
    let said = runs.into_iter().filter(|run| !(run.is_address && run.text.starts_with("/assets/")));
    said.map(|run| run.text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}
