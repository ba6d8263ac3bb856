//! `open`: a sealed file from the store, opened on the author's side.

use std::{
    io::{ErrorKind, IsTerminal, Write},
    path::PathBuf,
};

use clap::Args;

use super::{Common, Failure, context};
use crate::{
    practice::files::{self, FileError},
    seal::{Index, open_by_name},
    visible::visible,
    wire::ObjectName,
};

/// More than any file of a store.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Open a sealed file from the store and print what is in it
///
/// Opens objects (their file name is what opens them) and indexes. Keyrings open with a member's card alone.
///
/// Example: heldspace open .heldspace/store/objects/1f0c… > page.html
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Open {
    /// The sealed file
    file: PathBuf,
}

impl Open {
    pub fn run(self, common: &Common) -> Result<(), Failure> {
        let missing = || FileError::missing(&self.file);
        let sealed = files::read_plain(&self.file, LIMIT)?.ok_or_else(missing)?;
        let path = self.file.display().to_string();
        if !sealed.starts_with(b"age-encryption.org/v1\n") {
            return Err(Failure::NotSealed { path });
        }
        let keys = context::keys(common)?;
        let name =
            self.file.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<ObjectName>().ok());
        let object = name.and_then(|name| open_by_name(&sealed, &name, &keys));
        let index =
            || Some(serde_json::to_vec_pretty(&Index::open(&sealed, &keys).ok()?).expect("an index is plain JSON"));
        let opened = object.or_else(index).ok_or(Failure::NotOurs { path })?;
        // Byte for byte into a file or another program; made visible for a terminal.
        let text = String::from_utf8_lossy(&opened);
        let stdout = std::io::stdout();
        let shown = if stdout.is_terminal() { visible(&text).into_owned().into_bytes() } else { opened.clone() };
        let mut out = stdout.lock();
        let written = out.write_all(shown.trim_ascii_end()).and_then(|()| out.write_all(b"\n"));
        // A reader that has gone away (`| head`) has what it wanted.
        let written = written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) });
        written.map_err(|source| FileError::Write { path: "standard output".into(), source })?;
        Ok(())
    }
}
