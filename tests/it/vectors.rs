//! The formats, as data: `tests/vectors/formats.json` is read by this test and by the viewer's.
//!
//! A changed vector is a changed format. After a deliberate change: `BLESS=1 cargo test vectors`.

use std::{fs, path::PathBuf};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use heldspace::{
    keys::{Keys, Root},
    seal::{Week, key_words, padded_length},
    wire::{
        Answer, AnswerId, Digest, Envelope, Link, MailboxId, ObjectName, PageId, Pass, Said, SigningKey, Statement,
        Value as Answered,
    },
};
use serde_json::{Value, json};

/// BIP 39's own vector for 32 bytes of 0x7f.
const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful \
                     legal winner thank year wave sausage worth title";

fn mailbox() -> MailboxId {
    "000102030405060708090a0b0c0d0e0f".parse().unwrap()
}

fn keys(epoch: u32) -> Keys {
    Root::from_words(WORDS).unwrap().keys(epoch)
}

/// Every shape that a value of a check-in can have.
fn answer() -> Answer {
    let items = [
        ("interest", Answered::Number(2.0)),
        ("sleep", Answered::Chosen(vec!["several-days".into(), "nearly-every-day".into()])),
        ("words", Answered::Text("müde, \"sehr\"".into())),
    ];
    Answer {
        id: AnswerId::from_bytes([1; 16]),
        mailbox: mailbox(),
        page: PageId::from_bytes([3; 16]),
        block: "checkin".parse().unwrap(),
        digest: Digest::of(b"page"),
        time: 1_795_564_800,
        earlier: vec![AnswerId::from_bytes([4; 16]), AnswerId::from_bytes([5; 16])],
        replaces: Some(AnswerId::from_bytes([4; 16])),
        said: Said::Checkin { items: items.map(|(id, value)| (id.to_owned(), value)).into() },
    }
}

fn made() -> Value {
    let keys = keys(2);
    let name: ObjectName = keys.object_name(&mailbox(), &Digest::of(b"page"));
    let week: Week = "2026-W48".parse().unwrap();
    let link =
        |ticket, release| Link { mailbox: mailbox(), epoch: 2, release, pepper: keys.pepper(&mailbox()), ticket };
    let card = link(keys.ticket(&mailbox(), 1, Week::CARD, 0), 0);
    let notice = link(keys.ticket(&mailbox(), 1, week, 0), 1_795_564_800);
    let member = SigningKey::from_bytes(&[5; 32]);
    let pass = Pass {
        origin: "https://pages.example.org".into(),
        mailbox: mailbox(),
        time: 1_795_564_800,
        method: None,
        path: None,
        sha256: None,
    };
    let padding = [0, 1, 4096, 4097, 262_144, 262_145, 300_000, 1_000_000, 5_000_000].map(|n| [n, padded_length(n)]);
    json!({
        "words": WORDS,
        "root": HEXLOWER.encode(keys.root().as_bytes()),
        "key_words": key_words(keys.root()),
        "statement": keys.statement(),
        "epoch_recipient": keys.current().identity().recipient().to_string(),
        "object": { "mailbox": mailbox(), "plaintext_digest": Digest::of(b"page"), "name": name, "recipient": keys.object_identity(&name).recipient().to_string() },
        "pepper": keys.pepper(&mailbox()).to_hex(),
        "message_id": { "mailbox": mailbox(), "release": 1_795_564_800_u64, "attempt": 1, "hex": HEXLOWER.encode(&keys.message_id(&mailbox(), 1_795_564_800, 1)) },
        "page_id": { "path": "library/sleep.md", "id": keys.page_id(None, "library/sleep.md"), "of_a_message": keys.page_id(Some(&mailbox()), "messages/x.md") },
        "tickets": [
            { "week": "card", "generation": 1, "again": 0, "hash": keys.ticket(&mailbox(), 1, Week::CARD, 0).hash() },
            { "week": "2026-W48", "generation": 1, "again": 0, "hash": keys.ticket(&mailbox(), 1, week, 0).hash() },
            { "week": "2026-W48", "generation": 2, "again": 1, "hash": keys.ticket(&mailbox(), 2, week, 1).hash() },
        ],
        "links": [
            { "text": card.to_string(), "mailbox": mailbox(), "epoch": 2, "release": 0, "pepper": card.pepper.to_hex(), "ticket": BASE64URL_NOPAD.encode(card.ticket.as_bytes()) },
            { "text": notice.to_string(), "mailbox": mailbox(), "epoch": 2, "release": 1_795_564_800_u64, "pepper": notice.pepper.to_hex(), "ticket": BASE64URL_NOPAD.encode(notice.ticket.as_bytes()) },
        ],
        "pass": { "seed": HEXLOWER.encode(&[5; 32]), "origin": pass.origin, "time": pass.time, "mailbox": mailbox(), "header": format!("Pass {}", Pass::encode(&Envelope::sign(&pass, &member))) },
        "padding": padding,
        "answer": { "seed": HEXLOWER.encode(&[5; 32]), "value": answer(), "envelope": Envelope::sign(&answer(), &member) },
    })
}

#[test]
fn formats_have_not_changed() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/formats.json");
    let made = made();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
    }
    let known: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (name, value) in known.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name} is made differently now");
    }
    assert_eq!(known.as_object().unwrap().len(), made.as_object().unwrap().len());
}

#[test]
fn the_statement_is_signed_by_the_root() {
    let keys = keys(2);
    let statement: Statement = keys.statement().open(keys.root()).unwrap();
    assert_eq!((statement.epoch, statement.key), (2, keys.signing_key().verifying_key()));
}

#[test]
fn an_answer_is_believed_by_its_member_in_its_mailbox() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/formats.json");
    let known: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let envelope: Envelope = serde_json::from_value(known["answer"]["envelope"].clone()).unwrap();
    let opened = Answer::open(&envelope, &mailbox(), &SigningKey::from_bytes(&[5; 32]).verifying_key()).unwrap();
    assert_eq!(opened, answer());
    // A browser writes 2 where this side writes 2.0.
    let said = r#"{"kind":"checkin","items":{"interest":2}}"#;
    let items = [("interest".to_owned(), Answered::Number(2.0))].into();
    assert_eq!(serde_json::from_str::<Said>(said).unwrap(), Said::Checkin { items });
}
