//! `inbox show`: everything that one answer says.

use clap::Args;

use super::{
    super::{Common, Failure, Terminal},
    Tray,
    list::{letter_data, title},
};
use crate::{
    clock::hour,
    inbox::{self, Alarm, Asked, Inbox, Letter, Line, said},
    practice::HomeError,
    visible::{visible, visible_line},
};

/// Show everything that an answer says, beside what was asked
///
/// The questions stand in the words that this member read, even where the page has changed since.
///
/// Example: heldspace inbox show 3f2a9c10
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Show {
    /// What `inbox list` calls it: six characters or more
    id: String,
}

impl Show {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let tray = Tray::open(common)?;
        let letter = tray.inbox.named(&self.id)?;
        let questions = tray.questions()?;
        let asked = questions.asked(letter);
        let alarm = Alarm::of(letter, asked);
        terminal.data(&letter_data(letter, &asked, &alarm));
        if !terminal.json {
            let called = tray.inbox.called(&letter.answer.id);
            let unseen = format!(
                "Nobody has seen to it yet: heldspace inbox ack {called} --by \"Your name\" --did \"what you did\""
            );
            print(&tray.inbox, letter, asked, &unseen, terminal);
        }
        mark(&tray, letter)
    }
}

/// That it was looked at is no reason to wait for whoever else is at work here.
fn mark(tray: &Tray, letter: &Letter) -> Result<(), Failure> {
    let _lock = match tray.home.lock() {
        Err(HomeError::Busy | HomeError::BusyElsewhere { .. }) => return Ok(()),
        lock => lock?,
    };
    Ok(inbox::shown(letter, &tray.home, &tray.keys)?)
}

/// All of it; `unseen` is what is said of one that nobody has seen to.
pub fn print(inbox: &Inbox, letter: &Letter, asked: Asked<'_>, unseen: &str, terminal: &Terminal) {
    let answer = &letter.answer;
    let called = inbox.called(&answer.id);
    terminal.line(format!("{}, {}", terminal.strong(&letter.name), title(&asked)));
    terminal.line(format!("Sent {}, by the clock of their device. {called}", hour(answer.time)));
    if letter.is_former {
        terminal.line("Sent with a card that was replaced since.");
    }
    if letter.is_replaced {
        terminal.line("It counts no more: another answer took its place, or took it back.");
    }
    if let Some(replaced) = &answer.replaces {
        terminal.line(format!("It stands in place of {}.", inbox.called(replaced)));
    }
    print_alarm(letter, &Alarm::of(letter, asked), unseen, terminal);
    for Line { asked, said } in said(&answer.said, asked) {
        terminal.line("");
        if let Some(asked) = asked {
            terminal.line(terminal.strong(&asked));
        }
        terminal.line(visible(&said));
    }
}

fn print_alarm(letter: &Letter, alarm: &Alarm, unseen: &str, terminal: &Terminal) {
    match alarm {
        Alarm::None => return,
        Alarm::Items(items) => {
            let items: Vec<_> = items.iter().map(|item| visible_line(item)).collect();
            terminal.line(terminal.strong(&format!("Above zero: {}", items.join("; "))));
        }
        Alarm::Unknown => terminal.line(
            "What was asked is not known on this machine, so whether this must not wait can't be told: look at it now.",
        ),
    }
    match &letter.acknowledged {
        Some(how) => terminal.line(format!(
            "{} saw to it, {}: {}",
            visible_line(&how.by),
            hour(how.time),
            visible_line(&how.did)
        )),
        None => terminal.line(unseen),
    }
}
