//! What members sent: whether it is fetched, and whether anything there waits.

use super::{Finding, Patient, Weight};
use crate::{
    practice::{HomeError, Tray},
    wire::UnixTime,
};

const DAY: UnixTime = 24 * 60 * 60;
/// Answers lie at the host unread for so long at most.
const UNFETCHED: UnixTime = 7 * DAY;

/// What only the practice's keys tell of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Answers that must not wait, and that nobody has seen to.
    pub alarms: usize,
    /// Answers that were sent, as later ones say, and never came.
    pub missing: usize,
    /// Answers that can't be opened on this machine any more.
    pub lost: usize,
}

impl Patient<'_> {
    pub(super) fn inbox(&self) -> Result<Vec<Finding>, HomeError> {
        let Some(fetched) = self.home.fetched()? else { return Ok(Vec::new()) };
        let mut findings = Vec::new();
        let age = self.now.saturating_sub(fetched.time);
        if age > UNFETCHED {
            let what = format!("what members sent was fetched {} days ago", age / DAY);
            findings.push(Finding::new(Weight::Look, what, "`heldspace inbox sync`"));
        }
        let set_aside = self.home.letters(Tray::Quarantine)?.len();
        if set_aside > 0 {
            let what = format!("{} set aside in the inbox, not believed", number(set_aside, "file"));
            findings.push(Finding::new(Weight::Look, what, "`heldspace inbox list` says why"));
        }
        if fetched.strangers > 0 {
            let what = format!("{} at the host in mailboxes that are nobody's", number(fetched.strangers, "answer"));
            let mend = "was a member.toml changed or lost? Take it from a backup, then `heldspace inbox sync`";
            findings.push(Finding::new(Weight::Look, what, mend));
        }
        findings.extend(self.waiting());
        Ok(findings)
    }

    fn waiting(&self) -> Vec<Finding> {
        let Some(Waiting { alarms, missing, lost }) = self.waiting else {
            let what = "whether an answer that must not wait is in the inbox can't be seen without the passphrase";
            return vec![Finding::new(Weight::Look, what, "`heldspace inbox list`")];
        };
        let mut findings = Vec::new();
        if alarms > 0 {
            let what = format!("{} must not wait, and nobody has seen to it", number(alarms, "answer"));
            findings.push(Finding::new(Weight::Stops, what, "`heldspace inbox list`, now"));
        }
        if missing > 0 {
            let what = format!("{} sent, as later ones say, and never came", number(missing, "answer"));
            findings.push(Finding::new(Weight::Look, what, "`heldspace inbox list` says whom to ask"));
        }
        if lost > 0 {
            let what = format!("{} in the inbox can't be opened any more", number(lost, "answer"));
            let mend =
                "`heldspace inbox sync` fetches them again if the host has them; else from a backup of .heldspace/";
            findings.push(Finding::new(Weight::Duty, what, mend).under("45 CFR 164.312(c)(1)"));
        }
        findings
    }
}

fn number(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}
