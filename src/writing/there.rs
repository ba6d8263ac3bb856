//! What lies already where new pages would lie.
//!
//! In: the pages of one wish. Out: those that are still to be written, or a refusal that names every file that stands in the
//! way. A run for each member of a group that was killed has left some of them, exactly as they would be written now: the
//! next run takes them as written, and makes the rest.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{NewPage, WritingError};
use crate::{
    content::TEXT_LIMIT,
    practice::{Practice, files},
};

/// Those that are not there yet. Refused where one is there and is another, where all are there, and where two would be one.
pub fn still_to_write(pages: Vec<NewPage>, practice: &Practice) -> Result<Vec<NewPage>, WritingError> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = pages.iter().find(|page| !seen.insert(&page.file)) {
        return Err(WritingError::Same { file: twice.file.clone() });
    }
    let (there, new): (Vec<_>, Vec<_>) =
        pages.into_iter().partition(|page| practice.root.join(&page.file).symlink_metadata().is_ok());
    let is_in_the_way = |page: &&NewPage| new.is_empty() || !is_written(page, &practice.root);
    let files: Vec<PathBuf> = there.iter().filter(is_in_the_way).map(|page| page.file.clone()).collect();
    if files.is_empty() { Ok(new) } else { Err(WritingError::Exist { files }) }
}

/// To the last letter.
fn is_written(page: &NewPage, root: &Path) -> bool {
    let path = root.join(&page.file);
    !path.is_symlink()
        && matches!(files::read_plain(&path, TEXT_LIMIT), Ok(Some(bytes)) if bytes == page.text.as_bytes())
}
