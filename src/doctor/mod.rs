//! What stands in the way of a practice, and what a regulator would ask it.
//!
//! In: the practice as it lies on this machine, and what the host's log says of who opened something. Out: [`Finding`]s,
//! each with what to do, and with the rule that asks for it where there is one. It must not change anything, nor need a key:
//! whoever looks after the machine may run it. What it can't see it says, rather than nothing. `docs/duties.md` has the rest.

mod dates;
mod disk;
mod inbox;
mod keeping;
mod machine;
mod people;
mod sending;

pub use inbox::Waiting;
use serde::Serialize;

use crate::{
    audit::Opened,
    content::{Mistake, Page},
    practice::{Home, HomeError, Practice},
    wire::UnixTime,
};

/// Something to mend, to answer, or to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub weight: Weight,
    pub what: String,
    /// Such as `45 CFR 164.312(b)`.
    pub rule: Option<&'static str>,
    /// What to do.
    pub mend: String,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Something does not work, or does not go out, until it is mended.
    Stops,
    /// Somebody who examines the practice would ask for it.
    Duty,
    /// Worth a look now and then.
    Look,
}

impl Finding {
    fn new(weight: Weight, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { weight, what: what.into(), rule: None, mend: mend.into() }
    }

    fn under(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }
}

/// Everything that is looked at.
pub struct Patient<'a> {
    pub practice: &'a Practice,
    pub pages: &'a [Page],
    pub mistakes: &'a [Mistake],
    pub home: &'a Home,
    /// What the host's log says; none where nothing was published yet.
    pub opened: Option<&'a Opened>,
    /// What is in the inbox; none where that can't be opened without asking.
    pub waiting: Option<Waiting>,
    pub now: UnixTime,
}

impl Patient<'_> {
    /// All findings, the weightiest first.
    pub fn examine(&self) -> Result<Vec<Finding>, HomeError> {
        let mut findings = self.content();
        findings.extend(self.dates()?);
        findings.extend(self.sending());
        findings.extend(self.people());
        findings.extend(self.inbox()?);
        findings.extend(self.keeping()?);
        findings.extend(self.machine()?);
        findings.sort_by_key(|finding| finding.weight);
        Ok(findings)
    }

    fn content(&self) -> Vec<Finding> {
        let first = self.mistakes.first().map(|mistake| {
            let number = self.mistakes.len();
            let what = if number == 1 { "1 mistake".to_owned() } else { format!("{number} mistakes") };
            let mend =
                "`heldspace build` shows each, with its line, and gives nothing to anyone before they are mended";
            Finding::new(Weight::Stops, format!("{what} in your files, such as in {}", mistake.file.display()), mend)
        });
        first.into_iter().collect()
    }
}
