//! How far heldspace is from what the machine could do: `cargo bench`.
//!
//! Ratios, each against a peer in the same run: medians of interleaved runs, since machines are noisy.
//! 1. sealing pages, against the bare primitives (X25519, HKDF, ChaCha20-Poly1305) on the same buffers, on one core;
//! 2. a cold build of generated pages, against a bare pulldown-cmark + minijinja + rayon loop that writes the same files;
//! 3. a rebuild with nothing changed, against the cold build.

#![allow(clippy::disallowed_methods, reason = "a benchmark makes files of its own")]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::AeadInPlace};
use heldspace::{
    content,
    keys::{Keys, Root},
    practice::{Home, Practice, edit::Edit},
    publish::{self, Done, Sources},
    record::Record,
    render::Theme,
    seal::{NewMailbox, pad, seal_to},
    store::Store,
    wire::MailboxId,
};
use hkdf::Hkdf;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

const RUNS: usize = 5;
const SEALED_PAGES: usize = 2_000;

fn main() {
    let (ours, bare) = interleaved(seal_pages, bare_primitives);
    report("seal 2,000 pages of 4 KiB, one core", ours, "bare primitives", bare);
    for pages in [1_000, 5_000] {
        let practice = generate(pages);
        let (cold, bare) = interleaved(|| cold_build(practice.path()).0, || bare_loop(practice.path(), pages));
        report(&format!("cold build of {pages} pages"), cold, "bare Markdown and template loop", bare);
        let (_, store, home) = cold_build(practice.path());
        let again = median((0..RUNS).map(|_| rebuild(practice.path(), store.path(), &home)).collect());
        report(&format!("rebuild of {pages} pages, nothing changed"), again, "cold build", cold);
    }
}

fn report(what: &str, ours: Duration, peer_name: &str, peer: Duration) {
    let ratio = ours.as_secs_f64() / peer.as_secs_f64();
    #[expect(clippy::disallowed_macros, reason = "a benchmark's output")]
    {
        println!("{what}: {ours:.1?}; {peer_name}: {peer:.1?}; ratio {ratio:.2}");
    }
}

