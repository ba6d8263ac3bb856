//! What is worth a look in a page and stops nothing: pictures that say nothing to those who can't see them, headings that
//! skip a level, a page without a word, exceptions that nothing needs any more.
//!
//! In: a page. Out: remarks at their places, and what the page links to. Its template runs, its Markdown is read; nothing is
//! sanitised or laid out, so that every build can afford it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::PathBuf,
};

use jiff::civil::Date;
use minijinja::Value;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{
    Job, Theme,
    context::{Looked, context},
    link::tags,
    markdown::options,
    naming::Used,
    sanitise::sanitise,
};
use crate::{
    attachment::Destination,
    content::{Audience, Mistake, Page, readers_of},
    practice::{Member, Practice},
};

/// What there is to say of one page.
#[derive(Debug, Default)]
pub(crate) struct Remarked {
    pub(crate) remarks: Vec<Mistake>,
    /// The addresses of its links and pictures.
    pub(crate) links: BTreeSet<String>,
    /// Which of the practice's own exceptions it needs, by number.
    pub(crate) needs: BTreeSet<usize>,
}

/// Pages whose last day is over, each with that day.
pub(crate) type Over = BTreeMap<PathBuf, Date>;

/// What there is to say of `page`; nothing where its template fails, which is a mistake.
pub(crate) fn remarks(page: &Page, practice: &Practice, theme: &Theme, over: &Over) -> Remarked {
    let mut remarked = Remarked::default();
    let Ok(job) = Job::new(page, practice, theme) else { return remarked };
    let nobody = Member { name: "Anna".to_owned(), ..Member::default() };
    let (mut readers, _) = readers_of(page, practice);
    if readers.is_empty() {
        readers.push(&nobody);
    }
    let mut used = Used::default();
    let mut found = BTreeSet::new();
    for reader in readers {
        let looked = Looked::default();
        let seen = (page.audience != Audience::Open).then_some(reader);
        let context = context(seen, practice, &looked, []);
        let Ok(text) = job.text(&context) else { return remarked };
        job.used(&text, &mut used);
        let glance = job.look(&text, over);
        remarked.links.extend(glance.links.iter().map(|(link, _)| link.clone()));
        job.tell(&text, &context, glance, &mut found);
        if !looked.at_member() {
            break;
        }
    }
    remarked.remarks = found.into_iter().collect();
    remarked.remarks.extend(job.unneeded(&used));
    remarked.needs = used.of_practice;
    remarked
}

impl Job<'_> {
    /// At one form of the page.
    fn look(&self, text: &str, over: &Over) -> Glance {
        let mut glance = Glance { is_empty: true, level: 1, ..Glance::default() };
        for (event, at) in Parser::new_ext(text, options()).into_offset_iter() {
            glance.event(event, at);
        }
        if !over.contains_key(&self.page.file) {
            let last = |link: &str| over.get(&Destination::of(link, &self.page.file).ok()?.file);
            let gone = glance.links.iter().filter_map(|(link, at)| Some((at.clone(), last(link)?)));
            let gone = gone.map(|(at, last)| {
                let what = format!("leads to a page whose last day was {last}");
                (at, what, "nobody finds anything there: take the link out, or change `expires_on` of that page")
            });
            let gone: Vec<_> = gone.collect();
            glance.flaws.extend(gone);
        }
        glance
    }

    fn tell(&self, text: &str, context: &Value, glance: Glance, found: &mut BTreeSet<Mistake>) {
        if glance.is_empty {
            let hint = "write something; or draft = true in the front matter, until it is written";
            found.insert(Mistake::whole(&self.page.file, "a page with nothing in it", hint));
        }
        if glance.flaws.is_empty() {
            return;
        }
        let spans = self.spans(text, context);
        for (at, what, hint) in glance.flaws {
            let (source, at) = self.place(&spans, &at);
            found.insert(source.mistake(&at, what, hint));
        }
    }

    /// Exceptions that nothing on the page needs.
    fn unneeded(&self, used: &Used) -> Vec<Mistake> {
        let said = self.page.said.not_names.iter().enumerate();
        let unneeded = said.filter(|(number, _)| !used.not_names.contains(number));
        let remark = |(_, not): (usize, &crate::content::NotName)| {
            let what = format!("nothing on this page needs the exception `{}`", not.word);
            self.in_file(|source| source.mistake(&not.at, &what, "remove it: one day it would hide a name"))
        };
        unneeded.map(remark).collect()
    }
}

