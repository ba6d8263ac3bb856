//! What whoever stands in has to know: whose each mailbox is, what was asked, whom to call. Signed by the practice, sealed to
//! that person alone, and written anew with every publication, so that nothing of it grows stale.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    block::{Asks, Block, Line, help_lines},
    explain::Explain,
    inbox::{Acknowledgement, People, Person, acknowledged},
    keys::Keys,
    practice::{Home, HomeError, Practice, Released},
    record::Record,
    seal::{Identity, OpenError, Recipient, pad, seal_to},
    wire::{
        AnswerId, Digest, Envelope, Epoch, MailboxId, PageId, Payload, Release, SignatureError, Statement, UnixTime,
        VerifyingKey, number,
    },
};

/// Bytes of a brief before it is signed, at most: sealed it stays below what a gate takes.
const MOST: usize = 4 * 1024 * 1024;
/// More than any brief, opened.
const LIMIT: u64 = 16 * 1024 * 1024;

/// What a practice tells whoever stands in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    pub statement: Envelope,
    #[serde(deserialize_with = "number::whole")]
    pub release: Release,
    #[serde(deserialize_with = "number::whole")]
    pub issued: UnixTime,
    /// The practice's name, and how the therapist signs.
    pub practice: String,
    pub therapist: String,
    /// When somebody looks at answers, and within which time at one that worries.
    pub hours: Option<String>,
    pub window: Option<String>,
    /// The numbers that members were shown.
    pub lines: Vec<Line>,
    pub people: Vec<Known>,
    /// What was seen to, and by whom.
    pub seen_to: BTreeMap<AnswerId, Acknowledgement>,
    /// Everything that was asked, each once.
    pub blocks: Vec<Block>,
    pub documents: Vec<Document>,
}

impl Payload for Brief {
    const TYPE: &'static str = "application/vnd.heldspace.brief.v1+json";
}

/// Whose a mailbox is, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    pub mailbox: MailboxId,
    /// What tells this person from another of the same name.
    pub folder: String,
    pub name: String,
    #[serde(with = "crate::wire::key_base64")]
    pub key: VerifyingKey,
    /// They have another mailbox by now.
    pub former: bool,
}

/// A version of a page that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub page: PageId,
    pub title: String,
    pub digest: Digest,
    /// Who was given it.
    pub mailboxes: BTreeSet<MailboxId>,
    /// Where its blocks stand in the brief's list.
    pub blocks: Vec<usize>,
}

/// Why a brief was not believed.
#[derive(Debug, thiserror::Error)]
pub enum BriefError {
    #[error("what the practice left for you at the host does not open with your key")]
    Open(#[source] OpenError),
    #[error("what lies at the host for you was not signed by the practice")]
    Forged(#[source] SignatureError),
    #[error("what lies at the host for you was signed with keys that the practice has replaced since")]
    Replaced,
}

impl Explain for BriefError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Open(_) => "Either the practice has the key of another machine of yours: compare its six words on the telephone (`heldspace standin show`). Or the host spoiled it: tell your colleague.",
            Self::Forged(_) => "Nothing was believed. Compare the practice's key with your colleague on the telephone. If it is right, the host shows you something false: tell them.",
            Self::Replaced => "Nothing was believed: the host shows something old, or somebody has old keys of the practice. Tell your colleague.",
        }.to_owned())
    }

    fn exit_code(&self) -> u8 {
        4
    }
}

impl Brief {
    /// What is to be told now, but for what was asked.
    pub fn without_questions(practice: &Practice, home: &Home, keys: &Keys, at: Released) -> Result<Self, HomeError> {
        let answers = &practice.site.answers;
        let people = People::of(practice);
        Ok(Self {
            statement: keys.statement().clone(),
            release: at.release,
            issued: at.issued,
            practice: practice.site.practice.name.clone(),
            therapist: practice.site.practice.therapist.clone(),
            hours: answers.hours.clone(),
            window: answers.window.map(|window| window.to_string()),
            lines: help_lines(practice),
            people: people.all().map(|(mailbox, person)| Known::of(*mailbox, person)).collect(),
            seen_to: acknowledged(home, keys)?,
            blocks: Vec::new(),
            documents: Vec::new(),
        })
    }

