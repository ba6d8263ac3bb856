//! Markdown into HTML, with values put in after the parser has seen the text.
//!
//! In: what a page's template gave, with tokens where it printed something. Out: sanitised HTML, and the heading that
//! serves as the title if the front matter has none. Each value is escaped for the place it lands in.

use std::{collections::HashSet, ops::Range};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

use super::{
    flaw::{Flaw, Reason, Wrong},
    form::Forms,
    heading::HeadingIds,
    lead::{Along, Leads},
    link::{Target, tags, unescaped},
    note::Notes,
    sanitise::sanitise,
    table::{BOX, Cells},
    value::{Marks, as_html, as_segment, as_text},
};

/// Quotes and lists within each other; deeper ones are an accident, or made to exhaust someone's browser.
const DEPTH: usize = 100;
/// Open elements of an author's own HTML.
const HTML_DEPTH: usize = 200;
/// A page's text as HTML.
pub(super) struct Body {
    /// Of the heading of level 1 that it begins with.
    pub(super) title: Option<String>,
    pub(super) html: String,
    pub(super) along: Along,
    /// What its blocks and their parts are called.
    pub(super) ids: Vec<String>,
}

/// What is wrong with a text, and what it would be without that: so that whoever mends it sees everything else too.
pub(super) struct Flawed {
    pub(super) flaws: Vec<Flaw>,
    /// None where nobody could take it in.
    pub(super) body: Option<Box<Body>>,
}

/// How a text is read.
pub(super) struct Manner {
    pub(super) marks: Marks,
    /// Whether a heading of level 1 at its beginning becomes the title and is taken out.
    pub(super) headed: bool,
    /// Headings get ids beside these.
    pub(super) ids: HeadingIds,
}

/// What of Markdown a page can use.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES
}

/// Renders `text`.
pub(super) fn render(text: &str, manner: Manner, leads: Leads<'_>) -> Result<Body, Flawed> {
    let mut pass = Pass::new(text, manner, leads);
    for (event, at) in Parser::new_ext(text, options()).into_offset_iter() {
        if !pass.event(event, at) {
            return Err(Flawed { flaws: pass.flaws, body: None });
        }
    }
    pass.finish()
}

/// Markdown by the specification alone, sanitised: what the CommonMark suite is compared with.
#[doc(hidden)]
pub fn commonmark(text: &str) -> String {
    let mut html = String::new();
    html::push_html(&mut html, Parser::new_ext(text, Options::empty()));
    sanitise(&html)
}

/// One pass over the events of a page.
struct Pass<'a, 'p> {
    text: &'a str,
    marks: Marks,
    leads: Leads<'p>,
    forms: Forms<'p>,
    /// Places in this page that links lead to, and where those stand.
    places: Vec<(String, Range<usize>)>,
    out: Vec<Event<'a>>,
    flaws: Vec<Flaw>,
    depth: usize,
    /// Names of the elements that the author's own HTML has opened and not closed.
    html_open: Vec<String>,
    cells: Cells,
    notes: Notes,
    ids: HeadingIds,
    /// Where the open heading begins in `out`, and its text so far without values.
    heading: Option<(usize, String)>,
    title: Title,
}

/// Whether the text's first heading is the title.
enum Title {
    /// The front matter has one, or the text does not begin with one.
    Elsewhere,
    Awaited,
    Open(String),
    Found(String),
}

impl<'a, 'p> Pass<'a, 'p> {
    fn new(text: &'a str, Manner { marks, headed, ids }: Manner, leads: Leads<'p>) -> Self {
        Self {
            text,
            marks,
            forms: Forms::new(leads.setting(), marks),
            leads,
            places: Vec::new(),
            out: Vec::new(),
            flaws: Vec::new(),
            depth: 0,
            html_open: Vec::new(),
            cells: Cells::default(),
            notes: Notes::default(),
            ids,
            heading: None,
            title: if headed { Title::Awaited } else { Title::Elsewhere },
        }
    }

