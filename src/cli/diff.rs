//! `diff`: what the next build would change, for whom, and how the text differs.

use clap::Args;
use serde_json::{Value, json};

use super::{
    Common, Failure, Terminal,
    build::{HEADINGS, results_lines},
    context,
    history::{NOT_KEPT, ONLY_LOOK, show_diff},
};
use crate::{
    check,
    content::{Mistakes, Survey},
    practice::Practice,
    publish::{Closing, Difference, How, OpenDifference, Past, Plan, Wanted, differences, open_differences},
    render::Theme,
    visible::visible_line,
};

/// Show what would change for whom since the last release, page by page
///
/// For each page that is new, changed or taken back: its readers, and what is different in what you wrote. It changes nothing
/// and gives nothing; `heldspace build` does, once you agree.
///
/// Examples:
///   heldspace diff
///   heldspace diff --member maya
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Diff {
    /// Only what would change for this member, by folder name
    #[arg(long, value_name = "MEMBER")]
    member: Option<String>,
    #[command(flatten)]
    store: context::StoreArg,
}

impl Diff {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let survey = Survey::read(&common.root);
        let theme = Theme::read(&survey.practice);
        if !survey.mistakes.is_empty() {
            return Err(check::mistakes(&survey, &theme).into());
        }
        let Survey { mut practice, pages, .. } = survey;
        let theme = theme?;
        if let Some(member) = &self.member {
            context::member(&practice, member)?;
        }
        let past = Past::read_in(&common.root, self.store.store.clone(), Some(context::keys(common)?)).await?;
        for folder in past.without_mailbox(&practice).await? {
            practice.members.get_mut(&folder).expect("it is one of them").mailbox = None;
        }
        let sources = past.sources(&practice, &pages, &theme);
        let (foreseen, counted) = sources.foreseen(&past.given, Some(context::now())).await?;
        let mut wanted = Mistakes::unless_any(foreseen.mistakes, foreseen.wanted)?;
        let mut plan = Plan::of(&wanted, &past.given);
        if let Some(member) = &self.member {
            only(member, &mut wanted, &mut plan, &practice, &past);
        }
        let plan = plan.with(&counted, &wanted.readers);
        let found = Found {
            open: if self.member.is_some() { Vec::new() } else { open_differences(&wanted, &past).await? },
            pages: differences(&wanted, &past)?,
            plan,
        };
        terminal.data(&found.data());
        found.show(self.member.as_deref(), terminal);
        Ok(())
    }
}

/// Leaves away what concerns others.
fn only(member: &str, wanted: &mut Wanted, plan: &mut Plan, practice: &Practice, past: &Past) {
    wanted.readers.retain(|reader| reader.folder == member);
    let own: Vec<_> = practice.members[member].mailboxes().copied().collect();
    let theirs: Vec<String> =
        past.given.mailboxes.iter().filter(|(id, _)| own.contains(id)).map(|(_, mailbox)| mailbox.reader()).collect();
    let closes = wanted.readers.is_empty() || wanted.readers.iter().any(|reader| !reader.former.is_empty());
    plan.closing.retain(|closing| closes && theirs.contains(&closing.name));
    plan.changes.clear();
    plan.unread.clear();
    plan.lost.retain(|lost| wanted.readers.iter().any(|reader| reader.label == lost.reader));
    plan.without_mailbox.retain(|folder| folder == member);
}

/// Everything that would change.
struct Found {
    pages: Vec<Difference>,
    open: Vec<OpenDifference>,
    /// For what is no page.
    plan: Plan,
}

impl Found {
    fn data(&self) -> Value {
        let page = |it: &Difference| {
            let (changed, diff) = told(&it.how);
            let readers = it.readers.iter().map(|(name, folder)| json!({ "member": folder, "name": name }));
            json!({
                "what": it.what, "title": it.title, "old_title": it.old_title, "file": it.file,
                "readers": readers.collect::<Vec<_>>(), "changed": changed, "diff": diff,
            })
        };
        let open = |it: &OpenDifference| {
            let (changed, diff) = told(&it.how);
            json!({ "what": it.what, "title": it.address, "changed": changed, "diff": diff })
        };
        json!({
            "pages": self.pages.iter().map(page).collect::<Vec<_>>(),
            "open": self.open.iter().map(open).collect::<Vec<_>>(), "closing": self.plan.closing,
            "without_mailbox": self.plan.without_mailbox, "unread": self.plan.unread,
            "lost": self.plan.lost, "told": self.plan.told, "uncounted": self.plan.uncounted,
        })
    }

    fn show(&self, member: Option<&str>, terminal: &Terminal) {
        for (what, heading) in HEADINGS {
            let pages: Vec<&Difference> = self.pages.iter().filter(|it| it.what == what).collect();
            let open: Vec<&OpenDifference> = self.open.iter().filter(|it| it.what == what).collect();
            if pages.is_empty() && open.is_empty() {
                continue;
            }
            terminal.line(format!("{}:", terminal.strong(heading)));
            for page in pages {
                show_page(page, terminal);
            }
            for page in open {
                terminal.line(format!("  {}", visible_line(&page.address)));
                show_how(&page.how, terminal);
            }
            terminal.line("");
        }
        for Closing { name, replaced } in &self.plan.closing {
            let what = if *replaced { "Old card that ends" } else { "Mailbox that goes" };
            terminal.line(format!("{what}: {}", visible_line(name)));
        }
        for line in results_lines(&self.plan) {
            terminal.line(line);
        }
        for folder in &self.plan.without_mailbox {
            terminal.line(format!("{folder} gets nothing: no mailbox yet."));
        }
        if self.pages.is_empty() && self.open.is_empty() && self.plan.closing.is_empty() {
            let whom = if member.is_some() { "for them" } else { "for anyone" };
            terminal.line(format!("Nothing would change {whom} since the last release."));
        }
    }
}

/// In a word, and line by line.
fn told(how: &How) -> (&'static str, Option<&String>) {
    match how {
        How::Whole => ("whole", None),
        How::Text(diff) => ("text", Some(diff)),
        How::Look => ("appearance", None),
        How::Unknown => ("unknown", None),
    }
}

fn show_page(it: &Difference, terminal: &Terminal) {
    let file = it.file.as_ref().map(|file| format!("  ({})", visible_line(file))).unwrap_or_default();
    let readers: Vec<String> = it.readers.iter().map(|(name, _)| visible_line(name)).collect();
    terminal.line(format!("  {}{file}, for {}", visible_line(&it.title), readers.join(", ")));
    if let Some(old) = &it.old_title {
        terminal.line(format!("  It was called: {}", visible_line(old)));
    }
    show_how(&it.how, terminal);
}

fn show_how(how: &How, terminal: &Terminal) {
    match how {
        How::Whole => {}
        How::Look => terminal.line(ONLY_LOOK),
        How::Unknown => terminal.line(NOT_KEPT),
        How::Text(diff) => show_diff(diff, terminal),
    }
}
