//! `man`: a manual page for every command, from the same source as `--help`.

use std::{io, path::PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;
use serde_json::json;

use super::{Cli, Failure, Terminal};
use crate::practice::files::{self, Access, FileError};

/// Print the manual page, or write one for every command
///
/// Examples:
///   heldspace man | man -l -
///   heldspace man --out ~/.local/share/man/man1
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Man {
    /// Write the pages of all commands into this folder; those of another version are replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut whole = Cli::command();
        // Names a subcommand by its whole way, such as `heldspace member add`.
        whole.build();
        let Some(out) = &self.out else {
            return terminal.text(&String::from_utf8_lossy(&page(whole).map_err(Failure::NotShown)?));
        };
        files::folder(out, Access::Usual)?;
        let mut written = Vec::new();
        for command in all(whole) {
            let path = out.join(format!("{}.1", command.get_display_name().unwrap_or(command.get_name())));
            let failed = |source| FileError::Write { path: path.clone(), source };
            files::write(&path, &page(command).map_err(failed)?, Access::Usual)?;
            written.push(path.display().to_string());
        }
        terminal.data(&json!({ "written": written }));
        terminal.line(format!("Written: {} pages, into {}.", written.len(), out.display()));
        Ok(())
    }
}

/// A command, and everything below it, but the help that clap adds to each.
fn all(command: Command) -> Vec<Command> {
    let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").cloned().collect();
    std::iter::once(command).chain(below.into_iter().flat_map(all)).collect()
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    Ok(page)
}
