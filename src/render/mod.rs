//! Pages as people see them: [`Page`] in, [`RenderedPage`] or [`OpenFile`] out.
//!
//! Template, Markdown, sanitiser, theme, in this order. It must not know any key, the store, the clock or a release: the
//! same page and practice give the same bytes on any machine. It writes nothing.

mod appointment;
mod around;
mod asked;
mod asset;
mod context;
mod flaw;
mod form;
mod given_text;
mod heading;
mod lead;
mod limit;
mod link;
mod markdown;
mod naming;
mod note;
mod open;
mod outcome;
mod reading;
mod remarks;
mod sanitise;
mod table;
mod telling;
mod template;
mod theme;
mod value;
mod words;

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use appointment::Invitation;
use around::Around;
pub(crate) use asset::published;
use context::{Looked, context};
use flaw::Flaw;
pub use lead::Along;
use lead::{Known, Leads};
pub(crate) use link::{Written as Tag, replaced as replace_tags};
#[doc(hidden)]
pub use markdown::commonmark;
use markdown::{Flawed, Manner};
use minijinja::{Environment, OutputSpan, Value};
use naming::Named;
pub use open::{OpenFile, OpenSite, help, is_for_nothing, open_document, open_site};
pub use outcome::Showing;
pub(crate) use outcome::shown_numbers;
pub(crate) use remarks::{Over, remarks};
pub(crate) use sanitise::among_others;
use telling::Naming;
pub(crate) use telling::group_titles;
pub use theme::{BuiltInFile, Theme, built_in_theme};
use value::Marks;

use crate::{
    content::{Audience, Mistake, Mistakes, Page, SHORT, Source, made_visible, readers_of},
    practice::{Member, Practice},
};

/// Bytes of the longest document: padded and sealed it is still well below what the gate serves and the viewer takes.
const LONGEST: usize = 4 << 20;

/// A page ready to be sealed: a whole HTML document.
///
/// SECURITY: it has no `Debug`, `Display` or `Serialize`, its fields are private, and only sealing takes it: a member's
/// plaintext can't be published, because nothing that publishes accepts it.
pub struct RenderedPage {
    title: String,
    html: String,
    along: Along,
}

impl RenderedPage {
    /// The title, which goes into the reader's index.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What goes with the document.
    pub fn along(&self) -> &Along {
        &self.along
    }

    /// Title and document.
    pub(crate) fn into_parts(self) -> (String, String) {
        (self.title, self.html)
    }
}

/// A page as its readers get it.
pub enum Rendering {
    /// It never looked at the member: all get the same.
    Same(RenderedPage),
    /// By the member's folder.
    Each(BTreeMap<String, RenderedPage>),
}

/// Renders `page` for everyone who may read it. Whether it looks at the member is noted while it runs, includes and
/// layout counted.
pub fn render_page(page: &Page, practice: &Practice, theme: &Theme) -> Result<Rendering, Mistakes> {
    let (readers, _) = readers_of(page, practice);
    // A page that nobody reads yet is tried all the same, on a member who does not exist.
    let nobody = Member { name: "Anna".to_owned(), ..Member::default() };
    let first = readers.first().copied().unwrap_or(&nobody);
    let job = Job::new(page, practice, theme)?;
    let mut naming = Naming::new(page, practice);
    let looked = Looked::default();
    let rendered = job.document(first, &looked);
    if !looked.at_member() {
        let (rendered, named) = match rendered {
            Ok(page) => page,
            Err(spoilt) => return Err(spoilt.mistakes(naming, &readers)),
        };
        naming.add(named, &readers);
        return Mistakes::unless_any(naming.mistakes(), Rendering::Same(rendered));
    }
    let mut failed = Failed::default();
    let mut each = BTreeMap::new();
    let others = readers.iter().skip(1).map(|reader| (*reader, job.document(reader, &looked)));
    for (reader, rendered) in std::iter::once((first, rendered)).chain(others) {
        match rendered {
            Ok((page, named)) if !readers.is_empty() => {
                naming.add(named, &[reader]);
                each.insert(reader.folder.clone(), page);
            }
            Ok(_) => {}
            Err(spoilt) => {
                naming.add(spoilt.named, &[reader]);
                failed.add(spoilt.mistakes, reader);
            }
        }
    }
    let mut mistakes = failed.mistakes(readers.len());
    mistakes.extend(naming.mistakes());
    Mistakes::unless_any(mistakes, Rendering::Each(each))
}

/// A page that can't be given, and whom it names all the same: both are told at once.
struct Spoilt<'a> {
    mistakes: Mistakes,
    named: Vec<Named<'a>>,
}

impl<'a> Spoilt<'a> {
    /// What there is to tell where all `readers` would get the same.
    fn mistakes(self, mut naming: Naming<'a>, readers: &[&'a Member]) -> Mistakes {
        naming.add(self.named, readers);
        Mistakes::new(self.mistakes.into_iter().chain(naming.mistakes()).collect())
    }
}

impl<T: Into<Mistakes>> From<T> for Spoilt<'_> {
    fn from(mistakes: T) -> Self {
        Self { mistakes: mistakes.into(), named: Vec::new() }
    }
}

