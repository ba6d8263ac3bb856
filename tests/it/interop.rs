//! Opens without us: stock `age` opens what we seal, and we open what it seals. What the browser's library
//! seals, we open; that it opens what we seal is shown by every journey in `tests/web`.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use age::secrecy::ExposeSecret;
use heldspace::seal::{Identity, seal_to};
use proptest::prelude::*;

use crate::{
    reader::Reader,
    site::{TestSite, files_below},
};

fn stock_age(identity: &str, sealed: &Path) -> Vec<u8> {
    let mut child = Command::new("age")
        .args(["--decrypt", "--identity", "-"])
        .arg(sealed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("age is installed; tests/run installs it");
    child.stdin.take().unwrap().write_all(format!("{identity}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn identity_text(identity: &serde_json::Value) -> String {
    identity["identity"].as_str().unwrap().to_owned()
}

#[test]
fn stock_age_opens_objects_and_indexes_without_heldspace() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/words.txt", "In a file.").page("library/a.md", "# A page\n\nSome words. [More](words.txt)");
    site.build();
    let store = site.store();
    let reader = Reader::unlock(&store, &card).unwrap();
    let entry = &reader.entries(&store)[0];
    let object = serde_json::to_value(&entry.object).unwrap();
    let page = stock_age(&identity_text(&object), &store.join("objects").join(entry.object.name.to_string()));
    let page = String::from_utf8(page).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("Some words.") && page.len() == 4096);

    let attachment = &entry.attachments[0];
    let part = &attachment.parts[0];
    let identity = identity_text(&serde_json::to_value(part).unwrap());
    let words = stock_age(&identity, &store.join("objects").join(part.name.to_string()));
    let length = usize::try_from(attachment.length).unwrap();
    assert!(
        words[..length] == *b"In a file." && words[length..].iter().all(|byte| *byte == b' ') && words.len() == 4096
    );

    let link: heldspace::wire::Link = card.link.split_once('#').unwrap().1.parse().unwrap();
    let sealed = fs::read(store.join(crate::reader::record(&store, &link).unwrap().keyring)).unwrap();
    let keyring =
        crate::reader::open_keyring(&sealed, &format!("{} {}", link.pepper.to_hex(), card.passphrase)).unwrap();
    let member = keyring["identities"][0].as_str().unwrap();
    let (index, _) = files_below(&store.join("indexes")).remove(0);
    let index: serde_json::Value =
        serde_json::from_slice(&stock_age(member, &store.join("indexes").join(index))).unwrap();
    assert_eq!(index["payloadType"], "application/vnd.heldspace.index.v1+json");
}

/// `age` asks for a passphrase on a terminal alone, so it gets one.
#[test]
fn stock_age_opens_a_keyring_with_the_pepper_and_the_words() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.build();
    let link: heldspace::wire::Link = card.link.split_once('#').unwrap().1.parse().unwrap();
    let keyring = site.store().join(crate::reader::record(&site.store(), &link).unwrap().keyring);
    let out = site.path("opened");
    let mut child = Command::new("script")
        .args(["-qec", &format!("age --decrypt --output {} {}", out.display(), keyring.display()), "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script is installed; tests/run installs it");
    // It reads what was typed after it has asked.
    let mut asked = String::new();
    while !asked.contains("passphrase") {
        let mut more = [0; 256];
        let length = child.stdout.as_mut().unwrap().read(&mut more).unwrap();
        assert!(length > 0, "it did not ask: {asked}");
        asked.push_str(&String::from_utf8_lossy(&more[..length]));
    }
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{} {}", link.pepper.to_hex(), card.passphrase).unwrap();
    child.wait_with_output().unwrap();
    let opened: serde_json::Value = serde_json::from_slice(&fs::read(out).unwrap()).unwrap();
    assert_eq!((&opened["version"], &opened["mailbox"]), (&1.into(), &card.mailbox.clone().into()));
}

#[test]
fn heldspace_opens_what_stock_age_seals() {
    let folder = tempfile::tempdir().unwrap();
    let secret = age::x25519::Identity::generate().to_string();
    let identity: Identity = secret.expose_secret().parse().unwrap();
    let sealed = folder.path().join("sealed");
    let mut child = Command::new("age")
        .args(["--encrypt", "--recipient", &identity.recipient().to_string(), "--output"])
        .arg(&sealed)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"an answer").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(identity.open(&fs::read(sealed).unwrap(), 100).unwrap(), b"an answer");
}

