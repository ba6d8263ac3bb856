//! Sends what was planned, and writes down each step before and after.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;

use super::{
    Letter, MailError, Outbox, Patience, Plan, Planned, Reading, Smtp, Texts,
    address::AddressError,
    journal::{Covered, Entry, History, NAME, NoticeId, Outcome},
    message::{Difference, letter},
};
use crate::{
    keys::Keys,
    practice::{Home, HomeError, Mail, Practice, Way, files::FileError},
    publish::{self, Standing},
    wire::{MailboxId, UnixTime, hour_of},
};

/// What a carrier calls before a text leaves, and when the server has not taken it after all.
pub type Leaving<'a> = dyn FnMut(Step) -> Result<(), HomeError> + 'a;

/// A step that is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Leaving,
    NotTaken,
}

/// Brings one message on its way.
pub trait Carrier {
    /// `name` tells messages apart; it is for this machine alone.
    fn carry(&mut self, name: &str, letter: &Letter, leaving: &mut Leaving<'_>) -> Result<(), Carry>;
}

/// Why a message is not on its way.
#[derive(Debug)]
pub enum Carry {
    /// Certainly not sent; it may work later.
    Later(String),
    /// Certainly not sent, and never will be.
    Refused(String),
    /// It left, and nobody knows whether it arrived.
    Unknown(String),
    /// Nothing works for anyone.
    Stop(Stop),
}

/// Why nothing more is sent.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<Stop> for super::NoticeError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Mail(e) => Self::Mail(e),
            Stop::Home(e) => Self::Home(e),
            Stop::File(e) => Self::File(e),
        }
    }
}

/// What happened to one notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "said", rename_all = "kebab-case")]
pub enum Sent {
    Sent,
    Refused(String),
    /// Put off by the server, or not reached before the end.
    NotSent(String),
    MayHaveBeenSent(String),
}

/// What happened, by folder name; and why it ended early, if it did.
#[derive(Debug, Default)]
pub struct SentReport {
    pub members: Vec<(String, Sent)>,
    pub stopped: Option<Stop>,
}

/// Who is still to be written to, and what was said last.
type Waiting<'a> = VecDeque<(&'a Planned, String)>;

/// Everything that is needed to send.
pub struct Sending<'a> {
    pub practice: &'a Practice,
    pub mail: &'a Mail,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub history: &'a History,
    pub released: Standing,
    pub patience: Patience,
    pub now: fn() -> UnixTime,
    pub wait: fn(Duration),
}

/// The carrier that site.toml names.
pub fn carrier(
    practice: &Practice,
    mail: &Mail,
    password: Option<age::secrecy::SecretString>,
    patience: Patience,
) -> Result<Box<dyn Carrier>, AddressError> {
    let from = super::address::parse(&mail.from.text)?;
    Ok(match &mail.way {
        Way::Folder(folder) => Box::new(Outbox::at(&practice.root.join(folder))),
        Way::Server(server) => Box::new(Smtp::new(server.clone(), password, from.domain(), patience)),
    })
}

