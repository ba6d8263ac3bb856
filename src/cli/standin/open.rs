//! `standin open`: on the machine of whoever stands in, what members sent.

use clap::Args;
use serde_json::{Value, json};

use super::super::{
    Common, Failure, Terminal, ask,
    build::count,
    context,
    inbox::{
        list::{Row, data, letter_data, line, print_flaws},
        show,
    },
};
use crate::{
    clock::hour,
    standin::{Brief, OwnKey, OwnKeyError, Place, Sight, Visitor},
    visible::visible_line,
    wire::UnixTime,
};

/// After that many days without a publication something may be wrong.
const OLD: UnixTime = 21 * 24 * 60 * 60;

/// On the machine of whoever stands in: show what members sent, what must not wait first
///
/// Fetches it from the practice's host and shows it, each time anew; nothing of it is kept here. The first time it wants the
/// address and the practice's key, which `heldspace standin add` printed for you; they are remembered. What was done about an
/// answer goes on record at the practice: tell your colleague.
///
/// Example: heldspace standin open
/// Example: heldspace standin open 3f2a9c10
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Open {
    /// An answer, to show it whole; or, the first time, the address
    #[arg(value_name = "ID | ADDRESS")]
    what: Option<String>,
    /// The first time: the practice's key
    #[arg(value_name = "PRACTICEKEY", requires = "what")]
    key: Option<String>,
    /// Also answers that were changed or taken back since
    #[arg(long)]
    all: bool,
}

/// The key in this folder; asks for the passphrase where it is wrapped.
pub fn own_key(common: &Common) -> Result<OwnKey, Failure> {
    if !OwnKey::is_wrapped(&common.root)? {
        return Ok(OwnKey::read(&common.root, None)?);
    }
    let mut tries = if common.passphrase_file.is_some() { 1 } else { ask::TRIES };
    let mut again = ask::Again::No;
    loop {
        tries -= 1;
        match OwnKey::read(&common.root, Some(ask::stand_in_passphrase(common, again)?)) {
            Err(OwnKeyError::WrongPassphrase) if tries > 0 => again = ask::Again::Yes,
            own => return Ok(own?),
        }
    }
}

impl Open {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let place = self.place(common)?;
        let own = own_key(common)?;
        let visitor = Visitor::new(&place.address, &own);
        tokio::task::block_in_place(|| self.look(&place, &own, &visitor, common, terminal))
    }

    /// Where to look: as it was typed, or as it was remembered.
    fn place(&self, common: &Common) -> Result<Place, Failure> {
        let known = Place::read(&common.root)?;
        let (Some(address), Some(key)) = (&self.what, &self.key) else { return Ok(known.ok_or(OwnKeyError::NoPlace)?) };
        let typed = Place::new(address, key)?;
        // The same practice, elsewhere: what was seen of it still counts.
        let seen = known.filter(|known| known.practice == typed.practice);
        Ok(match seen {
            Some(Place { epoch, release, .. }) => Place { epoch, release, ..typed },
            None => typed,
        })
    }

    fn look(
        &self,
        place: &Place,
        own: &OwnKey,
        visitor: &Visitor,
        common: &Common,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let (brief, epoch) = place.believe(&visitor.brief()?, own)?;
        let seen = Place { epoch, release: place.release.max(brief.release), ..place.clone() };
        if Place::read(&common.root)?.as_ref() != Some(&seen) {
            seen.write(&common.root)?;
        }
        let bar = terminal.progress("Fetching");
        let sight = Sight::fetch(&brief, own, visitor, context::now(), &|done, of| bar.set(done, of))?;
        drop(bar);
        let is_brought_back = brief.release < place.release;
        match self.what.as_ref().filter(|_| self.key.is_none()) {
            Some(id) => one(id, &brief, &sight, terminal)?,
            None => self.list(&brief, &sight, is_brought_back, terminal),
        }
        say_how_old(&brief, is_brought_back, terminal);
        Ok(())
    }

    fn list(&self, brief: &Brief, sight: &Sight, is_brought_back: bool, terminal: &Terminal) {
        let inbox = &sight.inbox;
        let rows = inbox.letters.iter().rev().map(|letter| Row::of(letter, sight.asked(letter)));
        let wanted = |row: &Row<'_>| self.all || !row.letter.is_replaced || row.waits();
        let (mut waiting, others): (Vec<_>, Vec<_>) = rows.filter(wanted).partition(Row::waits);
        // The one that has waited longest comes first.
        waiting.reverse();
        let count_of_waiting = waiting.len();
        let rows: Vec<_> = waiting.into_iter().chain(others).collect();
        terminal.data(&listed(brief, sight, &rows, is_brought_back));
        if terminal.json {
            return;
        }
        if count_of_waiting > 0 {
            terminal.line(terminal.strong("These must not wait:"));
            rows[..count_of_waiting].iter().for_each(|row| line(inbox, row, terminal));
            terminal.line(format!("\n{}\n", what_to_do(brief)));
        }
        rows[count_of_waiting..].iter().for_each(|row| line(inbox, row, terminal));
        if rows.is_empty() {
            terminal.line("No answers.");
        }
        print_flaws(inbox, terminal);
        if sight.strangers > 0 {
            let what = count(sight.strangers, "file");
            terminal.note(format!("\n{what} there in mailboxes that the practice has not told you of."));
        }
    }
}

fn listed(brief: &Brief, sight: &Sight, rows: &[Row<'_>], is_brought_back: bool) -> Value {
    let mut listed = data(&sight.inbox, rows);
    listed["practice"] = json!(brief.practice);
    listed["as_of"] = json!(brief.issued);
    listed["brought_back"] = json!(is_brought_back);
    listed["strangers"] = json!(sight.strangers);
    listed
}

/// What one says, whole.
fn one(id: &str, brief: &Brief, sight: &Sight, terminal: &Terminal) -> Result<(), Failure> {
    let letter = sight.inbox.named(id)?;
    let row = Row::of(letter, sight.asked(letter));
    terminal.data(&letter_data(letter, &row.asked, &row.alarm));
    if !terminal.json {
        let unseen = format!("Nobody had seen to it as of {}. {}", hour(brief.issued), what_to_do(brief));
        show::print(&sight.inbox, letter, row.asked, &unseen, terminal);
    }
    Ok(())
}

/// Whom the member was told to call, and who writes down what was done.
fn what_to_do(brief: &Brief) -> String {
    let numbers = brief.lines.iter().map(|line| format!("{} {}", visible_line(&line.name), visible_line(&line.number)));
    let numbers = numbers.collect::<Vec<_>>().join("; ");
    let window = brief
        .window
        .as_ref()
        .map(|window| format!(" Somebody looks at such an answer within {}.", visible_line(window)));
    let therapist = if brief.therapist.is_empty() { "your colleague" } else { &brief.therapist };
    format!(
        "Members were shown these numbers: {numbers}.{} What you do goes on record at the practice: tell {}, who runs heldspace \
         inbox ack ID --by \"your name\" --did \"what you did\".",
        window.unwrap_or_default(),
        visible_line(therapist)
    )
}

fn say_how_old(brief: &Brief, is_brought_back: bool, terminal: &Terminal) {
    let practice = visible_line(&brief.practice);
    terminal.note(format!("\n{practice}; who is who, and what was asked, as of {}.", hour(brief.issued)));
    if is_brought_back {
        terminal.note(
            "THIS IS OLDER than what this machine has seen before: the host has restored a backup, or holds something back. Tell your colleague.",
        );
    } else if context::now() > brief.issued.saturating_add(OLD) {
        terminal.note("That is long ago: the host may hold something newer back. Ask your colleague.");
    }
}
