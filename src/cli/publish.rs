//! `publish`: what was built, brought to the host.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, build::count, context};
use crate::{
    content::Survey,
    host::Host,
    keys::Keys,
    notice::{self, History},
    practice::{
        Home, Practice,
        register::{self, Service},
    },
    publish::{Bring, Given, Journey, PublishError, adopt_keyrings, ended, gate},
    store::{Store, layout},
};

const GATE_LIMIT: u64 = 64 * 1024;

/// Bring what was built to the host named in site.toml
///
/// Only what is missing there travels. Stopped in the middle it leaves nobody without their pages; run again, it goes on.
/// Something that another machine has published is never overwritten.
///
/// Example: heldspace publish
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Publish {
    /// Only say what would travel
    #[arg(long)]
    dry_run: bool,
    /// Read everything there, and mend what the host spoiled
    #[arg(long, conflicts_with = "dry_run")]
    verify: bool,
    /// Bring what is published there to this machine instead: for a second machine, or after `recover`
    #[arg(long, conflicts_with_all = ["dry_run", "verify"])]
    adopt: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What travelled.
#[derive(Debug, Serialize)]
pub struct Brought {
    pub release: u64,
    pub sent: usize,
    pub mended: usize,
}

impl Publish {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        if !self.adopt {
            register::needs(&practice, &[Service::Host])?;
        }
        let keys = context::keys(common)?;
        let host = host(&practice, &keys).await?;
        if self.adopt {
            return self.adopt(common, terminal, practice, &home, &keys, &host).await;
        }
        let store = context::store_at_hand(common, None)?;
        let bring = Bring { store: &store, host: &host, keys: &keys, home: &home, now: context::now() };
        let built = store.read(layout::GATE, GATE_LIMIT).await.map_err(PublishError::from)?;
        if built.is_some_and(|built| *built != *gate(&practice)) {
            return Err(Failure::AddressesChanged);
        }
        let pages = Survey::read(&common.root).pages;
        let ended = ended(&Given::read(&store, &keys).await?, &practice, &pages, &keys);
        if ended > 0 {
            return Err(Failure::Ended { mailboxes: ended });
        }
        let mut journey = bring.journey().await?;
        let mended = if self.verify { verify(&bring, &mut journey, terminal).await? } else { 0 };
        tell(&journey, &host, terminal);
        if self.dry_run {
            terminal.data(&journey);
            return Ok(());
        }
        if !journey.is_empty() {
            ask::agree("Publish this?", self.yes)?;
        }
        let brought = go(&bring, &journey, mended, terminal).await?;
        terminal.data(&brought);
        terminal.line(match (brought.sent, brought.mended) {
            (0, _) => format!("Release {} is there already; nothing had to travel.", brought.release),
            (sent, 0) => format!("Release {} is published: {} travelled.", brought.release, count(sent, "file")),
            (sent, mended) => format!(
                "Release {} is published: {} travelled, {mended} of them in place of what was spoiled.",
                brought.release,
                count(sent, "file")
            ),
        });
        Ok(())
    }

    async fn adopt(
        self,
        common: &Common,
        terminal: &Terminal,
        mut practice: Practice,
        home: &Home,
        keys: &Keys,
        host: &Host,
    ) -> Result<(), Failure> {
        terminal
            .note(format!("What is published at {} takes the place of what was built on this machine.", host.name()));
        ask::agree("Take it over?", self.yes)?;
        let store: Store = context::store(common, None)?;
        let bring = Bring { store: &store, host, keys, home, now: context::now() };
        let bar = terminal.progress("Fetching");
        let release = bring.adopt(&|done, of| bar.set(done, of)).await?;
        drop(bar);
        adopt_keyrings(&store, home, &mut practice).await?;
        match notice::readings(&store, keys, &practice).await {
            // Cut short there: nobody was told yet.
            Err(PublishError::Unfinished) => {}
            reading => History::read(home, keys)?.take_over(&practice, &reading?, home, keys)?,
        }
        terminal.data(&json!({ "release": release }));
        terminal.line(format!("Release {release} is here. `heldspace build` shows what would change against it."));
        if practice.site.mail.is_some() {
            terminal.line(
                "Members count as told of what they have there. If they were not: `heldspace notify --again`, after that.",
            );
        }
        Ok(())
    }
}

/// The host that site.toml names.
pub async fn host(practice: &Practice, keys: &Keys) -> Result<Host, Failure> {
    let place = practice.site.host.as_ref().ok_or(Failure::NoHost)?;
    Ok(Host::open(place, &practice.root, keys, Home::of(&practice.root).machine()?).await?)
}

/// Adds what is spoiled there to what travels; how much it is.
async fn verify(bring: &Bring<'_>, journey: &mut Journey, terminal: &Terminal) -> Result<usize, Failure> {
    let bar = terminal.progress("Verifying");
    let spoiled = bring.spoiled(&|done, of| bar.set(done, of)).await?;
    drop(bar);
    Ok(journey.mend(spoiled))
}

pub async fn go(bring: &Bring<'_>, journey: &Journey, mended: usize, terminal: &Terminal) -> Result<Brought, Failure> {
    let bar = terminal.progress("Publishing");
    bring.go(journey, &|done, of| bar.set(done, of)).await?;
    Ok(Brought { release: journey.release, sent: journey.files(), mended })
}

pub fn tell(journey: &Journey, host: &Host, terminal: &Terminal) {
    if let Some(old) = journey.brought_back {
        terminal.note(format!(
            "{} shows release {old}, older than what this machine brought there: somebody has restored a backup, or wants \
             members to see old pages.",
            host.name()
        ));
    }
    terminal.note(format!("Release {} for {}:", journey.release, host.name()));
    for (number, what) in [
        (journey.sealed.len(), "sealed file"),
        (journey.open.len(), "open file"),
        (journey.mailboxes.len(), "mailbox record"),
    ] {
        if number > 0 {
            terminal.note(format!("  {} to send", count(number, what)));
        }
    }
    if !journey.ended.is_empty() {
        terminal.note(format!("  Mailboxes that end: {}", journey.ended.len()));
    }
}