#[test]
fn heldspace_opens_what_the_browsers_library_seals() {
    const SEAL: &str = "import { Encrypter } from 'age-encryption'; const e = new Encrypter(); \
        for (const r of process.argv.slice(1)) e.addRecipient(r); process.stdout.write(await e.encrypt('an answer'.padEnd(4096)));";
    let (one, other, stranger) = (Identity::generate(), Identity::generate(), Identity::generate());
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
    let recipients = [one.recipient().to_string(), other.recipient().to_string()];
    let mut node = Command::new("node");
    let node = node.args(["--input-type=module", "--eval", SEAL]).args(recipients).current_dir(web).output().unwrap();
    assert!(node.status.success(), "not installed? npm ci --ignore-scripts --prefix tests/web");
    for identity in [one, other] {
        assert_eq!(identity.open(&node.stdout, 4096).unwrap().trim_ascii_end(), b"an answer");
    }
    assert!(stranger.open(&node.stdout, 4096).is_err());
}

#[test]
fn open_shows_objects_and_indexes_and_refuses_the_rest() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A page\n\nSome words.");
    site.build();
    let path = |start: &str| {
        let found = site.store_files().into_iter().find(|(path, _)| path.starts_with(start)).unwrap().0;
        site.store().join(found).to_str().unwrap().to_owned()
    };
    assert!(site.ok(&["open", &path("objects/")]).contains("Some words."));
    assert!(site.ok(&["open", &path("indexes/")]).contains("\"A page\""));
    assert!(site.fails(&["open", &path("keyrings/")]).1.contains("card"));
    assert!(site.fails(&["open", &path("public/l.html")]).1.contains("not a file that heldspace sealed"));
    let other = TestSite::empty();
    assert!(other.fails(&["open", &path("objects/")]).1.contains("does not open with this practice's keys"));
}

#[test]
fn a_keyring_has_one_scrypt_stanza_of_factor_16_and_opens_with_nothing_less() {
    let site = TestSite::empty();
    let (card, other) = (site.member("ann", &[]), site.member("ben", &[]));
    site.build();
    let link: heldspace::wire::Link = card.link.split_once('#').unwrap().1.parse().unwrap();
    let sealed = fs::read(site.store().join(crate::reader::record(&site.store(), &link).unwrap().keyring)).unwrap();
    let header = String::from_utf8_lossy(&sealed[..200]);
    let stanzas: Vec<&str> = header.lines().filter(|line| line.starts_with("-> ")).collect();
    assert!(
        matches!(stanzas.as_slice(), [one] if one.starts_with("-> scrypt ") && one.ends_with(" 16")),
        "{stanzas:?}"
    );
    let opens = |passphrase: &str| crate::reader::open_keyring(&sealed, passphrase).is_some();
    assert!(opens(&format!("{} {}", link.pepper.to_hex(), card.passphrase)));
    assert!(!opens(&card.passphrase), "the words without the pepper");
    assert!(!opens(&format!("{} ", link.pepper.to_hex())), "the link without the words");
    assert!(!opens(&format!("{} {}", link.pepper.to_hex(), other.passphrase)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn opening_gives_back_what_was_sealed_and_nothing_from_a_changed_file(bytes in proptest::collection::vec(any::<u8>(), 0..70_000), at: prop::sample::Index) {
        let identity = Identity::generate();
        let sealed = seal_to(&[&identity.recipient()], &bytes);
        prop_assert_eq!(&identity.open(&sealed, 1 << 20).unwrap(), &bytes);
        prop_assert!(Identity::generate().open(&sealed, 1 << 20).is_err());
        let mut changed = sealed;
        let at = at.index(changed.len());
        changed[at] ^= 1;
        prop_assert!(identity.open(&changed, 1 << 20).is_err());
    }
}
