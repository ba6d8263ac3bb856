//! What is known of each member, from a table: CSV as a spreadsheet saves it, or TOML with a table for each folder.
//!
//! A column is a name in the template: `Next step` is `next_step` there. `member` says whose row it is; `title` and `date` are
//! the page's own. All values are text.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jiff::civil::Date;
use minijinja::Value;

use super::{Place, Template, Wish, WritingError};
use crate::{
    clock::spoken,
    content::{Entry, Mistake, Mistakes, Node, Shape, Source, slug, suggest, toml},
    practice::{Member, Practice, edit},
    roster::{self, Flaws, RosterError, Sheet, SheetRow, quoted},
};

const MEMBER: &str = "member";
const TEXT: &str = "write it in quotes, as text";

/// Names and texts for one page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

/// The values of each member, and what the template makes nothing of.
#[derive(Debug, Default)]
pub struct Data {
    pub of: BTreeMap<String, Values>,
    pub unused: Vec<String>,
}

impl Values {
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// What was asked for, where these say nothing else.
    pub(super) fn over(&self, wish: &Wish) -> Wish {
        let own = |name: &str| self.0.get(name).filter(|value| !value.is_empty());
        let date = own("date").and_then(|date| date.parse().ok());
        let title = own("title").cloned().or_else(|| wish.title.clone());
        Wish { title, date: date.or(wish.date), session: wish.session }
    }

    /// These, and what is known of the practice and of whom the page is for.
    pub(super) fn with(&self, place: &Place, wish: &Wish, practice: &Practice) -> Self {
        let identity = &practice.site.practice;
        let mut all = Self::default().and("practice", &identity.name).and("therapist", &identity.therapist);
        if let Some(date) = wish.date {
            all = all.and("date", &date.to_string()).and("day", &spoken(date));
        }
        match place {
            Place::Group(group) => {
                let title = practice.groups.get(group).map_or(group, |group| &group.title);
                all = all.and("group", title);
            }
            Place::Member(member) => {
                let name = practice.members.get(member).map_or(member, |member| &member.name);
                all = all.and("name", name);
            }
            Place::Library | Place::Open | Place::Message(_) => {}
        }
        all.0.extend(
            self.0.iter().filter(|(name, _)| *name != "date").map(|(name, value)| (name.clone(), value.clone())),
        );
        all
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn value(&self) -> Value {
        Value::from_pairs(self.0.iter().map(|(name, value)| (name.clone(), Value::from(value))))
    }
}

impl Data {
    /// Reads the file for these members; every mistake at once.
    pub fn read(path: &Path, members: &[&Member], template: &Template) -> Result<Self, WritingError> {
        let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        let of = if is_toml { of_toml(path, members)? } else { of_csv(path, members)? };
        let used = template.names();
        let names: BTreeSet<&str> = of.values().flat_map(Values::names).collect();
        let unused = names.into_iter().filter(|name| !used.contains(*name) && !["title", "date"].contains(name));
        Ok(Self { unused: unused.map(ToOwned::to_owned).collect(), of })
    }
}

fn of_csv(path: &Path, members: &[&Member]) -> Result<BTreeMap<String, Values>, WritingError> {
    let read = roster::sheet(path, |sheet, flaws| people(sheet, members, flaws));
    read.map_err(|error| match error {
        RosterError::File(error) => error.into(),
        RosterError::Mistakes(mistakes) => mistakes.into(),
    })
}

fn people(sheet: &Sheet, members: &[&Member], flaws: &mut Flaws) -> BTreeMap<String, Values> {
    let mut of = BTreeMap::new();
    if sheet.columns.is_empty() {
        return of;
    }
    let names = header(sheet, flaws);
    let Some(whose) = names.iter().position(|name| name == MEMBER) else {
        flaws.row(1, "the column `member` is missing", "it names the folder of the member whose row it is");
        return of;
    };
    for row in &sheet.rows {
        if let Err((what, hint)) = known(&row.cells[whose], members, &of) {
            flaws.cell(sheet.place(row, whose), what, hint);
            continue;
        }
        let values = cells(&names, row, sheet, flaws);
        of.insert(row.cells[whose].clone(), values);
    }
    for member in members.iter().filter(|member| !sheet.rows.iter().any(|row| row.cells[whose] == member.folder)) {
        flaws.whole(format!("there is no row for `{}`", member.folder), "add one; its other cells may be empty");
    }
    of
}

/// The columns as names for the template.
fn header(sheet: &Sheet, flaws: &mut Flaws) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in &sheet.columns {
        let name = name_of(column);
        let is_bare = column.is_empty();
        if !is_bare && !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            let what = format!("{} is no name for a column here", quoted(column));
            flaws.row(1, what, "begin it with a letter a–z: in the template it is the name of the value");
        } else if !is_bare && names.contains(&name) {
            flaws.row(1, format!("the column {} is there twice", quoted(column)), "remove one of them");
        }
        names.push(name);
    }
    names
}