/// A look at the events of a page.
#[derive(Default)]
struct Glance {
    flaws: Vec<(Range<usize>, String, &'static str)>,
    links: Vec<(String, Range<usize>)>,
    /// The author's own HTML, up to here, and where it begins.
    raw: Option<(usize, String)>,
    is_empty: bool,
    /// Of the last heading; the title is the first.
    level: usize,
    /// The picture that is open, and what it says.
    picture: Option<(Range<usize>, String)>,
}

impl Glance {
    fn event(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => self.links.push((dest_url.into_string(), at)),
            Event::Html(html) => {
                self.said(&html);
                let (_, raw) = self.raw.get_or_insert((at.start, String::new()));
                raw.push_str(&html);
            }
            Event::End(TagEnd::HtmlBlock) => {
                if let Some((start, raw)) = self.raw.take() {
                    self.html(&raw, start);
                }
            }
            Event::InlineHtml(html) => {
                self.said(&html);
                self.html(&html, at.start);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.links.push((dest_url.into_string(), at.clone()));
                self.is_empty = false;
                self.picture = Some((at, String::new()));
            }
            Event::End(TagEnd::Image) => self.picture(),
            Event::Start(Tag::Heading { level, .. }) => self.heading(level as usize, at),
            Event::Text(text) | Event::Code(text) => self.said(&text),
            _ => {}
        }
    }

    fn said(&mut self, text: &str) {
        self.is_empty &= text.trim().is_empty();
        if let Some((_, alternative)) = &mut self.picture {
            alternative.push_str(text);
        }
    }

    /// What the sanitiser leaves of the author's own HTML, which stands in the text from `start` on.
    fn html(&mut self, raw: &str, start: usize) {
        if !raw.contains('=') && !raw.contains(['h', 'H']) {
            return;
        }
        let clean = sanitise(raw);
        let lower = raw.to_ascii_lowercase();
        let mut from = 0;
        for tag in tags(&clean) {
            let begin = lower[from..].find(&format!("<{}", tag.name)).map_or(from, |n| from + n);
            let end = lower[begin..].find('>').map_or(lower.len(), |n| begin + n + 1);
            from = end.min(lower.len());
            let at = start + begin..start + end;
            let addresses = [tag.attribute("href"), tag.attribute("src")].into_iter().flatten();
            self.links.extend(addresses.map(|link| (link.to_owned(), at.clone())));
            match tag.name.as_bytes() {
                b"img" if tag.attribute("alt").is_none() => {
                    let hint = "say what it shows, for those who can't see it: alt=\"A lamp by a window\"; or alt=\"\", if it shows nothing";
                    self.flaws.push((at, "a picture without words".to_owned(), hint));
                }
                [b'h', level @ b'1'..=b'6'] => self.heading(usize::from(level - b'0'), at),
                _ => {}
            }
        }
    }

    fn picture(&mut self) {
        let Some((at, alternative)) = self.picture.take() else { return };
        if alternative.trim().is_empty() {
            let hint = "say between the brackets what it shows, for those who can't see it: ![A lamp by a window](…)";
            self.flaws.push((at, "a picture without words".to_owned(), hint));
        }
    }

    fn heading(&mut self, level: usize, at: Range<usize>) {
        if level > self.level + 1 {
            let what = format!("a heading of level {level} after one of level {}", self.level);
            let hint = "whoever listens to the page goes by its headings: take away a #, or add the one between";
            self.flaws.push((at, what, hint));
        }
        self.level = level;
    }
}
