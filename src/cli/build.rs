//! `build`: content → sealed pages in the store, after the plan was shown and agreed to.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::{Common, Failure, Terminal, ask, context, dates, renamed};
use crate::{
    check,
    content::{Lapsed, Page, Survey, read_pages},
    keys::Keys,
    practice::{Home, Lock, Practice},
    publish::{self, Change, Closing, Done, Lost, Plan, Publication, Sources, ToldOf, Uncounted, WaitsFor, What},
    record::Record,
    render::Theme,
    store::Store,
    visible::visible_line,
    wire::UnixTime,
};

/// Show who would newly read what, ask, and then seal and publish it
///
/// Nothing is given to anyone before you have seen the plan and agreed. Building twice changes nothing.
///
/// Example: heldspace build
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Build {
    /// Agree to the plan without being asked
    #[arg(long)]
    pub yes: bool,
    /// Open everything that was published before, and mend what the host spoiled
    #[arg(long)]
    pub verify: bool,
    #[command(flatten)]
    pub store: context::StoreArg,
}

impl Build {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let done = self.publish(common, terminal).await?;
        terminal.data(&done);
        for line in summary(&done) {
            terminal.line(line);
        }
        // Into a store of its own choice is not on the way there.
        let has_host = context::practice(common)?.site.host.is_some() && self.store.store.is_none();
        if has_host && done.release.is_some() {
            terminal.line("Members see it once `heldspace publish` has brought it to the host.");
        }
        Ok(())
    }

    /// The whole way, without the last words.
    pub async fn publish(&self, common: &Common, terminal: &Terminal) -> Result<Done, Failure> {
        let mut desk = Desk::open(common, &self.store).await?;
        desk.settle_names(common, terminal)?;
        let (publication, mended) = desk.publication(self.verify, terminal, context::now()).await?;
        let plan = publication.plan();
        show(&plan, terminal);
        desk.remark(terminal);
        if !plan.is_empty() {
            let question =
                if opens(&plan) { "Publish this, for everyone on the open web too?" } else { "Publish this?" };
            ask::agree(question, self.yes)?;
        }
        Ok(Done { mended, ..commit(publication, terminal).await? })
    }
}

/// All that a publication is made from: locked, read, found without a mistake.
pub struct Desk {
    pub practice: Practice,
    pub keys: Keys,
    pub home: Home,
    pub store: Store,
    pages: Vec<Page>,
    theme: Theme,
    record: Record,
    is_aside: bool,
    _lock: Lock,
}

impl Desk {
    pub async fn open(common: &Common, named: &context::StoreArg) -> Result<Self, Failure> {
        let (home, lock) = context::locked(common)?;
        let survey = Survey::read(&common.root);
        let theme = Theme::read(&survey.practice);
        if !survey.mistakes.is_empty() {
            // What rendering would find wrong too.
            return Err(check::mistakes(&survey, &theme).into());
        }
        let (mut practice, pages, theme) = (survey.practice, survey.pages, theme?);
        let keys = context::keys(common)?;
        // A store of its own choice beside the one that members read from.
        let is_aside = named.store.as_ref().is_some_and(|named| {
            home.store().is_dir() && named.canonicalize().ok() != home.store().canonicalize().ok()
        });
        let store = context::store(common, named.store.as_deref())?;
        store.is_store()?;
        publish::adopt_keyrings(&store, &home, &mut practice).await?;
        // Keys that are too old for this store say so, before they fail at the record.
        publish::standing(&store, &keys).await?;
        let record = Record::read(&home, &keys)?;
        Ok(Self { practice, keys, home, store, pages, theme, record, is_aside, _lock: lock })
    }

    /// Pages that were given by another name stay what they were, if their author says so.
    pub fn settle_names(&mut self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let renamed = publish::renamed(&self.pages, &self.record, &self.keys);
        if renamed::offer(&renamed, common, terminal)? {
            self.pages = read_pages(&self.practice)?;
        }
        Ok(())
    }

    /// What would be published; with `verify`, how much of what was published before is spoiled.
    pub async fn publication(
        &self,
        verify: bool,
        terminal: &Terminal,
        now: UnixTime,
    ) -> Result<(Publication<'_>, usize), Failure> {
        let bar = terminal.progress("Rendering");
        let count = std::sync::atomic::AtomicU64::new(0);
        let done = || bar.set(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, self.pages.len() as u64);
        let sources = Sources {
            practice: &self.practice,
            pages: &self.pages,
            theme: &self.theme,
            keys: &self.keys,
            home: &self.home,
            store: &self.store,
            record: &self.record,
            is_aside: self.is_aside,
        };
        let mut publication = sources.publication(now, &done).await?;
        drop(bar);
        let mut mended = 0;
        if verify {
            let bar = terminal.progress("Verifying");
            mended = publication.verify(&|done, of| bar.set(done, of)).await?;
        }
        Ok((publication, mended))
    }
}