/// `Next step` is `next_step`.
fn name_of(column: &str) -> String {
    slug(column).replace('-', "_")
}

fn cells(names: &[String], row: &SheetRow, sheet: &Sheet, flaws: &mut Flaws) -> Values {
    let mut values = Values::default();
    for (at, (name, cell)) in names.iter().zip(&row.cells).enumerate() {
        if let Err((what, hint)) = own_value(name, cell) {
            flaws.cell(sheet.place(row, at), what, hint);
        } else if !name.is_empty() && name != MEMBER {
            values.0.insert(name.clone(), cell.clone());
        }
    }
    values
}

/// Whether a row or table is one that a page can be made of: what is wrong, and what to do.
fn known(folder: &str, members: &[&Member], seen: &BTreeMap<String, Values>) -> Result<(), (String, String)> {
    if seen.contains_key(folder) {
        return Err((format!("`{folder}` is here twice"), "keep one of them".to_owned()));
    }
    if members.iter().any(|member| member.folder == folder) {
        return Ok(());
    }
    let hint = suggest::hint(folder, "members of the group", members.iter().map(|member| member.folder.as_str()));
    Err((format!("{} is nobody in this group", quoted(folder)), hint))
}

/// What the page itself takes, and so must be right.
fn own_value(name: &str, value: &str) -> Result<(), (String, &'static str)> {
    match name {
        "date" if !value.is_empty() && value.parse::<Date>().is_err() => {
            Err((format!("{} is no date", quoted(value)), "write it as 2026-11-24"))
        }
        "title"
            if !value.is_empty() && (value.contains("{{") || value.contains("{%") || edit::shown(value).is_err()) =>
        {
            Err((
                format!("{} can't be a title", quoted(value)),
                "write it on one line, without braces, in at most 200 characters",
            ))
        }
        _ => Ok(()),
    }
}

fn of_toml(path: &Path, members: &[&Member]) -> Result<BTreeMap<String, Values>, WritingError> {
    let bytes = crate::practice::files::read_plain(path, crate::content::TEXT_LIMIT)?;
    let bytes = bytes.ok_or_else(|| crate::practice::files::FileError::missing(path))?;
    let source = Source::of_bytes(path, bytes).map_err(Mistakes::from)?;
    let node = toml::parse(&source, 0..source.text().len()).map_err(Mistakes::new)?;
    let mut mistakes = Vec::new();
    let of = tables(&source, node, members, &mut mistakes);
    Ok(Mistakes::unless_any(mistakes, of)?)
}

fn tables(source: &Source, node: Node, members: &[&Member], mistakes: &mut Vec<Mistake>) -> BTreeMap<String, Values> {
    let mut of = BTreeMap::new();
    let Shape::Table(entries) = node.shape else { return of };
    for entry in entries {
        if let Err((what, hint)) = known(&entry.key, members, &of) {
            mistakes.push(source.mistake(&entry.at, what, hint));
            continue;
        }
        let Shape::Table(values) = entry.value.shape else {
            let hint = format!("write a table for each member: [{}], and its values below", entry.key);
            mistakes.push(source.mistake(&entry.at, "values without a member", hint));
            continue;
        };
        let own = values.into_iter().filter_map(|value| entry_of(source, value, mistakes));
        let own = Values(own.collect());
        of.insert(entry.key, own);
    }
    for member in members.iter().filter(|member| !of.contains_key(&member.folder)) {
        let hint = format!("add a line [{}], if need be with nothing below it", member.folder);
        mistakes.push(Mistake::whole(source.file(), format!("there is nothing for `{}`", member.folder), hint));
    }
    of
}

/// One value, by its name in the template.
fn entry_of(source: &Source, entry: Entry, mistakes: &mut Vec<Mistake>) -> Option<(String, String)> {
    let Entry { key, value, .. } = entry;
    let checked = text_of(&value.shape)
        .ok_or_else(|| (format!("`{key}` is {}", value.shape.name()), TEXT))
        .and_then(|text| own_value(&key, &text).map(|()| text));
    match checked {
        Ok(text) => Some((key.replace('-', "_"), text)),
        Err((what, hint)) => {
            mistakes.push(source.mistake(&value.at, what, hint));
            None
        }
    }
}

/// Text without characters that can't be seen.
fn text_of(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Text(text) if !text.chars().any(|c| c != '\n' && crate::content::is_unseen(c)) => {
            Some(text.trim().to_owned())
        }
        Shape::Integer(number) => Some(number.to_string()),
        Shape::Date(date) => Some(date.to_string()),
        _ => None,
    }
}
