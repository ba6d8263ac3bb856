//! `notify`: an e-mail that says nothing, to whoever can newly read something.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use age::secrecy::SecretString;
use clap::Args;
use serde_json::{Value, json};

use super::{
    Common, Failure, Terminal, ask, audit,
    build::count,
    context::{self, StoreArg},
};
use crate::{
    audit::{Log, Opened},
    clock::{hour, moment},
    keys::Keys,
    notice::{
        self, Allowed, Cause, Choice, History, LeftOut, NoticeError, Patience, Plan, Planned, Reading, Reason, Sending,
        Sent, SentReport, Texts,
    },
    practice::{
        Home, Mail, Practice, Way,
        register::{self, Service},
    },
    publish::{self, Standing},
    store::Store,
    visible::visible_line,
    wire::{MailboxId, UnixTime},
};

/// So many titles are shown for each member.
const TITLES: usize = 5;

/// Tell members by e-mail that there is something new; the e-mail says nothing else
///
/// Whoever can newly read something since their last notice gets one. It holds a neutral sentence in their language and
/// their own link, never a name, a title or a word of yours; the six words stay on the card. You see who gets one and
/// why, and are asked. How notices are sent stands in site.toml, under [mail].
///
/// Example: heldspace notify --dry-run
/// Example: heldspace notify --member maya
#[derive(Args, Default)]
#[command(verbatim_doc_comment)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Notify {
    /// Show who would get one, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Send without being asked
    #[arg(long)]
    pub yes: bool,
    /// Only to this member (their folder name); may be given several times
    #[arg(long = "member", value_name = "NAME")]
    pub members: Vec<String>,
    /// Also to those who have nothing new: because you corrected a page, or a notice may have been lost
    #[arg(long)]
    pub again: bool,
    /// Once more, in the same words, to those who have opened nothing since their last notice
    #[arg(long, conflicts_with = "again")]
    pub remind: bool,
    /// Read the password of the mail server from this file (mode 0600) rather than asking
    #[arg(long, value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub store: StoreArg,
}

/// A plan that was checked, and what it takes to carry it out.
pub struct Ready<'a> {
    practice: &'a Practice,
    mail: Mail,
    history: History,
    /// What the notices are about; not known before it was published.
    pub released: Option<Standing>,
    pub plan: Plan,
    allowed: Vec<Allowed>,
}

