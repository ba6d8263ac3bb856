//! What the theme itself says around a page: nobody is named there either.
//!
//! In: a document of the theme, as it was rendered. Out: each place in a template where somebody is named. What a page says
//! ([`super::naming`]) and what the practice calls itself is left out here.

use std::ops::Range;

use minijinja::Value;

use super::{
    Theme,
    naming::{Named, Origin},
};
use crate::{
    content::{Mistake, Source},
    names::{
        Exceptions, Find, Words,
        html::{self, unescaped},
    },
    practice::Practice,
};

/// A document, and what in it is not the theme's own.
pub(super) struct Around<'a, 'd> {
    pub(super) theme: &'a Theme,
    /// The template.
    pub(super) name: &'d str,
    pub(super) html: &'d str,
    /// The page's own part of it.
    pub(super) content: &'d str,
    pub(super) context: &'d Value,
}

impl<'a> Around<'a, '_> {
    /// Everyone whom the theme names, but where one of `others` stands, or a word that the practice has said is no name.
    pub(super) fn named<'w>(
        &self,
        practice: &'w Practice,
        others: impl IntoIterator<Item = &'w str>,
    ) -> Vec<Named<'a>> {
        if self.finds(&mut Exceptions::default()).is_empty() {
            return Vec::new();
        }
        let site = &practice.site;
        let own = [&site.practice.name, &site.practice.therapist, &site.help.intro].map(String::as_str);
        let lines = site.help.lines.iter().flat_map(|line| std::iter::once(&line.name).chain(&line.note));
        let not_names = site.not_names.iter().map(|not| not.text.as_str());
        let words = own.into_iter().chain(lines.map(String::as_str)).chain(not_names).chain(others);
        let finds = self.finds(&mut Exceptions::new(words));
        let spans = self.spans();
        let named = |(find, at): (Find<'a>, Range<usize>)| {
            let span = spans.iter().find(|span| span.output_range().contains(&at.start));
            // Its words are words, whatever anyone is called.
            if self.theme.is_built_in(span.map_or(self.name, |span| span.name())) {
                return None;
            }
            let source = span.and_then(|span| self.theme.sources().source(span.name()));
            let source = source.or_else(|| self.theme.sources().source(self.name));
            let place = match (source, span) {
                (Some(source), Some(span)) if span.output_range().len() == span.source_range().len() => {
                    let start = at.start - span.output_range().start + span.source_range().start;
                    source.mistake(&(start..start + at.len()), "", "")
                }
                (Some(source), Some(span)) => source.mistake(&span.source_range(), "", ""),
                (source, _) => Mistake::whole(source.map_or("themes".as_ref(), Source::file), "", ""),
            };
            Some(Named { place, word: self.html[at].to_owned(), whose: find.whose, origin: Origin::Theme })
        };
        finds.into_iter().filter_map(named).collect()
    }

    /// Each with its place in the document.
    fn finds(&self, exceptions: &mut Exceptions) -> Vec<(Find<'a>, Range<usize>)> {
        let page = Some(self.content).filter(|content| !content.is_empty()).and_then(|content| self.html.find(content));
        let parts = match page {
            Some(start) => [0..start, start + self.content.len()..self.html.len()],
            None => [0..self.html.len(), 0..0],
        };
        let mut finds = Vec::new();
        for part in parts {
            for run in html::runs(&self.html[part.clone()]) {
                let words =
                    if run.is_address { Words::of_address(&unescaped(&run.text)) } else { Words::of(&run.text) };
                for find in self.theme.people.find(&run.text, &words, exceptions) {
                    let at = run.place(&find.at);
                    finds.push((find, part.start + at.start..part.start + at.end));
                }
            }
        }
        finds
    }

    fn spans(&self) -> Vec<minijinja::OutputSpan> {
        let template = self.theme.layout.get_template(self.name);
        match template.and_then(|template| template.render_with_spans(self.context.clone())) {
            Ok((again, spans)) if again == self.html => spans,
            _ => Vec::new(),
        }
    }
}
