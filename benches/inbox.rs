//! How fast 10,000 answers are fetched, believed and opened: `cargo bench --bench inbox`.
//!
//! Against the bare primitives on the same files, with as many threads: SHA-256, X25519, HKDF and ChaCha20-Poly1305 for each,
//! and one Ed25519 signature. Fetching also writes what it believed, durably, and judges each answer twice over: whose it is,
//! and whether it is new. Ratios of medians of interleaved runs.

#![allow(clippy::disallowed_methods, reason = "a benchmark makes files of its own")]

use std::{
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::AeadInPlace};
use ed25519_dalek::{Signer, Verifier};
use heldspace::{
    host::Host,
    inbox::{Fetching, Inbox, People},
    keys::{Keys, Root},
    practice::{Home, Practice},
    seal::SealedAnswer,
    store::Store,
    wire::{Answer, AnswerId, Digest, MailboxId, PageId, Said, SigningKey},
};
use hkdf::Hkdf;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

const RUNS: usize = 5;
const ANSWERS: u16 = 10_000;
const MEMBERS: u8 = 8;
/// Of what is sealed, in bytes: the smallest answer.
const SIZE: usize = 16 * 1024;

fn main() {
    let (folder, keys) = (tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"), Root::random().keys(1));
    let practice = practice(folder.path(), &keys);
    let (mut fetched, mut opened, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (fetch, open) = ours(&folder.path().join("store"), &practice, &keys);
        let by_hand = by_hand(&folder.path().join("store"));
        // The first one warms up.
        if run > 0 {
            fetched.push(fetch);
            opened.push(open);
            bare.push(by_hand);
        }
    }
    let bare = median(bare);
    report("fetch, verify and keep", median(fetched), bare);
    report("open and verify all that is kept", median(opened), bare);
}

fn report(what: &str, ours: Duration, bare: Duration) {
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    #[expect(clippy::disallowed_macros, reason = "a benchmark's output")]
    {
        println!("{what} {ANSWERS} answers: {ours:.1?}; bare primitives: {bare:.1?}; ratio {ratio:.2}");
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Eight people, whose answers lie in `store`.
fn practice(root: &Path, keys: &Keys) -> Practice {
    let recipient = keys.current().identity().recipient();
    let site = include_str!("../site.toml").replace("name = \"larch\"", "name = \"default\"");
    write(&root.join("site.toml"), &site.replace("\nlogo = ", "\n# logo = "));
    for member in 0..MEMBERS {
        let (mailbox, key) = (MailboxId::from_bytes([member; 16]), SigningKey::from_bytes(&[member; 32]));
        let verifying = data_encoding::BASE64.encode(key.verifying_key().as_bytes());
        let text = format!(
            "name = \"Member {member}\"\nemail = \"m{member}@example.org\"\nformer = [\"{mailbox} {verifying}\"]\n"
        );
        write(&root.join(format!("content/members/m{member}/member.toml")), &text);
        let numbers = (0..ANSWERS).filter(|number| number % u16::from(MEMBERS) == u16::from(member));
        numbers.collect::<Vec<_>>().par_iter().for_each(|number| {
            let sealed = SealedAnswer::seal(&answer(*number, mailbox), &key, &[&recipient]);
            let file = root.join(format!("store/answers/{mailbox}/{}", sealed.name));
            fs::create_dir_all(file.parent().expect("a folder")).expect("a new folder");
            fs::write(file, sealed.bytes).expect("a new file");
        });
    }
    Practice::read(root).expect("a practice without mistakes")
}

fn answer(number: u16, mailbox: MailboxId) -> Answer {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&number.to_be_bytes());
    Answer {
        id: AnswerId::from_bytes(id),
        mailbox,
        page: PageId::from_bytes([1; 16]),
        block: "block".parse().expect("an id"),
        digest: Digest::from_bytes([2; 32]),
        time: 1_795_564_800 + u64::from(number),
        earlier: Vec::new(),
        replaces: None,
        said: Said::Reply { text: format!("Reply {number}.") },
    }
}

/// Into an empty inbox; then all of it once more, as every command does that shows it.
fn ours(store: &Path, practice: &Practice, keys: &Keys) -> (Duration, Duration) {
    let state = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let home = Home::of(state.path());
    home.write_first_keys(keys, None).expect("a new folder");
    let people = People::of(practice);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let host = Host::Folder(Store::open(store).expect("a folder"));
    let began = Instant::now();
    let fetching = Fetching { host: &host, home: &home, keys, people: &people, now: 1_795_651_200 };
    let synced = runtime.block_on(fetching.run(&|_, _| ())).expect("answers");
    let fetched = began.elapsed();
    assert_eq!((synced.arrived, synced.refused), (usize::from(ANSWERS), 0));
    let began = Instant::now();
    let inbox = Inbox::read(&people, &home, keys).expect("an inbox");
    let opened = began.elapsed();
    assert_eq!(inbox.letters.len(), usize::from(ANSWERS));
    (fetched, opened)
}

/// The least that any reader of age files with a signature inside would do.
fn by_hand(store: &Path) -> Duration {
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let (signature, verifying) = (key.sign(&[0; SIZE]), key.verifying_key());
    let secret = StaticSecret::random_from_rng(rand_core::OsRng);
    let share = PublicKey::from(&StaticSecret::random_from_rng(rand_core::OsRng));
    let mailboxes = fs::read_dir(store.join("answers")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = mailboxes.flat_map(|mailbox| fs::read_dir(mailbox).expect("a folder"));
    let files: Vec<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), usize::from(ANSWERS));
    let began = Instant::now();
    files.par_iter().for_each(|file| {
        let mut bytes = fs::read(file).expect("a file");
        black_box(Sha256::digest(&bytes));
        let shared = secret.diffie_hellman(&share);
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(share.as_bytes()), shared.as_bytes()).expand(b"bench", &mut key).expect("32 bytes");
        // Sealing and opening are the same work.
        bytes.truncate(SIZE);
        let cipher = ChaCha20Poly1305::new(&key.into());
        cipher.encrypt_in_place(&[0; 12].into(), b"", &mut bytes).expect("a buffer");
        black_box(bytes);
        verifying.verify(&[0; SIZE], &signature).expect("signed");
    });
    began.elapsed()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    fs::write(path, text).expect("a new file");
}
