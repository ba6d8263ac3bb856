//! `new`: Markdown files from templates, in the right folder, each a draft.

use std::{ffi::OsStr, path::PathBuf};

use clap::{
    Arg, Args, Command,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
    value_parser,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde_json::json;

use super::{
    Common, Failure, Terminal, ask, context,
    day::{day, hour},
    editor,
    terminal::can_ask,
};
use crate::{
    content::{Audience, LENGTHS, MINUTES},
    practice::{
        Member, Practice,
        edit::EditError,
        together::{self, NewFile},
    },
    visible::visible_line,
    writing::{self, Data, Meeting, NewPage, Place, Template, Values, Wish, Writing, WritingError},
};

/// Make a new page: a Markdown file in the right folder, to go on writing in
///
/// KIND is page, summary, agenda, message, progress, checkin or exercise, or a template of your own in
/// themes/NAME/new/. The file is a draft: nobody gets it before you have taken out the line `draft = true`. It opens
/// in the editor that VISUAL or EDITOR names, such as nano after `export EDITOR=nano`.
///
/// With --for-each there is one file for every member of a group. Where a table is given (--data), CSV from a spreadsheet or
/// TOML, the template can use its columns; the column `member` says whose row it is.
///
/// Examples:
///   heldspace new page "Sleeping badly" --library
///   heldspace new agenda --group tuesday
///   heldspace new agenda --group tuesday --at "2026-12-03 18:30" --minutes 90
///   heldspace new message "A changed appointment" --to maya --to colm
///   heldspace new progress --for-each tuesday --data goals.csv
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct New {
    /// The template: page, summary, agenda, message, progress, checkin, exercise, or one of your own
    #[arg(value_parser = Kinds, hide_possible_values = true)]
    kind: String,
    /// What the page is called; templates with a title of their own do without
    title: Option<String>,
    #[command(flatten)]
    whom: Whom,
    /// On the open web, for everyone
    #[arg(long, requires = "library", conflicts_with_all = ["group", "member", "to", "for_each"])]
    public: bool,
    /// The day it belongs to, such as 2026-12-01; else today, or the next session for an agenda
    #[arg(long, value_name = "DAY", value_parser = day)]
    date: Option<Date>,
    /// When the session is, such as "2026-12-03 18:30" by your clock: readers can put it into their calendars
    #[arg(long, value_name = "HOUR", value_parser = hour, conflicts_with = "public")]
    at: Option<DateTime>,
    /// How long the session is
    #[arg(long, requires = "at", default_value_t = MINUTES, value_parser = value_parser!(i64).range(LENGTHS))]
    minutes: i64,
    /// A table with values for each member: CSV or TOML
    #[arg(long, value_name = "FILE", requires = "for_each")]
    data: Option<PathBuf>,
    /// Only make the file; open no editor
    #[arg(long)]
    no_edit: bool,
    /// Agree to what would be written without being asked
    #[arg(long)]
    yes: bool,
}

/// The built-in templates, for shells to complete.
const BUILT_IN: [&str; 7] = ["page", "summary", "agenda", "message", "progress", "checkin", "exercise"];

/// Any name, for a practice has templates of its own; a shell completes the built-in ones.
#[derive(Clone)]
struct Kinds;

impl TypedValueParser for Kinds {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(BUILT_IN.into_iter().map(PossibleValue::new)))
    }
}

/// Whom the page is for: one of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// For every member
    #[arg(long)]
    library: bool,
    /// For a group, by its folder
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// For one member, by folder
    #[arg(long, value_name = "MEMBER")]
    member: Option<String>,
    /// A message: a copy for each member named; none learns of the others
    #[arg(long, value_name = "MEMBER")]
    to: Vec<String>,
    /// One file for every member of this group
    #[arg(long, value_name = "GROUP")]
    for_each: Option<String>,
}

impl New {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (_home, lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let template = Template::read(&self.kind, &practice)?;
        let session = self.at.map(|at| Meeting { at, minutes: self.minutes }.check(&practice, Timestamp::now()));
        let (title, date) = (self.title.clone(), self.day(&practice, terminal)?);
        let wish = Wish { title, date, session: session.transpose()? };
        let writing = Writing { template: &template, wish: &wish, practice: &practice };
        let pages = if let Some(group) = &self.whom.for_each {
            self.for_each(group, writing, terminal)?
        } else {
            let place = self.place(&practice)?;
            vec![writing.page(&place, &Values::default())?]
        };
        let wished = pages.len();
        let pages = writing::still_to_write(pages, &practice)?;
        if pages.len() < wished {
            let there = super::build::count(wished - pages.len(), "page");
            terminal.note(format!("There already, just as they would be written: {there}."));
        }
        if self.whom.for_each.is_some() {
            show(&pages, terminal);
            ask::agree(&format!("Write {}?", super::build::count(pages.len(), "page")), self.yes)?;
        }
        let new = pages.iter().map(|page| NewFile { file: &page.file, bytes: page.text.as_bytes() });
        together::write_new(&practice.root, &new.collect::<Vec<_>>())?;
        // Whoever writes for an hour keeps nobody else waiting.
        drop(lock);
        let made: Vec<_> = pages.iter().map(|page| page.file.display().to_string()).collect();
        terminal.data(&json!({ "made": made, "draft": true }));
        if wished == 1
            && let [page] = pages.as_slice()
        {
            return self.finish(page, &practice, terminal);
        }
        terminal.line(format!("Made {}. {READY}", super::build::count(pages.len(), "draft")));
        Ok(())
    }

