//! The people: consents, mailboxes, who reads and who does not, whose time is over.

use jiff::{ToSpan, civil::Date};

use super::{Finding, Patient, Weight};
use crate::{
    content::readers_of,
    practice::{
        Group, Member,
        register::{Permission, To},
    },
    wire::UnixTime,
};

/// Who has opened nothing for so long is worth a word.
const MONTH: UnixTime = 30 * 24 * 60 * 60;
/// A consent that ends within so many days is to be asked for again.
const SOON: i64 = 30;

const CONSENT: &str = "45 CFR 164.522(b)";
const NAMING: &str = "45 CFR 164.508; in a Part 2 program 42 CFR 2.31";

impl Patient<'_> {
    pub(super) fn people(&self) -> Vec<Finding> {
        let today = self.practice.today;
        let open: Vec<&Member> = self.practice.members.values().filter(|member| !member.is_closed(today)).collect();
        let without_mailbox = named(open.iter().filter(|member| member.mailbox.is_none()));
        let without_consent =
            named(open.iter().filter(|member| member.notices && member.register.notices(today) == Permission::Never));
        let mut findings = Vec::new();
        findings.extend(without_mailbox.map(|who| {
            let mend = "`heldspace member rekey NAME` makes one, with a card";
            Finding::new(Weight::Stops, format!("no mailbox, and so nothing to read: {who}"), mend)
        }));
        findings.extend(without_consent.map(|who| {
            let mend = "`heldspace consent add NAME --notices --how …`; or `notices = false` in their member.toml";
            let what = format!("no consent to notices on record, and so none is sent: {who}");
            Finding::new(Weight::Look, what, mend).under(CONSENT)
        }));
        findings.extend(open.iter().flat_map(|member| self.consents_that_end(member)));
        findings.extend(self.silent(&open));
        findings.extend(self.practice.members.values().filter_map(|member| self.outlived(member)));
        findings.extend(self.overstayed());
        findings.extend(self.left_in_the_list());
        findings.extend(open.iter().filter_map(|member| self.acts_for_nobody(member)));
        findings.extend(self.lapsed());
        findings
    }

    fn consents_that_end(&self, member: &Member) -> Vec<Finding> {
        let soon = self.practice.today..=self.practice.today.saturating_add(SOON.days());
        let ends = member.register.consents.iter().filter(|consent| consent.revoked.is_none()).filter_map(|consent| {
            let To::Naming(naming) = &consent.to else { return None };
            let ends = naming.expires.filter(|ends| soon.contains(ends))?;
            let what =
                format!("the consent of {} to be named in {} ends on {ends}", member.folder, naming.page.display());
            let mend = "ask again in time; from then on nobody else finds the page";
            Some(Finding::new(Weight::Look, what, mend).under(NAMING))
        });
        ends.collect()
    }

    fn silent(&self, members: &[&Member]) -> Vec<Finding> {
        let Some(opened) = self.opened else { return Vec::new() };
        let readers = || members.iter().filter(|member| member.mailbox.is_some());
        let never = named(readers().filter(|member| opened.last_by(member).is_none()));
        let long_ago =
            |member: &&&Member| opened.last_by(member).is_some_and(|last| self.now.saturating_sub(last) >= MONTH);
        let seldom = named(readers().filter(long_ago));
        let finding = |what| Finding::new(Weight::Look, what, "ask them: a lost card, a new address, or a hard time");
        let never = never.map(|who| format!("never opened anything: {who}"));
        let seldom = seldom.map(|who| format!("opened nothing for a month: {who}"));
        never.into_iter().chain(seldom).map(finding).collect()
    }

    /// SECURITY: someone whose time is over can read on until the next build.
    fn outlived(&self, member: &Member) -> Option<Finding> {
        let mailbox = member.mailbox.as_ref()?;
        let is_there = self.home.store().join(crate::store::layout::mailbox(&mailbox.id)).exists();
        if member.reads(self.practice.today) || !is_there {
            return None;
        }
        let what =
            format!("the time in which {} may still read is over, and their mailbox is still there", member.folder);
        let mend = "`heldspace build`, and `heldspace publish` where there is a host";
        Some(Finding::new(Weight::Stops, what, mend).under("45 CFR 164.308(a)(3)(ii)(C)"))
    }

    /// SECURITY: the same for someone who left a group; the last release was before their time was over.
    fn overstayed(&self) -> Vec<Finding> {
        let today = self.practice.today;
        let released = self.home.released().ok().flatten().map(|released| released.issued);
        let Some(built) = released.and_then(crate::clock::day_of) else { return Vec::new() };
        let groups = self.practice.groups.values();
        let over = groups.flat_map(|group| {
            let members = self.practice.members.values();
            members.filter_map(move |member| {
                let last = group.last_left(&member.folder, today)?.keep_until.filter(|last| *last < today)?;
                (built <= last && group.sight(&member.folder, today).is_none()).then_some((group, member, last))
            })
        });
        let finding = |(group, member, last): (&Group, &Member, Date)| {
            let what =
                format!("{} may read what they had of {} until {last}, and still can", member.folder, group.folder);
            let mend = "`heldspace build`, and `heldspace publish` where there is a host";
            Finding::new(Weight::Stops, what, mend).under("45 CFR 164.308(a)(3)(ii)(C)")
        };
        over.map(finding).collect()
    }

    /// A name that was put back by hand looks as if that person were in the group again.
    fn left_in_the_list(&self) -> Vec<Finding> {
        let today = self.practice.today;
        let left = self.practice.groups.values().flat_map(|group| {
            let is_out = |name: &&String| group.sight(name, today).is_none() && group.ahead(name, today).is_none();
            let left = |name: &String| Some((group, name.clone(), group.last_left(name, today)?.on));
            group.members.iter().filter(is_out).filter_map(left).collect::<Vec<_>>()
        });
        let finding = |(group, member, on): (&Group, String, Date)| {
            let what = format!(
                "{member} stands in `members` of {}, left it on {on}, and gets nothing new of it",
                group.folder
            );
            let mend =
                format!("take the name out of its group.toml; or `heldspace member join {member} {}`", group.folder);
            Finding::new(Weight::Look, what, mend)
        };
        left.map(finding).collect()
    }

    fn acts_for_nobody(&self, member: &Member) -> Option<Finding> {
        let whom = self.practice.members.get(member.acts_for.as_ref()?)?;
        let what = format!("{} acts for {}, whose membership has ended", member.folder, whom.folder);
        let mend = format!("`heldspace member close {}`, if nothing more is to be said", member.folder);
        whom.is_closed(self.practice.today).then(|| Finding::new(Weight::Look, what, mend))
    }

    fn lapsed(&self) -> Vec<Finding> {
        let lapsed = self.pages.iter().flat_map(|page| readers_of(page, self.practice).1);
        let finding = |lapsed: crate::content::Lapsed| {
            let what = format!(
                "the consent of {} to be named in {} ended on {}; from the next build on nobody else finds the page",
                lapsed.member,
                lapsed.file.display(),
                lapsed.on
            );
            Finding::new(Weight::Look, what, "ask again, or leave them out of the page").under(NAMING)
        };
        lapsed.map(finding).collect()
    }
}

/// Their folders' names, if there are any.
fn named<'a>(members: impl Iterator<Item = &'a &'a Member>) -> Option<String> {
    let names: Vec<&str> = members.map(|member| member.folder.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