impl Notify {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        // SECURITY: from the plan to the last message: two at once would send twice.
        let (home, _lock) = context::locked(common)?;
        let mut practice = context::practice(common)?;
        let keys = context::keys(common)?;
        practice.site.mail.as_ref().ok_or(NoticeError::NoMail)?;
        register::needs(&practice, &[Service::Mail, Service::Host])?;
        for member in &self.members {
            context::mailbox(&practice, context::member(&practice, member)?)?;
        }
        let store = context::store(common, self.store.store.as_deref())?;
        publish::adopt_keyrings(&store, &home, &mut practice).await?;
        let reading = notice::readings(&store, &keys, &practice).await?;
        reading.released.ok_or(Failure::NothingPublished)?;
        let ready = self.ready(&practice, &reading, &store, &keys, &home).await?;
        show(&ready, terminal);
        if ready.plan.notices.is_empty() {
            terminal.data(&data(&ready, &SentReport::default()));
            terminal.line(if ready.without_consent().is_empty() {
                "Nobody has anything new to read; no notice was sent."
            } else {
                "Nobody who has agreed to notices has anything new to read; no notice was sent."
            });
            return Ok(());
        }
        if self.dry_run {
            terminal.data(&data(&ready, &SentReport::default()));
            terminal.line(format!("{} would go out.", count(ready.plan.notices.len(), "notice")));
            return Ok(());
        }
        ready.reach(&keys, &home)?;
        ask::agree("Send these notices?", self.yes)?;
        let password = self.password(&ready, &home)?;
        let report = ready.send(password, &keys, &home, terminal)?;
        terminal.data(&data(&ready, &report));
        finish(&ready, report, terminal)
    }

    /// Who gets one, checked.
    pub async fn ready<'a>(
        &self,
        practice: &'a Practice,
        reading: &Reading,
        store: &Store,
        keys: &Keys,
        home: &Home,
    ) -> Result<Ready<'a>, Failure> {
        let mail = practice.site.mail.clone().ok_or(NoticeError::NoMail)?;
        let history = History::read(home, keys)?;
        let log = self.opened(store, practice, keys, home).await?;
        let opened = |mailbox: &MailboxId, since: UnixTime| log.opened_since(mailbox, since);
        let cause = match (self.again, self.remind) {
            (true, _) => Cause::Again,
            (_, true) => Cause::Remind(&opened),
            _ => Cause::New,
        };
        let choice = Choice { members: &self.members, cause, now: context::now() };
        let plan = Plan::of(practice, &history, reading, choice);
        let allowed = if plan.notices.is_empty() {
            Vec::new()
        } else {
            notice::check(practice, &plan).map_err(NoticeError::from)?
        };
        Ok(Ready { practice, mail, history, released: reading.released, plan, allowed })
    }

    /// Who has opened what: the host's log, brought here if it lies elsewhere; asked for reminders alone, and refused if it
    /// was changed, since a reminder must not go by a log that lies.
    async fn opened(&self, store: &Store, practice: &Practice, keys: &Keys, home: &Home) -> Result<Opened, Failure> {
        if !self.remind {
            return Ok(Opened::default());
        }
        if audit::is_elsewhere(practice, &self.store) {
            audit::bring(practice, keys, store).await?;
        }
        let log = Log::read(store, home).await?;
        log.check()?;
        Ok(Opened::of(&log))
    }

    pub fn password(&self, ready: &Ready<'_>, home: &Home) -> Result<Option<SecretString>, Failure> {
        password(&ready.mail, self.mail_password_file.as_deref(), home)
    }
}

/// The password of the mail server, where it wants one: from the file named, else the one in .heldspace/, else from the person.
pub fn password(mail: &Mail, named: Option<&Path>, home: &Home) -> Result<Option<SecretString>, Failure> {
    let Way::Server(server) = &mail.way else { return Ok(None) };
    if server.user.is_none() {
        return Ok(None);
    }
    if named.is_none()
        && let Some(kept) = home.mail_password()?
    {
        return Ok(Some(ask::first_line(&String::from_utf8_lossy(&kept))));
    }
    ask::mail_password(named).map(Some)
}

impl Ready<'_> {
    /// Whose earlier notice may have been sent, or not.
    fn uncertain(&self) -> Vec<&String> {
        let left_out = self.plan.left_out.iter().filter(|(_, why)| matches!(why, LeftOut::Uncertain(_)));
        left_out.map(|(person, _)| &person.folder).collect()
    }

    /// Who gets none because they have not agreed to any, or no longer do.
    fn without_consent(&self) -> Vec<&String> {
        let left_out = self.plan.left_out.iter();
        let left_out = left_out.filter(|(_, why)| matches!(why, LeftOut::NoConsent | LeftOut::Revoked(_)));
        left_out.map(|(person, _)| &person.folder).collect()
    }

    pub fn reach(&self, keys: &Keys, home: &Home) -> Result<(), Failure> {
        let Some(first) = self.plan.notices.first() else { return Ok(()) };
        let released = self.released.ok_or(Failure::NothingPublished)?;
        // SECURITY: the host writes this down as if the member had used the link; that must not count against them.
        self.history.checks(&first.mailbox.id, context::now(), home, keys)?;
        let links = &self.practice.site.address.links;
        let reached = tokio::task::block_in_place(|| notice::reach(links, keys, home, released, &first.mailbox));
        Ok(reached.map_err(NoticeError::from)?)
    }

    pub fn send(
        &self,
        password: Option<SecretString>,
        keys: &Keys,
        home: &Home,
        terminal: &Terminal,
    ) -> Result<SentReport, Failure> {
        let patience = Patience::default();
        let released = self.released.ok_or(Failure::NothingPublished)?;
        let carrier = notice::carrier(self.practice, &self.mail, password, patience);
        let mut carrier = carrier.map_err(NoticeError::from)?;
        let sending = Sending {
            practice: self.practice,
            mail: &self.mail,
            keys,
            home,
            history: &self.history,
            released,
            patience,
            now: context::now,
            wait: std::thread::sleep,
        };
        let bar = terminal.progress("Sending");
        let progress = |done, of| bar.set(done, of);
        Ok(tokio::task::block_in_place(|| sending.send(&self.plan, carrier.as_mut(), &progress)))
    }
}

