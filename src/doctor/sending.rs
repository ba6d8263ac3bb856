//! What goes out: agreements with those who carry it, addresses, help.

use jiff::ToSpan;

use super::{Finding, Patient, Weight};
use crate::{
    notice::check_call,
    practice::{
        HostPlace, Way, is_loopback,
        register::{Service, needs},
    },
    visible::visible_line,
};

/// Mailbox providers for private people, who sign no agreement.
const CONSUMER: [&str; 10] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "aol.com",
    "gmx.de",
    "web.de",
];
/// An agreement that ends within so many days is to be renewed.
const SOON: i64 = 60;

const CONTRACT: &str = "45 CFR 164.308(b), 164.504(e); 42 CFR 2.11";

impl Patient<'_> {
    pub(super) fn sending(&self) -> Vec<Finding> {
        let mut findings = self.agreements();
        findings.extend(self.addresses());
        findings.extend(self.sender());
        findings.extend(self.stand_in());
        if let Some(HostPlace::Server(address)) = self.practice.site.host.as_ref().filter(|_| self.mistakes.is_empty())
        {
            let what = format!("whether the certificate of {address} is in order is seen when something goes there");
            let mend = "`heldspace publish --dry-run` looks; `serve` with --acme renews its own, else whoever runs the host does";
            findings.push(Finding::new(Weight::Look, what, mend).under("45 CFR 164.312(e)(1)"));
        }
        findings
    }

    fn agreements(&self) -> Vec<Finding> {
        let (practice, today) = (self.practice, self.practice.today);
        let mut findings = Vec::new();
        for (service, name, who) in [(Service::Host, "host", "the host"), (Service::Mail, "mail", "the mail server")] {
            if needs(practice, &[service]).is_err() {
                let what = format!("no agreement with {who} is in force, so nothing is sent there");
                let mend = format!(
                    "`heldspace agreement add NAME --service {name} --kind baa --signed DATE`; your own hardware: `--kind own`"
                );
                findings.push(Finding::new(Weight::Stops, what, mend).under(CONTRACT));
            }
        }
        let soon = today.saturating_add(SOON.days());
        for agreement in practice.agreements.iter().filter(|agreement| agreement.in_force(today)) {
            if let Some(ends) = agreement.ends.filter(|ends| *ends <= soon) {
                let what = format!("the agreement with {} ends on {ends}", agreement.with());
                let mend = "renew it, and put the new one on record: `heldspace agreement add`";
                findings.push(Finding::new(Weight::Duty, what, mend).under(CONTRACT));
            }
        }
        let has_backup = practice
            .agreements
            .iter()
            .any(|agreement| agreement.service == Service::Backup && agreement.in_force(today));
        if !has_backup {
            let mend = "back up the whole folder, `.heldspace` too, and put on record where: `heldspace agreement add NAME --service backup --kind baa --signed DATE`, or `--kind own`";
            let finding = Finding::new(Weight::Duty, "nothing is on record about a backup", mend);
            findings.push(finding.under("45 CFR 164.308(a)(7)(ii)(A)"));
        }
        findings
    }

    fn addresses(&self) -> Vec<Finding> {
        let site = &self.practice.site;
        let mut findings = Vec::new();
        if is_loopback(&site.address.links) {
            let mend = "before you hand out cards: `heldspace host add https://…` (docs/hosting.md)";
            findings.push(Finding::new(Weight::Look, "links and cards lead to this computer alone", mend));
        }
        if site.help.lines.len() == 1 {
            let what = format!("{} is the only help line", site.help.lines[0].name);
            let mend = "add your practice's own number, and when it is answered, under [[help.lines]] in site.toml";
            findings.push(Finding::new(Weight::Look, what, mend));
        }
        findings
    }

    /// Whether somebody can look, and is told to, when the therapist can't.
    fn stand_in(&self) -> Option<Finding> {
        let site = &self.practice.site;
        let stand_in = site.answers.stand_in.as_ref()?;
        let name = visible_line(&stand_in.name);
        if stand_in.keys.is_none() {
            let mend = "`heldspace standin key` on their machine makes a key, `heldspace standin add` here takes it";
            return Some(Finding::new(Weight::Look, format!("{name} stands in, and can open nothing"), mend));
        }
        if site.mail.is_none() {
            let what = format!("{name} stands in, and is not told when an answer that worries is left lying");
            return Some(Finding::new(Weight::Look, what, "say under [mail] in site.toml how notices are sent"));
        }
        let error = check_call(self.practice).err()?;
        let what = format!("{name} stands in, and what they would be told is not sent: {error}");
        Some(Finding::new(Weight::Stops, what, "mend what it says in site.toml"))
    }

    fn sender(&self) -> Option<Finding> {
        let mail = self.practice.site.mail.as_ref()?;
        let Way::Server(_) = &mail.way else { return None };
        let domain = mail.from.text.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        if CONSUMER.contains(&domain.as_str()) {
            let what = format!("notices come from an address at {domain}, a provider for private people");
            let mend = "a provider that signs an agreement, and an address at a domain of your own";
            return Some(Finding::new(Weight::Duty, what, mend).under(CONTRACT));
        }
        let what = format!("whether {domain} has SPF, DKIM and DMARC records can't be seen from here");
        let mend = "ask your mail provider; without them notices land among the spam";
        Some(Finding::new(Weight::Look, what, mend))
    }
}
