//! A page's text as its readers take it in, with the place of every word.
//!
//! In: what a page's template gave, before Markdown. Out: its runs of words and the addresses in it, files beside the page
//! by the names that the author gave them. It looks at the text alone; what the sanitiser takes out is still there.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use super::{
    markdown::options,
    value::{Marks, as_html, as_segment, as_text},
};
use crate::names::html::{self, Run, unescaped};

/// Everything that `text` says.
pub(super) fn runs(text: &str, marks: Marks) -> Vec<Run> {
    let mut reading = Reading { text, marks, runs: Vec::new(), open: Run::default(), raw: Run::default() };
    for (event, at) in Parser::new_ext(text, options()).into_offset_iter() {
        reading.event(event, at);
    }
    reading.part();
    reading.runs
}

struct Reading<'a> {
    text: &'a str,
    marks: Marks,
    runs: Vec<Run>,
    /// Words of the line that is being read.
    open: Run,
    /// The author's own HTML, up to here.
    raw: Run,
}

impl Reading<'_> {
    fn event(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                let is_shown = matches!(link_type, LinkType::Autolink | LinkType::Email);
                self.link(if is_shown { "" } else { &dest_url }, &title, &at);
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                self.part();
                self.link(&dest_url, &title, &at);
            }
            Event::Start(Tag::Heading { id: Some(id), .. }) => {
                self.part();
                self.id(&id, &at);
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                self.part();
                self.id(&name, &at);
            }
            Event::FootnoteReference(name) => self.id(&name, &at),
            Event::End(TagEnd::HtmlBlock) => self.html(),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript)
            | Event::End(
                TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link,
            ) => {}
            Event::Start(_) | Event::End(_) | Event::Rule => self.part(),
            Event::Text(text) | Event::Code(text) => self.words(&text, &at),
            Event::SoftBreak | Event::HardBreak => self.open.push(" ", at),
            Event::Html(text) => {
                for (piece, from) in self.marks.pieces(&text, as_html) {
                    self.raw.push(&piece, shifted(&from, at.start));
                }
            }
            Event::InlineHtml(text) => {
                if text.starts_with("<br") {
                    self.open.push(" ", at.clone());
                }
                for (piece, from) in self.marks.pieces(&text, as_html) {
                    self.raw.push(&piece, shifted(&from, at.start));
                }
                self.html();
            }
            _ => {}
        }
    }

    fn part(&mut self) {
        let run = std::mem::take(&mut self.open);
        if !run.text.is_empty() {
            self.runs.push(run);
        }
    }

    /// Text is exact where it stands so in the source; a code's is found between its backticks.
    fn words(&mut self, text: &str, at: &Range<usize>) {
        let source = &self.text[at.clone()];
        let start = source.find(text).map(|n| at.start + n);
        for (piece, from) in self.marks.pieces(text, as_text) {
            self.open.push(&piece, start.map_or(at.clone(), |start| shifted(&from, start)));
        }
    }

    fn link(&mut self, address: &str, title: &str, at: &Range<usize>) {
        let place = |text: &str| {
            let found = self.text[at.clone()].rfind(text).filter(|_| !text.is_empty());
            found.map_or(at.clone(), |n| at.start + n..at.start + n + text.len())
        };
        // A place in the same page is called as its heading is; a telephone number is nobody's name.
        if !address.is_empty() && !address.starts_with('#') && !address.starts_with("tel:") {
            let shown = unescaped(&self.marks.put(address, as_segment));
            self.runs.push(Run::address(&shown, place(address)));
        }
        let mut run = Run::default();
        run.push(&self.marks.put(title, as_text), place(title));
        if !title.is_empty() {
            self.runs.push(run);
        }
    }

    /// A place that its author named.
    fn id(&mut self, id: &str, at: &Range<usize>) {
        let found = ["{#", "[^", "#"].iter().find_map(|begin| {
            let start = self.text[at.clone()].find(&format!("{begin}{id}"))? + at.start + begin.len();
            Some(start..start + id.len())
        });
        self.runs.push(Run::id(&self.marks.put(id, as_text), found.unwrap_or_else(|| at.clone())));
    }

    fn html(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        self.runs.extend(html::runs_and_ids(&raw.text).into_iter().map(|run| run.through(&raw)));
    }
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn pictures_and_files_are_read_by_the_names_the_author_gave_them() {
        let text = "See ![Ben by the lake](pictures/ben-lake.jpg \"Ben\") and [the sheet](maya%20k.pdf) or [#](#part)[t](tel:1).";
        let marks = Marks::avoiding(&BTreeSet::new()).unwrap();
        let found: Vec<_> = runs(text, marks)
            .into_iter()
            .map(|run| (text[run.place(&(0..run.text.len()))].to_owned(), run.is_address, run.text))
            .collect();
        let expected = [
            ("See ", false, "See "),
            ("pictures/ben-lake.jpg", true, "pictures/ben-lake.jpg"),
            ("Ben", false, "Ben"),
            ("Ben by the lake", false, "Ben by the lake"),
            ("maya%20k.pdf", true, "maya k.pdf"),
        ];
        let expected = expected.map(|(at, is_address, text)| (at.to_owned(), is_address, text.to_owned()));
        assert_eq!(found[..5], expected);
        assert!(found[5].2 == " and the sheet or #t." && found.len() == 6, "{found:?}");
    }
}
