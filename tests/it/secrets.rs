//! Where secrets may be, and who may look: files, and what the system shows of a running process.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    pty::Pty,
    site::{Card, files_below},
};

const PASSPHRASE: &str = "a quiet larch in winter";

/// A practice made by someone whose machine gives new files to everyone.
fn careless(args: &[&str]) -> Vec<u8> {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_heldspace")]).args(args);
    let output = shell.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn secret_file(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_file_with_a_secret_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (root, words, sheet) =
        (folder.path().join("practice"), folder.path().join("words"), folder.path().join("sheet.html"));
    secret_file(&words, PASSPHRASE);
    let (at, words, sheet_at) = (root.to_str().unwrap(), words.to_str().unwrap(), sheet.to_str().unwrap());
    let common = ["--root", at, "--passphrase-file", words];
    let run = |args: &[&str]| careless(&[&common, args].concat());
    let made: Value =
        serde_json::from_slice(&run(&["init", "--country", "US", "--sheet", sheet_at, "--json"])).unwrap();
    let three: Vec<&str> =
        made["words"].as_array().unwrap().iter().take(3).map(|word| word.as_str().unwrap()).collect();
    let phrase = three.join(" ");
    let card: Card =
        serde_json::from_slice(&run(&["member", "add", "ann", "--name", "Ann", "--email", "a@example.org", "--json"]))
            .unwrap();
    run(&["build", "--yes"]);
    assert_eq!(mode(&sheet), 0o600, "the recovery sheet");
    assert_eq!(mode(&root.join(".heldspace")), 0o700);
    let mut seen = 0;
    for (path, bytes) in files_below(&root) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in [PASSPHRASE, card.passphrase.as_str(), phrase.as_str(), "AGE-SECRET-KEY-1"] {
            // The viewer knows how an identity begins.
            let known = path.starts_with(".heldspace/store/public/assets/") && secret.starts_with("AGE");
            assert!(known || !text.contains(secret), "{secret} in {path}");
        }
        let kept = path.strip_prefix(".heldspace/").filter(|path| !path.starts_with("store/") && *path != "lock");
        if kept.is_some() {
            assert_eq!(mode(&root.join(&path)), 0o600, "{path}");
            assert_eq!(mode(root.join(&path).parent().unwrap()), 0o700, "{path}");
            seen += 1;
        }
    }
    assert!(seen >= 3, "keys, the release, a keyring: {seen}");
}

/// What anyone on the machine can see of a process: its arguments, its environment, and where a crash would write it.
pub fn shows_nothing(pid: &str, secrets: &[&str]) {
    for file in ["cmdline", "environ"] {
        let shown = fs::read(format!("/proc/{pid}/{file}")).unwrap();
        let shown = String::from_utf8_lossy(&shown);
        assert!(!shown.is_empty());
        for secret in secrets {
            assert!(!shown.contains(secret), "{secret} in {file}");
        }
    }
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

#[test]
fn a_running_build_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("practice");
    let words = folder.path().join("words");
    secret_file(&words, PASSPHRASE);
    let common = ["--root", root.to_str().unwrap(), "--passphrase-file", words.to_str().unwrap()];
    careless(&[&common[..], &["init", "--country", "US"]].concat());
    let card = careless(
        &[&common[..], &["member", "add", "ann", "--name", "Ann", "--email", "a@example.org", "--json"]].concat(),
    );
    let card: Card = serde_json::from_slice(&card).unwrap();
    let mut build = Pty::run(&root, &["build"], &[]);
    build.expect("Passphrase of this practice's keys");
    build.press(&format!("{PASSPHRASE}\r"));
    // It has the keys open now, and waits.
    build.expect("Give this to these people?");
    shows_nothing(&build.pid(), &[PASSPHRASE, &card.passphrase, &card.mailbox, "AGE-SECRET-KEY"]);
    build.press("n\r");
    build.end();
}
