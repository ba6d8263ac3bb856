//! Tables for spreadsheets, in which no cell is taken for a formula.
//!
//! In: rows of text from anywhere. Out: CSV as RFC 4180 has it. A spreadsheet computes what begins with `=` and its like,
//! and a formula can fetch, send and start things: such a cell begins with a quote mark instead, which they show as text.

use std::borrow::Cow;

/// A table that is written row by row.
pub struct Table(csv::Writer<Vec<u8>>);

impl Table {
    pub fn new(headings: &[&str]) -> Self {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        table.row(headings);
        table
    }

    /// Adds a row, as long as the headings are.
    ///
    /// # Panics
    /// When it is not.
    pub fn row(&mut self, cells: &[&str]) {
        self.0
            .write_record(cells.iter().map(|cell| safe(cell).into_owned()))
            .expect("as long as the headings, in memory");
    }

    /// The text of the table.
    ///
    /// # Panics
    /// Never: text stays text.
    pub fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("written to memory");
        String::from_utf8(bytes).expect("text and separators")
    }
}

/// The cell, with a quote mark before it where a spreadsheet would see a formula.
///
/// SECURITY: also behind white space, which some cut off, and in the full-width forms that some take for the narrow ones.
fn safe(cell: &str) -> Cow<'_, str> {
    let begins =
        cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫', '−']);
    if begins || cell.starts_with(['\t', '\r', '\n']) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_get_a_quote_mark_and_words_stay() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{a0}=1", "＝1", "＠x", "\n"] {
            assert_eq!(safe(formula), format!("'{formula}"));
        }
        for words in ["", "Anna", "a=1", "1-2", "’tis", "2026-11-25 14:00 CET"] {
            assert_eq!(safe(words), words);
        }
    }

    proptest! {
        #[test]
        fn no_cell_begins_like_a_formula_and_every_one_comes_back(cells in proptest::collection::vec(any::<String>(), 3)) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let mut table = Table::new(&["a", "b", "c"]);
            table.row(&cells);
            let text = table.finish();
            let mut read = csv::Reader::from_reader(text.as_bytes());
            let row = read.records().next().unwrap().unwrap();
            for (cell, read) in cells.iter().zip(&row) {
                prop_assert!(!read.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']));
                prop_assert!(read == *cell || read.strip_prefix('\'') == Some(cell));
            }
        }
    }
}