/// What went wrong, and for whom: a page may fail for one reader alone.
#[derive(Default)]
struct Failed(BTreeMap<Mistake, Vec<String>>);

impl Failed {
    fn add(&mut self, mistakes: Mistakes, reader: &Member) {
        for mistake in mistakes {
            self.0.entry(mistake).or_default().push(reader.name.clone());
        }
    }

    /// With the names of those for whom it is so, where it is not so for all.
    fn mistakes(self, readers: usize) -> Vec<Mistake> {
        let told = |(mistake, names): (Mistake, Vec<String>)| {
            if names.len() >= readers.max(1) {
                return mistake;
            }
            let (what, hint) = (format!("for {}: {}", names.join(", "), mistake.what), mistake.hint.clone());
            mistake.saying(what, hint)
        };
        self.0.into_iter().map(told).collect()
    }
}

/// One page on its way through all stages: its template is compiled once.
struct Job<'a> {
    page: &'a Page,
    practice: &'a Practice,
    theme: &'a Theme,
    /// For a page that uses the characters of the theme's tokens.
    own: Option<(Environment<'static>, Marks)>,
    known: Known,
    texts: given_text::Known<'a>,
}

/// A page's own part of a document.
struct Content<'a> {
    title: String,
    html: String,
    along: Along,
    /// What its blocks, their options and questions are called in answers: nobody sees it, and yet it is in the document.
    ids: Vec<String>,
    /// Everyone who is named in it.
    named: Vec<Named<'a>>,
}

impl<'a> Job<'a> {
    fn new(page: &'a Page, practice: &'a Practice, theme: &'a Theme) -> Result<Self, Mistakes> {
        template::check(&page.body)?;
        Ok(Self {
            page,
            practice,
            theme,
            own: theme.text_for(&page.body)?,
            known: Known::default(),
            texts: given_text::Known::default(),
        })
    }

    /// The sealed page for one member.
    fn document(&self, reader: &Member, looked: &Looked) -> Result<(RenderedPage, Vec<Named<'a>>), Spoilt<'a>> {
        // SECURITY: a page that anyone may read must not depend on who reads it.
        let seen = (self.page.audience != Audience::Open).then_some(reader);
        let mut content = self.content(seen, looked)?;
        let audience = self.page.audience.shown(self.practice);
        let invitation = self.invitation(reader, looked);
        let when = invitation.as_ref().map(|invitation| invitation.when.clone()).unwrap_or_default();
        let variables = [
            ("lang", Value::from(&self.practice.site.practice.language)),
            ("dir", Value::from(direction(&self.practice.site.practice.language))),
            ("title", Value::from(&content.title)),
            ("date", date(self.page, self.practice)),
            ("audience", Value::from(&audience)),
            ("content", Value::from(&content.html)),
            ("session", invitation.as_ref().map_or(Value::from(()), Invitation::value)),
        ];
        let seen = context(Some(reader), self.practice, looked, variables);
        let html = layout(self.theme, theme::PAGE, seen.clone())?;
        let unknown = self.unknown_groups(looked);
        if !unknown.is_empty() {
            return Err(Mistakes::new(unknown).into());
        }
        shows(&html, &content.html, theme::PAGE, self.practice)?;
        if let Some(invitation) = invitation {
            invitation.join(&mut content.along.attachments, &html, self)?;
        }
        let (theme, name) = (self.theme, theme::PAGE);
        let around = Around { theme, name, html: &html, content: &content.html, context: &seen };
        content.named.extend(around.named(self.practice, [content.title.as_str(), &audience, &when]));
        if html.len() > LONGEST {
            let what = format!("more than {} MiB once it is rendered", LONGEST >> 20);
            return Err(Mistake::whole(&self.page.file, what, "split it into several pages").into());
        }
        Ok((RenderedPage { title: content.title, html, along: content.along }, content.named))
    }

    fn content(&self, reader: Option<&Member>, looked: &Looked) -> Result<Content<'a>, Spoilt<'a>> {
        let context = context(reader, self.practice, looked, []);
        let text = self.text(&context)?;
        let headed = self.page.title.is_none();
        let manner = Manner { marks: self.marks(), headed, ids: self.theme.ids.clone() };
        let readers = match reader {
            Some(reader) if looked.at_member() => vec![reader],
            _ => readers_of(self.page, self.practice).0,
        };
        let leads = Leads::new(self, readers);
        let (body, flaws) = match markdown::render(&text, manner, leads) {
            Ok(body) => (body, Vec::new()),
            Err(Flawed { flaws, body: None }) => return Err(self.mistakes(flaws, &text, &context).into()),
            Err(Flawed { flaws, body: Some(body) }) => (*body, flaws),
        };
        let title = self.page.title.clone().or(body.title).filter(|title| !title.is_empty());
        let untitled = self.wrong_title(title.as_deref());
        // SECURITY: a value that is empty for this reader leaves no paragraph that tells of it.
        let html = body.html.replace("<p></p>", "");
        let title = made_visible(&title.unwrap_or_default());
        let shown = Content { title, html, along: body.along, ids: body.ids, named: Vec::new() };
        let named = self.named(&text, &context, &shown, &flaws);
        let unknown = self.unknown_groups(looked);
        if flaws.is_empty() && untitled.is_none() && unknown.is_empty() {
            return Ok(Content { named, ..shown });
        }
        let wrong = self.mistakes(flaws, &text, &context).into_iter().chain(untitled).chain(unknown);
        Err(Spoilt { mistakes: Mistakes::new(wrong.collect()), named })
    }

    /// What is wrong with the title, if anything.
    fn wrong_title(&self, title: Option<&str>) -> Option<Mistake> {
        let Some(title) = title else { return Some(self.untitled()) };
        (title.chars().count() > SHORT).then(|| {
            let what = format!("a title of more than {SHORT} characters");
            self.page.body.mistake(&(0..0), what, "write a shorter heading, or a `title` of its own")
        })
    }

    fn marks(&self) -> Marks {
        self.own.as_ref().map_or(self.theme.marks, |(_, marks)| *marks)
    }

    /// What the page's template gives. SECURITY: the page's text is the only template here; no value is ever one.
    fn text(&self, context: &Value) -> Result<Cow<'a, str>, Mistake> {
        let text = self.page.body.text();
        if !template::is_template(text) {
            return Ok(Cow::Borrowed(text));
        }
        let failed = |error| template::mistake(&error, &self.page.body, self.theme.sources());
        self.template().and_then(|template| template.render(context.clone())).map(Cow::Owned).map_err(failed)
    }

