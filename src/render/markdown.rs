//! Markdown to HTML: pulldown-cmark, with values put in at their places.

use std::collections::HashMap;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::values::{self, Tokens};

/// Fenced blocks that members answer; they come with a later version, and are never shown as code.
const OWN_BLOCKS: [&str; 6] = ["reply", "poll", "checkin", "agenda", "done", "results"];

/// What a page's Markdown holds.
pub struct Rendered {
    /// The text of the first heading, where the page begins with one and has no title of its own.
    pub title: Option<String>,
    /// Not sanitised yet.
    pub html: String,
}

/// Something in the Markdown that can't be published: what to look for in the source, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    pub find: String,
    pub what: String,
    pub hint: &'static str,
}

/// Renders a page's Markdown.
pub fn render(text: &str, tokens: &Tokens, title_from_heading: bool) -> Result<Rendered, Trouble> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, options).collect();
    events.iter().find_map(trouble).map_or(Ok(()), Err)?;
    let title = if title_from_heading { take_title(&mut events, tokens) } else { None };
    add_heading_ids(&mut events, tokens);
    let events = events.into_iter().map(|event| put_values_in(event, tokens));
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events);
    // No inline style survives the site's policy; the stylesheet knows these classes.
    for side in ["left", "center", "right"] {
        out = out.replace(&format!("style=\"text-align: {side}\""), &format!("class=\"align-{side}\""));
    }
    Ok(Rendered { title, html: out })
}

/// `CommonMark` alone, without extensions or values: for the specification's own examples.
pub fn commonmark(text: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(text, Options::empty()));
    out
}

fn trouble(event: &Event<'_>) -> Option<Trouble> {
    match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let name = info.split_whitespace().next().unwrap_or_default();
            OWN_BLOCKS.contains(&name).then(|| Trouble {
                find: name.to_owned(),
                what: format!("a block that members answer ({name}) comes with a later version"),
                hint: "Ask in plain words for now; as code it would only confuse.",
            })
        }
        Event::Start(Tag::Image { dest_url, .. }) => Some(Trouble {
            find: dest_url.to_string(),
            what: "pictures come with a later version".to_owned(),
            hint: "A picture from another site would tell that site who reads this page. Describe it in words, or link to it.",
        }),
        Event::Start(Tag::Link { dest_url, .. }) => link_trouble(dest_url),
        _ => None,
    }
}

fn link_trouble(dest: &str) -> Option<Trouble> {
    let allowed = ["https://", "http://", "mailto:", "tel:", "#"];
    let lower = dest.to_ascii_lowercase();
    (!allowed.iter().any(|start| lower.starts_with(start))).then(|| Trouble {
        find: dest.to_owned(),
        what: format!("a link to {dest:?} leads nowhere for a member"),
        hint: "Links begin with https://, mailto: or tel:, or with # for a place on the same page.",
    })
}

/// Takes the first heading out, if the page begins with one: the page template shows the title.
fn take_title(events: &mut Vec<Event<'_>>, tokens: &Tokens) -> Option<String> {
    if !matches!(events.first(), Some(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))) {
        return None;
    }
    let end = events.iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let title = tokens.plain(&text_of(&events[1..end]));
    events.drain(..=end);
    Some(title)
}

fn text_of(events: &[Event<'_>]) -> String {
    let words = events.iter().map(|event| match event {
        Event::Text(text) | Event::Code(text) => text.as_ref(),
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    });
    words.collect()
}

/// An id for every heading that has none, from its words without values; each once.
fn add_heading_ids(events: &mut [Event<'_>], tokens: &Tokens) {
    let mut used: HashMap<String, usize> = HashMap::new();
    for at in 0..events.len() {
        if !matches!(events[at], Event::Start(Tag::Heading { id: None, .. })) {
            continue;
        }
        let end = events[at..].iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_)))).unwrap_or(0);
        let slug = slug(&tokens.replace(&text_of(&events[at..at + end]), |_| String::new()));
        let count = used.entry(slug.clone()).and_modify(|n| *n += 1).or_insert(0);
        let unique = if *count == 0 { slug } else { format!("{slug}-{count}") };
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
            *id = Some(CowStr::from(unique));
        }
    }
}

/// Letters and digits of a text, with hyphens between its words.
pub fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "part".to_owned() } else { words.join("-") }
}

fn put_values_in<'a>(event: Event<'a>, tokens: &Tokens) -> Event<'a> {
    let plain = |text: CowStr<'a>| CowStr::from(tokens.plain(&text));
    match event {
        Event::Text(text) => Event::Text(plain(text)),
        Event::Code(text) => Event::Code(plain(text)),
        // SECURITY: in raw HTML a value is escaped for text and attributes alike; the sanitiser comes after.
        Event::Html(text) => Event::Html(tokens.replace(&text, values::html).into()),
        Event::InlineHtml(text) => Event::InlineHtml(tokens.replace(&text, values::html).into()),
        // A box says what it is to those who can't see it.
        Event::TaskListMarker(true) => {
            Event::InlineHtml("<input disabled type=\"checkbox\" checked aria-label=\"done\">".into())
        }
        Event::TaskListMarker(false) => {
            Event::InlineHtml("<input disabled type=\"checkbox\" aria-label=\"not done\">".into())
        }
        Event::FootnoteReference(name) => Event::FootnoteReference(plain(name)),
        Event::Start(tag) => Event::Start(put_values_in_tag(tag, tokens)),
        other => other,
    }
}

fn put_values_in_tag<'a>(tag: Tag<'a>, tokens: &Tokens) -> Tag<'a> {
    let plain = |text: CowStr<'a>| CowStr::from(tokens.plain(&text));
    match tag {
        Tag::Link { link_type, dest_url, title, id } => {
            // SECURITY: a value is one segment of an address; it can't become the address.
            let dest_url = tokens.replace(&dest_url, values::segment).into();
            Tag::Link { link_type, dest_url, title: plain(title), id }
        }
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Tag::CodeBlock(CodeBlockKind::Fenced(plain(info))),
        Tag::FootnoteDefinition(name) => Tag::FootnoteDefinition(plain(name)),
        Tag::Heading { level, id, classes, attrs } => Tag::Heading { level, id: id.map(plain), classes, attrs },
        other => other,
    }
}