impl Sending<'_> {
    /// Sends each notice of the plan once; what is put off is tried again after a while. `progress` hears of every end.
    pub fn send(&self, plan: &Plan, carrier: &mut dyn Carrier, progress: &dyn Fn(u64, u64)) -> SentReport {
        let mut report = SentReport::default();
        let mut waiting: Waiting<'_> =
            plan.notices.iter().map(|notice| (notice, "the mail server was not reached".to_owned())).collect();
        for round in 0..self.patience.rounds {
            if waiting.is_empty() || report.stopped.as_ref().is_some_and(|stop| !passes(stop)) {
                break;
            }
            if round > 0 {
                (self.wait)(self.patience.pause * 2_u32.saturating_pow(round - 1));
            }
            let done = |folder: &str, sent| {
                report.members.push((folder.to_owned(), sent));
                progress(report.members.len() as u64, plan.notices.len() as u64);
            };
            report.stopped = self.round(&mut waiting, carrier, done).err();
        }
        let left = waiting.into_iter().map(|(notice, said)| (notice.person.folder.clone(), Sent::NotSent(said)));
        report.members.extend(left);
        report.members.sort_by(|a, b| a.0.cmp(&b.0));
        report
    }

    /// Each waiting notice once; those that are put off wait on.
    fn round(
        &self,
        waiting: &mut Waiting<'_>,
        carrier: &mut dyn Carrier,
        mut done: impl FnMut(&str, Sent),
    ) -> Result<(), Stop> {
        let texts = Texts::of(self.practice);
        for _ in 0..waiting.len() {
            let Some((notice, _)) = waiting.pop_front() else { break };
            let folder = &notice.person.folder;
            match self.one(notice, &texts, carrier) {
                Ok(()) => done(folder, Sent::Sent),
                Err(Carry::Refused(reply)) => done(folder, Sent::Refused(reply)),
                Err(Carry::Unknown(said)) => done(folder, Sent::MayHaveBeenSent(said)),
                Err(Carry::Later(reply)) => waiting.push_back((notice, reply)),
                Err(Carry::Stop(stop)) => {
                    waiting.push_front((notice, stop.to_string()));
                    return Err(stop);
                }
            }
        }
        Ok(())
    }

    fn one(&self, notice: &Planned, texts: &Texts, carrier: &mut dyn Carrier) -> Result<(), Carry> {
        let (mailbox, release) = (notice.mailbox.id, self.released.release);
        let id = NoticeId { mailbox, release, attempt: self.history.next_attempt(&mailbox, release) };
        let link =
            publish::notice_link(&notice.mailbox, self.keys, self.released).at(&self.practice.site.address.links);
        let member = &self.practice.members[&notice.person.folder];
        let difference = Difference { to: &notice.person.address, link: &link, notice: id, time: (self.now)() };
        let letter = letter(self.mail, texts.for_member(member), self.keys, &difference)
            .map_err(|error| Carry::Refused(error.to_string()))?;
        let name = format!("{release}-{}-{}", id.attempt, notice.person.folder);
        let mut leaving = |step| match step {
            Step::Leaving => {
                self.write(&Entry::Sending { notice: id, time: (self.now)(), pages: notice.covers.clone() })
            }
            Step::NotTaken => self.end(id, Outcome::NotTaken),
        };
        let end = carrier.carry(&name, &letter, &mut leaving);
        let written = match &end {
            Ok(()) => self.end(id, Outcome::Sent),
            Err(Carry::Refused(reply)) => {
                let (address, reply) = (notice.person.address.clone(), reply.clone());
                self.end(id, Outcome::Refused { address, reply })
            }
            Err(_) => Ok(()),
        };
        written.map_err(|error| Carry::Stop(Stop::Home(error)))?;
        end
    }

    fn end(&self, notice: NoticeId, outcome: Outcome) -> Result<(), HomeError> {
        self.write(&Entry::Ended { notice, time: (self.now)(), outcome })
    }

    fn write(&self, entry: &Entry) -> Result<(), HomeError> {
        self.home.journal(NAME).append(entry, self.keys)
    }
}

impl History {
    /// Whether there is a record at all; no keys are needed to know that.
    pub fn is_begun(home: &Home) -> bool {
        !home.journal(NAME).is_empty()
    }

    /// The record of this practice.
    pub fn read(home: &Home, keys: &Keys) -> Result<Self, HomeError> {
        Ok(Self::of(home.journal(NAME).read(keys)?))
    }

    /// Writes down that this machine is about to use the link of this mailbox.
    pub fn checks(&self, mailbox: &MailboxId, time: UnixTime, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        // The clock may strike on the way.
        for time in [time, time + 60].into_iter().filter(|time| !self.was_checked(mailbox, hour_of(*time))) {
            home.journal(NAME).append(&Entry::Checked { mailbox: *mailbox, time }, keys)?;
        }
        Ok(())
    }

    /// Writes down that members have all of `reading` from another machine, and were told by it.
    pub fn take_over(&self, practice: &Practice, reading: &Reading, home: &Home, keys: &Keys) -> Result<(), HomeError> {
        for (folder, entries) in &reading.pages {
            let member = &practice.members[folder];
            let pages: Vec<Covered> = self.new_pages(member, entries).into_iter().map(Covered::of).collect();
            if let Some(mailbox) = member.mailbox.as_ref().filter(|_| !pages.is_empty()) {
                home.journal(NAME).append(&Entry::TakenOver { mailbox: mailbox.id, pages }, keys)?;
            }
        }
        Ok(())
    }
}

/// Whether it may be better after a while.
fn passes(stop: &Stop) -> bool {
    matches!(stop, Stop::Mail(error) if error.passes())
}