    /// Takes one event; false if there is no point in going on.
    fn event(&mut self, event: Event<'a>, at: Range<usize>) -> bool {
        match event {
            Event::Start(tag) => return self.start(tag, at),
            Event::End(TagEnd::CodeBlock) if self.forms.is_open() => self.end_form(),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.forms.is_open() => self.forms.text(&text, at),
            Event::Text(text) => {
                let text = self.text(text, at);
                self.out.push(Event::Text(text));
            }
            Event::Code(text) => {
                let text = self.text(text, at);
                self.out.push(Event::Code(text));
            }
            Event::Html(text) => return self.html(&text, at, Event::Html),
            Event::InlineHtml(text) => return self.html(&text, at, Event::InlineHtml),
            // A box says what it is to those who can't see it.
            Event::TaskListMarker(done) => {
                let (checked, label) = if done { (" checked", "done") } else { ("", "not done") };
                let tick = format!("<input disabled type=\"checkbox\"{checked} aria-label=\"{label}\">");
                self.out.push(Event::InlineHtml(tick.into()));
            }
            Event::FootnoteReference(name) => self.out.extend(self.notes.refer(&name)),
            other => self.out.push(other),
        }
        true
    }

    fn start(&mut self, tag: Tag<'a>, at: Range<usize>) -> bool {
        self.depth += 1;
        if self.depth > DEPTH {
            self.flaw(at, Wrong::Depth);
            return false;
        }
        if matches!(self.title, Title::Awaited) && !is_title(&tag) {
            self.title = Title::Elsewhere;
        }
        let tag = match tag {
            Tag::Heading { level, id, .. } => self.start_heading(level, id),
            Tag::Link { link_type, dest_url, title, id } => {
                let dest_url = self.link(link_type, dest_url, at);
                Tag::Link { link_type, dest_url, title: self.plain(title), id }
            }
            Tag::Image { link_type, dest_url, title, id } => {
                let dest_url = self.picture(dest_url, at);
                Tag::Image { link_type, dest_url, title: self.plain(title), id }
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                if self.forms.begin(&info, self.text, at.clone()) {
                    return true;
                }
                self.flaws(Wrong::block(&info), at);
                Tag::CodeBlock(CodeBlockKind::Fenced(info))
            }
            Tag::FootnoteDefinition(name) => Tag::FootnoteDefinition(self.notes.define(&name)),
            Tag::Table(alignments) => {
                self.cells = Cells::new(alignments);
                self.out.push(Event::Html(BOX.0.into()));
                Tag::Table(Vec::new())
            }
            Tag::TableRow => {
                self.cells.begin_row();
                Tag::TableRow
            }
            Tag::TableCell => {
                let cell = self.cells.open();
                self.out.push(Event::InlineHtml(cell.into()));
                return true;
            }
            other => other,
        };
        self.out.push(Event::Start(tag));
        true
    }

    fn end(&mut self, tag: TagEnd) {
        self.depth = self.depth.saturating_sub(1);
        match tag {
            TagEnd::TableCell => return self.out.push(Event::InlineHtml(self.cells.close().into())),
            TagEnd::TableHead => self.cells.end_head(),
            TagEnd::Table => return self.out.extend([Event::End(tag), Event::Html(BOX.1.into())]),
            TagEnd::FootnoteDefinition => self.end_note(),
            TagEnd::Heading(_) => return self.end_heading(tag),
            _ => {}
        }
        self.out.push(Event::End(tag));
    }

    fn end_form(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        match self.forms.end(&mut self.leads) {
            Ok(token) => self.out.push(Event::Html(token.into())),
            Err(flaws) => flaws.into_iter().for_each(|flaw| self.flaw(flaw.at, flaw.wrong)),
        }
    }

    /// The way back stands at the end of the note's last line.
    fn end_note(&mut self) {
        let Some(back) = self.notes.back() else { return };
        let in_line = matches!(self.out.last(), Some(Event::End(TagEnd::Paragraph)));
        self.out.insert(self.out.len() - usize::from(in_line), back);
    }

