//! `--help`, completions and manual pages: from one source, with an example for every command that the command itself takes.

use std::process::Command;

use clap::{CommandFactory, Parser};
use heldspace::cli::Cli;

/// In the place of one that `host add` prints.
const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// What `standin key` prints.
const LINE: &str = "heldspace-standin-18p4wp0g8gytnk4kntt39haelpx8z06j27efc2jfl4576ek0qeg3se7pvtdf0ymzqhv84pl2t3hwgfm5shprhuqkcdsrgz7kh2w8mp7sya74vt";

fn heldspace(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_heldspace")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every command with its words, such as `member add`; `help` itself left out.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(command: &clap::Command, words: &str, found: &mut Vec<(String, clap::Command)>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let words = format!("{words} {}", sub.get_name());
            found.push((words.clone(), sub.clone()));
            below(sub, &words, found);
        }
    }
    let (mut whole, mut found) = (Cli::command(), Vec::new());
    whole.build();
    found.push(("heldspace".to_owned(), whole.clone()));
    below(&whole, "heldspace", &mut found);
    found
}

/// The lines that are commands to type, each with what a `\` continues, without what is said about it in a second column.
fn examples(help: &str) -> Vec<String> {
    let joined = help.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    let lines = lines
        .filter_map(|line| line.strip_prefix("Example: ").or_else(|| line.strip_prefix("heldspace ").map(|_| line)));
    // The first column may itself have been continued: only what stands behind the last option is a remark.
    lines
        .map(|line| {
            line.split("     ")
                .filter(|part| !part.trim().is_empty())
                .fold(String::new(), |so_far, part| {
                    if so_far.is_empty() || part.trim_start().starts_with("--") {
                        format!("{so_far} {part}")
                    } else {
                        so_far
                    }
                })
                .trim()
                .to_owned()
        })
        .collect()
}

