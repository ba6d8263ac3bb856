//! `withdraw`: one page taken back from everyone, now, and nothing given.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, ask, audit, build, context, publish as host};
use crate::{
    audit::{Log, Opened},
    clock::hour,
    content::{Audience, Page, Survey, address, as_draft, slug},
    host::Host,
    practice::{
        Home, Practice,
        files::{self, Access, FileError},
        together::refuse_links_above,
    },
    publish::{Bring, Given, Publication, Withdrawing},
    record::Record,
    store::Store,
    visible::visible_line,
    wire::{PageId, Release, UnixTime},
};

/// More than any page.
const LIMIT: u64 = 1024 * 1024;

/// Take a page back from everyone who has it, at once, here and at the host
///
/// Nothing else changes: whatever you have written or changed since the last release stays with you. You see who has the page,
/// and who has opened it already, as far as the host's log tells; what was read can't be taken back. The page stays in its
/// folder as a draft, so that no later build gives it again until you take `draft = true` out of it; with --remove it moves to
/// .heldspace/removed/.
///
/// Example: heldspace withdraw content/groups/tuesday/2026-11-24.md
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Withdraw {
    /// Its file, the end of it, or its title
    page: String,
    /// Move the file out of content/ as well
    #[arg(long)]
    remove: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// The page, as it stands here and there.
struct Found {
    file: PathBuf,
    title: String,
    ids: HashSet<PageId>,
    /// Where it stands on the open web, if it does: `library/sleep`.
    address: Option<String>,
}

/// Someone who has it, and when they last opened it.
struct Reader {
    folder: String,
    name: String,
    opened: Option<UnixTime>,
}

impl Withdraw {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let mut practice = standing(common, &home, terminal)?;
        let keys = context::keys(common)?;
        let store = context::store_at_hand(common, None)?;
        let record = Record::read(&home, &keys)?;
        let given = Given::read(&store, &keys).await?;
        if let Some(name) = given.practice() {
            name.clone_into(&mut practice.site.practice.name);
        }
        let found = self.find(common, &record, &given)?;
        unknown(&practice, &given)?;
        let place = match practice.site.host {
            Some(_) => Some(host::host(&practice, &keys).await?),
            None => None,
        };
        let now = context::now();
        let withdrawing = Withdrawing { practice: &practice, keys: &keys, home: &home, store: &store, record: &record };
        let publication = withdrawing.publication(&found.ids, found.address.as_deref(), now).await?;
        let bring = place.as_ref().map(|host| Bring { store: &store, host, keys: &keys, home: &home, now });
        if let Some(bring) = &bring {
            bring.may_overwrite(Release::MAX).await?;
        }
        let opened = opened(&home, &store, place.as_ref(), terminal).await;
        let readers = readers(&publication, &found, &record, opened.as_ref());
        tell(&found, &readers, opened.as_ref(), terminal);
        build::show(&publication.plan(), terminal);
        ask::agree("Take it back from everyone?", self.yes)?;
        let done = build::commit(publication, terminal).await?;
        if let Some(bring) = &bring {
            let journey = bring.journey().await?;
            host::go(bring, &journey, 0, terminal).await?;
        }
        terminal.data(&data(&found, &readers, opened.is_some(), done.release));
        terminal.line(format!("Taken back: {}.", visible_line(&found.title)));
        // Last, since nothing that is wrong with the file may keep the page where it is.
        terminal.line(self.put_away(common, &practice, &found).inspect_err(|_| {
            terminal.note("The page is taken back, but the next build would give it again: its file could not be marked as a draft. Write `draft = true` into it.");
        })?);
        Ok(())
    }

    fn find(&self, common: &Common, record: &Record, given: &Given) -> Result<Found, Failure> {
        let (named, had) = (record.named(&self.page), given.pages());
        let ids: HashSet<PageId> = named.intersection(&had).copied().collect();
        let pages = record.pages().filter(|page| ids.contains(&page.id));
        let files: BTreeMap<&str, &str> = pages.map(|page| (page.file.as_str(), page.title.as_str())).collect();
        let mut files = files.into_iter();
        match (files.next(), files.next()) {
            (Some((file, title)), None) => Ok(Found { file: file.into(), title: title.into(), ids, address: None }),
            (Some(_), Some(_)) => {
                let pages = record.pages().filter(|page| ids.contains(&page.id)).map(|page| page.file.clone());
                let files: HashSet<String> = pages.collect();
                Err(Failure::SeveralPages { files: files.into_iter().collect::<Vec<_>>().join(", ") })
            }
            (None, _) => self.find_open(common, given),
        }
    }

    /// By its file or title as it is here, or, where the file is gone or unreadable, by the address that was made of its name.
    fn find_open(&self, common: &Common, given: &Given) -> Result<Found, Failure> {
        let pages = Survey::read(&common.root).pages;
        let is_it = |page: &&Page| {
            let heading = || page.text().lines().find_map(|line| line.strip_prefix("# "));
            let title = page.title.as_deref().or_else(heading);
            let by_title = title.is_some_and(|title| title.trim().to_lowercase() == self.page.to_lowercase());
            page.audience == Audience::Open && (by_title || page.file.ends_with(&self.page))
        };
        let stands = |address: &str| given.open.contains_key(&format!("{address}/index.html"));
        let here = pages.iter().filter(is_it).filter_map(|page| Some((page.file.clone(), address(page)?)));
        let mut here: Vec<_> = here.filter(|(_, address)| stands(address)).collect();
        if here.len() > 1 {
            let files: Vec<_> = here.iter().map(|(file, _)| file.display().to_string()).collect();
            return Err(Failure::SeveralPages { files: files.join(", ") });
        }
        let named = self.page.trim_start_matches("./").trim_start_matches("content/");
        let stem = named.rsplit_once('.').map_or(named, |(stem, _)| stem);
        let made: Vec<String> = stem.split('/').map(slug).collect();
        let there = || (Path::new("content").join(named), made.join("/"));
        let (file, address) = here.pop().unwrap_or_else(there);
        if !stands(&address) {
            return Err(Failure::NotGiven { page: self.page.clone() });
        }
        Ok(Found { title: format!("/{address}/"), file, ids: HashSet::new(), address: Some(address) })
    }

    /// Sees to it that no later build gives the page again; what to say of it.
    fn put_away(&self, common: &Common, practice: &Practice, found: &Found) -> Result<String, Failure> {
        let path = common.root.join(&found.file);
        refuse_links_above(&common.root, &found.file)?;
        let name = visible_line(&found.file.display().to_string());
        let Some(bytes) = files::read_plain(&path, LIMIT)? else {
            return Ok(format!("{name} is not there any more; if it has another name now, the next build gives that."));
        };
        if self.remove {
            let place = files::put_aside(&common.root, &found.file, &practice.today.to_string())?;
            return Ok(format!("{name} is in {} now.", visible_line(&place.display().to_string())));
        }
        if path.is_symlink() {
            // What it leads to may be a file of something else, and a copy in its place would be another page.
            return Err(FileError::Link { path }.into());
        }
        let text = String::from_utf8(bytes).map_err(|error| not_text(&path, error))?;
        files::write(&path, as_draft(&text).as_bytes(), Access::Usual)?;
        Ok(format!("{name} is a draft now: take `draft = true` out of it to give it again."))
    }
}

