//! Promise 3, as far as building goes: a build that fails, is killed, or finds the disk full leaves the last publication
//! whole, and running it again converges.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    reader::Reader,
    site::{Card, TestSite},
};

const PAGES: usize = 400;

fn practice() -> (TestSite, Card) {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    for n in 0..PAGES {
        site.page(&format!("members/ann/{n}.md"), &format!("# Page {n}\n\nFirst."));
    }
    site.build();
    (site, card)
}

fn edit_all(site: &TestSite, word: &str) {
    for n in 0..PAGES {
        site.page(&format!("members/ann/{n}.md"), &format!("# Page {n}\n\n{word}."));
    }
}

/// Every page the member's index names opens, and they are all of one release.
fn words_read(site: &TestSite, card: &Card) -> Vec<String> {
    let pages = Reader::unlock(&site.store(), card).expect("still unlocks").pages(&site.store());
    assert_eq!(pages.len(), PAGES);
    let word = |html: &str| {
        ["First", "Second"].into_iter().find(|word| html.contains(&format!("<p>{word}.</p>"))).unwrap().to_owned()
    };
    let mut words: Vec<String> = pages.iter().map(|(_, html)| word(html)).collect();
    words.sort();
    words.dedup();
    words
}

/// Where a build was when it was killed: what it had changed in the store, and what not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Begun,
    Objects,
    Indexes,
    OpenFiles,
    Mailboxes,
    Head,
}

/// The store as far as it tells how far a build has come; cheap to look at, over and over.
struct Progress {
    store: PathBuf,
    mailboxes: Vec<PathBuf>,
    objects: usize,
    indexes: usize,
    began: Vec<u8>,
    open: Vec<u8>,
    records: Vec<Vec<u8>>,
    head: Vec<u8>,
}

impl Progress {
    fn of(site: &TestSite) -> Self {
        let store = site.store();
        let mut mailboxes: Vec<_> =
            fs::read_dir(store.join("mailboxes")).unwrap().map(|entry| entry.unwrap().path()).collect();
        mailboxes.sort();
        let mut progress = Self {
            mailboxes,
            objects: 0,
            indexes: 0,
            began: fs::read(site.path(".heldspace/release.json")).unwrap(),
            open: fs::read(store.join("public/library/open/index.html")).unwrap(),
            records: Vec::new(),
            head: fs::read(store.join("head.json")).unwrap(),
            store,
        };
        (progress.objects, progress.indexes) = progress.counts();
        progress.records = progress.mailboxes.iter().map(|path| fs::read(path).unwrap()).collect();
        progress
    }

    fn counts(&self) -> (usize, usize) {
        let count = |folder: &Path| fs::read_dir(folder).map_or(0, Iterator::count);
        let indexes = fs::read_dir(self.store.join("indexes")).unwrap().map(|id| count(&id.unwrap().path())).sum();
        (count(&self.store.join("objects")), indexes)
    }

    fn now(&self, site: &TestSite) -> Option<At> {
        let changed = |path: &Path, before: &[u8]| fs::read(path).is_ok_and(|now| now != before);
        let (objects, indexes) = self.counts();
        if changed(&self.store.join("head.json"), &self.head) {
            Some(At::Head)
        } else if self.mailboxes.iter().zip(&self.records).any(|(path, before)| changed(path, before)) {
            Some(At::Mailboxes)
        } else if changed(&self.store.join("public/library/open/index.html"), &self.open) {
            Some(At::OpenFiles)
        } else if indexes > self.indexes {
            Some(At::Indexes)
        } else if objects > self.objects {
            Some(At::Objects)
        } else {
            changed(&site.path(".heldspace/release.json"), &self.began).then_some(At::Begun)
        }
    }
}

