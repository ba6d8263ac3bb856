//! What the days in the front matter do, in the plan and in `show`.

use jiff::civil::Date;

use super::{Terminal, build::count};
use crate::{
    clock::spoken,
    publish::{Dated, DatedPage},
    visible::visible_line,
};

/// Names and titles where a person looks on, counts anywhere else.
pub fn show(dated: &Dated, terminal: &Terminal) {
    if terminal.is_watched() {
        show_all(dated, terminal);
    } else {
        show_counts(dated, terminal);
    }
    if let Some(next) = dated.next {
        terminal.note(format!("\n{}", next_line(next)));
    }
}

fn show_all(dated: &Dated, terminal: &Terminal) {
    for page in &dated.late {
        let (title, on) = (visible_line(&page.title), spoken(page.on));
        terminal.note(format!("\n`publish_on` of \"{title}\" is in the past ({on}): it goes out now."));
    }
    for page in &dated.past {
        let (title, on) = (visible_line(&page.title), spoken(page.on));
        terminal
            .note(format!("\nThe `session` of \"{title}\" is in the past ({on}): nobody can put it into a calendar."));
    }
    for page in &dated.over {
        let (title, on) = (visible_line(&page.title), spoken(page.on));
        terminal.note(format!("\nTaken back since its last day is over: \"{title}\", there until {on}."));
    }
    if !dated.waiting.is_empty() {
        terminal.note("");
    }
    for page in &dated.waiting {
        terminal.note(waiting_line(page));
    }
}

/// `Waiting: "December evenings" for Tuesday group, from 1 December 2026.`
pub fn waiting_line(page: &DatedPage) -> String {
    let (title, audience) = (visible_line(&page.title), visible_line(&page.audience));
    format!("Waiting: \"{title}\" for {audience}, from {}.", spoken(page.on))
}

pub fn next_line(next: Date) -> String {
    format!("The next build that changes something by date: {}.", spoken(next))
}

fn show_counts(dated: &Dated, terminal: &Terminal) {
    for (pages, what) in [
        (&dated.late, "Going out after the day of `publish_on`"),
        (&dated.past, "Going out after their `session`"),
        (&dated.over, "Taken back since their last day is over"),
        (&dated.waiting, "Waiting for their day"),
    ] {
        if !pages.is_empty() {
            terminal.note(format!("{what}: {}", count(pages.len(), "page")));
        }
    }
}
