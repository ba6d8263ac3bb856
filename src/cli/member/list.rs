//! `member list`: who there is, and when they last opened something.

use std::path::Path;

use jiff::civil::Date;
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, audit, context, notify},
    card::mark,
};
use crate::{
    audit::{AuditError, Log, Opened},
    clock::hour,
    practice::{Ahead, Closed, Group, Home, Practice},
    store::{Store, layout},
    visible::{visible, visible_line},
};

/// What the audit log says: no keys are needed for that. None, and a word about it, where it says nothing to rely on.
async fn opened(home: &Home, store: &Path, terminal: &Terminal) -> Option<Opened> {
    let read = async {
        // Nothing is made where nothing was published yet.
        if home.released()?.is_none() && !store.exists() {
            return Ok(Opened::default());
        }
        let log = Log::read(&Store::open(store)?, home).await?;
        log.check().map(|()| Opened::of(&log))
    };
    match read.await {
        Ok(opened) => Some(opened),
        Err::<_, AuditError>(error) => {
            terminal.note(format!(
                "When they last opened something can't be told; `heldspace audit` says more. {}",
                visible(&error.to_string())
            ));
            None
        }
    }
}

/// Whether there is a log here to look into: the host's own is fetched where that takes no question.
async fn fetched(
    named: &context::StoreArg,
    practice: &Practice,
    home: &Home,
    common: &Common,
    terminal: &Terminal,
) -> Result<bool, Failure> {
    if !audit::is_elsewhere(practice, named) {
        return Ok(true);
    }
    if context::keys_at_hand(common)? {
        let (keys, store) = (context::keys(common)?, context::store(common, None)?);
        let brought = async {
            let _lock = home.lock()?;
            audit::bring(practice, &keys, &store).await
        };
        match brought.await {
            Ok(()) => return Ok(true),
            Err(error) => terminal.note(visible(&error.to_string())),
        }
    }
    let has_some = home.store().join(layout::AUDIT).is_dir();
    terminal.note(if has_some {
        "When they last opened something is told as of the last `heldspace audit`."
    } else {
        "When they last opened something can be told once `heldspace audit` has fetched the host's log."
    });
    Ok(has_some)
}

pub async fn list(store: &context::StoreArg, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let home = Home::of(&common.root);
    let folder = store.store.clone().unwrap_or_else(|| home.store());
    let opened = if fetched(store, &practice, &home, common, terminal).await? {
        opened(&home, &folder, terminal).await
    } else {
        None
    };
    let history = notify::history(common, terminal)?;
    let rows: Vec<_> = practice.members.values().map(|member| (member, practice.groups_of(&member.folder))).collect();
    let data = rows.iter().map(|(m, groups)| {
        json!({
            "member": m.folder,
            "name": m.name,
            "email": m.email,
            "groups": groups,
            "mailbox": m.mailbox.as_ref().map(|b| b.id),
            "card": m.mailbox.as_ref().map(|b| mark(&b.id)),
            "closed": m.closed.map(|closed| closed.on),
            "paused": m.is_paused(practice.today),
            "opened": opened.as_ref().and_then(|o| o.last_by(m)),
            "log_trusted": opened.is_some(),
        })
    });
    terminal.data(&data.collect::<Vec<_>>());
    if rows.is_empty() {
        terminal.note("Nobody is a member yet: `heldspace member add --help` shows how someone is added.");
    }
    for (member, _) in rows {
        let state = match (member.closed.as_ref(), &member.mailbox) {
            (Some(closed), _) => ended(closed, practice.today),
            (None, None) => "no mailbox yet: heldspace member rekey".to_owned(),
            (None, Some(mailbox)) => {
                let paused = if member.is_paused(practice.today) { " (on a break)" } else { "" };
                let groups =
                    practice.groups.values().filter_map(|group| in_group(group, &member.folder, practice.today));
                let groups: Vec<_> = groups.collect();
                format!("card {}  {}{paused}", mark(&mailbox.id), groups.join(", ")).trim_end().to_owned()
            }
        };
        let last = opened.as_ref().map_or_else(
            || "can't be told".to_owned(),
            |opened| opened.last_by(member).map_or_else(|| "never".to_owned(), hour),
        );
        terminal.line(format!(
            "{}  {} <{}>  {state}  last opened: {last}",
            terminal.strong(&member.folder),
            visible_line(&member.name),
            visible_line(&member.email)
        ));
        if let Some(refusal) = history.refused(member) {
            let (on, reply) = (notify::date(refusal.time), visible_line(&refusal.reply));
            terminal.line(format!("    refused by the mail server on {on}: {reply}"));
        }
        if let Some(since) = history.uncertain(member).filter(|_| !member.is_closed(practice.today)) {
            let (on, folder) = (notify::date(since), &member.folder);
            terminal
                .line(format!("    a notice on {on} may not have arrived: heldspace notify --member {folder} --again"));
        }
    }
    Ok(())
}

/// A group's name, if they are in it or will be, and what is planned.
fn in_group(group: &Group, member: &str, today: Date) -> Option<String> {
    let name = &group.folder;
    match group.ahead(member, today) {
        None => group.sight(member, today).map(|_| name.clone()),
        Some(Ahead::Joins(on)) => Some(format!("{name} (from {on})")),
        Some(Ahead::Leaves(on)) => Some(format!("{name} (leaves {on})")),
    }
}

fn ended(closed: &Closed, today: Date) -> String {
    let state = if closed.on <= today { "closed" } else { "closes" };
    match closed.keep_until.filter(|last| *last >= today) {
        Some(last) => format!("{state} {}, readable until {last}", closed.on),
        None => format!("{state} {}", closed.on),
    }
}
