//! How long a save takes to be seen in the preview: `cargo bench --bench preview`.
//!
//! The real program over a practice of generated pages. A page is written; the clock stops when a client on its stream of
//! changes has the page's new text, as a browser would, and again when every page was looked through. Medians of several saves.

#![allow(clippy::disallowed_methods, reason = "a benchmark makes files of its own")]

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PAGES: usize = 1_000;
const MEMBERS: usize = 8;
const SAVES: usize = 15;
const PAGE: &str = "content/groups/all/page-500.md";

fn main() {
    let practice = generate();
    let preview = Preview::of(practice.path());
    preview.settle(0);
    let saves: Vec<(Duration, Duration)> = (0..=SAVES).map(|n| preview.save(practice.path(), n)).skip(1).collect();
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let shown = median(saves.iter().map(|save| save.0).collect());
    let whole = median(saves.iter().map(|save| save.1).collect());
    #[expect(clippy::disallowed_macros, reason = "a benchmark's output")]
    {
        println!(
            "a save in {PAGES} pages for {MEMBERS} members, until the page is there: {shown:.1?}; until all of it was looked through: {whole:.1?}; ratio {:.2}",
            shown.as_secs_f64() / whole.as_secs_f64()
        );
    }
}

/// A group whose members read all of the pages, each with their own name in it.
fn generate() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("content/groups/all")).unwrap();
    // The sample's own theme stays with the sample.
    let site = include_str!("../site.toml").replace("name = \"larch\"", "name = \"default\"");
    fs::write(root.join("site.toml"), site.replace("\nlogo = ", "\n# logo = ")).unwrap();
    let names: Vec<String> = (0..MEMBERS).map(|n| format!("m{n}")).collect();
    for name in &names {
        let member = root.join("content/members").join(name);
        fs::create_dir_all(&member).unwrap();
        fs::write(member.join("member.toml"), format!("name = \"{name}\"\nemail = \"{name}@example.org\"\n")).unwrap();
    }
    fs::write(root.join("content/groups/all/group.toml"), format!("title = \"All\"\nmembers = {names:?}\n")).unwrap();
    for n in 0..PAGES {
        fs::write(root.join(format!("content/groups/all/page-{n}.md")), page(n, "As it was.")).unwrap();
    }
    folder
}

fn page(n: usize, last: &str) -> String {
    // Every tenth looks at who reads it.
    let whom = if n.is_multiple_of(10) { "{{ member.name }}" } else { "all" };
    let mut text = format!("+++\ntitle = \"Page {n}\"\ndate = 2026-11-24\n+++\n\nFor {whom}.\n");
    for paragraph in 0..8 {
        let _ = write!(
            text,
            "\n## Part {paragraph} of {n}\n\nA line with *emphasis*, a [link](https://example.org/{n}) and `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| {n} | {paragraph} |\n"
        );
    }
    text + "\n" + last + "\n"
}

struct Preview {
    child: Child,
    url: String,
    agent: ureq::Agent,
}

impl Preview {
    fn of(root: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        command.arg("--root").arg(root).args(["preview", "--json"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = said["url"].as_str().unwrap().to_owned();
        Self { child, url, agent: ureq::Agent::new_with_defaults() }
    }

    fn ask(&self, what: &str) -> serde_json::Value {
        let mut answer = self.agent.get(format!("{}{what}", self.url)).call().unwrap();
        serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap()
    }

    /// Waits for something newer, and says its number and whether all of it was looked through.
    fn next(&self, after: u64) -> (u64, bool) {
        let state = self.ask(&format!("state?after={after}"));
        (state["number"].as_u64().unwrap(), state["is_checked"] == true)
    }

    fn settle(&self, mut number: u64) -> u64 {
        loop {
            let (newer, is_checked) = self.next(number);
            number = newer;
            if is_checked {
                return number;
            }
        }
    }

    /// Until the page has the new text, and until everything was looked through.
    fn save(&self, root: &Path, n: usize) -> (Duration, Duration) {
        let mut number = self.settle(0);
        let text = format!("Save {n} of it.");
        let begin = Instant::now();
        fs::write(root.join(PAGE), page(500, &text)).unwrap();
        let shown = loop {
            number = self.next(number).0;
            let html = self.ask(&format!("page?as=m3&file={PAGE}"))["html"].as_str().unwrap().to_owned();
            if html.contains(&text) {
                break begin.elapsed();
            }
        };
        self.settle(number - 1);
        (shown, begin.elapsed())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
