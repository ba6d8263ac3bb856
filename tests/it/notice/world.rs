//! A practice in memory: pages are given by hand, and what is sent is kept.

use std::time::Duration;

use age::secrecy::ExposeSecret;
use heldspace::{
    keys::{Keys, Root},
    notice::{
        Carrier, Carry, Cause, Choice, History, Leaving, Letter, Patience, Plan, Reading, Sending, SentReport, Step,
    },
    practice::{
        Home, Mailbox, Practice,
        register::{By, Consent, Record, To},
    },
    publish::Standing,
    seal::Entry,
    wire::{MailboxId, SigningKey},
};
use serde_json::json;

use crate::draft::{Draft, SITE};

pub(crate) const MAIL: &str = "[mail]\nfrom = \"pages@example.org\"\nfrom_name = \"Pages\"\nfolder = \"outbox\"\n";
/// One attempt after another, without a pause.
pub(crate) const PATIENCE: Patience =
    Patience { answer: Duration::from_secs(2), text: Duration::from_secs(2), rounds: 3, pause: Duration::ZERO };

pub(crate) struct World {
    draft: Draft,
    pub(crate) practice: Practice,
    pub(crate) keys: Keys,
    pub(crate) home: Home,
    pub(crate) reading: Reading,
    /// When the plan is made: days after anything was sent.
    pub(crate) now: u64,
}

/// To notices, since long ago.
fn consent() -> Consent {
    Consent {
        id: 1,
        to: To::Notices { wording: "1".into() },
        given: jiff::civil::date(2020, 1, 1),
        how: "in session".into(),
        by: By::Person,
        guardian: None,
        revoked: None,
        record: Record::default(),
    }
}

impl World {
    /// Anna and Ben, who can read nothing yet.
    pub(crate) fn new() -> Self {
        Self::of(Draft::new().file("site.toml", format!("{SITE}{MAIL}")))
    }

    pub(crate) fn of(draft: Draft) -> Self {
        let mut practice = Practice::read(draft.root()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        for (n, member) in practice.members.values_mut().enumerate() {
            member.mailbox = Some(mailbox(u8::try_from(n + 1).unwrap()));
            member.register.consents.push(consent());
        }
        let released = Some(Standing { epoch: 1, release: 7, issued: 1_795_564_800 });
        let home = Home::of(draft.root());
        Self {
            practice,
            keys: Root::random().keys(1),
            home,
            reading: Reading { released, ..Reading::default() },
            now: 1_796_200_000,
            draft,
        }
    }

    pub(crate) fn give(&mut self, member: &str, page: Entry) {
        self.reading.pages.entry(member.to_owned()).or_default().push(page);
    }

    /// A new card: another mailbox, the one before known as theirs.
    pub(crate) fn rekey(&mut self, member: &str, number: u8) {
        let member = self.practice.members.get_mut(member).unwrap();
        member.former.push(member.mailbox.replace(mailbox(number)).unwrap().id);
    }

    pub(crate) fn history(&self) -> History {
        History::read(&self.home, &self.keys).unwrap()
    }

    pub(crate) fn plan(&self, cause: Cause<'_>) -> Plan {
        Plan::of(&self.practice, &self.history(), &self.reading, Choice { members: &[], cause, now: self.now })
    }

    /// The folder names of those who would get one.
    pub(crate) fn named(&self, cause: Cause<'_>) -> Vec<String> {
        self.plan(cause).notices.into_iter().map(|notice| notice.person.folder).collect()
    }

    pub(crate) fn send(&self, cause: Cause<'_>, carrier: &mut dyn Carrier) -> SentReport {
        let history = self.history();
        let sending = Sending {
            practice: &self.practice,
            mail: self.practice.site.mail.as_ref().unwrap(),
            keys: &self.keys,
            home: &self.home,
            history: &history,
            released: self.reading.released.unwrap(),
            patience: PATIENCE,
            now: clock,
            wait: |pause| assert_eq!(pause, Duration::ZERO),
        };
        sending.send(&self.plan(cause), carrier, &|_, _| {})
    }

    /// Reads `site.toml` and the rest again, after `file` was written.
    pub(crate) fn rewritten(self, file: &str, text: &str) -> Self {
        let Self { draft, keys, reading, .. } = self;
        Self { keys, reading, ..Self::of(draft.file(file, text)) }
    }
}

/// Each call a second later than the one before.
fn clock() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NOW: AtomicU64 = AtomicU64::new(1_795_600_000);
    NOW.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn mailbox(number: u8) -> Mailbox {
    let recipient = heldspace::seal::Identity::generate().recipient();
    Mailbox::new(MailboxId::from_bytes([number; 16]), recipient, SigningKey::from_bytes(&[number; 32]).verifying_key())
}

/// A page of an index; `kind` is its audience's.
pub(crate) fn page(id: u8, title: &str, kind: &str) -> Entry {
    let hex = |n: u8, times| format!("{n:02x}").repeat(times);
    let identity = age::x25519::Identity::generate().to_string();
    let identity = identity.expose_secret();
    serde_json::from_value(json!({
        "id": hex(id, 16), "title": title, "date": null, "order": null,
        "audience": { "kind": kind, "title": "For you" }, "kind": "note",
        "object": { "name": hex(id, 16), "identity": identity, "digest": hex(id, 32) },
    }))
    .unwrap()
}

/// Keeps what it is given, and does to each message what it was told to.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) letters: Vec<Letter>,
    pub(crate) does: Vec<Does>,
}

#[derive(Clone, Copy)]
pub(crate) enum Does {
    Refuse,
    PutOff,
    /// It leaves, and nobody knows.
    Lose,
    /// As if the machine had lost power at that moment.
    Die,
}

impl Carrier for Kept {
    fn carry(&mut self, _: &str, letter: &Letter, leaving: &mut Leaving<'_>) -> Result<(), Carry> {
        let does = if self.does.is_empty() { None } else { Some(self.does.remove(0)) };
        match does {
            Some(Does::Refuse) => return Err(Carry::Refused("550 no such person".into())),
            Some(Does::PutOff) => return Err(Carry::Later("450 later".into())),
            Some(Does::Lose | Does::Die) | None => leaving(Step::Leaving).unwrap(),
        }
        match does {
            Some(Does::Lose) => Err(Carry::Unknown("closed".into())),
            Some(Does::Die) => panic!("the power is gone"),
            _ => {
                self.letters.push(letter.clone());
                Ok(())
            }
        }
    }
}