    fn finish(&self, page: &NewPage, practice: &Practice, terminal: &Terminal) -> Result<(), Failure> {
        terminal.line(format!("Made {}, a draft. {READY}", visible_line(&page.file.display().to_string())));
        if self.no_edit || editor::open(practice, &page.file)? || !can_ask() {
            return Ok(());
        }
        terminal.note(
            "No editor was opened: none is named. To have one opened: export EDITOR=nano (or another), in your shell.",
        );
        Ok(())
    }

    /// The day asked for; none in the library; the day of the session for an agenda, or the next one; else today.
    fn day(&self, practice: &Practice, terminal: &Terminal) -> Result<Option<Date>, Failure> {
        if self.date.is_some() || self.whom.library {
            return Ok(self.date);
        }
        if let Some(at) = self.at.filter(|_| self.kind == "agenda") {
            return Ok(Some(at.date()));
        }
        let Some(group) = self.whom.group.as_ref().filter(|_| self.kind == "agenda") else {
            return Ok(Some(practice.today));
        };
        let group = context::group(practice, group)?;
        let session = writing::next_session(group, practice.today)
            .ok_or_else(|| WritingError::NoSession { group: group.folder.clone(), schedule: group.schedule.clone() })?;
        let weekday = session.weekday;
        terminal
            .note(format!("For {}: the next {weekday}, by `schedule` in group.toml. Another day: --date", session.on));
        Ok(Some(session.on))
    }

    fn place(&self, practice: &Practice) -> Result<Place, Failure> {
        let Whom { library, group, member, to, .. } = &self.whom;
        if *library {
            return Ok(if self.public { Place::Open } else { Place::Library });
        }
        if let Some(group) = group {
            return Ok(Place::Group(context::group(practice, group)?.folder.clone()));
        }
        if let Some(member) = member {
            return Ok(Place::Member(reading(practice, member)?.folder.clone()));
        }
        let mut copies: Vec<String> = Vec::new();
        for member in to {
            let folder = &reading(practice, member)?.folder;
            // Whoever is named twice gets one copy.
            if !copies.contains(folder) {
                copies.push(folder.clone());
            }
        }
        Ok(Place::Message(copies))
    }

    fn for_each(&self, group: &str, writing: Writing<'_>, terminal: &Terminal) -> Result<Vec<NewPage>, Failure> {
        let Writing { template, practice, .. } = writing;
        let group = context::group(practice, group)?;
        let members = Audience::Group(group.folder.clone()).readers(practice);
        if members.is_empty() {
            return Err(WritingError::Nobody { group: group.folder.clone() }.into());
        }
        let data = match &self.data {
            Some(file) => Data::read(file, &members, template)?,
            None => Data::default(),
        };
        if !data.unused.is_empty() {
            let (file, unused) = (template.file().display(), visible_line(&data.unused.join(", ")));
            terminal.note(format!("{file} makes nothing of: {unused}"));
        }
        let none = Values::default();
        let page = |member: &&Member| {
            let values = data.of.get(&member.folder).unwrap_or(&none).clone().and("group", &group.title);
            let place = Place::Member(member.folder.clone());
            Ok(writing.page(&place, &values)?)
        };
        members.iter().map(page).collect()
    }
}

const READY: &str =
    "Nobody gets it before you take out the line `draft = true`; `heldspace build` then shows who would.";

/// Someone for whom something can still be written.
fn reading<'a>(practice: &'a Practice, folder: &str) -> Result<&'a Member, Failure> {
    let member = context::member(practice, folder)?;
    if member.is_closed(practice.today) {
        return Err(EditError::Closed { name: member.folder.clone() }.into());
    }
    Ok(member)
}

/// The plan: files and titles name people, so off a terminal there is a number alone.
fn show(pages: &[NewPage], terminal: &Terminal) {
    if terminal.is_watched() {
        for page in pages {
            let file = page.file.display().to_string();
            terminal.note(format!("  + {}  {}", visible_line(&file), visible_line(&page.title)));
        }
    }
    terminal.note(format!("New drafts: {}.", pages.len()));
}