impl Desk {
    /// How much is worth a look; what it is, `check` says.
    pub fn remark(&self, terminal: &Terminal) {
        let remarks = check::remarks(&self.practice, &self.pages, &self.theme).len();
        if remarks > 0 {
            terminal.note(format!("\n{}: `heldspace check` shows more.", count(remarks, "remark")));
        }
    }
}

/// Whether something goes on the open web.
pub fn opens(plan: &Plan) -> bool {
    plan.count(What::NewlyOpen) + plan.count(What::OpenChanged) > 0
}

/// Seals and publishes, with a progress bar.
pub async fn commit(publication: Publication<'_>, terminal: &Terminal) -> Result<Done, Failure> {
    let names: Vec<String> = publication.wanted.readers.iter().map(|reader| visible_line(&reader.label)).collect();
    let bar = terminal.progress("Sealing");
    // However long the question stayed open.
    let publication = Publication { now: context::now(), ..publication };
    let done = publication.commit(&|done, of| bar.set(done, of)).await?;
    drop(bar);
    if done.release.is_some() && !names.is_empty() && terminal.is_watched() {
        terminal.note(format!("\nIssued for {}.", names.join(", ")));
    }
    Ok(done)
}

/// As many readers as a line of the plan names.
const NAMED: usize = 12;

/// What happens to pages, as people are told.
pub const HEADINGS: [(What, &str); 6] = [
    (What::NewlyReadable, "Newly readable"),
    (What::Changed, "Changed"),
    (What::TakenBack, "Taken back"),
    (What::NewlyOpen, "New on the open web"),
    (What::OpenChanged, "Changed on the open web"),
    (What::NoLongerOpen, "Taken off the open web"),
];

/// The plan: names and titles on the author's own terminal alone, counts anywhere else, since a log or a mail from cron is
/// no place for them.
pub fn show(plan: &Plan, terminal: &Terminal) {
    if terminal.is_watched() {
        show_all(plan, terminal);
    } else {
        show_counts(plan, terminal);
    }
    dates::show(&plan.dated, terminal);
    show_results(plan, terminal);
    if let Some(name) = &plan.stand_in {
        let who = if terminal.is_watched() { visible_line(name) } else { "Whoever stands in".to_owned() };
        terminal.note(format!("\n{who} can read everything that members send from then on, with their names."));
    }
    if plan.confirmed > 0 {
        terminal.note(format!("{} confirmed to whoever sent them.", count(plan.confirmed, "answer")));
    }
}

/// Numbers that members would see, and that stay: each for its therapist to look at first.
pub fn results_lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for ToldOf { asked, shown, readers, numbers } in &plan.told {
        let [asked, shown] = [asked, shown].map(|file| visible_line(file));
        let whom = named(readers);
        let block = &numbers.block;
        lines.push(format!("\nNumbers of `{block}` in {asked}, shown in {shown} to {whom}, and final from then on:"));
        lines.extend(numbers.numbers.lines().iter().map(|line| format!("  {}", visible_line(line))));
    }
    for Uncounted { asked, block, waits_for } in &plan.uncounted {
        let asked = visible_line(asked);
        let what = match waits_for {
            WaitsFor::Sync => "`heldspace inbox sync`, and then build again",
            WaitsFor::Build => "nobody has it yet as it is written now; the build after this one counts it",
        };
        lines.push(format!("\n`{block}` in {asked} is closed, and waits to be counted: {what}."));
    }
    lines
}

fn show_results(plan: &Plan, terminal: &Terminal) {
    if terminal.is_watched() {
        for line in results_lines(plan) {
            terminal.note(line);
        }
        return;
    }
    if !plan.told.is_empty() {
        terminal.note(format!("Numbers of closed questions shown, and final: {}", plan.told.len()));
    }
    if !plan.uncounted.is_empty() {
        let waiting = plan.uncounted.len();
        terminal.note(format!("Closed questions that wait to be counted (`heldspace diff` says for what): {waiting}"));
    }
}

