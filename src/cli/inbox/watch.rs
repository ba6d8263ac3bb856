//! `inbox watch`: fetch again and again, and ring as long as something must not wait; whoever stands in is told of what was
//! left lying.

use std::{path::PathBuf, time::Duration};

use age::secrecy::SecretString;
use clap::Args;
use jiff::SignedDuration;

use super::{
    super::{Common, Failure, Terminal, build::count, context, notify},
    Tray, sync,
};
use crate::{
    inbox::{is_overdue, told},
    keys::Keys,
    notice::{self, Carry, NoticeError, Patience},
    practice::{
        Home, HomeError, Mail, Practice, StandIn,
        register::{self, Service},
    },
    wire::UnixTime,
};

/// A host is asked no more often.
const SHORTEST: Duration = Duration::from_secs(1);

/// Fetch again and again, and ring as long as an answer must not wait
///
/// It asks for the passphrase once, at the beginning, and goes on until it is stopped (Ctrl-C). As long as nobody has seen to
/// an answer that must not wait, it says so with every round, and rings the terminal's bell. It says no name, and nothing of
/// what was written. It rings on this machine alone: if that is off or asleep, nobody is told.
///
/// Once such an answer has lain here for the time under `window` in site.toml, whoever stands in gets an e-mail that says no
/// more than to look; and again each time that as long has passed. If that fails it rings louder, and tries again.
///
/// Example: heldspace inbox watch --every 10m
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Watch {
    /// How long to wait between two rounds, such as 30s, 5m or 1h
    #[arg(long, default_value = "5m", value_name = "TIME", value_parser = every)]
    every: Duration,
    /// Read the password of the mail server from this file (mode 0600) rather than asking
    #[arg(long, value_name = "FILE")]
    mail_password_file: Option<PathBuf>,
}

fn every(text: &str) -> Result<Duration, String> {
    let wish = text.parse::<SignedDuration>().map_err(|_| "write it as 30s, 5m or 1h".to_owned())?;
    let wish = Duration::try_from(wish).map_err(|_| "nobody can wait so long".to_owned())?;
    if wish < SHORTEST { Err("wait a second at least".to_owned()) } else { Ok(wish) }
}

impl Watch {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let practice = context::practice(common)?;
        let keys = context::keys(common)?;
        let password = self.password(&practice, &Home::of(&common.root))?;
        loop {
            match round(common, &keys, password.as_ref(), terminal).await {
                Ok(()) => {}
                // The host may be back with the next round, and whoever is at work here done.
                Err(failure @ (Failure::Inbox(_) | Failure::Host(_) | Failure::Home(HomeError::Busy))) => {
                    terminal.failure(&failure);
                }
                Err(failure) => return Err(failure),
            }
            tokio::time::sleep(self.every).await;
        }
    }

    /// Of the mail server, asked for while somebody is there.
    fn password(&self, practice: &Practice, home: &Home) -> Result<Option<SecretString>, Failure> {
        let answers = &practice.site.answers;
        let mail = answers.stand_in.as_ref().and(answers.window).and(practice.site.mail.as_ref());
        mail.map_or(Ok(None), |mail| notify::password(mail, self.mail_password_file.as_deref(), home))
    }
}

/// Fetches, rings, and tells whoever stands in.
async fn round(
    common: &Common,
    keys: &Keys,
    password: Option<&SecretString>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (home, lock) = context::locked(common)?;
    // Read anew each time: someone may have joined since.
    let practice = context::practice(common)?;
    let fetched = sync::fetch(common, &practice, &home, keys, &Terminal::new(true)).await;
    // What is here already rings, whether or not the host can be reached.
    let tray = Tray::with(practice, home, keys.clone())?;
    let arrived = sync::waiting(&tray)?;
    ring(arrived.len(), 1, terminal);
    if let Err(failure) = tell(&tray, &arrived, password, context::now()) {
        ring(arrived.len(), 3, terminal);
        terminal.note("Whoever stands in was NOT told that it waits:");
        terminal.failure(&failure);
    }
    drop(lock);
    fetched.map(drop)
}

fn ring(waiting: usize, times: usize, terminal: &Terminal) {
    if waiting > 0 {
        let bell = if terminal.is_watched() { "\u{7}".repeat(times) } else { String::new() };
        let what = count(waiting, "answer");
        terminal.note(format!("{bell}{what} must not wait: heldspace inbox list"));
    }
}

/// Tells whoever stands in, if it is time to.
fn tell(tray: &Tray, arrived: &[UnixTime], password: Option<&SecretString>, now: UnixTime) -> Result<(), Failure> {
    let answers = &tray.practice.site.answers;
    let (Some(stand_in), Some(window)) = (&answers.stand_in, answers.window) else { return Ok(()) };
    if !is_overdue(arrived.iter().copied(), tray.inbox.told, window, now) {
        return Ok(());
    }
    let mail = tray.practice.site.mail.as_ref().ok_or(NoticeError::NoMail)?;
    register::needs(&tray.practice, &[Service::Mail])?;
    tokio::task::block_in_place(|| call(tray, mail, stand_in, password, now))?;
    Ok(told(now, &tray.home, &tray.keys)?)
}

/// SECURITY: what may have been sent, or not, is sent again with the next round: twice is better than never.
fn call(
    tray: &Tray,
    mail: &Mail,
    stand_in: &StandIn,
    password: Option<&SecretString>,
    now: UnixTime,
) -> Result<(), Failure> {
    let Tray { practice, keys, .. } = tray;
    let letter = notice::call(practice, mail, stand_in, keys, now)?;
    let carrier = notice::carrier(practice, mail, password.cloned(), Patience::default());
    let mut carrier = carrier.map_err(NoticeError::from)?;
    match carrier.carry(&format!("call-{now}"), &letter, &mut |_| Ok(())) {
        Ok(()) => Ok(()),
        Err(Carry::Stop(stop)) => Err(NoticeError::from(stop).into()),
        Err(Carry::Later(said) | Carry::Refused(said) | Carry::Unknown(said)) => Err(Failure::NotTold { said }),
    }
}