    /// With everything that was ever asked, the newest first; of what is too much, the oldest is left out.
    pub fn with_questions(self, record: &Record, home: &Home, keys: &Keys) -> Result<Self, HomeError> {
        let mut asking = asking(record, home, keys)?;
        loop {
            let (mut brief, mut places) = (self.clone(), BTreeMap::new());
            for (document, blocks) in &asking {
                let blocks = blocks.iter().map(|block| brief.place(block, &mut places)).collect();
                brief.documents.push(Document { blocks, ..document.clone() });
            }
            if asking.is_empty() || brief.size() <= MOST {
                return Ok(brief);
            }
            asking.truncate(asking.len() / 2);
        }
    }

    /// Where a block stands, which may be in many documents.
    fn place(&mut self, block: &Block, places: &mut BTreeMap<String, usize>) -> usize {
        let json = serde_json::to_string(block).expect("a block is plain JSON");
        *places.entry(json).or_insert_with(|| {
            self.blocks.push(block.clone());
            self.blocks.len() - 1
        })
    }

    fn size(&self) -> usize {
        serde_json::to_vec(self).expect("a brief is plain JSON").len()
    }

    /// What makes a new brief needed, whenever it was issued and whatever was asked: that changes with the pages.
    ///
    /// SECURITY: not what was seen to. A release that nothing else explains would tell the host that something had to be.
    pub fn look(&self) -> Digest {
        let (blocks, documents, seen_to) = (Vec::new(), Vec::new(), BTreeMap::new());
        let plain = Self { release: 0, issued: 0, blocks, documents, seen_to, ..self.clone() };
        Digest::of(&serde_json::to_vec(&plain).expect("a brief is plain JSON"))
    }

    /// Signs, pads and seals.
    pub fn seal(&self, stand_in: &Recipient, keys: &Keys) -> Vec<u8> {
        seal_to(&[stand_in], &pad(Envelope::sign(self, &keys.signing_key()).to_json()))
    }

    /// The brief and the epoch that it was signed in, if the practice with this root signed it.
    pub fn open(sealed: &[u8], identity: &Identity, root: &VerifyingKey) -> Result<(Self, Epoch), BriefError> {
        let opened = identity.open(sealed, LIMIT).map_err(BriefError::Open)?;
        let envelope = Envelope::parse(&opened).map_err(BriefError::Forged)?;
        let claimed = envelope.peek::<Self>().map_err(BriefError::Forged)?;
        // SECURITY: the key stands in the statement, which counts once the root's signature on it was verified.
        let statement: Statement = claimed.statement.open(root).map_err(BriefError::Forged)?;
        Ok((envelope.open(&statement.key).map_err(BriefError::Forged)?, statement.epoch))
    }

    pub fn people(&self) -> People {
        self.people.iter().map(|known| (known.mailbox, known.person())).collect()
    }
}

impl Known {
    fn of(mailbox: MailboxId, person: &Person) -> Self {
        let Person { folder, name, key, is_former } = person.clone();
        Self { mailbox, folder, name, key, former: is_former }
    }

    fn person(&self) -> Person {
        Person { folder: self.folder.clone(), name: self.name.clone(), key: self.key, is_former: self.former }
    }
}

/// Every version of a page that asks for an answer, with its blocks; the newest first.
fn asking(record: &Record, home: &Home, keys: &Keys) -> Result<Vec<(Document, Vec<Block>)>, HomeError> {
    let mut given: BTreeMap<(Digest, PageId), Document> = BTreeMap::new();
    for (mailbox, page) in record.given_pages() {
        let (title, mailboxes) = (page.title.clone(), BTreeSet::new());
        let bare = Document { page: page.id, title, digest: page.document, mailboxes, blocks: Vec::new() };
        given.entry((page.document, page.id)).or_insert(bare).mailboxes.insert(*mailbox);
    }
    let digests: BTreeSet<Digest> = given.keys().map(|(digest, _)| *digest).collect();
    let texts = record.texts(&digests.into_iter().collect::<Vec<_>>(), home, keys)?;
    let is_answered = |block: &Block| !matches!(block.asks, Asks::Done { .. });
    let with_blocks = given.into_values().filter_map(|document| {
        let blocks = Block::all_in(texts.get(&document.digest)?);
        let blocks: Vec<_> = blocks.into_iter().filter(is_answered).collect();
        (!blocks.is_empty()).then_some((document, blocks))
    });
    let mut asking: Vec<_> = with_blocks.collect();
    asking.sort_by_cached_key(|(document, _)| std::cmp::Reverse(record.first_given(&document.page)));
    Ok(asking)
}