/// What was sent before, as far as it can be known without asking someone who is not there.
pub fn history(common: &Common, terminal: &Terminal) -> Result<History, Failure> {
    let home = Home::of(&common.root);
    if !History::is_begun(&home) {
        return Ok(History::default());
    }
    if context::keys_at_hand(common)? || super::terminal::can_ask() {
        return Ok(History::read(&home, &context::keys(common)?)?);
    }
    terminal.note("What the mail server said is not shown: that takes the passphrase (--passphrase-file).");
    Ok(History::default())
}

/// The plan, on the author's own terminal alone: who gets a notice, and why.
pub fn show(ready: &Ready<'_>, terminal: &Terminal) {
    let notices = &ready.plan.notices;
    if !terminal.is_watched() {
        terminal.note(format!("{} to send.", count(notices.len(), "notice")));
        let without = ready.without_consent();
        if !without.is_empty() {
            terminal.note(format!(
                "Left out, since no consent to notices is on record: {} (`heldspace consent list` says whose).",
                count(without.len(), "member")
            ));
        }
        let doubts = ready.uncertain();
        if !doubts.is_empty() {
            terminal.note(format!(
                "{} of before may have been sent, or not: `heldspace member list` says whose.",
                count(doubts.len(), "notice")
            ));
        }
        return;
    }
    let widest = |of: fn(&Planned) -> String| notices.iter().map(|n| of(n).chars().count()).max().unwrap_or(0);
    let who = |n: &Planned| format!("{} <{}>", visible_line(&n.person.name), visible_line(&n.person.address));
    let width = widest(who);
    if !notices.is_empty() {
        let about = ready.released.map(|released| format!(" about release {}", released.release));
        terminal.note(format!("\n{}{}:", count(notices.len(), "notice"), about.unwrap_or_default()));
    }
    for notice in notices {
        let who = who(notice);
        terminal.note(format!("  {who:width$}  {}", why(notice)));
        if let Some(refusal) = &notice.refused {
            let on = date(refusal.time);
            terminal.note(format!("  {:width$}  refused last time, on {on}: {}", "", visible_line(&refusal.reply)));
        }
    }
    for (person, left_out) in &ready.plan.left_out {
        let folder = &person.folder;
        terminal.note(match left_out {
            LeftOut::AskedForNone => format!("\n{folder} gets none: they asked for none (notices = false)."),
            LeftOut::Paused => format!("\n{folder} gets none: on a break. `heldspace member resume {folder}` ends it."),
            LeftOut::NoConsent => format!("\n{folder} gets none: no consent to notices is on record. Once they have agreed: `heldspace consent add {folder} --notices --how \"signed form\"`. Their card works all the same, and there is the telephone."),
            LeftOut::Revoked(on) => format!("\n{folder} gets none: they revoked their consent to notices on {on}. Their card works all the same, and there is the telephone."),
            LeftOut::NoMailbox => format!("\n{folder} gets none: no mailbox yet. `heldspace member rekey {folder}` makes one, with a card."),
            LeftOut::JustTold(time) => format!("\n{folder} gets none: the last notice to them is of today ({}). Another one all the same: `heldspace notify --member {folder} --again`.", hour(*time)),
            LeftOut::Uncertain(since) => format!("\nThe notice to {folder} on {} may have been sent, or not; it is not repeated by itself. Once more: `heldspace notify --member {folder} --again`.", date(*since)),
        });
    }
    let texts = Texts::of(ready.practice);
    let members = notices.iter().map(|notice| &ready.practice.members[&notice.person.folder]);
    let missing: BTreeMap<&str, &str> = members
        .filter_map(|member| Some((texts.missing_for(member)?, texts.for_member(member).language.as_str())))
        .collect();
    for (wanted, taken) in missing {
        terminal.note(format!("\nThere is no text in \"{}\" yet, so these are in \"{taken}\". Your own goes under [notice.text.{}] in site.toml.", visible_line(wanted), visible_line(wanted)));
    }
    for allowed in &ready.allowed {
        terminal.note(format!(
            "\n\"{}\" stands in {}: site.toml allows it.",
            visible_line(&allowed.word),
            allowed.place
        ));
    }
}

