//! `results`: what came of what was asked.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, context};
use crate::{
    clock,
    inbox::{Inbox, People, Questions},
    practice::{
        Home, Practice,
        files::{self, Access, FileError},
    },
    record::Record,
    results::{Gathered, Of, Sheet, csv, report},
    visible::visible_line,
};

/// Show what members answered: votes, scores over time, texts, and who has not answered
///
/// With names, for you alone. WHAT is a page (its file or title), the folder of a group, or that of a member. Answers count as
/// they were fetched: `heldspace inbox sync` fetches. One that was changed counts as it is now, one that was taken back
/// does not. A score is a screening, not a diagnosis; with an item missing there is none.
///
/// Examples:
///   heldspace results content/groups/tuesday/when.md
///   heldspace results tuesday --html tuesday.html      a page to look at, for you alone (0600)
///   heldspace results maya --csv > maya.csv
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Results {
    /// A page, a group, or a member
    what: String,
    /// As a table for a spreadsheet
    #[arg(long, conflicts_with_all = ["html", "json"])]
    csv: bool,
    /// As a page with charts, in a new file; what stands in it is readable for whoever has it
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
}

impl Results {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(file) = self.html.as_ref().filter(|file| file.exists()) {
            return Err(FileError::Exists { path: file.clone() }.into());
        }
        let practice = context::practice(common)?;
        let (home, keys) = (Home::of(&common.root), context::keys(common)?);
        let record = Record::read(&home, &keys)?;
        let (of, about) = of(&self.what, &practice, &record)?;
        let inbox = Inbox::read(&People::of(&practice), &home, &keys)?;
        let questions = Questions::of(&inbox.letters, &record, &home, &keys)?;
        let gathered = Gathered::of(&of, &practice, &record, (&inbox.letters, &questions), (&home, &keys))?;
        let asked = gathered.asked();
        let sheets: Vec<_> = asked.iter().filter_map(|(_, asked)| Sheet::of(asked, &practice.instruments)).collect();
        if let Some(file) = &self.html {
            let html = report(&about, &practice.site.practice.name, &sheets, context::now());
            files::write_new(file, html.as_bytes(), Access::Secret)?;
            terminal.note(format!("{} holds what members wrote, readable for whoever has it.", file.display()));
            return Ok(());
        }
        if self.csv {
            terminal.line(csv(&sheets).trim_end());
            return Ok(());
        }
        terminal.data(&json!(sheets.iter().map(Sheet::json).collect::<Vec<_>>()));
        if !terminal.json {
            print(&sheets, &about, &home, terminal)?;
        }
        Ok(())
    }
}

fn print(sheets: &[Sheet<'_>], about: &str, home: &Home, terminal: &Terminal) -> Result<(), Failure> {
    if sheets.is_empty() {
        terminal.line(format!("{}: nothing was asked.", visible_line(about)));
    }
    for (n, sheet) in sheets.iter().enumerate() {
        let lines = sheet.lines();
        if n > 0 {
            terminal.line("");
        }
        terminal.line(terminal.strong(&lines[0]));
        lines[1..].iter().for_each(|line| terminal.line(line));
    }
    match home.fetched()? {
        None => terminal.note("\nNothing was fetched yet: `heldspace inbox sync`."),
        Some(fetched) => {
            terminal.note(format!("\nAs of {}, when answers were fetched last.", clock::hour(fetched.time)));
        }
    }
    Ok(())
}

/// What is meant, and what it is called. A group and a member may be called alike: the group is meant.
fn of(what: &str, practice: &Practice, record: &Record) -> Result<(Of, String), Failure> {
    if let Some(group) = practice.groups.get(what) {
        return Ok((Of::Group(what.to_owned()), group.title.clone()));
    }
    if let Some(member) = practice.members.get(what) {
        return Ok((Of::Member(what.to_owned()), member.name.clone()));
    }
    let pages = record.named(what);
    let title = record.pages().find(|page| pages.contains(&page.id)).map(|page| page.title.clone());
    match title {
        Some(title) => Ok((Of::Pages(pages), title)),
        None => Err(Failure::NotGiven { page: what.to_owned() }),
    }
}
