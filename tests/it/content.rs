//! Reading: every mistake is told, nothing hostile is followed, and what is right comes out right.

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
    time::{Duration, Instant},
};

use heldspace::content::{Audience, Kind, Mistakes, Survey};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::draft::{Draft, SITE};

/// Each folder holds what is wrong, laid over a practice in which nothing is, and the report in `expected`.
/// With `UPDATE=1` in the environment the reports are written anew.
#[test]
fn each_mistake_is_told_as_the_file_beside_it_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/invalid");
    assert!(walk(&cases, Draft::mistakes) > 25, "the cases are gone");
}

/// Compares what is said of each folder in `cases` with what is expected; how many there are.
pub(crate) fn walk(cases: &Path, said: impl Fn(&Draft) -> Mistakes) -> usize {
    let mut cases: Vec<_> = cases.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let failed: Vec<_> = cases.iter().filter_map(|case| difference(case, &said)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    cases.len()
}

fn difference(case: &Path, said: impl Fn(&Draft) -> Mistakes) -> Option<String> {
    let site = Draft::new();
    lay_over(case, site.root());
    let told = format!("{}\n", said(&site));
    let expected = case.join("expected");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&expected, &told).unwrap();
    }
    let wanted = fs::read_to_string(&expected).unwrap_or_default();
    (told != wanted || told.len() < 5).then(|| format!("--- {}\n{told}--- instead of\n{wanted}", case.display()))
}

