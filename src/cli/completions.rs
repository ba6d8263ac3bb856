//! `completions`: what a shell can complete, from the same source as `--help`.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Cli, Failure, Terminal};

/// Print what your shell needs to complete commands and options
///
/// Examples:
///   heldspace completions bash > ~/.local/share/bash-completion/completions/heldspace
///   heldspace completions zsh > ~/.zfunc/_heldspace
///   heldspace completions fish > ~/.config/fish/completions/heldspace.fish
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "heldspace", &mut script);
        terminal.text(&String::from_utf8_lossy(&script))
    }
}