fn show_all(plan: &Plan, terminal: &Terminal) {
    for (what, heading) in HEADINGS {
        let mut by_readers: BTreeMap<&[String], Vec<&Change>> = BTreeMap::new();
        for change in plan.changes.iter().filter(|change| change.what == what) {
            by_readers.entry(&change.readers).or_default().push(change);
        }
        for changes in by_readers.into_values() {
            terminal.note(format!("\n{heading} for {}:", readers(changes[0])));
            for change in changes {
                let file = change.file.as_ref().map(|file| format!("  ({})", visible_line(file))).unwrap_or_default();
                terminal.note(format!("  {}{file}", visible_line(&change.title)));
            }
        }
    }
    for Lapsed { file, member, on, revoked } in &plan.lapsed {
        let file = visible_line(&file.display().to_string());
        let ended = if *revoked { "was revoked" } else { "lapsed" };
        terminal.note(format!("\nKept from others: the consent of {member} for {file} {ended} on {on}."));
    }
    for Lost { file, name, reader } in &plan.lost {
        let [file, name, reader] = [file, name, reader].map(|text| visible_line(text));
        terminal.note(format!(
            "\n{reader} keeps {file} without {name}: it is neither in the store nor in the record. If you have a backup of \
             .heldspace/, answer no, and put it back first."
        ));
    }
    for Closing { name, replaced } in &plan.closing {
        let name = visible_line(name);
        terminal.note(if *replaced {
            format!("\nOld card that ends: {name}")
        } else {
            format!("\nMailbox that goes: {name}")
        });
    }
    for file in &plan.unread {
        terminal.note(format!(
            "\nNobody reads {} yet: everyone in the group joined after its day. `newcomers = true` in it, or a later `date`, \
             shows it to them.",
            visible_line(file)
        ));
    }
    for folder in &plan.without_mailbox {
        terminal.note(format!(
            "\n{folder} gets nothing: no mailbox yet, or its keyring is neither here nor in this store. If you publish to another \
             store, name it with --store; only if it is lost, `heldspace member rekey {folder}` makes a new card."
        ));
    }
}

fn show_counts(plan: &Plan, terminal: &Terminal) {
    for (what, heading) in HEADINGS.into_iter().filter(|(what, _)| plan.count(*what) > 0) {
        terminal.note(format!("{heading}: {}", count(plan.count(what), "page")));
    }
    if !plan.unread.is_empty() {
        terminal.note(format!(
            "{} that nobody reads yet: all in the group joined later.",
            count(plan.unread.len(), "page")
        ));
    }
    if !plan.lost.is_empty() {
        terminal.note(format!("Lost for those who left and keep its page: {}", count(plan.lost.len(), "file")));
    }
    let kept: BTreeSet<_> = plan.lapsed.iter().map(|lapsed| &lapsed.file).collect();
    if !kept.is_empty() {
        terminal.note(format!("Kept from others, since a consent ended: {}", count(kept.len(), "page")));
    }
    for (number, what) in [(plan.closing.len(), "that go"), (plan.without_mailbox.len(), "missing")] {
        if number > 0 {
            terminal.note(format!("Mailboxes {what}: {number}"));
        }
    }
}

/// Who they are, and how many where a line of names would be read by nobody.
fn readers(change: &Change) -> String {
    if change.readers.is_empty() && change.what >= What::NewlyOpen {
        return "everyone".to_owned();
    }
    named(&change.readers)
}

fn named(readers: &[String]) -> String {
    let (all, names) = (readers.len(), readers.iter().map(|name| visible_line(name)));
    if all <= NAMED {
        return names.collect::<Vec<_>>().join(", ");
    }
    let first: Vec<_> = names.take(NAMED / 2).collect();
    format!("{all} members ({}, and {} more; `heldspace diff` names all)", first.join(", "), all - first.len())
}

pub fn summary(done: &Done) -> Vec<String> {
    let mut lines = Vec::new();
    match done.release {
        None => lines.push("Nothing has changed since the last release; nothing was written.".to_owned()),
        Some(release) => lines.push(format!(
            "Release {release}: {} sealed, {} kept, {} withdrawn, for {}; {} on the open web.",
            count(done.sealed, "page"),
            done.kept,
            done.withdrawn,
            count(done.members, "member"),
            count(done.open_pages, "page"),
        )),
    }
    if done.mended > 0 {
        lines.push(format!("Mended: {} that the host had spoiled.", count(done.mended, "file")));
    }
    lines
}

/// `1 page`, `2 pages`.
pub fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: usize) -> String {
        let names = (0..names).map(|n| format!("m{n}")).collect();
        readers(&Change { what: What::Changed, title: String::new(), file: None, readers: names })
    }

    #[test]
    fn a_few_readers_are_named_and_of_many_it_is_said_how_many() {
        assert_eq!(told(2), "m0, m1");
        assert!(told(NAMED).ends_with("m10, m11"));
        assert_eq!(told(40), "40 members (m0, m1, m2, m3, m4, m5, and 34 more; `heldspace diff` names all)");
    }
}
