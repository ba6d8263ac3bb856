//! `inbox list`: what is there; what must not wait first.

use clap::Args;
use serde_json::{Value, json};

use super::{
    super::{Common, Failure, Terminal, build::count, context},
    Tray,
};
use crate::{
    clock::hour,
    inbox::{Alarm, Asked, Inbox, Letter, Questions, Refused, Why, short},
    record::NotedPage,
    visible::visible_line,
    wire::Digest,
};

/// Characters of an answer in a list.
const EXCERPT: usize = 60;
/// Files that are named of those set aside for one reason.
const NAMED: usize = 4;

/// Show what members sent: what must not wait first, the rest by time, the newest last
///
/// An answer above zero to an item that may tell of danger comes first, and stays there until `inbox ack` says who saw to it.
/// An answer that was changed or taken back counts no more; --all shows it too. This shows what was fetched: `inbox sync`
/// fetches.
///
/// Examples:
///   heldspace inbox list --new                 what nobody has looked at with `inbox show`
///   heldspace inbox list --member maya
///   heldspace inbox list --page content/groups/tuesday/agenda.md
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct List {
    /// Only what nobody has looked at yet
    #[arg(long)]
    new: bool,
    /// Only from this member, by folder name
    #[arg(long, value_name = "MEMBER")]
    member: Option<String>,
    /// Only to this page: its file, or its title
    #[arg(long, value_name = "PAGE")]
    page: Option<String>,
    /// Also answers that were changed or taken back since
    #[arg(long)]
    all: bool,
}

/// An answer, and all that is said of it here.
pub struct Row<'a> {
    pub letter: &'a Letter,
    pub asked: Asked<'a>,
    pub alarm: Alarm,
}

impl<'a> Row<'a> {
    pub fn of(letter: &'a Letter, asked: Asked<'a>) -> Self {
        Self { letter, asked, alarm: Alarm::of(letter, asked) }
    }

    pub fn waits(&self) -> bool {
        self.alarm.rings() && self.letter.acknowledged.is_none()
    }
}

impl List {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let tray = Tray::open(common)?;
        if let Some(member) = &self.member {
            // One who has gone may have written all the same.
            if !tray.inbox.letters.iter().any(|letter| letter.member == *member) {
                context::member(&tray.practice, member)?;
            }
        }
        let questions = tray.questions()?;
        let rows = self.rows(&tray, &questions)?;
        let is_whole = !self.new && self.member.is_none() && self.page.is_none();
        terminal.data(&data(&tray.inbox, &rows));
        if !terminal.json {
            print(&tray, &rows, is_whole, terminal)?;
        }
        Ok(())
    }

    fn rows<'a>(&self, tray: &'a Tray, questions: &'a Questions<'a>) -> Result<Vec<Row<'a>>, Failure> {
        let pages = match &self.page {
            Some(page) => {
                let found = tray.record.named(page);
                if found.is_empty() {
                    return Err(Failure::NotGiven { page: page.clone() });
                }
                Some(found)
            }
            None => None,
        };
        let rows = tray.inbox.letters.iter().map(|letter| Row::of(letter, questions.asked(letter)));
        let wanted = |row: &Row<'_>| {
            let letter = row.letter;
            // What must not wait is there even where another answer took its place since.
            (self.all || !letter.is_replaced || row.waits())
                && (!self.new || letter.is_new)
                && self.member.as_ref().is_none_or(|member| letter.member == *member)
                && pages.as_ref().is_none_or(|pages| pages.contains(&letter.answer.page))
        };
        let (waiting, others): (Vec<_>, Vec<_>) = rows.filter(wanted).partition(Row::waits);
        Ok(waiting.into_iter().chain(others).collect())
    }
}

