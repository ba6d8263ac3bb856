//! `inbox sync`: what is new, from the host to this machine.

use clap::Args;

use super::{
    super::{Common, Failure, Terminal, build::count, context, publish},
    Tray,
};
use crate::{
    host::Host,
    inbox::{Fetching, People, Synced},
    keys::Keys,
    practice::{Home, Practice},
    wire::UnixTime,
};

/// Fetch what members sent, and keep it here, sealed
///
/// What a member did not sign is set aside, and `inbox list` says why. Members see that an answer arrived with the next
/// `heldspace build` (and `heldspace publish`). Stopped in the middle, it goes on with the next run.
///
/// Example: heldspace inbox sync
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Sync {}

impl Sync {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let keys = context::keys(common)?;
        let synced = fetch(common, &practice, &home, &keys, terminal).await?;
        drop(lock);
        terminal.data(&synced);
        tell(&synced, terminal);
        let waiting = waiting(&Tray::with(practice, home, keys)?)?.len();
        if waiting > 0 {
            terminal
                .line(terminal.strong(&format!("{} must not wait: `heldspace inbox list`.", count(waiting, "answer"))));
        }
        Ok(())
    }
}

/// Fetches from wherever members send to. Whoever calls it holds the practice's lock.
pub async fn fetch(
    common: &Common,
    practice: &Practice,
    home: &Home,
    keys: &Keys,
    terminal: &Terminal,
) -> Result<Synced, Failure> {
    let host = match practice.site.host {
        Some(_) => publish::host(practice, keys).await?,
        None => Host::Folder(context::store_at_hand(common, None)?),
    };
    let people = People::of(practice);
    let fetching = Fetching { host: &host, home, keys, people: &people, now: context::now() };
    let bar = terminal.progress("Fetching");
    Ok(fetching.run(&|done, of| bar.set(done, of)).await?)
}

fn tell(synced: &Synced, terminal: &Terminal) {
    terminal.line(match synced.arrived {
        0 => "No new answers.".to_owned(),
        number => format!("{}: `heldspace inbox list` shows them.", count(number, "new answer")),
    });
    if synced.refused > 0 {
        let what = count(synced.refused, "file");
        terminal.line(format!("{what} at the host set aside, not believed: `heldspace inbox list` says why."));
    }
    if synced.strangers > 0 {
        let what = count(synced.strangers, "file");
        terminal.line(format!("{what} there in mailboxes that are nobody's here; they were left where they are."));
    }
    if synced.more {
        terminal.line("There is more: run this again.");
    }
}

/// When each answer came that waits for somebody to see to it.
pub fn waiting(tray: &Tray) -> Result<Vec<UnixTime>, Failure> {
    let questions = tray.questions()?;
    let waiting = tray.inbox.letters.iter().filter(|letter| letter.waits(questions.asked(letter)));
    Ok(waiting.map(|letter| letter.arrived).collect())
}