/// Kills a build as soon as it has come to `wanted`; where it was when it was dead.
fn killed_at(site: &TestSite, wanted: At) -> Option<At> {
    let progress = Progress::of(site);
    let mut build = site.command(&["build", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while build.try_wait().unwrap().is_none() && progress.now(site) < Some(wanted) {}
    build.kill().unwrap();
    build.wait().unwrap();
    progress.now(site)
}

#[test]
fn killed_at_every_step_it_is_the_old_release_or_the_new_one_and_running_again_converges() {
    let (site, card) = practice();
    for n in 0..24 {
        site.member(&format!("m{n}"), &[]);
    }
    let open = |word: &str| site.page("library/open.md", &format!("+++\npublic = true\n+++\n# Open\n\n{word}."));
    open("First");
    site.build();
    for wanted in [At::Begun, At::Objects, At::Indexes, At::OpenFiles, At::Mailboxes, At::Head] {
        let mut hit = false;
        for _ in 0..40 {
            edit_all(&site, "Second");
            open("Second");
            hit |= killed_at(&site, wanted) == Some(wanted);
            let words = words_read(&site, &card);
            assert!(words == ["First"] || words == ["Second"], "{words:?} at {wanted:?}");
            // What was written in the meantime is taken back: the next build must take it back too.
            edit_all(&site, "First");
            open("First");
            site.build();
            assert_eq!(words_read(&site, &card), ["First"], "{wanted:?}");
            let front = fs::read_to_string(site.store().join("public/library/open/index.html")).unwrap();
            assert!(front.contains("First."), "{wanted:?}: what is open is what was last agreed to");
            if hit {
                break;
            }
        }
        assert!(hit, "no build was ever killed at {wanted:?}");
    }
    assert!(site.store_files().iter().all(|(path, _)| !path.contains('#')), "nothing half-written is left");
    assert_eq!(site.build()["release"], serde_json::Value::Null);
}

#[test]
fn what_a_power_cut_left_half_written_counts_for_nothing() {
    let (site, card) = practice();
    let new = site.member("ben", &[]);
    site.build();
    // As after a power cut before anything reached the disk: the mailboxes are the old ones, and what the lost build had
    // written is there by name, and empty.
    let before = site.store_files();
    edit_all(&site, "Second");
    let newest = site.member("cleo", &[]);
    site.build();
    let was = |path: &str| before.iter().find(|(known, _)| known == path);
    for (path, _) in site.store_files() {
        match was(&path) {
            Some((_, bytes)) => fs::write(site.store().join(&path), bytes).unwrap(),
            None if path.starts_with("mailboxes/") => fs::remove_file(site.store().join(&path)).unwrap(),
            None => fs::write(site.store().join(&path), "").unwrap(),
        }
    }
    assert_eq!(words_read(&site, &card), ["First"], "the last release still stands");
    site.build();
    assert_eq!(words_read(&site, &card), ["Second"]);
    for card in [new, newest] {
        assert!(Reader::unlock(&site.store(), &card).expect("a whole keyring").index(&site.store()).is_some());
    }
}

#[test]
fn a_full_disk_leaves_the_last_publication_whole() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(folder.path());
    let (site, card) = practice();
    let store = disk.0.join("store");
    let store = store.to_str().unwrap();
    let build = ["build", "--yes", "--json", "--store", store];
    site.ok(&build);
    let read = |word: &str| {
        let pages = Reader::unlock(Path::new(store), &card).unwrap().pages(Path::new(store));
        pages.len() == PAGES && pages.iter().all(|(_, html)| html.contains(&format!("<p>{word}.</p>")))
    };
    edit_all(&site, "Second");
    let filler = disk.0.join("filler");
    let free = rustix::fs::statvfs(&disk.0).unwrap();
    let left = 1024 * 1024;
    fs::write(&filler, vec![0; usize::try_from(free.f_bavail * free.f_frsize).unwrap() - left]).unwrap();
    let (code, said) = site.fails(&build);
    assert!(code == 1 && said.contains("disk is not full"), "{said}");
    assert!(read("First"), "nothing of the last release is gone");
    fs::remove_file(&filler).unwrap();
    site.ok(&build);
    assert!(read("Second"));
}

/// A small disk of its own; mounting one takes root, which the tests have or ask for.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Self {
        let mount = |program: &str, args: &[&str]| {
            Command::new(program).args(args).arg(at).status().is_ok_and(|status| status.success())
        };
        let tmpfs = ["-t", "tmpfs", "-o", "size=12m,mode=0777", "tmpfs"];
        let mounted = mount("mount", &tmpfs) || mount("sudo", &[&["-n", "mount"][..], &tmpfs].concat());
        assert!(mounted, "this test mounts a small disk: run it as root, or where sudo asks nothing");
        Self(at.to_owned())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        for program in [&["umount"][..], &["sudo", "-n", "umount"]] {
            if Command::new(program[0]).args(&program[1..]).arg(&self.0).status().is_ok_and(|status| status.success()) {
                return;
            }
        }
    }
}

#[test]
fn a_page_with_a_mistake_stops_the_whole_publication() {
    let (site, card) = practice();
    edit_all(&site, "Second");
    site.page("members/ann/7.md", "# Page 7\n\n{{ member.nmae }}");
    let before = site.store_files();
    let (code, said) = site.fails(&["build", "--yes"]);
    assert_eq!(code, 3);
    assert!(said.contains("content/members/ann/7.md:3:") && said.contains("did you mean `name`"), "{said}");
    assert_eq!(site.store_files(), before);
    assert_eq!(words_read(&site, &card), ["First"]);
}

#[test]
fn without_a_yes_nothing_is_given() {
    let (site, _) = practice();
    edit_all(&site, "Second");
    let before = site.store_files();
    let (code, said) = site.fails(&["build"]);
    assert_eq!(code, 2);
    assert!(said.contains("--yes") && said.contains("Changed"), "{said}");
    assert_eq!(site.store_files(), before);
}

#[test]
fn two_builds_at_once_take_turns() {
    let (site, card) = practice();
    edit_all(&site, "Second");
    let builds: Vec<_> = (0..3)
        .map(|_| site.command(&["build", "--yes"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let outcomes: Vec<_> = builds.into_iter().map(|build| build.wait_with_output().unwrap()).collect();
    assert!(outcomes.iter().any(|outcome| outcome.status.success()));
    for refused in outcomes.iter().filter(|outcome| !outcome.status.success()) {
        assert!(String::from_utf8_lossy(&refused.stderr).contains("another heldspace is at work"));
    }
    assert_eq!(words_read(&site, &card), ["Second"]);
}

#[test]
fn a_store_that_can_not_be_written_to_says_so() {
    let (site, _) = practice();
    fs::remove_dir_all(site.store()).unwrap();
    fs::write(site.store(), "not a folder").unwrap();
    let (_, said) = site.fails(&["build", "--yes"]);
    assert!(said.contains("store"), "{said}");
}