    fn start_heading(&mut self, level: HeadingLevel, id: Option<CowStr<'a>>) -> Tag<'a> {
        if let Some(id) = &id {
            self.ids.take(id);
        }
        if matches!(self.title, Title::Awaited) {
            self.title = Title::Open(String::new());
        }
        self.heading = Some((self.out.len(), String::new()));
        // Classes and attributes that an author adds to a heading mean nothing here.
        Tag::Heading { level, id, classes: Vec::new(), attrs: Vec::new() }
    }

    fn end_heading(&mut self, tag: TagEnd) {
        self.out.push(Event::End(tag));
        let Some((start, text)) = self.heading.take() else { return };
        match std::mem::replace(&mut self.title, Title::Elsewhere) {
            Title::Open(title) => {
                self.out.truncate(start);
                self.title = Title::Found(title.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            other => self.title = other,
        }
        if let Some(Event::Start(Tag::Heading { id: id @ None, .. })) = self.out.get_mut(start) {
            *id = Some(self.ids.make(&text).into());
        }
    }

    /// Text and code: the value as it is; the writer escapes it with the rest.
    fn text(&mut self, text: CowStr<'a>, at: Range<usize>) -> CowStr<'a> {
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(&self.marks.without_values(&text));
        }
        let text = self.plain(text);
        if self.marks.left_in(&text) {
            self.flaw(at, Wrong::Mangled);
        }
        if let Title::Open(title) = &mut self.title {
            title.push_str(&text);
        }
        text
    }

    fn plain(&self, text: CowStr<'a>) -> CowStr<'a> {
        put(self.marks, text, as_text)
    }

    /// SECURITY: a value in an address is one segment of its path, so it can choose no scheme and no host.
    fn url(&self, url: CowStr<'a>) -> CowStr<'a> {
        put(self.marks, url, as_segment)
    }

    fn link(&mut self, kind: LinkType, url: CowStr<'a>, at: Range<usize>) -> CowStr<'a> {
        let url = self.url(url);
        match Target::of(&url) {
            _ if kind == LinkType::Email => url,
            Target::Beside => {
                let lead = self.leads.link(&url);
                self.lead(lead, at)
            }
            Target::Elsewhere => url,
            Target::Within => {
                self.places.push((url.to_string(), at));
                url
            }
            Target::Refused => {
                self.flaw(at, Wrong::Refused);
                self.leads.mistaken().into()
            }
        }
    }

    fn picture(&mut self, url: CowStr<'a>, at: Range<usize>) -> CowStr<'a> {
        let url = self.url(url);
        if Target::of(&url) == Target::Beside {
            let lead = self.leads.picture(&url);
            return self.lead(lead, at);
        }
        self.flaw(at, Wrong::Remote);
        self.leads.mistaken().into()
    }

    fn lead(&mut self, lead: Result<String, Reason>, at: Range<usize>) -> CowStr<'a> {
        lead.unwrap_or_else(|reason| {
            self.flaw(at, Wrong::Lead(reason));
            self.leads.mistaken()
        })
        .into()
    }

    /// The author's own HTML: values as character references, for text and attributes alike.
    fn html(&mut self, text: &str, at: Range<usize>, event: impl Fn(CowStr<'a>) -> Event<'a>) -> bool {
        nest(text, &mut self.html_open);
        if self.html_open.len() > HTML_DEPTH {
            self.flaw(at, Wrong::Html);
            return false;
        }
        if matches!(self.title, Title::Awaited) {
            self.title = Title::Elsewhere;
        }
        self.out.push(event(self.marks.put(text, as_html).into_owned().into()));
        true
    }

    /// What the sanitiser left of links and pictures in the author's own HTML.
    fn own_html(&mut self, html: &str) {
        let text = self.text;
        for tag in tags(html) {
            match (tag.name, tag.attribute("href"), tag.attribute("src")) {
                ("a", Some(url), _) if Target::of(url) == Target::Refused => {
                    self.flaw(place_of(tag.name, url, text), Wrong::Refused);
                }
                ("img", _, None) => self.flaw(place_of(tag.name, "", text), Wrong::Remote),
                _ => {}
            }
        }
    }

    /// Places in this page that are not there, for whoever reads it now.
    fn missing_places(&mut self, text: &str, html: &str) {
        let own = tags(html).filter_map(|tag| tag.attribute("href").filter(|url| url.starts_with('#')).map(unescaped));
        let mut wanted = std::mem::take(&mut self.places);
        let known: HashSet<String> = wanted.iter().map(|(url, _)| url.clone()).collect();
        wanted.extend(own.filter(|url| !known.contains(url)).map(|url| (url.clone(), place_of("a", &url, text))));
        if wanted.is_empty() {
            return;
        }
        let ids = ids(html);
        for (url, at) in wanted {
            if let Some(reason) = self.leads.missing(url.trim_start_matches('#'), &ids) {
                self.flaw(at, Wrong::Lead(reason));
            }
        }
    }

    fn flaws(&mut self, wrong: Option<Wrong>, at: Range<usize>) {
        if let Some(wrong) = wrong {
            self.flaw(at, wrong);
        }
    }

    fn flaw(&mut self, at: Range<usize>, wrong: Wrong) {
        // A page full of them needs no longer list than this.
        if self.flaws.len() < 20 {
            self.flaws.push(Flaw { at, wrong });
        }
    }

    fn finish(mut self) -> Result<Body, Flawed> {
        let text = self.text;
        let mut raw = String::with_capacity(text.len() * 3 / 2);
        html::push_html(&mut raw, self.out.drain(..));
        let html = sanitise(&raw);
        let (rest, lost) = self.forms.taken_out(&html);
        self.flaws.extend(lost);
        let title = if let Title::Found(title) = &self.title { Some(title.clone()) } else { None };
        // SECURITY: what a filter made of a token is never shown.
        let is_left = self.marks.left_in(&rest) || title.as_ref().is_some_and(|title| self.marks.left_in(title));
        if is_left && !self.flaws.iter().any(|flaw| flaw.wrong == Wrong::Mangled) {
            self.flaw(0..0, Wrong::Mangled);
        }
        self.own_html(&html);
        self.missing_places(text, &html);
        let mut flaws = self.flaws;
        let (html, along) = self.leads.put_in(&html, |name, url, reason| {
            flaws.push(Flaw { at: place_of(name, url, text), wrong: Wrong::Lead(reason) });
        });
        let (html, ids) = self.forms.put_in(html);
        let body = Body { title, html, along, ids };
        if flaws.is_empty() { Ok(body) } else { Err(Flawed { flaws, body: Some(Box::new(body)) }) }
    }
}

/// Every place in a document that a link can lead to.
pub(super) fn ids(html: &str) -> HashSet<String> {
    tags(html).filter_map(|tag| tag.attribute("id").map(unescaped)).collect()
}

/// Where the author's own HTML first has such a tag with this address, or at least such a tag.
fn place_of(name: &str, url: &str, text: &str) -> Range<usize> {
    let begin = format!("<{name}");
    let starts = || text.match_indices(&begin).map(|(start, _)| start);
    let has_it = |start: &usize| text[*start..].split('>').next().is_some_and(|tag| tag.contains(url));
    starts().find(has_it).or_else(|| starts().next()).map_or(0..0, |start| start..start + begin.len())
}

fn put(marks: Marks, text: CowStr<'_>, escape: impl Fn(&str, &mut String)) -> CowStr<'_> {
    match marks.put(&text, escape) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(put) => put.into(),
    }
}

fn is_title(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Heading { level: HeadingLevel::H1, .. })
}

/// Follows the tags of `html`: a closing tag closes what was opened under its name, and nothing else.
fn nest(html: &str, open: &mut Vec<String>) {
    const EMPTY: [&str; 5] = ["br", "hr", "img", "input", "wbr"];
    for tag in html.split('<').skip(1) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || EMPTY.contains(&name.as_str()) {
            continue;
        }
        if !closes {
            open.push(name);
        } else if let Some(at) = open.iter().rposition(|known| *known == name) {
            open.truncate(at);
        }
        if open.len() > HTML_DEPTH {
            return;
        }
    }
}
