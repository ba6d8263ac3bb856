//! Any table that a spreadsheet saves, with columns that the practice names: for whatever is not a roster of people.

use std::path::Path;

use super::{
    MOST_BYTES, MOST_ROWS, RosterError, cell,
    flaws::{Flaws, Place, quoted},
    table, text,
};
use crate::{
    content::{Mistake, Mistakes},
    practice::files::{self, FileError},
};

/// Longest cell, in characters: a long paragraph.
const LONGEST: usize = 4000;

/// The cells below a header.
#[derive(Debug, Default)]
pub struct Sheet {
    /// As they stand in the first row.
    pub columns: Vec<String>,
    pub rows: Vec<SheetRow>,
}

/// As many cells as there are columns.
#[derive(Debug)]
pub struct SheetRow {
    /// As the spreadsheet counts.
    pub number: usize,
    pub cells: Vec<String>,
}

/// Reads the file, and lets `check` say what else is wrong in it.
pub fn sheet<T>(path: &Path, check: impl FnOnce(&Sheet, &mut Flaws) -> T) -> Result<T, RosterError> {
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > MOST_BYTES) {
        let what = format!("larger than {} KiB", MOST_BYTES / 1024);
        return Err(Mistakes::from(Mistake::whole(path, what, "is this the right file?")).into());
    }
    let bytes = files::read_plain(path, MOST_BYTES)?.ok_or_else(|| FileError::missing(path))?;
    let mut flaws = Flaws::of(path);
    let sheet = text::decode(&bytes, &mut flaws).map(|text| Sheet::read(&text, &mut flaws)).unwrap_or_default();
    let checked = check(&sheet, &mut flaws);
    Ok(Mistakes::unless_any(flaws.into_list(), checked)?)
}

impl Sheet {
    fn read(text: &str, flaws: &mut Flaws) -> Self {
        let mut rows = table::rows(text).into_iter();
        let columns = rows.next().map(|(_, header)| header).unwrap_or_default();
        let rows: Vec<_> = rows.map(|(number, cells)| SheetRow { number, cells }).collect();
        if rows.len() > MOST_ROWS {
            flaws.whole(format!("{} rows, and {MOST_ROWS} at most are taken", rows.len()), "cut it into several files");
            return Self::default();
        }
        let mut sheet = Self { columns, rows };
        let width = sheet.columns.len();
        for row in &mut sheet.rows {
            if let Some(stray) = row.cells.iter().skip(width).find(|cell| !cell.is_empty()) {
                let hint = "name its column in the first row; or put quote marks around a cell that holds a separator";
                flaws.row(row.number, format!("{} stands under no column's name", quoted(stray)), hint);
            }
            row.cells.resize(width, String::new());
        }
        for row in &sheet.rows {
            sheet.check(row, flaws);
        }
        sheet
    }

    fn check(&self, row: &SheetRow, flaws: &mut Flaws) {
        for (at, cell) in row.cells.iter().enumerate() {
            // Here a cell may have several lines.
            if let Some((what, hint)) = cell::spoiled(&cell.replace('\n', " ")) {
                flaws.cell(self.place(row, at), what, hint);
            } else if cell.chars().count() > LONGEST {
                flaws.cell(
                    self.place(row, at),
                    format!("longer than {LONGEST} characters"),
                    "write it into the page itself",
                );
            }
        }
    }

    /// Where a cell stands, its column counted from 0.
    pub fn place<'a>(&'a self, row: &SheetRow, column: usize) -> Place<'a> {
        Place { row: row.number, column: self.columns.get(column).map_or("", String::as_str), number: column + 1 }
    }
}
