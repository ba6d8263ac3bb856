//! The editor that a person has chosen, on a file that was just made.

use std::{io, path::Path, process::Command};

use super::{Failure, terminal::can_ask};
use crate::practice::Practice;

/// Opens the file in `$VISUAL` or `$EDITOR` and waits; false where there is none, or no terminal.
pub fn open(practice: &Practice, page: &Path) -> Result<bool, Failure> {
    let chosen = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    let Some(editor) = chosen.map(|editor| editor.trim().to_owned()).find(|editor| !editor.is_empty()) else {
        return Ok(false);
    };
    if !can_ask() {
        return Ok(false);
    }
    // As git does it: an editor may have options (`code --wait`), and no file name is read by the shell.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg("editor").arg(practice.root.join(page));
    let failed = |source| Failure::Editor { editor: editor.clone(), file: page.display().to_string(), source };
    match command.status().map_err(failed)? {
        status if status.success() => Ok(true),
        status => Err(failed(io::Error::other(status.to_string()))),
    }
}