/// Medians of two things, run in turn: A B A B …, after one of each that does not count.
fn interleaved(mut ours: impl FnMut() -> Duration, mut peer: impl FnMut() -> Duration) -> (Duration, Duration) {
    let runs: Vec<(Duration, Duration)> = (0..=RUNS).map(|_| (ours(), peer())).skip(1).collect();
    (median(runs.iter().map(|run| run.0).collect()), median(runs.iter().map(|run| run.1).collect()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn buffers() -> Vec<Vec<u8>> {
    (0..SEALED_PAGES).map(|n| pad(format!("<!doctype html><p>page {n}").into_bytes())).collect()
}

/// What `build` does for each object: digest, name, identity, age file.
fn seal_pages() -> Duration {
    let (keys, mailbox, pages) = (Root::random().keys(1), MailboxId::from_bytes([1; 16]), buffers());
    timed(|| {
        for page in &pages {
            let name = keys.object_name(&mailbox, &heldspace::wire::Digest::of(page));
            black_box(seal_to(&[&keys.object_identity(&name).recipient()], page));
        }
    })
}

/// The least that any design with a one-off X25519 recipient a page would do.
fn bare_primitives() -> Duration {
    let pages = buffers();
    timed(|| {
        for mut page in pages {
            black_box(Sha256::digest(&page));
            let identity = StaticSecret::random_from_rng(rand_core::OsRng);
            let recipient = PublicKey::from(&identity);
            let ephemeral = StaticSecret::random_from_rng(rand_core::OsRng);
            let share = PublicKey::from(&ephemeral);
            let shared = ephemeral.diffie_hellman(&recipient);
            let mut key = [0; 32];
            Hkdf::<Sha256>::new(Some(share.as_bytes()), shared.as_bytes()).expand(b"bench", &mut key).unwrap();
            let cipher = ChaCha20Poly1305::new(&key.into());
            cipher.encrypt_in_place(&[0; 12].into(), b"", &mut page).unwrap();
            black_box(page);
        }
    })
}

/// A practice with one member and that many library pages, all different.
fn generate(pages: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("content/library")).unwrap();
    fs::create_dir_all(root.join("content/members/maya")).unwrap();
    // The sample's own theme stays with the sample.
    let site = include_str!("../site.toml").replace("name = \"larch\"", "name = \"default\"");
    write(&root.join("site.toml"), &site.replace("\nlogo = ", "\n# logo = "));
    write(&root.join("content/members/maya/member.toml"), "name = \"Maya\"\nemail = \"maya@example.org\"\n");
    for n in 0..pages {
        write(&root.join(format!("content/library/page-{n}.md")), &page(n));
    }
    folder
}

fn page(n: usize) -> String {
    let mut text = format!("+++\ntitle = \"Page {n}\"\ndate = 2026-11-24\n+++\n\nFor {{{{ practice.name }}}}.\n");
    for paragraph in 0..8 {
        let _ = write!(
            text,
            "\n## Part {paragraph} of {n}\n\nA line with *emphasis*, a [link](https://example.org/{n}) and `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| {n} | {paragraph} |\n"
        );
    }
    text
}

/// A build into an empty store, with keys and mailbox made beforehand.
fn cold_build(root: &Path) -> (Duration, tempfile::TempDir, (tempfile::TempDir, Keys)) {
    let keys = Root::random().keys(1);
    let state = tempfile::tempdir().unwrap();
    let home = Home::of(state.path());
    home.write_first_keys(&keys, None).unwrap();
    let mailbox = NewMailbox::generate(&keys);
    home.write_keyring(&mailbox.id, &mailbox.keyring).unwrap();
    let mut member = Edit::member(root, "maya").unwrap();
    member.set_mailbox(&mailbox).unwrap();
    member.save().unwrap();
    let store = tempfile::tempdir().unwrap();
    let mut done = None;
    let time = timed(|| done = Some(build(root, store.path(), &home, &keys)));
    assert!(done.unwrap().release.is_some());
    (time, store, (state, keys))
}

fn rebuild(root: &Path, store: &Path, (state, keys): &(tempfile::TempDir, Keys)) -> Duration {
    let mut done = None;
    let time = timed(|| done = Some(build(root, store, &Home::of(state.path()), keys)));
    assert_eq!(done.unwrap().release, None, "nothing had changed");
    time
}

fn build(root: &Path, store: &Path, home: &Home, keys: &Keys) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut practice = Practice::read(root).unwrap();
        let pages = content::read_pages(&practice).unwrap();
        let theme = Theme::read(&practice).unwrap();
        let store = Store::open(store).unwrap();
        publish::adopt_keyrings(&store, home, &mut practice).await.unwrap();
        let record = Record::read(home, keys).unwrap();
        let (practice, pages, theme, store) = (&practice, &pages[..], &theme, &store);
        let sources = Sources { practice, pages, theme, keys, home, store, record: &record, is_aside: false };
        let publication = sources.publication(1_795_564_800, &|| ()).await.unwrap();
        publication.commit(&|_, _| ()).await.unwrap()
    })
}

/// Read, render as Markdown, put into a template, write a file of the same size: nothing sanitised, named or sealed.
fn bare_loop(root: &Path, pages: usize) -> Duration {
    let out = tempfile::tempdir().unwrap();
    timed(|| {
        let mut environment = minijinja::Environment::new();
        environment.add_template("page", include_str!("../themes/default/page.html")).unwrap();
        (0..pages).into_par_iter().for_each(|n| {
            let text = fs::read_to_string(root.join(format!("content/library/page-{n}.md"))).unwrap();
            let body = text.splitn(3, "+++").nth(2).unwrap();
            let body = environment.render_str(body, minijinja::context! { practice => minijinja::context! { name => "x" } }).unwrap();
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(&body, pulldown_cmark::Options::all()));
            let whole = environment.get_template("page").unwrap();
            let whole = whole.render(minijinja::context! { lang => "en", title => "x", date => "x", audience => "x", content => html, member => (), practice => minijinja::context! { name => "x" } }).unwrap();
            fs::write(out.path().join(n.to_string()), pad(whole.into_bytes())).unwrap();
        });
        rustix::fs::syncfs(fs::File::open(out.path()).unwrap()).unwrap();
    })
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}