    fn template(&self) -> Result<minijinja::Template<'_, '_>, minijinja::Error> {
        let environment = self.own.as_ref().map_or(&self.theme.text, |(environment, _)| environment);
        environment.template_from_named_str(PAGE_NAME, self.page.body.text())
    }

    fn untitled(&self) -> Mistake {
        let hint = "add title = \"…\" to the front matter, or begin with a heading: # Title";
        self.page.body.mistake(&(0..0), "this page has no title", hint)
    }

    /// Flaws in what the template gave, at the places in the source they come from.
    fn mistakes(&self, flaws: Vec<Flaw>, text: &str, context: &Value) -> Mistakes {
        let spans = self.spans(text, context);
        let mistake = |flaw: Flaw| {
            let (source, at) = self.place(&spans, &flaw.at);
            source.mistake(&at, flaw.wrong.what(), flaw.wrong.hint())
        };
        Mistakes::new(flaws.into_iter().map(mistake).collect())
    }

    /// Which part of the template gave which part of the text.
    fn spans(&self, text: &str, context: &Value) -> Vec<OutputSpan> {
        match self.template().and_then(|template| template.render_with_spans(context.clone())) {
            Ok((again, spans)) if again == text => spans,
            _ => Vec::new(),
        }
    }

    /// The place in the source that these bytes of the text come from.
    fn place(&self, spans: &[OutputSpan], at: &Range<usize>) -> (&'a Source, Range<usize>) {
        let Some(span) = spans.iter().find(|span| span.output_range().contains(&at.start)) else {
            return (&self.page.body, at.clone());
        };
        let source = self.theme.sources().source(span.name()).unwrap_or(&self.page.body);
        let (out, from) = (span.output_range(), span.source_range());
        if out.len() != from.len() {
            return (source, from);
        }
        let start = at.start - out.start + from.start;
        (source, start..start + at.len())
    }
}

/// What a page's own template is called; no file of a theme can have this name.
const PAGE_NAME: &str = "content/";

/// Renders the document `name` of the theme.
fn layout(theme: &Theme, name: &str, context: Value) -> Result<String, Mistakes> {
    let rendered = theme.layout.get_template(name).and_then(|template| template.render(context));
    let nowhere = Source::new(format!("themes/{name}"), "");
    rendered.map_err(|error| template::mistake(&error, &nowhere, theme.sources()).into())
}

/// Refuses a document of the theme in which what the page says is not to be found: members would open an empty page.
fn shows(document: &str, content: &str, name: &str, practice: &Practice) -> Result<(), Mistake> {
    if document.contains(content) {
        return Ok(());
    }
    let hint = "print it once: {{ content|safe }}";
    Err(Mistake::whole(theme::file(practice, name), "does not show what stands in a page", hint))
}

/// Which way a language is written, as HTML says it.
pub(crate) fn direction(language: &str) -> &'static str {
    const LEFTWARD: [&str; 11] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
    let primary = language.split('-').next().unwrap_or_default();
    if LEFTWARD.contains(&primary.to_ascii_lowercase().as_str()) { "rtl" } else { "ltr" }
}

/// The date as a reader expects it, on one line, or nothing.
fn date(page: &Page, practice: &Practice) -> Value {
    let Some(date) = page.date else { return Value::from(()) };
    // Names of months in English alone; everywhere else the order that all can read.
    let english = practice.site.practice.language.split('-').next() == Some("en");
    let shown = if english { date.strftime("%-d\u{a0}%B\u{a0}%Y").to_string() } else { date.to_string() };
    Value::from(shown)
}
