//! What is kept: the recovery sheet, the release that members have, the record.

use super::{Finding, Patient, Weight};
use crate::{
    practice::{HomeError, KeyFile},
    wire::UnixTime,
};

const DAY: UnixTime = 24 * 60 * 60;
/// Members are told that something is amiss with an index after three weeks.
const STALE: UnixTime = 14 * DAY;
const YEAR: UnixTime = 365 * DAY;

impl Patient<'_> {
    pub(super) fn keeping(&self) -> Result<Vec<Finding>, HomeError> {
        let mut findings = self.keys()?;
        findings.extend(self.release()?);
        findings.extend(self.retention());
        Ok(findings)
    }

    fn keys(&self) -> Result<Vec<Finding>, HomeError> {
        let mut findings = Vec::new();
        match self.home.key_file()? {
            None => {
                let mend = "`heldspace recover` with the sheet's 24 words; for a new practice `heldspace init`";
                findings.push(Finding::new(Weight::Stops, "this practice has no keys on this machine", mend));
            }
            Some(KeyFile::Bare) => {
                let what = "the practice's keys have no passphrase";
                let mend = "right only on an encrypted disk; else move keys.json away and `heldspace recover` with a passphrase";
                findings.push(Finding::new(Weight::Duty, what, mend).under("45 CFR 164.312(a)(2)(iv)"));
            }
            Some(KeyFile::Wrapped) => {}
        }
        let tried = self.home.tried()?;
        if tried.is_none_or(|tried| self.now.saturating_sub(tried) > YEAR) {
            let since = if tried.is_some() { "for a year" } else { "on this machine" };
            let what = format!("the recovery sheet has not been tried {since}");
            let mend = "`heldspace recover --try` proves the 24 words";
            findings.push(Finding::new(Weight::Duty, what, mend).under("45 CFR 164.308(a)(7)(ii)(D)"));
        }
        Ok(findings)
    }

    fn release(&self) -> Result<Option<Finding>, HomeError> {
        let age = self.home.released()?.map(|released| self.now.saturating_sub(released.issued));
        Ok(age.filter(|age| *age > STALE).map(|age| {
            let what = format!("the last release is {} days old; after 21 days members are told so", age / DAY);
            Finding::new(Weight::Look, what, "`heldspace build`, also when nothing has changed")
        }))
    }

    fn retention(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.practice.site.record.keep_years.is_none() {
            let mend = "ask what your state and your licence want; [record] with keep_years in site.toml. Until then nothing is ever removed";
            let finding = Finding::new(Weight::Look, "site.toml does not say how long the record is kept", mend);
            findings.push(finding.under("45 CFR 164.316(b)(2)(i), and state law"));
        }
        for member in self.practice.members.values().filter(|member| member.is_held()) {
            let what = format!("what was given to {} is held, whatever its age", member.folder);
            let mend = format!("once it may go: `heldspace hold {} --release`", member.folder);
            findings.push(Finding::new(Weight::Look, what, mend));
        }
        findings
    }
}