fn lay_over(from: &Path, to: &Path) {
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            lay_over(&entry.path(), &to);
        } else if entry.file_name() != "expected" {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_whole_practice_is_read() {
    let site = Draft::new()
        .file("content/library/sleep.md", "+++\ntitle = \"Sleep\"\npublic = true\n+++\nText")
        .file("content/library/inner/hard.md", "---\ntitle: Hard\ndate: 2026-11-24\norder: 3\n---\nText")
        .file("content/groups/grief/agenda.md", "\u{FEFF}---\r\ntitle: Agenda\r\nkind: agenda\r\n---\r\nText\r\n")
        .file("content/groups/grief/draft.md", "+++\ndraft = true\ncolour = 1\n+++\n")
        .file("content/groups/grief/notes/own.md", "{{ not even a template")
        .file("content/groups/grief/Notes/own.md", "{{ not even a template")
        .file("content/groups/grief/.obsidian/own.md", "{{")
        .file("content/groups/grief/picture.png", b"\xff")
        .file("content/members/anna/letter.md", "# Dear *Anna*")
        .file(
            "content/messages/hello.md",
            "+++\ntitle = \"Hello\"\nto = [\"ben\", \"anna\", \"ben\"]\nid = \"h\"\n+++\n",
        );
    let (practice, pages) = Survey::read(site.root()).finish().unwrap();
    let found: Vec<_> = pages.iter().map(|page| (page.identity(), page.kind, page.audience.clone())).collect();
    assert_eq!(
        found,
        [
            ("groups/grief/agenda.md", Kind::Agenda, Audience::Group("grief".into())),
            ("library/inner/hard.md", Kind::Resource, Audience::Library),
            ("library/sleep.md", Kind::Resource, Audience::Open),
            ("members/anna/letter.md", Kind::Note, Audience::Member("anna".into())),
            ("h", Kind::Message, Audience::Message(vec!["ben".into(), "anna".into()])),
        ]
    );
    let readers = |n: usize| -> Vec<_> {
        pages[n].audience.readers(&practice).iter().map(|member| member.folder.clone()).collect()
    };
    assert_eq!([readers(0), readers(1), readers(2)], [["anna", "ben"]; 3]);
    assert_eq!((readers(3), readers(4)), (vec!["anna".to_owned()], vec!["anna".to_owned(), "ben".to_owned()]));
}

#[test]
fn whoever_has_left_reads_nothing() {
    let site = Draft::new()
        .file("content/members/ben/member.toml", "name = \"Ben\"\nemail = \"b@example.org\"\nclosed = 2026-01-31\n")
        .file("content/library/a.md", "# A")
        .file("content/groups/grief/b.md", "# B")
        .file("content/members/ben/c.md", "# C")
        .file("content/messages/d.md", "+++\nto = [\"ben\"]\n+++\n# D");
    let (practice, pages) = Survey::read(site.root()).finish().unwrap();
    for page in &pages {
        let readers = page.audience.readers(&practice);
        assert!(readers.iter().all(|member| member.folder != "ben"), "{}", page.file.display());
    }
}

#[test]
fn a_member_has_the_mailbox_that_was_written_for_them() {
    let mailbox = "[mailbox]\nid = \"00112233445566778899aabbccddeeff\"\nrecipient = \"age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq\"\nkey = \"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\"\nkeyring = 2\nrevoked = [\"2026-W48\", \"card\"]\n";
    let member = format!("name = \"A\"\nemail = \"a@b\"\nformer = [\"ffffffffffffffffffffffffffffffff\"]\n{mailbox}");
    let site = Draft::empty().file("content/members/a/member.toml", member);
    let (practice, _) = Survey::read(site.root()).finish().unwrap();
    let mailbox = practice.members["a"].mailbox.as_ref().unwrap();
    assert_eq!((mailbox.keyring, mailbox.generation), (2, 1));
    let revoked: Vec<String> = mailbox.revoked.iter().map(ToString::to_string).collect();
    assert_eq!(revoked, ["2026-W48", "card"]);
    assert_eq!(practice.members["a"].former.len(), 1);
}

#[test]
fn names_are_the_same_on_disks_that_take_them_apart() {
    let read = |name: &str| {
        let site = Draft::new().file(&format!("content/library/{name}.md"), "+++\ntitle = \"A\"\npublic = true\n+++\n");
        let (_, pages) = Survey::read(site.root()).finish().unwrap();
        let paths: Vec<_> = site.open().unwrap().into_iter().map(|file| file.path).collect();
        (pages[0].identity().to_owned(), paths)
    };
    let composed = read("Übergänge");
    assert_eq!(composed, read("U\u{308}berga\u{308}nge"));
    assert!(composed.1.contains(&"library/ubergange/index.html".to_owned()), "{:?}", composed.1);
}

/// Not among the files: no disk of a Mac could hold them side by side.
#[test]
fn no_two_pages_have_one_address() {
    let site = Draft::new()
        .file("content/library/Foo.md", "# A")
        .file("content/library/foo/index.md", "# B")
        .file("content/library/ü.md", "# C")
        .file("content/library/u\u{308}.md", "# D")
        .file("content/library/痛み.md", "# E")
        .file("content/library/痛/み.md", "# F");
    let mistakes = Survey::read(site.root()).mistakes;
    let told: Vec<_> = mistakes.iter().map(|m| (m.file.to_str().unwrap(), m.what.as_str())).collect();
    assert!(told.contains(&("content/library/foo/index.md", "the same address as content/library/Foo.md")), "{told:?}");
    assert!(told.contains(&("content/library/ü.md", "the same address as content/library/u\u{308}.md")), "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn nothing_hostile_is_followed_or_waited_for() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "# Secret").unwrap();
    let site =
        Draft::new().file("content/library/huge.md", vec![b'x'; 2 << 20]).file("content/library/latin.md", b"# \xe9");
    let library = site.root().join("content/library");
    symlink(secret.path(), library.join("link.md")).unwrap();
    symlink("..", library.join("loop")).unwrap();
    symlink("loop.md", library.join("loop.md")).unwrap();
    mknodat(CWD, library.join("pipe.md"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    fs::write(library.join(std::ffi::OsStr::from_bytes(b"caf\xe9.md")), "# Café").unwrap();
    let start = Instant::now();
    let survey = Survey::read(site.root());
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(survey.pages.is_empty());
    let told: Vec<_> =
        survey.mistakes.iter().map(|m| (m.file.to_string_lossy().into_owned(), m.what.as_str())).collect();
    let library = |name: &str| format!("content/library/{name}");
    for expected in [
        (library("caf\u{FFFD}.md"), "a name that is not UTF-8"),
        (library("huge.md"), "larger than 1024 KiB"),
        (library("latin.md"), "not UTF-8 text (line 1)"),
        (library("link.md"), "a symbolic link"),
        (library("loop"), "a symbolic link"),
        (library("loop.md"), "a symbolic link"),
        (library("pipe.md"), "not a regular file"),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
    assert_eq!(told.len(), 7, "{told:?}");
}

#[test]
fn the_practices_own_files_are_not_links_either() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), SITE).unwrap();
    for (file, text) in [("site.toml", SITE), ("content/groups/grief/group.toml", ""), ("themes/default/page.html", "")]
    {
        let site = Draft::new().file(file, text);
        fs::remove_file(site.root().join(file)).unwrap();
        symlink(secret.path(), site.root().join(file)).unwrap();
        let told = site.mistakes().to_string();
        assert!(told.contains(&format!("{file}: a symbolic link")), "{told}");
    }
    let elsewhere = Draft::new().file("content/library/x.md", "# X").file("themes/default/page.html", "");
    for folder in ["content", "content/members", "content/library", "themes", "themes/default"] {
        let site = Draft::empty().file(&format!("{folder}/x"), "");
        fs::remove_dir_all(site.root().join(folder)).unwrap();
        symlink(elsewhere.root().join(folder), site.root().join(folder)).unwrap();
        assert!(site.mistakes().to_string().contains(": a symbolic link"), "{folder}");
    }
}

#[test]
fn an_alias_bomb_in_yaml_is_refused_at_once() {
    use std::fmt::Write as _;
    let mut bomb = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..40 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(bomb, "a{n}: &a{n} [{aliases}]").unwrap();
    }
    let nested = format!("---\ntitle: {}{}\n---\n", "[".repeat(100_000), "]".repeat(100_000));
    let site = Draft::new()
        .file("content/library/bomb.md", format!("{bomb}---\n"))
        .file("content/library/nested.md", nested)
        .file("content/library/toml.md", format!("+++\ntitle = {}\n+++\n", "[".repeat(100_000)));
    let start = Instant::now();
    let mistakes = Survey::read(site.root()).finish().err().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(mistakes.len() >= 3, "{mistakes}");
}

#[test]
fn mistakes_are_read_by_scripts_too() {
    let site = Draft::new().file("content/library/a.md", "+++\ntilte = \"A\"\n+++\n# A");
    let json = serde_json::to_value(site.mistakes()).unwrap();
    let expected = serde_json::json!([{
        "file": "content/library/a.md", "line": 2, "column": 1,
        "what": "unknown key `tilte`", "hint": "did you mean `title`?"
    }]);
    assert_eq!(json, expected);
}