/// As a shell takes it apart; where its output goes is the shell's business.
fn words(example: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let example = example.split(" > ").next().unwrap().replace(" KEY", &format!(" {KEY}"));
    let example = example.replace(" LINE", &format!(" {LINE}"));
    let script = format!("heldspace() {{ printf '%s\\n' heldspace \"$@\" >&2; }}; man() {{ :; }}; {example}");
    let mut shell = Command::new("bash");
    let shell = shell.args(["-c", &script]).env("HOME", folder.path()).current_dir(folder.path()).output().unwrap();
    String::from_utf8(shell.stderr).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_command_has_an_example_that_it_takes() {
    let commands = commands();
    assert!(commands.len() > 40, "{}", commands.len());
    let mut wrong = Vec::new();
    for (name, mut command) in commands {
        let help = command.render_long_help().to_string();
        let own: Vec<_> = examples(&help).into_iter().filter(|example| example.starts_with(&name)).collect();
        if own.is_empty() {
            wrong.push(format!("{name}: no example"));
        }
        for example in own {
            if let Err(error) = Cli::try_parse_from(words(&example)) {
                wrong.push(format!("{example}\n{error}"));
            }
        }
        for artefact in ["`http", "<http", "`heldspace host add `"] {
            if help.contains(artefact) {
                wrong.push(format!("{name}: {artefact}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whoever_begins_is_told_what_comes_next() {
    let nowhere = tempfile::tempdir().unwrap();
    let command = |args: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_heldspace")).args(args).current_dir(nowhere.path()).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    for args in [&["build"][..], &["show", "maya"], &["new", "page", "X", "--library"], &["member", "list"]] {
        assert!(command(args).contains("heldspace init"), "{args:?}");
    }
    let said = command(&["diff"]);
    assert!(said.matches("site.toml").count() == 1 && !said.contains("os error"), "one mistake, in words: {said}");
    let made = command(&["init", "my practice", "--no-passphrase", "--country", "US"]);
    let next = "Next: cd \"my practice\"\n      heldspace group add tuesday --title \"Tuesday group\"\n";
    assert!(made.contains(next), "{made}");
    std::fs::remove_dir_all(nowhere.path().join("my practice/content")).unwrap();
    let said = command(&["--root", "my practice", "check"]);
    assert!(said.contains("content: there is no such folder") && !said.contains("os error"), "{said}");
    let site = crate::site::TestSite::empty();
    let said = |args: &[&str]| String::from_utf8(site.run(args).stderr).unwrap();
    assert!(said(&["group", "list"]).contains("heldspace group add"));
    assert!(said(&["member", "list"]).contains("heldspace member add"));
    assert!(said(&["show", "maya"]).contains("heldspace member add"));
    assert!(said(&["link", "maya"]).contains("heldspace member add"));
}

#[test]
fn bash_completes_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heldspace");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(heldspace(&["completions", shell]).contains("heldspace"), "{shell}");
    }
    std::fs::write(&file, heldspace(&["completions", "bash"])).unwrap();
    let complete = |words: &str| {
        let count = words.split(' ').count() - 1;
        let script = format!(
            "set -e; source {}; COMP_WORDS=({words}); COMP_CWORD={count}; _heldspace heldspace \"${{COMP_WORDS[$COMP_CWORD]}}\" \
             \"${{COMP_WORDS[$((COMP_CWORD-1))]}}\"; echo ${{COMPREPLY[*]}}",
            file.display()
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complete("heldspace reco").trim(), "recover");
    assert_eq!(complete("heldspace member rek").trim(), "rekey");
    assert!(complete("heldspace new page --for").contains("--for-each"));
    assert_eq!(complete("heldspace new sum").trim(), "summary");
    let site = crate::site::TestSite::empty();
    let (_, said) = site.fails(&["new", "nothing-like-it", "X", "--library"]);
    let kinds = said.split("There are: ").nth(1).and_then(|rest| rest.split('.').next()).unwrap();
    let offered = format!(" {} ", complete("heldspace new ''").replace('\n', " "));
    assert!(kinds.split(", ").all(|kind| offered.contains(&format!(" {kind} "))), "{kinds}: {offered}");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    heldspace(&["man", "--out", out.to_str().unwrap()]);
    let pages: Vec<_> = out.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(pages.len(), commands().len());
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        assert!(text.contains(".TH ") && text.contains("SYNOPSIS"), "{}", page.display());
    }
    let add = std::fs::read_to_string(out.join("heldspace-member-add.1")).unwrap();
    assert!(add.contains("roster") && add.contains("Example"), "{add}");
    // Where a machine has `man` and its formatter, they read it without a warning.
    let mut man = Command::new("man");
    let shown =
        man.args(["--warnings", "-P", "cat", "-l"]).arg(out.join("heldspace-new.1")).env("MANWIDTH", "100").output();
    if let Some(shown) = shown.ok().filter(|shown| String::from_utf8_lossy(&shown.stdout).contains("SYNOPSIS")) {
        assert!(String::from_utf8_lossy(&shown.stdout).contains("for-each"));
        assert!(shown.stderr.is_empty(), "{}", String::from_utf8_lossy(&shown.stderr));
    }
    assert!(heldspace(&["man"]).contains(".TH heldspace 1"));
}

#[test]
fn a_command_s_own_options_stand_together_and_what_every_command_takes_below() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let common = help.find("For every command:").unwrap_or_else(|| panic!("{name}: {help}"));
        for option in ["--root <DIR>", "--json\n", "--passphrase-file <FILE>"] {
            assert!(help.find(option).is_some_and(|at| at > common), "{name}: {option}");
        }
        assert!(help.find("  -h, --help").is_some_and(|at| at < common), "{name}");
    }
}

#[test]
fn a_day_that_is_none_is_said_in_words_for_people() {
    for (day, expected) in
        [("tomorrow", "write a day as"), ("1.12.2026", "write a day as"), ("2026-02-30", "there is no such day")]
    {
        for args in [&["new", "page", "X", "--library", "--date", day][..], &["audit", "--since", day]] {
            let output = Command::new(env!("CARGO_BIN_EXE_heldspace")).args(args).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains(expected) && said.contains("2026-12-01") && !said.contains("parse"), "{said}");
        }
    }
}
