//! `doctor`: what stands in the way, and what a regulator would ask.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, context};
use crate::{
    audit::{AuditError, Log, Opened},
    content::Survey,
    doctor::{Finding, Patient, Waiting, Weight},
    inbox::{Inbox, People, Questions},
    practice::Home,
    record::Record,
    store::{Store, layout},
    visible::{visible, visible_line},
};

/// Look the practice over: what stands in the way, what a regulator would ask for, and how to mend it
///
/// It changes nothing, and asks for no passphrase. Each finding has what to do, and the rule that asks for it where there is
/// one. docs/duties.md says what no program can see. Exit codes: 0 nothing that must be done, 1 something that a regulator
/// would ask for, 4 something that stands in the way.
///
/// Example: heldspace doctor
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Doctor {
    #[command(flatten)]
    store: context::StoreArg,
}

const HEADINGS: [(Weight, &str); 3] =
    [(Weight::Stops, "Stands in the way"), (Weight::Duty, "A regulator would ask"), (Weight::Look, "Worth a look")];

impl Doctor {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if !common.root.join("site.toml").exists() {
            context::practice(common)?;
        }
        let home = Home::of(&common.root);
        let survey = Survey::read(&common.root);
        let (opened, flaw) = match self.opened(&home).await {
            Ok(opened) => (opened, None),
            Err(error) => (None, Some(error)),
        };
        let patient = Patient {
            practice: &survey.practice,
            pages: &survey.pages,
            mistakes: &survey.mistakes,
            home: &home,
            opened: opened.as_ref(),
            waiting: waiting(common, &survey, &home)?,
            now: context::now(),
        };
        let mut findings = patient.examine()?;
        findings.extend(flaw.map(|error| Finding {
            weight: Weight::Duty,
            what: visible_line(&error.to_string()),
            rule: Some("45 CFR 164.312(b)"),
            mend: "`heldspace audit` says more".to_owned(),
        }));
        findings.sort_by_key(|finding| finding.weight);
        terminal.data(&json!({ "findings": findings }));
        print(&findings, terminal);
        let count = |weight| findings.iter().filter(|finding| finding.weight == weight).count();
        match (count(Weight::Stops), count(Weight::Duty)) {
            (0, 0) => Ok(()),
            (stops, duties) => Err(Failure::Findings { stops, duties }),
        }
    }

    /// Who has opened what, as far as the log lies here; none where nothing was published yet.
    async fn opened(&self, home: &Home) -> Result<Option<Opened>, AuditError> {
        let folder = self.store.store.clone().unwrap_or_else(|| home.store());
        if !folder.join(layout::AUDIT).is_dir() {
            return Ok(None);
        }
        let log = Log::read(&Store::open(&folder)?, home).await?;
        log.check()?;
        Ok(Some(Opened::of(&log)))
    }
}

/// What is in the inbox, where it opens without asking anyone.
fn waiting(common: &Common, survey: &Survey, home: &Home) -> Result<Option<Waiting>, Failure> {
    if home.fetched()?.is_none() || !context::keys_at_hand(common)? {
        return Ok(None);
    }
    let keys = context::keys(common)?;
    let inbox = Inbox::read(&People::of(&survey.practice), home, &keys)?;
    let record = Record::read(home, &keys)?;
    let questions = Questions::of(&inbox.letters, &record, home, &keys)?;
    let alarms = inbox.letters.iter().filter(|letter| letter.waits(questions.asked(letter))).count();
    Ok(Some(Waiting { alarms, missing: inbox.missing.len(), lost: inbox.lost.len() }))
}

fn print(findings: &[Finding], terminal: &Terminal) {
    for (weight, heading) in HEADINGS {
        let of_weight: Vec<&Finding> = findings.iter().filter(|finding| finding.weight == weight).collect();
        if of_weight.is_empty() {
            continue;
        }
        terminal.line(format!("{}:\n", terminal.strong(heading)));
        for finding in of_weight {
            let rule = finding.rule.map(|rule| format!("  [{rule}]")).unwrap_or_default();
            terminal.line(format!("- {}{rule}\n  {}", visible(&finding.what), visible(&finding.mend)));
        }
        terminal.line("");
    }
    if findings.is_empty() {
        terminal.line("Nothing stands in the way, as far as this can be seen from here.");
    }
}
