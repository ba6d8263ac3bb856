//! `history`: what became of a page, and who could read which version of it.

use std::collections::{BTreeMap, HashSet};

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Failure, Terminal, context};
use crate::{
    audit::AuditError,
    clock::hour,
    keys::Keys,
    practice::{Home, Practice},
    record::{People, Reading, Record, Stage, unified},
    visible::{visible, visible_line},
};

/// Show every version of a page that was given: from when to when, who could read it, and what changed
///
/// Who *could* read it; `heldspace audit` tells who did. What was lost can be got back: `--source` prints what you wrote, as
/// it was then.
///
/// Examples:
///   heldspace history content/groups/tuesday/agenda.md
///   heldspace history "Our agreements" --member maya       the versions that Maya could read
///   heldspace history agenda.md --source 2 > agenda-then.md
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct History {
    /// Its file, the end of it, or its title
    page: String,
    /// Only what this member could read, by folder name
    #[arg(long, value_name = "MEMBER")]
    member: Option<String>,
    /// Print the Markdown of the version with this number
    #[arg(long, value_name = "N")]
    source: Option<usize>,
}

impl History {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        if let Some(member) = &self.member {
            context::member(&practice, member)?;
        }
        let home = Home::of(&common.root);
        let keys = context::keys(common)?;
        let record = Record::read(&home, &keys)?;
        let ids = record.named(&self.page);
        let known: HashSet<String> =
            record.pages().filter(|page| ids.contains(&page.id)).map(crate::record::NotedPage::known_by).collect();
        let people = People::of(&practice, &record);
        let mut readings = record.readings(&people);
        readings.retain(|reading| {
            let wanted = self.member.as_deref().is_none_or(|member| reading.person == Some(member));
            wanted && known.contains(&reading.page.known_by())
        });
        let pages: Vec<Vec<Stage<'_>>> = Stage::of(&readings).into_values().collect();
        if pages.is_empty() {
            return Err(AuditError::NoPage { page: self.page }.into());
        }
        let shown = Shown { practice: &practice, record: &record, home: &home, keys: &keys, terminal };
        match self.source {
            Some(number) => shown.source(&pages, number),
            None => shown.all(&pages),
        }
    }
}

pub const ONLY_LOOK: &str = "  Only its appearance changed: the theme, an address, a name, an hour, numbers of a closed question. The text is the same.";
pub const NOT_KEPT: &str = "  What was written then was not kept, so the difference can't be told.";

/// A unified diff, coloured where that can be shown.
pub fn show_diff(diff: &str, terminal: &Terminal) {
    for line in diff.lines() {
        terminal.line(terminal.changed(&visible(line)));
    }
}

struct Shown<'a> {
    practice: &'a Practice,
    record: &'a Record,
    home: &'a Home,
    keys: &'a Keys,
    terminal: &'a Terminal,
}

/// What a version is to the one before.
enum Change {
    First,
    /// A unified diff of title, date and text.
    Text(String),
    Look,
    Unknown,
}

