//! A row to a person.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    cell, date,
    flaws::{Flaws, quoted},
    table::{COLUMNS, Table},
};
use crate::{
    content::{slug, suggest},
    explain::Explain,
    practice::{
        Joined, Practice, edit,
        register::{self, By, NewConsent, To},
    },
};

/// A person of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet counts.
    pub row: usize,
    pub folder: String,
    /// Whether the folder's name was written, and not made from the person's.
    pub folder_given: bool,
    pub name: String,
    pub email: String,
    /// Folder names, each once.
    pub groups: Vec<String>,
    pub language: Option<String>,
    pub notices: bool,
    pub since: Since,
    /// To notices by e-mail.
    pub consent: Option<NewConsent>,
    /// The member for whom this person acts.
    pub acts_for: Option<String>,
}

/// From which day on a group's older pages are theirs to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Today,
    All,
    Day(Date),
}

impl Row {
    /// What their joining a group is written down as; `usual` where the roster leaves it open.
    pub fn joined(&self, usual: Joined) -> Joined {
        let sees_from = match self.since {
            Since::Today => usual.sees_from,
            Since::All => None,
            Since::Day(day) => Some(day),
        };
        Joined { sees_from, ..usual }
    }
}

/// Everyone in the table; whoever has a mistake only as far as they were understood.
pub fn people(
    table: &Table,
    groups: &[String],
    practice: &Practice,
    flaws: &mut Flaws,
    read_as: &mut Vec<String>,
) -> Vec<Row> {
    let mut people = Vec::new();
    for (row, cells) in &table.rows {
        let mut reader = Reader { table, row: *row, cells, practice, flaws };
        if reader.is_spoiled() {
            continue;
        }
        if let Some(person) = reader.person(groups, read_as) {
            people.push(person);
        }
    }
    twice(&people, table, flaws);
    people
}

/// The same person, or two who would be taken for one.
fn twice(people: &[Row], table: &Table, flaws: &mut Flaws) {
    let (mut folders, mut emails) = (BTreeMap::new(), BTreeMap::new());
    for person in people {
        if let Some(first) = emails.insert(person.email.to_lowercase(), person.row) {
            let hint = "remove one of the two rows; two people who share an address are added one by one";
            flaws.cell(table.place(person.row, "email"), format!("row {first} has the same address"), hint);
        } else if let Some(first) = folders.insert(person.folder.as_str(), person.row) {
            let what = format!("row {first} would have the same folder, `{}`", person.folder);
            let hint = "give each of them a name of their own in the column `folder`";
            flaws.cell(table.place(person.row, if person.folder_given { "folder" } else { "name" }), what, hint);
        }
    }
}

/// One row, being read.
struct Reader<'a> {
    table: &'a Table,
    row: usize,
    cells: &'a [String],
    practice: &'a Practice,
    flaws: &'a mut Flaws,
}

