//! `inbox watch`: fetch again and again, and ring as long as something must not wait.

use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

use super::{
    super::{Common, Failure, Terminal, build::count, context},
    Tray, sync,
};
use crate::{keys::Keys, practice::HomeError};

/// A host is asked no more often.
const SHORTEST: Duration = Duration::from_secs(1);

/// Fetch again and again, and ring as long as an answer must not wait
///
/// It asks for the passphrase once, at the beginning, and goes on until it is stopped (Ctrl-C). As long as nobody has seen to
/// an answer that must not wait, it says so with every round, and rings the terminal's bell. It says no name, and nothing of
/// what was written. It rings on this machine alone: if that is off or asleep, nobody is told.
///
/// Example: heldspace inbox watch --every 10m
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Watch {
    /// How long to wait between two rounds, such as 30s, 5m or 1h
    #[arg(long, default_value = "5m", value_name = "TIME", value_parser = every)]
    every: Duration,
}

fn every(text: &str) -> Result<Duration, String> {
    let wish = text.parse::<SignedDuration>().map_err(|_| "write it as 30s, 5m or 1h".to_owned())?;
    let wish = Duration::try_from(wish).map_err(|_| "nobody can wait so long".to_owned())?;
    if wish < SHORTEST { Err("wait a second at least".to_owned()) } else { Ok(wish) }
}

impl Watch {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        context::practice(common)?;
        let keys = context::keys(common)?;
        loop {
            match round(common, &keys, terminal).await {
                Ok(waiting) => ring(waiting, terminal),
                // The host may be back with the next round, and whoever is at work here done.
                Err(failure @ (Failure::Inbox(_) | Failure::Host(_) | Failure::Home(HomeError::Busy))) => {
                    terminal.failure(&failure);
                }
                Err(failure) => return Err(failure),
            }
            tokio::time::sleep(self.every).await;
        }
    }
}

/// How many answers must not wait, after a fetch.
async fn round(common: &Common, keys: &Keys, terminal: &Terminal) -> Result<usize, Failure> {
    let (home, lock) = context::locked(common)?;
    // Read anew each time: someone may have joined since.
    let practice = context::practice(common)?;
    let fetched = sync::fetch(common, &practice, &home, keys, &Terminal::new(true)).await;
    drop(lock);
    // What is here already rings, whether or not the host can be reached.
    let waiting = sync::waiting(&Tray::with(practice, home, keys.clone())?)?;
    if let Err(failure) = fetched {
        ring(waiting, terminal);
        return Err(failure);
    }
    Ok(waiting)
}

fn ring(waiting: usize, terminal: &Terminal) {
    if waiting > 0 {
        let bell = if terminal.is_watched() { "\u{7}" } else { "" };
        let what = count(waiting, "answer");
        terminal.note(format!("{bell}{what} must not wait: heldspace inbox list"));
    }
}
