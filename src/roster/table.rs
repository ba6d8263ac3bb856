//! Text to rows: the separator, the header, and rows numbered as the spreadsheet numbers them.

use super::{
    MOST_ROWS, cell,
    flaws::{Flaws, Place, quoted},
};
use crate::content::suggest;

/// The columns there may be.
pub const COLUMNS: [&str; 12] = [
    "name",
    "email",
    "folder",
    "groups",
    "language",
    "notices",
    "since",
    "consent",
    "consent_date",
    "consent_by",
    "guardian",
    "acts_for",
];

/// The cells below a header that was understood.
#[derive(Debug)]
pub struct Table {
    /// For each column of the file, which of [`COLUMNS`] it is; empty for one with a wrong name, none without a name.
    columns: Vec<Option<&'static str>>,
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    pub fn read(text: &str, flaws: &mut Flaws) -> Option<Self> {
        let mut rows = rows(text).into_iter();
        let (at, header) = rows.next()?;
        let columns = header_of(at, &header, flaws)?;
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            flaws.whole("there is nobody in it", "below the names of the columns comes one row for each person");
        }
        if rows.len() > MOST_ROWS {
            flaws.whole(format!("{} rows, and {MOST_ROWS} at most are taken", rows.len()), "cut it into several files");
            return None;
        }
        let table = Self { columns, rows };
        table.check_lengths(flaws);
        Some(table)
    }

    /// The cell of that column in a row, cleaned; empty where there is none.
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        self.number(column).and_then(|at| row.get(at - 1)).map_or("", String::as_str)
    }

    pub fn place<'a>(&self, row: usize, column: &'a str) -> Place<'a> {
        Place { row, column, number: self.number(column).unwrap_or(1) }
    }

    fn number(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| *known == Some(column)).map(|at| at + 1)
    }

    /// Cells beyond the header, or under an empty name: most often an unquoted separator within a cell.
    fn check_lengths(&self, flaws: &mut Flaws) {
        for (row, cells) in &self.rows {
            let stray = cells
                .iter()
                .enumerate()
                .find(|(at, cell)| !cell.is_empty() && self.columns.get(*at).is_none_or(Option::is_none));
            if let Some((_, cell)) = stray {
                let what = format!("{} stands under no column's name", quoted(cell));
                flaws.row(
                    *row,
                    what,
                    "name its column in the first row; or put quote marks around a cell that holds a separator",
                );
            }
        }
    }
}

/// All rows of a table, with their numbers: its header first.
pub fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let (separator, text) = separated(text);
    records(text, separator)
}

/// The separator: said in a first line `sep=;`, as Excel has it, or the one that the header has most of.
fn separated(text: &str) -> (u8, &str) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(said) = first.trim_matches('"').to_lowercase().strip_prefix("sep=")
        && let [separator @ (b',' | b';' | b'\t' | b'|')] = said.as_bytes()
    {
        return (*separator, text.split_once('\n').map_or("", |(_, rest)| rest));
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|s| header.bytes().filter(|b| b == s).count());
    (most.unwrap_or(b','), text)
}

/// Every row that is not empty, with its number; cells cleaned.
fn records(text: &str, separator: u8) -> Vec<(usize, Vec<String>)> {
    // The reader tells where it stands after a record: so a last line needs its end.
    let text = format!("{}\n", text.trim_end_matches('\n'));
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut rows, mut within): (Vec<(usize, Vec<String>)>, _) = (Vec::new(), 0);
    // In memory and UTF-8: nothing can fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let end = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        // A cell of several lines is one row to a spreadsheet.
        within += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let cells: Vec<String> = record.iter().map(cell::clean).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            // A quote mark that is never closed takes the file's end into its cell.
            let after = rows.last().map_or(1, |(before, _)| before + 1);
            rows.push((end.saturating_sub(1 + within).max(after), cells));
        }
    }
    rows
}

fn header_of(row: usize, header: &[String], flaws: &mut Flaws) -> Option<Vec<Option<&'static str>>> {
    let plain = |name: &str| name.to_lowercase().replace(|c: char| c.is_whitespace() || c == '_' || c == '-', "");
    let known = |name: &str| COLUMNS.into_iter().find(|column| plain(column) == plain(name));
    if !header.iter().any(|name| known(name).is_some()) {
        let hint = format!("the first row names the columns: {}", COLUMNS.join(", "));
        flaws.row(row, "the names of the columns are missing", &hint);
        return None;
    }
    let mut columns = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let place = Place { row, column: name, number: at + 1 };
        let column = known(name);
        if column.is_none() && !name.is_empty() {
            let hint = suggest::hint(name, "columns", COLUMNS);
            flaws.row(row, format!("there is no column {}", quoted(name)), &hint);
        } else if column.is_some() && columns.contains(&column) {
            flaws.cell(place, "this column is there twice", "remove one of them");
        }
        // What has a wrong name is told once, and not again at every cell below it.
        columns.push(column.or((!name.is_empty()).then_some("")));
    }
    let missing: Vec<_> = ["name", "email"].into_iter().filter(|needed| !columns.contains(&Some(needed))).collect();
    for needed in &missing {
        flaws.row(row, format!("the column `{needed}` is missing"), "every person needs a name and an e-mail address");
    }
    missing.is_empty().then_some(columns)
}
