//! What is wrong in a roster, by the rows and columns that the spreadsheet shows.

use std::path::{Path, PathBuf};

use crate::{content::Mistake, visible::visible_line};

/// Longest piece of a cell that is shown, in characters.
const SHOWN: usize = 40;

/// A cell, by its row from 1 and its column's name.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub row: usize,
    pub column: &'a str,
    /// From 1.
    pub number: usize,
}

pub struct Flaws {
    file: PathBuf,
    list: Vec<Mistake>,
}

impl Flaws {
    pub fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), list: Vec::new() }
    }

    pub fn whole(&mut self, what: impl Into<String>, hint: &str) {
        self.list.push(Mistake::whole(&self.file, what, hint));
    }

    pub fn row(&mut self, row: usize, what: impl AsRef<str>, hint: &str) {
        self.push(row, 1, format!("row {row}: {}", what.as_ref()), hint);
    }

    pub fn cell(&mut self, place: Place<'_>, what: impl AsRef<str>, hint: impl AsRef<str>) {
        let what = format!("row {}, column `{}`: {}", place.row, place.column, what.as_ref());
        self.push(place.row, place.number, what, hint.as_ref());
    }

    fn push(&mut self, row: usize, column: usize, what: String, hint: &str) {
        let mut mistake = Mistake::whole(&self.file, what, hint);
        (mistake.line, mistake.column) = (Some(row), Some(column));
        self.list.push(mistake);
    }

    pub fn into_list(self) -> Vec<Mistake> {
        self.list
    }
}

/// A cell's text, in quotes, safe to show and not long.
pub fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("“{}”", visible_line(&short))
}
