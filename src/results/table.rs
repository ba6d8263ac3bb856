//! Results for a terminal, a script and a spreadsheet.

use serde_json::{Value as Json, json};

use super::{Course, Outcome, Sheet, Tally, Texts};
use crate::{
    clock,
    csv_safe::Table,
    visible::{visible, visible_line},
    wire::UnixTime,
};

impl Sheet<'_> {
    /// For a script: everything, with times in Unix seconds.
    pub fn json(&self) -> Json {
        let mut sheet = json!({ "page": self.page, "title": self.title, "not_answered": self.silent });
        match &self.result {
            Outcome::Tally(tally) => {
                sheet["kind"] = json!("poll");
                sheet["answered"] = json!(tally.answered);
                let option = |option: &super::Chosen<'_>| json!({ "option": option.label, "count": option.names.len(), "names": option.names });
                sheet["options"] = tally.options.iter().map(option).collect();
            }
            Outcome::Course(course) => {
                sheet["kind"] = json!("checkin");
                sheet["instrument"] = json!(course.instrument);
                sheet["notes"] = json!(course.notes);
                sheet["items"] = json!(course.items);
                let answers = course.rows().map(|row| {
                    json!({
                        "name": row.name, "time": row.point.time,
                        "total": row.point.score.as_ref().map(|score| score.total),
                        "band": row.point.score.as_ref().and_then(|score| score.band.clone()),
                        "change": row.change,
                        "values": row.point.values.iter().map(|value| value.as_ref().map(super::Figure::text)).collect::<Vec<_>>(),
                    })
                });
                sheet["answers"] = answers.collect();
            }
            Outcome::Texts(texts) => {
                sheet["kind"] = json!("texts");
                let prompt = |(prompt, texts): &(Option<&str>, Vec<super::Text<'_>>)| {
                    let texts: Json = texts
                        .iter()
                        .map(|text| json!({ "name": text.name, "time": text.time, "text": text.text }))
                        .collect();
                    json!({ "prompt": prompt, "texts": texts })
                };
                sheet["prompts"] = texts.prompts.iter().map(prompt).collect();
            }
        }
        sheet
    }

    /// For a terminal, line by line: what members wrote is shown as text.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} — {}", visible_line(self.page), visible_line(&self.title))];
        match &self.result {
            Outcome::Tally(tally) => tally.lines(&mut lines),
            Outcome::Course(course) => course.lines(&mut lines),
            Outcome::Texts(texts) => texts.lines(&mut lines),
        }
        if !self.silent.is_empty() {
            lines.push(format!("  not answered: {}", names(&self.silent)));
        }
        lines.extend(self.settle.iter().map(|command| format!("  to settle on it: {command}")));
        lines
    }
}

impl Tally<'_> {
    fn lines(&self, lines: &mut Vec<String>) {
        for option in &self.options {
            let who = if option.names.is_empty() { String::new() } else { format!(": {}", names(&option.names)) };
            lines.push(format!("  {:>3}  {}{who}", option.names.len(), visible_line(option.label)));
        }
    }
}

impl Course<'_> {
    fn lines(&self, lines: &mut Vec<String>) {
        for row in self.rows() {
            let score = match &row.point.score {
                Some(score) => {
                    let band = score.band.as_deref().map(|band| format!(", {band}")).unwrap_or_default();
                    let change = row.change.map(|change| format!(" ({change:+})")).unwrap_or_default();
                    format!("{}{change}{band}", score.total)
                }
                None if self.instrument.is_some() => "no total: an item is missing".to_owned(),
                None => String::new(),
            };
            lines.push(
                format!("  {}  {}  {score}", clock::hour(row.point.time), visible_line(row.name)).trim_end().to_owned(),
            );
            if self.instrument.is_none() {
                for (item, value) in self.items.iter().zip(&row.point.values) {
                    let value = value.as_ref().map_or_else(|| "–".to_owned(), super::Figure::text);
                    lines.push(format!("      {}: {}", visible_line(item), visible_line(&value)));
                }
            }
        }
        lines.extend(self.notes.iter().map(|note| format!("  {}", visible_line(note))));
    }
}

impl Texts<'_> {
    fn lines(&self, lines: &mut Vec<String>) {
        for (prompt, texts) in &self.prompts {
            lines.extend(prompt.map(|prompt| format!("  {}", visible_line(prompt))));
            for text in texts {
                lines.push(format!("  {}  {}", clock::hour(text.time), visible_line(text.name)));
                lines.extend(text.text.lines().map(|line| format!("      {}", visible_line(line))));
            }
        }
    }
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| visible_line(name)).collect::<Vec<_>>().join(", ")
}

/// One table of all sheets: a row for each thing that someone said.
pub fn csv(sheets: &[Sheet<'_>]) -> String {
    let mut table = Table::new(&["page", "question", "name", "time", "item", "answer", "total", "band", "change"]);
    for sheet in sheets {
        let mut row = |name: &str, time: Option<UnixTime>, item: &str, answer: &str, score: [&str; 3]| {
            let time = time.and_then(clock::moment).map(|at| at.to_string()).unwrap_or_default();
            let cells = [sheet.page, &sheet.title, name, &time, item, answer].map(visible);
            table
                .row(&[&cells[0], &cells[1], &cells[2], &cells[3], &cells[4], &cells[5], score[0], score[1], score[2]]);
        };
        match &sheet.result {
            Outcome::Tally(tally) => {
                for option in &tally.options {
                    option.names.iter().for_each(|name| row(name, None, "", option.label, [""; 3]));
                }
            }
            Outcome::Course(course) => {
                for found in course.rows() {
                    let total = found.point.score.as_ref().map(|score| score.total.to_string()).unwrap_or_default();
                    let band = found.point.score.as_ref().and_then(|score| score.band.clone()).unwrap_or_default();
                    let change = found.change.map(|change| change.to_string()).unwrap_or_default();
                    for (item, value) in course.items.iter().zip(&found.point.values) {
                        let answer = value.as_ref().map(super::Figure::text).unwrap_or_default();
                        row(found.name, Some(found.point.time), item, &answer, [&total, &band, &change]);
                    }
                }
            }
            Outcome::Texts(texts) => {
                for (prompt, texts) in &texts.prompts {
                    for text in texts {
                        row(text.name, Some(text.time), prompt.unwrap_or_default(), text.text, [""; 3]);
                    }
                }
            }
        }
        sheet.silent.iter().for_each(|name| row(name, None, "", "(not answered)", [""; 3]));
    }
    table.finish()
}
