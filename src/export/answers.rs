//! What the person sent, in an export for themselves. Nobody else is ever given it: what somebody wrote in confidence may name
//! others in words that no list of names finds.

use serde_json::{Value, json};

use super::{Export, To, data::rfc3339};
use crate::{
    csv_safe::Table,
    inbox::{Letter, Line, Questions, said},
    visible::{visible, visible_line},
    wire::{AnswerId, Said, UnixTime},
};

/// An answer, beside what was asked.
pub struct Sent {
    pub id: AnswerId,
    /// By the device's clock.
    pub time: UnixTime,
    /// The page's title, as it was when it was answered.
    pub page: Option<String>,
    pub lines: Vec<Line>,
    /// Another answer took its place, or took it back.
    pub is_replaced: bool,
    raw: Said,
}

impl Export<'_> {
    /// Adds what the person sent, the changed and the withdrawn too; to an export for somebody else, nothing.
    pub fn add_answers(&mut self, letters: &[Letter], questions: &Questions<'_>) {
        let own = letters.iter().filter(|letter| letter.member == self.member.folder && self.to == To::Person);
        let sent = own.map(|letter| {
            let (asked, answer) = (questions.asked(letter), &letter.answer);
            Sent {
                id: answer.id,
                time: answer.time,
                page: asked.page.map(|page| page.title.clone()),
                lines: said(&answer.said, asked),
                is_replaced: letter.is_replaced,
                raw: answer.said.clone(),
            }
        });
        self.answers = sent.collect();
    }

    /// `answers.csv`: a row for each question that was answered.
    pub fn answers_csv(&self) -> String {
        let mut table = Table::new(&["id", "sent", "page", "asked", "said", "counts"]);
        for sent in &self.answers {
            for Line { asked, said } in &sent.lines {
                table.row(&[
                    &sent.id.to_string(),
                    &rfc3339(sent.time),
                    &visible_line(sent.page.as_deref().unwrap_or_default()),
                    &visible_line(asked.as_deref().unwrap_or_default()),
                    &visible(said),
                    if sent.is_replaced { "no" } else { "yes" },
                ]);
            }
        }
        table.finish()
    }

    pub(super) fn answers_json(&self) -> Vec<Value> {
        let one = |sent: &Sent| {
            let lines: Vec<_> =
                sent.lines.iter().map(|line| json!({ "asked": line.asked, "said": line.said })).collect();
            json!({
                "id": sent.id, "sent": rfc3339(sent.time), "page": sent.page, "lines": lines, "counts": !sent.is_replaced,
                "as_sent": sent.raw,
            })
        };
        self.answers.iter().map(one).collect()
    }

    /// For the list: text, and never markup.
    pub(super) fn answers_shown(&self) -> Vec<minijinja::Value> {
        let one = |sent: &Sent| {
            let lines: Vec<_> = sent
                .lines
                .iter()
                .map(|line| minijinja::context! { asked => line.asked.as_deref().map(visible_line), said => visible(&line.said) })
                .collect();
            minijinja::context! {
                at => crate::clock::hour(sent.time),
                page => sent.page.as_deref().map(visible_line),
                lines,
                replaced => sent.is_replaced,
            }
        };
        self.answers.iter().map(one).collect()
    }
}
