//! A practice in a temporary folder, driven by the real binary.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// A practice to try things on; gone when dropped.
pub struct TestSite {
    folder: tempfile::TempDir,
    /// The 24 words of its recovery sheet.
    words: String,
}

/// What `member add` prints once.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Card {
    pub mailbox: String,
    pub passphrase: String,
    pub link: String,
}

impl TestSite {
    /// A new practice, with its starting content.
    pub fn new() -> Self {
        let mut site = Self { folder: tempfile::tempdir().unwrap(), words: String::new() };
        let sheet: Value =
            serde_json::from_str(&site.ok(&["init", "--no-passphrase", "--country", "US", "--json"])).unwrap();
        let words = sheet["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        site.words = words.collect::<Vec<_>>().join(" ");
        site
    }

    /// A file that holds the recovery words, for its owner alone.
    pub fn words_file(&self) -> PathBuf {
        let path = self.path(".heldspace/words");
        fs::write(&path, &self.words).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }

    /// A new practice whose content was taken away.
    pub fn empty() -> Self {
        let site = Self::new();
        fs::remove_dir_all(site.path("content")).unwrap();
        fs::create_dir_all(site.path("content/library")).unwrap();
        site
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn store(&self) -> PathBuf {
        self.path(".heldspace/store")
    }

    pub fn group(self, name: &str) -> Self {
        self.ok(&["group", "add", name, "--title", &format!("Group {name}")]);
        self
    }

    pub fn member(&self, name: &str, groups: &[&str]) -> Card {
        let email = format!("{name}@example.org");
        let mut args = vec!["member", "add", name, "--name", name, "--email", &email, "--json"];
        args.extend(["--consent", "in session", "--recorded-by", "Ines Halloran"]);
        args.extend(groups.iter().flat_map(|group| ["--group", group]));
        serde_json::from_str(&self.ok(&args)).unwrap()
    }

    /// What stands at the beginning of `[practice]`, in place of its time zone.
    pub fn time_zone(&self, lines: &str) {
        let toml = fs::read_to_string(self.path("site.toml")).unwrap();
        let others: Vec<_> = toml.lines().filter(|line| !line.starts_with("time_zone")).collect();
        fs::write(self.path("site.toml"), others.join("\n").replacen("[practice]", &format!("[practice]\n{lines}"), 1))
            .unwrap();
    }

    /// Writes a file below `content/`.
    pub fn page(&self, path: &str, text: &str) -> &Self {
        let path = self.path("content").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// `build --yes --json`.
    pub fn build(&self) -> Value {
        serde_json::from_str(&self.ok(&["build", "--yes", "--json"])).unwrap()
    }

    pub fn link(&self, member: &str) -> String {
        self.ok(&["link", member]).trim().to_owned()
    }

    /// The host (`host`) or the mail server (`mail`) is the practice's own hardware.
    pub fn own(&self, service: &str) {
        self.ok(&["agreement", "add", "--service", service, "--kind", "own", "--recorded-by", "Ines Halloran"]);
    }

    /// Runs a command that must succeed; its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "heldspace {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail; its exit code and what it said.
    pub fn fails(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args);
        assert!(!output.status.success(), "heldspace {args:?} did not fail");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        command.arg("--root").arg(self.root()).args(args).stdin(Stdio::null()).env("LC_ALL", "C").env_remove("BLESS");
        command
    }

    /// Every file of the store, by path.
    pub fn store_files(&self) -> Vec<(String, Vec<u8>)> {
        files_below(&self.store())
    }
}

/// Every file below a folder, by its path there, sorted.
pub fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.push((path, fs::read(entry.path()).unwrap()));
            }
        }
    }
    found.sort();
    found
}
