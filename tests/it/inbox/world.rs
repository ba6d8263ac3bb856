//! A practice with a page that asks, and what a member's browser does to answer it.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use heldspace::{
    block::{Asks, Block, Choice, Item, Question},
    seal::{Recipient, SealedAnswer},
    wire::{Answer, AnswerId, Digest, MailboxId, Said, SigningKey, UnixTime, Value},
};

use crate::{
    reader::Reader,
    site::{Card, TestSite, files_below},
};

/// What the one page of [`practice`] asks.
pub fn check_in() -> Block {
    let option = |id: &str, label: &str, value| Choice { id: id.into(), label: label.into(), value: Some(value) };
    let options = vec![option("never", "Not at all", 0), option("often", "Nearly every day", 3)];
    let item = |id: &str, label: &str, safety| Item {
        id: id.into(),
        label: label.into(),
        asks: Question::Choice { options: options.clone(), several: false },
        safety,
    };
    let items = vec![item("sleep", "Trouble sleeping", false), item("harm", "Thoughts of hurting yourself", true)];
    let (instrument, intro, notes, danger) = (None, None, Vec::new(), None);
    block("checkin", Asks::Checkin { instrument, intro, items, notes, danger })
}

pub fn block(id: &str, asks: Asks) -> Block {
    let id = id.parse().unwrap();
    Block { version: 1, id, title: None, closes: None, repeats: None, readers: "Ines reads it.".into(), asks }
}

/// Puts blocks into every sealed page, as a build does behind the sanitiser.
pub fn ask(site: &TestSite, blocks: &[Block]) {
    let attribute = |block: &Block| {
        let json = serde_json::to_string(block).unwrap();
        json.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
    };
    let asked: Vec<_> =
        blocks.iter().map(|block| format!("<div class=\"ask\" data-block=\"{}\"></div>", attribute(block))).collect();
    let asked = asked.join(
        "
",
    );
    let layout =
        fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("themes/default/page.html")).unwrap();
    let layout = layout.replace("{{ content|safe }}", &format!("{{{{ content|safe }}}}\n{asked}"));
    fs::create_dir_all(site.path("themes/default")).unwrap();
    fs::write(site.path("themes/default/page.html"), layout).unwrap();
}

/// A group with two members, a page for both, and the check-in in it; built.
pub fn practice() -> (TestSite, Sender, Sender) {
    let site = TestSite::empty().group("tuesday");
    let cards = ["maya", "colm"].map(|name| site.member(name, &["tuesday"]));
    site.page("groups/tuesday/week.md", "+++\ntitle = \"This week\"\n+++\nHow was it?\n");
    ask(&site, &[check_in()]);
    site.build();
    let [maya, colm] = cards.map(|card| Sender::unlock(&site, &card));
    (site, maya, colm)
}

/// A member's browser, unlocked.
pub struct Sender {
    pub reader: Reader,
    store: PathBuf,
}

impl Sender {
    pub fn unlock(site: &TestSite, card: &Card) -> Self {
        Self { reader: Reader::unlock(&site.store(), card).unwrap(), store: site.store() }
    }

    pub fn mailbox(&self) -> MailboxId {
        self.reader.link.mailbox
    }

    pub fn key(&self) -> &SigningKey {
        self.reader.key()
    }

    /// An answer to the first page that has this title.
    pub fn answer(&self, title: &str, block: &str, said: Said) -> Answer {
        let entry = self.reader.entries(&self.store).into_iter().find(|entry| entry.title == title).unwrap();
        Answer {
            id: new_id(),
            mailbox: self.mailbox(),
            page: entry.id,
            block: block.parse().unwrap(),
            digest: entry.object.digest,
            time: now(),
            earlier: Vec::new(),
            replaces: None,
            said,
        }
    }

    /// A reply in words.
    pub fn reply(&self, text: &str) -> Answer {
        self.answer("This week", "reply", Said::Reply { text: text.into() })
    }

    /// The check-in, with this for its item of danger.
    pub fn checked_in(&self, harm: &str) -> Answer {
        let chosen = |id: &str| Value::Chosen(vec![id.into()]);
        let items = BTreeMap::from([("sleep".into(), chosen("often")), ("harm".into(), chosen(harm))]);
        self.answer("This week", "checkin", Said::Checkin { items })
    }

    pub fn seal(&self, answer: &Answer) -> SealedAnswer {
        SealedAnswer::seal(answer, self.key(), &self.recipients().iter().collect::<Vec<_>>())
    }

    pub fn recipients(&self) -> Vec<Recipient> {
        let index = self.reader.index(&self.store).unwrap();
        index.recipients.iter().map(|recipient| recipient.parse().unwrap()).collect()
    }

    /// What the gate does with an answer: it lies there under its digest.
    pub fn send(&self, answer: &Answer) -> Digest {
        self.lay(self.mailbox(), &self.seal(answer))
    }

    pub fn lay(&self, mailbox: MailboxId, sealed: &SealedAnswer) -> Digest {
        let folder = self.store.join("answers").join(mailbox.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(sealed.name.to_string()), &sealed.bytes).unwrap();
        sealed.name
    }

    /// The ids that this member's index confirms.
    pub fn received(&self) -> Vec<String> {
        self.reader.index(&self.store).unwrap().received
    }
}

pub fn new_id() -> AnswerId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let digest = Digest::of(format!("{number} {}", std::process::id()).as_bytes());
    AnswerId::from_bytes(digest.as_bytes()[..16].try_into().unwrap())
}

pub fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// `inbox sync --json`.
pub fn sync(site: &TestSite) -> serde_json::Value {
    serde_json::from_str(&site.ok(&["inbox", "sync", "--json"])).unwrap()
}

/// `inbox list --all --json`.
pub fn list(site: &TestSite) -> serde_json::Value {
    serde_json::from_str(&site.ok(&["inbox", "list", "--all", "--json"])).unwrap()
}

/// The ids of all answers listed, in their order.
pub fn ids(list: &serde_json::Value) -> Vec<String> {
    list["answers"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Every file of the inbox on this machine, by path.
pub fn kept(site: &TestSite) -> Vec<(String, Vec<u8>)> {
    let folder = site.path(".heldspace/inbox");
    if folder.is_dir() { files_below(&folder) } else { Vec::new() }
}