impl Shown<'_> {
    fn source(&self, pages: &[Vec<Stage<'_>>], number: usize) -> Result<(), Failure> {
        let [stages] = pages else { return Err(Failure::SeveralPages { files: files(pages) }) };
        let stage = number.checked_sub(1).and_then(|at| stages.get(at));
        let stage = stage.ok_or(Failure::NoVersion { number, of: stages.len() })?;
        let text = self.text(stage)?.ok_or(Failure::SourceLost { number })?;
        self.terminal.data(&json!({ "file": stage.page.file, "number": number, "source": text }));
        self.terminal.text(&text)
    }

    fn all(&self, pages: &[Vec<Stage<'_>>]) -> Result<(), Failure> {
        let mut data = Vec::new();
        for stages in pages {
            let last = stages.last().expect("a page has a version");
            self.terminal.line(format!(
                "{}  {}",
                self.terminal.strong(&last.page.title),
                visible_line(&last.page.file)
            ));
            let mut versions = Vec::new();
            for (n, stage) in stages.iter().enumerate() {
                let change = self.change(n.checked_sub(1).map(|before| &stages[before]), stage)?;
                self.print(n + 1, stage, &change);
                versions.push(self.data(n + 1, stage, &change));
            }
            // Versions may overlap where members have different ones.
            let ends: Option<Vec<_>> = stages.iter().map(|stage| stage.until).collect();
            let taken_back = ends.and_then(|ends| ends.into_iter().max());
            if let Some(until) = taken_back {
                self.terminal.line(format!("\nTaken back {}. Nobody here can open it since.", hour(until)));
            }
            self.terminal.line("");
            data.push(json!({ "file": last.page.file, "title": last.page.title, "taken_back": taken_back, "versions": versions }));
        }
        self.terminal.data(&data);
        Ok(())
    }

    fn print(&self, number: usize, stage: &Stage<'_>, change: &Change) {
        let until = stage.until.map_or_else(|| "now".to_owned(), hour);
        let title = format!("Version {number}: {} to {until}", hour(stage.from));
        self.terminal.line(format!("\n{}", self.terminal.strong(&title)));
        for (when, names) in self.by_time(stage) {
            self.terminal.line(format!("  for {}{when}", names.join(", ")));
        }
        match change {
            Change::First => {}
            Change::Look => self.terminal.line(ONLY_LOOK),
            Change::Unknown => {
                self.terminal.line(NOT_KEPT);
            }
            Change::Text(diff) => {
                show_diff(diff, self.terminal);
            }
        }
    }

    fn data(&self, number: usize, stage: &Stage<'_>, change: &Change) -> Value {
        let mut readings: Vec<&Reading<'_>> = stage.readings.iter().collect();
        readings.sort_by_key(|reading| (reading.person, reading.from));
        let readers = readings.into_iter().map(|reading| {
            let (member, name) = self.reader(reading);
            json!({ "member": member, "name": name, "from": reading.from, "until": reading.until })
        });
        let readers: Vec<_> = readers.collect();
        let (changed, diff) = match change {
            Change::First => ("first", None),
            Change::Text(diff) => ("text", Some(diff)),
            Change::Look => ("appearance", None),
            Change::Unknown => ("unknown", None),
        };
        json!({
            "number": number, "title": stage.page.title, "from": stage.from, "until": stage.until, "readers": readers,
            "changed": changed, "diff": diff,
        })
    }

    /// Who could read it, by when where that is not all of its time.
    fn by_time(&self, stage: &Stage<'_>) -> BTreeMap<String, Vec<String>> {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for reading in &stage.readings {
            let until = reading.until.map_or_else(|| "now".to_owned(), hour);
            let is_whole = (reading.from, reading.until) == (stage.from, stage.until);
            let when = if is_whole { String::new() } else { format!(": {} to {until}", hour(reading.from)) };
            groups.entry(when).or_default().push(visible_line(&self.reader(reading).1));
        }
        for names in groups.values_mut() {
            names.sort_unstable();
        }
        groups
    }

    /// By folder, and with the name they have now.
    fn reader(&self, reading: &Reading<'_>) -> (Option<String>, String) {
        let Some(folder) = reading.person else { return (None, "someone whose mailbox is unknown".to_owned()) };
        let member = self.practice.members.get(folder);
        (Some(folder.to_owned()), member.map_or_else(|| folder.to_owned(), |member| member.name.clone()))
    }

    fn change(&self, before: Option<&Stage<'_>>, stage: &Stage<'_>) -> Result<Change, Failure> {
        let Some(before) = before else { return Ok(Change::First) };
        if before.page.source.is_some() && before.page.source == stage.page.source && front(before) == front(stage) {
            return Ok(Change::Look);
        }
        let (Some(old), Some(new)) = (self.text(before)?, self.text(stage)?) else { return Ok(Change::Unknown) };
        Ok(Change::Text(unified(&(front(before) + &old), &(front(stage) + &new))))
    }

    fn text(&self, stage: &Stage<'_>) -> Result<Option<String>, Failure> {
        let Some(source) = stage.page.source else { return Ok(None) };
        Ok(self.record.text(&source, self.home, self.keys)?)
    }
}

/// What members see of a page beside its text, as the head of what is compared.
fn front(stage: &Stage<'_>) -> String {
    let date = stage.page.date.as_ref().map(|date| format!("date: {date}\n")).unwrap_or_default();
    format!("title: {}\n{date}\n", stage.page.title)
}

fn files(pages: &[Vec<Stage<'_>>]) -> String {
    let files = pages.iter().filter_map(|stages| stages.last()).map(|stage| stage.page.file.clone());
    files.collect::<Vec<_>>().join(", ")
}