fn why(notice: &Planned) -> String {
    let mut titles = notice.titles.iter().take(TITLES).map(|title| visible_line(title)).collect::<Vec<_>>().join("; ");
    if notice.titles.len() > TITLES {
        titles.push_str("; …");
    }
    match (notice.reason, notice.titles.len()) {
        (Reason::New, new) => format!("{new} new: {titles}"),
        (Reason::Again, _) => "once more, nothing new".to_owned(),
        (Reason::Reminder, 0) => "a reminder: nothing opened since the last notice".to_owned(),
        (Reason::Reminder, new) => format!("a reminder, and {new} new: {titles}"),
    }
}

/// For scripts: counts, and what happened to each, by folder name.
pub fn data(ready: &Ready<'_>, report: &SentReport) -> Value {
    let outcomes: BTreeMap<&String, &Sent> = report.members.iter().map(|(folder, sent)| (folder, sent)).collect();
    let members = ready.plan.notices.iter().map(|notice| {
        let mut row = json!({ "member": notice.person.folder, "reason": notice.reason, "new": notice.titles.len() });
        if let Some(sent) = outcomes.get(&notice.person.folder) {
            row["outcome"] = json!(sent)["outcome"].take();
            row["said"] = json!(sent)["said"].take();
        }
        row
    });
    let members: Vec<Value> = members.collect();
    json!({
        "release": ready.released.map(|released| released.release),
        "planned": ready.plan.notices.len(),
        "sent": report.members.iter().filter(|(_, sent)| *sent == Sent::Sent).count(),
        "members": members,
        "uncertain": ready.uncertain(),
        "without_consent": ready.without_consent(),
        "allowed": ready.allowed,
    })
}

/// What happened, each failure by name; an error if anything was left.
pub fn finish(ready: &Ready<'_>, report: SentReport, terminal: &Terminal) -> Result<(), Failure> {
    let sent = report.members.iter().filter(|(_, sent)| *sent == Sent::Sent).count();
    let place = match &ready.mail.way {
        Way::Folder(folder) => format!(", into {}", ready.practice.root.join(folder).display()),
        Way::Server(_) => String::new(),
    };
    if !ready.plan.notices.is_empty() {
        terminal.line(format!("{} sent{place}.", count(sent, "notice")));
    }
    for (folder, sent) in report.members.iter().filter(|_| terminal.is_watched()) {
        match sent {
            Sent::Sent => {}
            Sent::Refused(reply) => terminal.note(format!("{folder}: refused by the mail server: {reply}")),
            Sent::NotSent(said) => terminal.note(format!("{folder}: not sent: {}", visible_line(said))),
            Sent::MayHaveBeenSent(said) => terminal.note(format!("{folder}: may have been sent, or not: {said}")),
        }
    }
    if let Some(stop) = report.stopped {
        return Err(NoticeError::from(stop).into());
    }
    let of = report.members.len();
    if sent < of { Err(Failure::NoticesLeft { left: of - sent, of }) } else { Ok(()) }
}

/// `2026-11-24`
pub fn date(time: UnixTime) -> String {
    moment(time).unwrap_or_default().to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string()
}