/// Whatever is wrong in the folder, as long as it is known who has what, and where.
fn standing(common: &Common, home: &Home, terminal: &Terminal) -> Result<Practice, Failure> {
    let practice = Practice::standing(&common.root, &home.hosts()?);
    Ok(practice.inspect_err(|_| {
        terminal.note("Nothing is taken back yet: as it is, nobody can tell where the page lies and who has it. Mend what is named here, and take it back then; whatever else is wrong can wait.");
    })?)
}

fn not_text(path: &Path, error: std::string::FromUtf8Error) -> FileError {
    FileError::Read { path: path.to_owned(), source: std::io::Error::other(error) }
}

/// SECURITY: a mailbox that no member's file names would go as well, with all that somebody has.
fn unknown(practice: &Practice, given: &Given) -> Result<(), Failure> {
    let is_known = |id| practice.members.values().any(|member| member.mailboxes().any(|own| own == id));
    let unknown = given.mailboxes.iter().filter(|(id, _)| !is_known(*id)).map(|(_, mailbox)| mailbox.reader());
    let readers: Vec<String> = unknown.map(|name| visible_line(&name)).collect();
    if readers.is_empty() { Ok(()) } else { Err(Failure::UnknownMailboxes { readers: readers.join(", ") }) }
}

/// Who opened what, by the newest log that can be had: taking a page back waits for no log.
async fn opened(home: &Home, store: &Store, host: Option<&Host>, terminal: &Terminal) -> Option<Opened> {
    if let Some(host) = host
        && let Err(error) = audit::fetch(host, store).await
    {
        terminal.note(format!("The host's log can't be had: {error}"));
    }
    let log = Log::read(store, home).await.ok()?;
    log.check().ok().map(|()| Opened::of(&log))
}

fn readers(publication: &Publication<'_>, found: &Found, record: &Record, opened: Option<&Opened>) -> Vec<Reader> {
    let has_it = |mailbox| {
        let given = publication.given.mailboxes.get(mailbox);
        given.is_some_and(|given| given.entries.iter().any(|entry| found.ids.contains(&entry.id)))
    };
    let having = publication.wanted.readers.iter().filter_map(|reader| {
        let mailboxes = || std::iter::once(&reader.mailbox.id).chain(&reader.former);
        let last = |mailbox| {
            let objects = record.objects_of(mailbox, &found.ids);
            objects.filter_map(|object| opened?.last_of(mailbox, object)).max()
        };
        mailboxes().any(has_it).then(|| Reader {
            folder: reader.folder.clone(),
            name: reader.label.clone(),
            opened: mailboxes().filter_map(last).max(),
        })
    });
    having.collect()
}

fn tell(found: &Found, readers: &[Reader], opened: Option<&Opened>, terminal: &Terminal) {
    let file = visible_line(&found.file.display().to_string());
    terminal.note(format!("{}  {file}", terminal.strong(&found.title)));
    if found.address.is_some() {
        terminal.note("It stands on the open web: nobody can tell who has read it.");
        return;
    }
    let (read, unread): (Vec<&Reader>, Vec<&Reader>) = readers.iter().partition(|reader| reader.opened.is_some());
    let names =
        |readers: &[&Reader]| readers.iter().map(|reader| visible_line(&reader.name)).collect::<Vec<_>>().join(", ");
    if opened.is_none() {
        terminal.note(format!(
            "  {} can read it. Who has opened it can't be told.",
            names(&readers.iter().collect::<Vec<_>>())
        ));
        return;
    }
    for reader in &read {
        let when = reader.opened.map(hour).unwrap_or_default();
        terminal.note(format!("  {} has opened it, last {when}", visible_line(&reader.name)));
    }
    if !unread.is_empty() {
        terminal.note(format!("  not opened, as far as the host's log tells: {}", names(&unread)));
    }
}

fn data(found: &Found, readers: &[Reader], log_trusted: bool, release: Option<Release>) -> serde_json::Value {
    let readers = readers.iter().map(|it| json!({ "member": it.folder, "name": it.name, "opened": it.opened }));
    json!({
        "file": found.file, "title": found.title, "readers": readers.collect::<Vec<_>>(), "log_trusted": log_trusted,
        "release": release,
    })
}
