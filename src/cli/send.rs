//! `send`: build, publish and notify in one go, with one plan and one question.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{
    Common, Failure, Terminal, ask,
    build::{self, Desk},
    context::{self, StoreArg},
    notify::{self, Notify},
    publish,
};
use crate::{
    host::Host,
    notice::{Reading, SentReport},
    practice::register::{self, Service},
    publish::{Bring, Publication, standing},
    wire::Release,
};

/// Build, publish and notify: everything that is to be done once something was written
///
/// You see who would newly read what, and who gets a notice; you are asked once. If something goes wrong on the way, run it
/// again: it goes on where it stopped, and nobody is told twice.
///
/// Example: heldspace send
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Send {
    /// Show the plan, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Agree to the plan without being asked
    #[arg(long)]
    yes: bool,
    /// Read the password of the mail server from this file (mode 0600) rather than asking
    #[arg(long, value_name = "FILE")]
    mail_password_file: Option<PathBuf>,
}

impl Send {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        // Nobody is asked for a passphrase in vain; mistakes in the files are told with all others, below.
        if let Ok(practice) = context::practice(common) {
            register::needs(&practice, &[Service::Host, Service::Mail])?;
        }
        let mut desk = Desk::open(common, &StoreArg { store: None }).await?;
        if !self.dry_run {
            desk.settle_names(common, terminal)?;
        }
        register::needs(&desk.practice, &[Service::Host, Service::Mail])?;
        let host = match desk.practice.site.host {
            Some(_) => Some(publish::host(&desk.practice, &desk.keys).await?),
            None => None,
        };
        // What the host can refuse it refuses before anything is done.
        if let Some(host) = &host {
            bring(&desk, host).may_overwrite(Release::MAX).await?;
        }
        let notify = Notify { mail_password_file: self.mail_password_file, ..Notify::default() };
        let (publication, _) = desk.publication(false, terminal, context::now()).await?;
        let mut ready =
            notify.ready(&desk.practice, &reading(&publication), &desk.store, &desk.keys, &desk.home).await?;
        let plan = publication.plan();
        build::show(&plan, terminal);
        notify::show(&ready, terminal);
        desk.remark(terminal);
        if self.dry_run {
            terminal.data(&json!({
                "plan": plan.counts(),
                "notices": ready.plan.notices.len(),
                "waiting": plan.dated.waiting.len(),
                "next_date": plan.dated.next,
                "told": plan.told,
                "uncounted": plan.uncounted,
            }));
            return Ok(());
        }
        // Whatever is asked is asked before anything is done.
        let password = if ready.plan.notices.is_empty() { None } else { notify.password(&ready, &desk.home)? };
        let question = match (build::opens(&plan), ready.plan.notices.is_empty()) {
            (true, false) => "Publish this, for everyone on the open web too, and send these notices?",
            (true, true) => "Publish this, for everyone on the open web too? Nobody gets a notice.",
            (false, false) => "Publish this, and send these notices?",
            (false, true) => "Publish this? Nobody gets a notice.",
        };
        if !(plan.is_empty() && ready.plan.notices.is_empty()) {
            ask::agree(question, self.yes)?;
        }
        let done = build::commit(publication, terminal).await?;
        for line in build::summary(&done) {
            terminal.line(line);
        }
        let brought = match &host {
            Some(host) => Some(go(&bring(&desk, host), terminal).await?),
            None => None,
        };
        ready.released = standing(&desk.store, &desk.keys).await?;
        let mut report = SentReport::default();
        if !ready.plan.notices.is_empty() {
            ready.reach(&desk.keys, &desk.home)?;
            report = ready.send(password, &desk.keys, &desk.home, terminal)?;
        }
        terminal.data(&json!({ "build": done, "publish": brought, "notices": notify::data(&ready, &report) }));
        notify::finish(&ready, report, terminal)
    }
}

/// What each member is about to have.
fn reading(publication: &Publication<'_>) -> Reading {
    let pages = publication.wanted.readers.iter().map(|reader| {
        let entries = reader.pages.iter().map(|page| page.entry.clone()).collect();
        (reader.folder.clone(), entries)
    });
    Reading { pages: pages.collect(), released: None }
}

fn bring<'a>(desk: &'a Desk, host: &'a Host) -> Bring<'a> {
    Bring { store: &desk.store, host, keys: &desk.keys, home: &desk.home, now: context::now() }
}

async fn go(bring: &Bring<'_>, terminal: &Terminal) -> Result<publish::Brought, Failure> {
    let journey = bring.journey().await?;
    publish::tell(&journey, bring.host, terminal);
    publish::go(bring, &journey, 0, terminal).await
}
