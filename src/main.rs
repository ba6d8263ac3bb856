//! Parse, run, and say what went wrong.

use std::process::ExitCode;

use clap::Parser;
use heldspace::{
    cli::{Cli, Terminal},
    explain::Explain,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.common.json);
    // SECURITY: a crash leaves no copy of the keys on the disk.
    #[cfg(all(unix, feature = "author"))]
    heldspace::practice::no_core_dumps();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.is_no() {
                terminal.note("Nothing was done.");
            } else {
                terminal.failure(&failure);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
