//! `member add --from`: everyone in a roster, after a plan and one question.
//!
//! In this order: all mailboxes are made, in memory; all cards are handed over; then the members are written, one by one.
//! What a kill leaves behind:
//! - before the cards: nothing.
//! - between cards and members, or among the members: whole members, whose cards are good, and people with a card who are
//!   no members. Giving the same roster again (with another file for the cards) adds the rest and makes them new cards;
//!   their first ones never worked. The other way round there would be members whose card nobody has.
//! - within one member: a keyring that no member names, which opens nothing; or a member who is not yet in all their
//!   groups, whom the next run names.

use std::path::Path;

use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, ask, context},
    add::groups_exist,
    agreed::{Agreed, Checked},
    card::{Card, folders},
    groups::History,
    paper::Paper,
};
use crate::{
    practice::{
        Home, Practice,
        edit::{Edit, NewMember},
        register::Recorder,
    },
    roster::{self, Known, Roster, Row},
    visible::visible_line,
};

/// What was asked for beside the file.
pub struct Adding<'a> {
    pub file: &'a Path,
    pub groups: &'a [String],
    pub history: &'a History,
    pub consent: &'a Agreed,
    pub paper: &'a Paper,
    pub yes: bool,
}

impl Adding<'_> {
    pub fn run(&self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let paper = self.paper;
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice_of_the_finished(common)?;
        groups_exist(self.groups, &practice)?;
        let roster = roster::read(self.file, &practice, self.groups)?;
        show(&roster, terminal);
        if roster.new.is_empty() {
            terminal.data(&json!({ "added": [], "known": names(&roster.known) }));
            terminal.line("Everyone in it is a member already. Nothing was changed.");
            return Ok(());
        }
        paper.check(roster.new.len(), terminal)?;
        let agreed = roster.new.iter().any(|row| row.consent.is_some());
        let recorder = if agreed { Some(self.consent.recorder(&practice)?) } else { None };
        ask::agree(&question(roster.new.len()), self.yes)?;
        let keys = context::keys(common)?;
        let people: Vec<_> = roster.new.iter().map(|row| (row.folder.as_str(), row.name.as_str())).collect();
        let cards = paper.make(&people, &practice, &keys, terminal)?;
        for (row, card) in roster.new.iter().zip(&cards) {
            self.write(row, card, recorder.as_ref(), &practice, &home)?;
        }
        if let Some(path) = paper.file() {
            terminal.data(&json!({ "added": folders(&cards), "known": names(&roster.known), "cards": path }));
        }
        terminal.note(format!("Added: {}. Their cards work after the next {}.", cards.len(), context::next(&practice)));
        paper.tell(&practice, terminal);
        Ok(())
    }

    /// One person of the roster, with everything that the roster says of them.
    fn write(
        &self,
        row: &Row,
        card: &Card,
        recorder: Option<&Recorder>,
        practice: &Practice,
        home: &Home,
    ) -> Result<(), Failure> {
        let mut groups = Vec::new();
        for name in &row.groups {
            let mut group = Edit::group(&practice.root, name)?;
            let usual = self.history.joined(&row.folder, name, practice.today, practice);
            group.join(&row.joined(usual))?;
            groups.push(group);
        }
        let member = NewMember {
            folder: &row.folder,
            name: &row.name,
            email: &row.email,
            language: row.language.as_deref(),
            notices: row.notices,
            acts_for: row.acts_for.as_deref(),
        };
        let agreed = Checked(row.consent.clone().zip(recorder.cloned()));
        card.begin(&member, &agreed, &groups, practice, home)
    }
}

fn question(new: usize) -> String {
    if new == 1 { "Add this member?".to_owned() } else { format!("Add these {new} members?") }
}

fn names(known: &[Known]) -> Vec<&str> {
    known.iter().map(|known| known.folder.as_str()).collect()
}

/// The plan: people by name for whoever watches, numbers alone for a file or a program.
fn show(roster: &Roster, terminal: &Terminal) {
    if terminal.is_watched() {
        roster.read_as.iter().for_each(|word| terminal.note(word));
        for row in &roster.new {
            let groups = if row.groups.is_empty() { "no group".to_owned() } else { row.groups.join(", ") };
            let (name, email) = (visible_line(&row.name), visible_line(&row.email));
            let whom = row.acts_for.as_ref().map(|whom| format!("  acts for {whom}")).unwrap_or_default();
            terminal.note(format!("  + {}  {name} <{email}>  {groups}{whom}", row.folder));
        }
        roster.known.iter().for_each(|known| terminal.note(said(known)));
    }
    terminal.note(format!("New: {}. Members already: {}.", roster.new.len(), roster.known.len()));
}

fn said(known: &Known) -> String {
    let groups = match known.not_in.as_slice() {
        [] => String::new(),
        groups => format!(", but not in {}: heldspace member join {} GROUP", groups.join(", "), known.folder),
    };
    let mailbox = if known.has_mailbox {
        String::new()
    } else {
        format!(", without a mailbox: heldspace member rekey {}", known.folder)
    };
    let consent = if known.lacks_consent {
        format!(
            ", without a consent to notices on record: heldspace consent add {} --notices --how \"signed form\"",
            known.folder
        )
    } else {
        String::new()
    };
    format!("    {}  is a member already{groups}{mailbox}{consent}", known.folder)
}
