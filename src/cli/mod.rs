//! The commands: each a small file that loads, calls a stage, and prints.

#[cfg(feature = "author")]
mod agreement;
#[cfg(feature = "author")]
mod ask;
#[cfg(feature = "author")]
mod audit;
#[cfg(feature = "author")]
mod build;
#[cfg(feature = "tls")]
mod certificates;
#[cfg(all(feature = "serve", not(feature = "tls")))]
#[path = "no_certificates.rs"]
mod certificates;
#[cfg(feature = "author")]
mod check;
#[cfg(feature = "author")]
mod code;
#[cfg(feature = "author")]
mod completions;
#[cfg(feature = "author")]
mod consent;
#[cfg(feature = "author")]
mod context;
#[cfg(feature = "author")]
mod dates;
#[cfg(feature = "author")]
mod day;
#[cfg(all(feature = "author", feature = "serve"))]
mod demo;
#[cfg(feature = "author")]
mod diff;
#[cfg(feature = "author")]
mod disclosures;
#[cfg(feature = "author")]
mod doctor;
#[cfg(feature = "author")]
mod editor;
#[cfg(feature = "author")]
mod expire;
mod failure;
#[cfg(feature = "author")]
mod group;
#[cfg(feature = "author")]
mod history;
#[cfg(feature = "author")]
mod hold;
#[cfg(feature = "author")]
mod host;
#[cfg(feature = "author")]
mod inbox;
#[cfg(feature = "author")]
mod init;
#[cfg(feature = "author")]
mod keys;
#[cfg(feature = "author")]
mod link;
#[cfg(feature = "author")]
mod man;
#[cfg(feature = "author")]
mod member;
#[cfg(feature = "author")]
mod new;
#[cfg(feature = "author")]
mod notify;
#[cfg(feature = "author")]
mod open;
#[cfg(all(feature = "author", feature = "serve"))]
mod preview;
#[cfg(feature = "author")]
mod publish;
#[cfg(feature = "author")]
mod recover;
#[cfg(feature = "author")]
mod renamed;
#[cfg(feature = "author")]
mod results;
#[cfg(feature = "author")]
mod send;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "author")]
mod sheet;
#[cfg(feature = "author")]
mod show;
#[cfg(feature = "author")]
mod standin;
mod terminal;
#[cfg(feature = "author")]
mod theme;
#[cfg(feature = "author")]
mod withdraw;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use failure::Failure;
pub use terminal::Terminal;

/// What to do in which order, below the list of commands.
#[cfg(feature = "author")]
const FIRST_SESSION: &str = r#"A first session:
  heldspace init practice            a new practice, and its recovery sheet
  cd practice
  heldspace group add tuesday --title "Tuesday group"
  heldspace member add maya --name Maya --email maya@example.org --group tuesday \
      --consent "signed form" --recorded-by "Your name"     they agreed to get notices by e-mail
  heldspace new page "Welcome" --group tuesday              opens your editor
  heldspace build                    shows who would read what, and asks
  heldspace serve                    read it on this computer, as a member would

And once there is a server (docs/hosting.md), and an agreement with whoever runs it:
  heldspace host add https://pages.example.org
  heldspace agreement add "Example Hosting" --service host --kind baa --signed 2026-11-20
  heldspace send                     build, publish, and tell members that something is there"#;
#[cfg(not(feature = "author"))]
const FIRST_SESSION: &str = "Example: heldspace serve --store /var/lib/heldspace";

/// Write to your groups in Markdown; each member, and nobody else, reads it.
#[derive(Parser)]
#[command(name = "heldspace", version, after_long_help = FIRST_SESSION)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Apart from a command's own options: what is the same everywhere would stand between them otherwise.
const EVERYWHERE: &str = "For every command";

/// What every command takes, before or after its name.
#[derive(Args, Clone)]
pub struct Common {
    /// The practice's folder
    #[arg(long, global = true, value_name = "DIR", default_value = ".", hide_default_value = true, help_heading = EVERYWHERE)]
    pub root: PathBuf,
    /// Print data for scripts, as JSON, on standard output
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Read the passphrase of the practice's keys from this file (mode 0600) rather than asking
    #[cfg(feature = "author")]
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "author")]
    Init(init::Init),
    #[cfg(feature = "author")]
    Recover(recover::Recover),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Keys(keys::Keys),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Group(group::Group),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Member(member::Member),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Consent(consent::Consent),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Agreement(agreement::Agreement),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Disclosures(disclosures::Disclosures),
    #[cfg(feature = "author")]
    Hold(hold::Hold),
    #[cfg(all(feature = "author", feature = "serve"))]
    Preview(preview::Preview),
    #[cfg(feature = "author")]
    Diff(diff::Diff),
    #[cfg(feature = "author")]
    New(new::New),
    #[cfg(feature = "author")]
    Check(check::Check),
    #[cfg(feature = "author")]
    Build(build::Build),
    #[cfg(feature = "author")]
    Send(send::Send),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Host(host::Host),
    #[cfg(feature = "author")]
    Publish(publish::Publish),
    #[cfg(feature = "author")]
    Withdraw(withdraw::Withdraw),
    #[cfg(feature = "author")]
    Link(link::Link),
    #[cfg(feature = "author")]
    Show(show::Show),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Inbox(inbox::Inbox),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Standin(standin::Standin),
    #[cfg(feature = "author")]
    Results(results::Results),
    #[cfg(feature = "author")]
    Audit(audit::Audit),
    #[cfg(feature = "author")]
    History(history::History),
    #[cfg(feature = "author")]
    Expire(expire::Expire),
    #[cfg(feature = "author")]
    Doctor(doctor::Doctor),
    #[cfg(feature = "author")]
    Open(open::Open),
    #[cfg(feature = "author")]
    Notify(notify::Notify),
    #[cfg(feature = "serve")]
    Serve(Box<serve::Serve>),
    #[cfg(all(feature = "author", feature = "serve"))]
    Demo(demo::Demo),
    #[cfg(feature = "author")]
    #[command(subcommand)]
    Theme(theme::Theme),
    #[cfg(feature = "author")]
    Completions(completions::Completions),
    #[cfg(feature = "author")]
    Man(man::Man),
}

impl Cli {
    /// Runs the command: the one place where waiting is done.
    pub fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
        let terminal = Terminal::new(self.common.json);
        #[cfg(feature = "author")]
        terminal.dress_questions();
        runtime.block_on(self.command.run(&self.common, &terminal))
    }
}

impl Command {
    async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "author")]
            Self::Init(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Recover(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Keys(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Group(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Member(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Consent(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Agreement(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Disclosures(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Hold(command) => command.run(common, terminal),
            #[cfg(all(feature = "author", feature = "serve"))]
            Self::Preview(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Diff(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::New(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Check(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Build(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Send(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Host(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Publish(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Withdraw(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Link(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Show(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Inbox(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Standin(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Results(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Audit(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::History(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Expire(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Doctor(command) => command.run(common, terminal).await,
            #[cfg(feature = "author")]
            Self::Open(command) => command.run(common),
            #[cfg(feature = "author")]
            Self::Notify(command) => command.run(common, terminal).await,
            #[cfg(feature = "serve")]
            Self::Serve(command) => command.run(common, terminal).await,
            #[cfg(all(feature = "author", feature = "serve"))]
            Self::Demo(command) => command.run(terminal).await,
            #[cfg(feature = "author")]
            Self::Theme(command) => command.run(common, terminal),
            #[cfg(feature = "author")]
            Self::Completions(command) => command.run(terminal),
            #[cfg(feature = "author")]
            Self::Man(command) => command.run(terminal),
        }
    }
}
