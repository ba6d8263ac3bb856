//! Lets through what Markdown makes, and of an author's own HTML what can do no harm.
//!
//! In: HTML from Markdown, which may hold anything. Out: HTML without script, style, form, frame or picture from
//! elsewhere. This is one of three layers: sealed pages are also shown where no script can run, under a policy that
//! refuses it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};

use super::link::Target;

const TAGS: [&str; 60] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Removed with everything in them; of other unknown elements the content stays.
const WITH_CONTENT: [&str; 12] = [
    "script", "style", "svg", "math", "iframe", "object", "template", "noscript", "textarea", "select", "title", "xmp",
];
const ATTRIBUTES: [(&str, &[&str]); 10] = [
    ("a", &["href", "aria-label"]),
    ("bdo", &["dir"]),
    ("details", &["open"]),
    ("div", &["role", "aria-label", "tabindex"]),
    ("img", &["src", "alt", "width", "height"]),
    ("input", &["aria-label", "type", "checked"]),
    ("ol", &["start", "reversed"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("li", &["value"]),
];
const ALIGNED: [&str; 3] = ["align-left", "align-center", "align-right"];
const CLASSES: [(&str, &[&str]); 4] = [
    ("td", &ALIGNED),
    ("th", &ALIGNED),
    ("sup", &["footnote-reference", "footnote-definition-label"]),
    ("div", &["footnote-definition", "table"]),
];
pub(super) const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.attribute_filter(filter);
    builder
});

fn builder() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into())
        .clean_content_tags(WITH_CONTENT.into())
        .tag_attributes(map(&ATTRIBUTES))
        .allowed_classes(map(&CLASSES))
        // No prefix: no script runs beside a page that an id could confuse, and links within the page keep working.
        .generic_attributes(["id", "lang", "dir", "title"].into())
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true)
        // An input is a box to look at, whatever it was written as. One attribute alone is set so: ammonia would write
        // several in an order that changes from run to run, and an unchanged page must give unchanged bytes.
        .set_tag_attribute_value("input", "disabled", "");
    builder
}

fn map(pairs: &[(&'static str, &[&'static str])]) -> HashMap<&'static str, HashSet<&'static str>> {
    pairs.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect()
}

/// SECURITY: a picture from elsewhere would tell its host who reads what, and when.
fn filter<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match (element, attribute) {
        ("img", "src") => (Target::of(value) == Target::Beside).then_some(Cow::Borrowed(value)),
        ("input", "type") => Some(Cow::Borrowed("checkbox")),
        // The box around a table, and nothing that would make another element something it is not.
        ("div", "role") => (value == "group").then_some(Cow::Borrowed(value)),
        ("div", "tabindex") => (value == "0").then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// The body of a document, to stand among others in one: what links within it and what they lead to begin with `prefix`.
pub(crate) fn among_others(html: &str, prefix: &str) -> String {
    let prefixed = prefix.to_owned();
    let mut builder = builder();
    // What leads to its files and to other pages: written when the page was rendered, and never by its author.
    builder.add_tag_attributes("a", ["data-attachment", "data-page", "data-place"]);
    builder.add_tag_attributes("img", ["data-attachment"]);
    builder.add_tags(["header"]).add_allowed_classes("p", ["audience", "date", "how"]);
    builder.add_allowed_classes("div", ["ask", "results"]).add_allowed_classes("ul", ["options"]);
    builder.attribute_filter(move |element, attribute, value| match (attribute, value.strip_prefix('#')) {
        ("id", _) => Some(format!("{prefixed}{value}").into()),
        ("href", Some(place)) => Some(format!("#{prefixed}{place}").into()),
        _ => filter(element, attribute, value),
    });
    builder.clean(html).to_string()
}

/// `html` without what could do harm.
pub(super) fn sanitise(html: &str) -> String {
    SANITISER.clean(html).to_string()
}