fn print(tray: &Tray, rows: &[Row<'_>], is_whole: bool, terminal: &Terminal) -> Result<(), Failure> {
    let waiting = rows.iter().filter(|row| row.waits()).count();
    if waiting > 0 {
        terminal.line(terminal.strong("These must not wait:"));
        rows[..waiting].iter().for_each(|row| line(&tray.inbox, row, terminal));
        terminal
            .line("\nOnce you have seen to one: heldspace inbox ack ID --by \"Your name\" --did \"what you did\"\n");
    }
    rows[waiting..].iter().for_each(|row| line(&tray.inbox, row, terminal));
    if rows.is_empty() {
        terminal.line("No answers.");
    }
    if is_whole {
        print_flaws(&tray.inbox, terminal);
    }
    match tray.home.fetched()? {
        None => terminal.note("\nNothing was fetched yet: `heldspace inbox sync`."),
        Some(fetched) => terminal.note(format!("\nLast fetched: {}.", hour(fetched.time))),
    }
    Ok(())
}

/// One answer, in a list.
pub fn line(inbox: &Inbox, row: &Row<'_>, terminal: &Terminal) {
    let Row { letter, asked, .. } = row;
    let marks = [
        (letter.is_new, " [new]"),
        (letter.is_replaced, " [counts no more]"),
        (letter.is_former, " [old card]"),
        (row.alarm == Alarm::Unknown && row.waits(), " [what was asked is not known here]"),
    ];
    let marks: String = marks.into_iter().filter_map(|(is_so, mark)| is_so.then_some(mark)).collect();
    let called = inbox.called(&letter.answer.id);
    let (when, who, page) = (hour(letter.answer.time), visible_line(&letter.name), title(asked));
    let said = excerpt(&short(&letter.answer.said, *asked));
    terminal.line(format!("{called}  {when}  {who}  {page}: {said}{marks}"));
}

/// The page's title, and the block's where the page does not say it.
pub fn title(asked: &Asked<'_>) -> String {
    let page = asked.page.map_or("a page that is not on record here", |page| page.title.as_str());
    match asked.block.and_then(|block| block.title.as_deref()) {
        Some(block) if block != page => format!("{} ({})", visible_line(page), visible_line(block)),
        _ => visible_line(page),
    }
}

fn excerpt(text: &str) -> String {
    let line = visible_line(text);
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What did not come, and what came and was not believed.
pub fn print_flaws(inbox: &Inbox, terminal: &Terminal) {
    if !inbox.missing.is_empty() {
        terminal.line("\nSent, as a later answer says, and not here:");
    }
    for missing in &inbox.missing {
        let (name, by) = (visible_line(&missing.name), inbox.called(&missing.named_by));
        terminal.line(format!(
            "  {name} sent an answer before {by} that has not come. It may still be on its way; if it is not here tomorrow, ask: your host may have dropped it."
        ));
    }
    if !inbox.refused.is_empty() {
        terminal.line("\nSet aside, not believed:");
    }
    for (name, why, sealed) in alike(&inbox.refused) {
        let name = visible_line(name);
        let shown: Vec<_> = sealed.iter().take(NAMED).map(|sealed| format!("{:.8}", sealed.to_string())).collect();
        let more = sealed.len().checked_sub(NAMED).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let shown = shown.join(", ");
        terminal.line(format!("  {shown}{more}, in the mailbox of {name}: {}.", why.text(&name)));
    }
    if !inbox.lost.is_empty() {
        let what = count(inbox.lost.len(), "answer");
        terminal.line(format!(
            "\n{what} arrived here and can't be opened any more: a file in .heldspace/inbox/ is damaged or gone. `heldspace inbox sync` fetches it again if the host still has it; else take it from a backup."
        ));
    }
}

/// What was set aside in one mailbox for one reason, together.
fn alike(refused: &[Refused]) -> Vec<(&str, Why, Vec<&Digest>)> {
    let mut groups: Vec<(&str, Why, Vec<&Digest>)> = Vec::new();
    for one in refused {
        match groups.iter_mut().find(|(name, why, _)| *name == one.name && *why == one.why) {
            Some((_, _, sealed)) => sealed.push(&one.sealed),
            None => groups.push((&one.name, one.why, vec![&one.sealed])),
        }
    }
    groups
}

pub fn data(inbox: &Inbox, rows: &[Row<'_>]) -> Value {
    json!({
        "answers": rows.iter().map(row).collect::<Vec<_>>(),
        "missing": inbox.missing.iter().map(|it| json!({ "id": it.id, "named_by": it.named_by, "name": it.name })).collect::<Vec<_>>(),
        "refused": inbox.refused.iter().map(|it| json!({
            "mailbox": it.mailbox, "sealed": it.sealed, "why": it.why, "name": it.name, "time": it.time,
        })).collect::<Vec<_>>(),
        "lost": inbox.lost,
    })
}

fn row(Row { letter, asked, alarm }: &Row<'_>) -> Value {
    letter_data(letter, asked, alarm)
}

/// None where whoever looks has none of the practice's files.
fn file(page: &NotedPage) -> Option<&str> {
    Some(page.file.as_str()).filter(|file| !file.is_empty())
}

/// For scripts: as it came.
pub fn letter_data(letter: &Letter, asked: &Asked<'_>, alarm: &Alarm) -> Value {
    let answer = &letter.answer;
    json!({
        "id": answer.id,
        "member": letter.member,
        "name": letter.name,
        "mailbox": answer.mailbox,
        "page": asked.page.map(|page| json!({ "id": page.id, "title": page.title, "file": file(page) })),
        "page_id": answer.page,
        "block": answer.block,
        "time": answer.time,
        "arrived": letter.arrived,
        "said": answer.said,
        "replaces": answer.replaces,
        "replaced": letter.is_replaced,
        "new": letter.is_new,
        "old_card": letter.is_former,
        "must_not_wait": alarm.rings(),
        "items": if let Alarm::Items(items) = alarm { items.as_slice() } else { &[] },
        "acknowledged": letter.acknowledged,
    })
}
