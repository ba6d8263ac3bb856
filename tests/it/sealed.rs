//! What each side sealed, once and for all, opened by the other: `tests/vectors/sealed.json`. Sealing is random, so these
//! are kept, not made again: `BLESS=1` makes this side's anew here, and the browser's in `src/viewer/test/sealed.test.ts`.

use std::{fs, path::PathBuf};

use data_encoding::BASE64;
use heldspace::wire::{Link, SigningKey};
use serde_json::{Map, Value, json};

use crate::{
    reader::{Reader, open_object, record},
    site::{Card, TestSite},
};

const TEXT: &str = "Words that both sides read.";
const FILE: &str = "Words in a file.";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sealed.json")
}

/// A card, and what the gate would hand out for it.
fn made() -> Value {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/words.txt", FILE).page("library/a.md", &format!("# A page\n\n{TEXT} [Words](words.txt)"));
    site.build();
    let store = site.store();
    let reader = Reader::unlock(&store, &card).unwrap();
    let record = record(&store, &reader.link).unwrap();
    let file = |path: &str| BASE64.encode(&fs::read(store.join(path)).unwrap());
    let objects: Map<String, Value> = reader
        .entries(&store)
        .iter()
        .flat_map(heldspace::seal::Entry::objects)
        .map(|object| object.name.to_string())
        .map(|name| (name.clone(), file(&format!("objects/{name}")).into()))
        .collect();
    let link = card.link.split_once('#').unwrap().1;
    json!({ "link": link, "words": card.passphrase, "keyring": file(&record.keyring), "index": file(&record.index), "objects": objects })
}

#[test]
fn what_either_side_sealed_opens_here() {
    let mut vectors: Value = serde_json::from_slice(&fs::read(path()).unwrap_or(b"{}".into())).unwrap();
    if std::env::var_os("BLESS").is_some() {
        vectors["rust"] = made();
        fs::write(path(), serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
    }
    for side in ["rust", "browser"] {
        let sealed = &vectors[side];
        let text = |name: &str| sealed[name].as_str().unwrap_or_else(|| panic!("no {name} of {side}")).to_owned();
        let link: Link = text("link").parse().unwrap();
        let mailbox = link.mailbox.to_string();
        let store = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = store.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write("index", &BASE64.decode(text("index").as_bytes()).unwrap());
        write("keyring", &BASE64.decode(text("keyring").as_bytes()).unwrap());
        for (name, object) in sealed["objects"].as_object().unwrap() {
            write(&format!("objects/{name}"), &BASE64.decode(object.as_str().unwrap().as_bytes()).unwrap());
        }
        let key = BASE64.encode(SigningKey::from_bytes(&[1; 32]).verifying_key().as_bytes());
        let record = json!({ "version": 1, "key": key, "tickets": [], "index": "index", "keyring": "keyring" });
        write(&format!("mailboxes/{mailbox}.json"), record.to_string().as_bytes());
        let card = Card { mailbox, passphrase: text("words"), link: format!("/l#{}", text("link")) };
        let reader = Reader::unlock(store.path(), &card).unwrap_or_else(|| panic!("the keyring of {side}"));
        let pages = reader.pages(store.path());
        assert!(matches!(pages.as_slice(), [(title, html)] if title == "A page" && html.contains(TEXT)), "{side}");
        let attachment = &reader.entries(store.path())[0].attachments[0];
        let mut file = open_object(store.path(), &attachment.parts[0]).unwrap();
        file.truncate(usize::try_from(attachment.length).unwrap());
        assert_eq!((attachment.name.as_str(), file.as_slice()), ("words.txt", FILE.as_bytes()), "{side}");
    }
}
