//! Pages with another name: whether they are still what they were is their author's to say.

use super::{Common, Failure, Terminal, ask, terminal::can_ask};
use crate::{
    content::with_id,
    practice::files::{self, Access, FileError},
    publish::Renamed,
    visible::visible_line,
};

/// More than any page.
const LIMIT: u64 = 1024 * 1024;

/// Offers to write down what each page was; whether anything was written.
pub fn offer(renamed: &[Renamed], common: &Common, terminal: &Terminal) -> Result<bool, Failure> {
    let mut wrote = false;
    for page in renamed {
        let (file, was) = (visible_line(&page.file.display().to_string()), visible_line(&page.was));
        terminal.note(format!("{file} looks like {was} by another name."));
        if !can_ask() {
            let id = visible_line(&page.identity);
            terminal.note(format!(
                "  To members it would be a new page. If it is the same: id = \"{id}\" in its front matter."
            ));
            continue;
        }
        if ask::whether("Is it the same page? Then one line (id = …) goes into its front matter.")? {
            write(page, common)?;
            wrote = true;
        }
    }
    Ok(wrote)
}

fn write(page: &Renamed, common: &Common) -> Result<(), Failure> {
    let path = common.root.join(&page.file);
    let bytes = files::read_plain(&path, LIMIT)?.ok_or_else(|| FileError::missing(&path))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| FileError::Read { path: path.clone(), source: std::io::Error::other(error) })?;
    Ok(files::write(&path, with_id(&text, &page.identity).as_bytes(), Access::Usual)?)
}