impl Reader<'_> {
    fn cell(&self, column: &str) -> &str {
        self.table.cell(self.cells, column)
    }

    fn flaw(&mut self, column: &str, what: impl AsRef<str>, hint: impl AsRef<str>) {
        self.flaws.cell(self.table.place(self.row, column), what, hint);
    }

    fn is_spoiled(&mut self) -> bool {
        let mut spoiled = false;
        for column in COLUMNS {
            if let Some((what, hint)) = cell::spoiled(self.cell(column)) {
                self.flaw(column, what, hint);
                spoiled = true;
            }
        }
        spoiled
    }

    fn person(&mut self, groups: &[String], read_as: &mut Vec<String>) -> Option<Row> {
        let (name, email) = (self.name(), self.email(read_as));
        let folder = name.as_deref().and_then(|name| self.folder(name));
        let (groups, language, notices) = (self.groups(groups), self.language(), self.notices());
        let (since, consent) = (self.since(), self.consent());
        let acts_for = Some(self.cell("acts_for").to_owned()).filter(|folder| !folder.is_empty());
        let folder_given = !self.cell("folder").is_empty();
        Some(Row {
            row: self.row,
            folder: folder?,
            folder_given,
            name: name?,
            email: email?,
            groups,
            language,
            notices,
            since,
            consent,
            acts_for,
        })
    }

    fn name(&mut self) -> Option<String> {
        let name = self.cell("name").to_owned();
        if name.is_empty() {
            self.flaw("name", "empty", "write how your pages address this person");
            return None;
        }
        if !name.chars().any(char::is_alphabetic) {
            self.flaw("name", format!("{} is no name", quoted(&name)), "write how your pages address this person");
            return None;
        }
        match edit::shown(&name) {
            Ok(_) => Some(name),
            Err(error) => {
                self.flaw("name", error.to_string(), error.hint().unwrap_or_default());
                None
            }
        }
    }

    fn email(&mut self, read_as: &mut Vec<String>) -> Option<String> {
        let cell = self.cell("email").to_owned();
        if cell.is_empty() {
            self.flaw("email", "empty", "write where notices go, as name@example.org");
            return None;
        }
        match cell::email(&cell) {
            Ok(email) => {
                if email != cell {
                    read_as.push(format!("row {}: {} is read as {email}", self.row, quoted(&cell)));
                }
                Some(email.to_owned())
            }
            Err((what, hint)) => {
                self.flaw("email", format!("{}: {what}", quoted(&cell)), hint);
                None
            }
        }
    }

    fn folder(&mut self, name: &str) -> Option<String> {
        let given = self.cell("folder").to_owned();
        if !given.is_empty() {
            if edit::folder_name(&given).is_ok() {
                return Some(given);
            }
            let hint = "use small letters a–z, digits and hyphens; or leave it empty";
            self.flaw("folder", format!("{} can't be a folder's name", quoted(&given)), hint);
            return None;
        }
        let made = slug(name);
        if edit::folder_name(&made).is_ok() {
            return Some(made);
        }
        let hint = "write one into the column `folder`: small letters a–z, digits and hyphens";
        self.flaw("name", format!("no folder's name can be made from {}", quoted(name)), hint);
        None
    }

    fn groups(&mut self, everyones: &[String]) -> Vec<String> {
        let mut groups = everyones.to_vec();
        for name in cell::names(&self.cell("groups").to_lowercase()) {
            if !self.practice.groups.contains_key(name) {
                let hint = suggest::hint(name, "groups", self.practice.groups.keys().map(String::as_str));
                self.flaw("groups", format!("there is no group {}", quoted(name)), hint);
            } else if !groups.iter().any(|known| known == name) {
                groups.push(name.to_owned());
            }
        }
        groups
    }

    fn language(&mut self) -> Option<String> {
        let tag = self.cell("language").to_owned();
        if !tag.is_empty() && edit::language(&tag).is_err() {
            self.flaw(
                "language",
                format!("{} is not a language tag", quoted(&tag)),
                "write a tag such as en, de or pt-BR",
            );
        }
        Some(tag).filter(|tag| !tag.is_empty())
    }

    fn notices(&mut self) -> bool {
        let cell = self.cell("notices").to_owned();
        let wanted = cell::yes_or_no(&cell);
        if wanted.is_none() && !cell.is_empty() {
            self.flaw("notices", format!("{} is neither yes nor no", quoted(&cell)), "write yes or no; empty is yes");
        }
        wanted.unwrap_or(true)
    }

    fn since(&mut self) -> Since {
        match self.cell("since").to_lowercase().as_str() {
            "" => Since::Today,
            "all" => Since::All,
            _ => self.day("since").map_or(Since::Today, Since::Day),
        }
    }

    fn consent(&mut self) -> Option<NewConsent> {
        let how = self.cell("consent").to_owned();
        let date = if self.cell("consent_date").is_empty() { None } else { self.day("consent_date") };
        let by = self.by();
        if how.is_empty() {
            if let Some(column) =
                ["consent_date", "consent_by", "guardian"].into_iter().find(|column| !self.cell(column).is_empty())
            {
                self.flaw(column, "the column `consent` is empty here", "write how it was given, such as: signed form");
            }
            return None;
        }
        let guardian = Some(self.cell("guardian").to_owned()).filter(|name| !name.is_empty());
        if by != By::Person && guardian.is_none() {
            self.flaw("guardian", "the column `guardian` is empty here", "write the name of the guardian who agreed");
            return None;
        }
        let to = To::Notices { wording: register::wording(self.practice) };
        let new = NewConsent { to, given: date.unwrap_or(self.practice.today), how, by, guardian };
        if let Err(error) = register::check_consent(self.practice, &new) {
            self.flaw("consent", error.to_string(), error.hint().unwrap_or_default());
        }
        Some(new)
    }

    fn by(&mut self) -> By {
        let cell = self.cell("consent_by").to_owned();
        match cell.to_lowercase().as_str() {
            "" | "self" => By::Person,
            "guardian" => By::Guardian,
            "both" => By::Both,
            _ => {
                self.flaw("consent_by", format!("{} is not known here", quoted(&cell)), "write self, guardian or both");
                By::Person
            }
        }
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let cell = self.cell(column).to_owned();
        match date::parse(&cell) {
            Ok(day) => Some(day),
            Err(hint) => {
                self.flaw(column, format!("{} is not a day as heldspace reads it", quoted(&cell)), hint);
                None
            }
        }
    }
}
