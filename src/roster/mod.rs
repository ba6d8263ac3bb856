//! A roster: the people of a whole group, as a spreadsheet saves them.
//!
//! In: a CSV file, and the practice they come to. Out: who is new, who is there already, and what was read otherwise than
//! it stands; or every mistake at once, by row and column as the spreadsheet counts them. It must not know keys, and
//! writes nothing. In the order of the code: bytes to text ([`text`]), text to rows ([`table`]), cells to values
//! ([`cell`], [`date`]), a row to a person ([`row`]), all of them against the practice ([`plan`]).

mod cell;
mod date;
mod flaws;
mod plan;
mod row;
mod sheet;
mod table;
mod text;

use std::path::Path;

pub use plan::{Known, Roster};
pub use row::{Row, Since};
pub use sheet::{Sheet, SheetRow, sheet};

use crate::{
    content::{Mistake, Mistakes},
    practice::{
        Practice,
        files::{self, FileError},
    },
};
pub use flaws::{Flaws, quoted};

/// More than any practice has members, and little enough to be shown.
const MOST_ROWS: usize = 500;
const MOST_BYTES: u64 = 1024 * 1024;

/// Why a roster was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
}

/// Reads the file; `groups` are for everyone in it.
pub fn read(path: &Path, practice: &Practice, groups: &[String]) -> Result<Roster, RosterError> {
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > MOST_BYTES) {
        let hint = "a roster has 500 rows at most and is smaller than 1 MiB: is this the right file?";
        return Err(Mistakes::from(Mistake::whole(path, "this file is too large for a roster", hint)).into());
    }
    let bytes = files::read_plain(path, MOST_BYTES)?.ok_or_else(|| FileError::missing(path))?;
    Ok(of_bytes(&bytes, path, practice, groups)?)
}

fn of_bytes(bytes: &[u8], path: &Path, practice: &Practice, groups: &[String]) -> Result<Roster, Mistakes> {
    let mut flaws = Flaws::of(path);
    let mut roster = Roster::default();
    if let Some(text) = text::decode(bytes, &mut flaws)
        && let Some(table) = table::Table::read(&text, &mut flaws)
    {
        let rows = row::people(&table, groups, practice, &mut flaws, &mut roster.read_as);
        plan::compare(rows, practice, &mut roster, &mut flaws);
    }
    Mistakes::unless_any(flaws.into_list(), roster)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_stop_it_and_nobody_comes_out_of_nonsense(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let folder = tempfile::tempdir().unwrap();
            let practice = Practice::read_on(folder.path(), &mut Vec::new());
            let with_header = [b"name,email\n".as_slice(), &bytes].concat();
            for bytes in [bytes, with_header] {
                if let Ok(roster) = of_bytes(&bytes, Path::new("r.csv"), &practice, &[]) {
                    for row in roster.new {
                        prop_assert!(row.email.contains('@') && !row.folder.is_empty() && !row.name.contains('\n'));
                    }
                }
            }
        }
    }
}
