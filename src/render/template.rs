//! Templates: two environments over one theme, and what to say when a template is wrong.
//!
//! In *text* a page's own template is rendered: what it prints becomes a token (see [`super::value`]). In *layout* the
//! theme's documents are: what they print is escaped as HTML.

use std::borrow::Cow;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior, Value, syntax::SyntaxConfig};

use super::{
    asset::Assets,
    context::{DOCUMENT, MEMBER, NO_MEMBER, PRACTICE},
    limit,
    value::Marks,
};
use crate::content::{Mistake, Source, made_visible, suggest};

/// Steps and sixty-fourths of a byte that one rendering may cost: about 64 MB, and well under a second.
const FUEL: u64 = 1_000_000;
/// Includes within macros within includes; what minijinja allows (500) is too much for a thread's stack.
const RECURSION: usize = 100;

/// The environment for the text of pages.
pub(super) fn text(marks: Marks) -> Environment<'static> {
    let mut environment = common();
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("heldspace".into()));
    environment.set_formatter(move |out, _, value| print(out, marks, value));
    // SECURITY: each of these would let a value into Markdown as it is.
    for filter in ["safe", "escape", "e", "format"] {
        environment.remove_filter(filter);
    }
    environment
}

/// The environment for the theme's documents. `{{ asset("picture.svg") }}` prints a file's address.
pub(super) fn layout(assets: &Assets) -> Environment<'static> {
    let mut environment = common();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, _, value| print_html(out, value));
    let urls = assets.urls();
    environment.add_function("asset", move |name: &str| {
        urls.get(name).cloned().ok_or_else(|| {
            let hint = suggest::hint(name, "files of the theme", urls.keys().map(String::as_str));
            Error::new(ErrorKind::InvalidOperation, format!("the theme has no `{name}`; {hint}"))
        })
    });
    environment
}

fn common() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    // SECURITY: it would print everything there is.
    environment.remove_global("debug");
    environment
}

fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .comment_delimiters("{##", "##}")
        .keep_trailing_newline(true)
        .build()
        .expect("the delimiters differ from each other")
}

/// Whether `text` has anything for a template engine to do.
pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{##"].iter().any(|delimiter| text.contains(delimiter))
}

fn print(out: &mut Output<'_>, marks: Marks, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        // A block or macro that was captured: its values are tokens already, the rest its author wrote.
        Some(text) if value.is_safe() => out.write_str(text),
        Some(text) => out.write_str(&marks.token(&made_visible(text))),
        None if value.is_undefined() => Ok(()),
        None => out.write_str(&marks.token(&made_visible(&value.to_string()))),
    };
    written.map_err(Error::from)
}

/// SECURITY: what would overflow the stack is refused before it is compiled.
pub(super) fn check(source: &Source) -> Result<(), Mistake> {
    limit::exceeded(source.text()).map_or(Ok(()), |at| {
        let hint = "split it with {% set %}, or write fewer branches";
        Err(source.mistake(&at, "an expression that is too long, or an `if` with too many branches", hint))
    })
}

/// Prints into HTML: as it is when a template says it is HTML, else escaped for text and quoted attributes.
fn print_html(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    let text = match value.as_str() {
        Some(text) if value.is_safe() => return out.write_str(text).map_err(Error::from),
        Some(text) => Cow::Borrowed(text),
        None if value.is_undefined() || value.is_none() => return Ok(()),
        None => Cow::Owned(value.to_string()),
    };
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest).map_err(Error::from)
}

/// Where the template `name` stands.
pub(super) trait Sources {
    fn source(&self, name: &str) -> Option<&Source>;
    /// The names that an include may have.
    fn names(&self) -> Vec<&str>;
}

/// What to tell the author of a template that failed.
pub(super) fn mistake(error: &Error, page: &Source, theme: &dyn Sources) -> Mistake {
    let error = innermost(error);
    let source = error.name().and_then(|name| theme.source(name)).unwrap_or(page);
    let at = place(error, source);
    let (what, mut hint) = explain(error, source.text().get(at.clone()).unwrap_or_default(), theme);
    if error.kind() == ErrorKind::UndefinedError && !std::ptr::eq(source, page) {
        hint = in_document(source.text().get(at.clone()).unwrap_or_default()).unwrap_or(hint);
    }
    source.mistake(&at, what, hint)
}

/// The error that an include or block only passes on.
fn innermost(error: &Error) -> &Error {
    let mut innermost = error;
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<Error>().filter(|inner| inner.line().is_some()) {
            innermost = inner;
        }
        next = source.source();
    }
    innermost
}

/// The bytes that the error is about, or the line it stands on.
fn place(error: &Error, source: &Source) -> std::ops::Range<usize> {
    let text = source.text();
    error.range().unwrap_or_else(|| {
        let lines = text.split_inclusive('\n').take(error.line().unwrap_or(1).saturating_sub(1));
        let start = lines.map(str::len).sum();
        start..start + text[start..].find('\n').unwrap_or(text.len() - start)
    })
}

fn explain(error: &Error, expression: &str, theme: &dyn Sources) -> (String, String) {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.kind() {
        _ if detail == NO_MEMBER => {
            (detail, "remove `public = true`, or write for everyone; \"you\" needs no name".to_owned())
        }
        ErrorKind::UndefinedError => undefined(expression),
        ErrorKind::TemplateNotFound => {
            let name = expression.split(['"', '\'']).nth(1).unwrap_or(expression);
            let hint = suggest::nearest(name, theme.names()).map_or_else(
                || "only files of the theme can be included: put it into the theme's folder".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            (format!("the theme has no `{name}` to include"), hint)
        }
        ErrorKind::OutOfFuel => {
            ("this template never comes to an end".to_owned(), "look for a loop within a loop".to_owned())
        }
        ErrorKind::SyntaxError | ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => {
            let hint = "to show braces as they are, write {% raw %}{{ … }}{% endraw %}";
            (detail, hint.to_owned())
        }
        _ if detail.contains("recursion limit") => {
            ("includes within includes without end".to_owned(), "does a file include itself?".to_owned())
        }
        _ => (detail, "check what stands between the braces".to_owned()),
    }
}

/// Of an expression that is longer than a name, what in it nobody knows: `member.group` of `if "grief" in member.group`.
fn misspelt(expression: &str) -> Option<&str> {
    let names = expression.split(|c: char| !(c.is_alphanumeric() || "._".contains(c)));
    let unknown = |name: &&str| match name.split_once('.') {
        Some(("member", field)) => !MEMBER.contains(&field),
        Some(("practice", field)) => !PRACTICE.contains(&field),
        _ => false,
    };
    names.into_iter().find(unknown)
}

/// The same for what only a document of the theme can look at.
fn in_document(expression: &str) -> Option<String> {
    let path = expression.split(['|', ' ']).next()?;
    let (object, field) = path.split_once('.').unwrap_or((path, ""));
    if ["member", "practice"].contains(&object) {
        return None;
    }
    // Other programs have `page.title` here.
    let meant = suggest::nearest(field, DOCUMENT).map(|name| format!("did you mean `{name}`?"));
    let known = DOCUMENT.into_iter().chain(["member", "practice"]);
    Some(meant.unwrap_or_else(|| suggest::hint(object, "what the built-in files of a theme use", known)))
}

/// Nothing has this name: which one was meant?
fn undefined(expression: &str) -> (String, String) {
    let expression = misspelt(expression).unwrap_or(expression).trim();
    let (object, field) = expression.split_once('.').unwrap_or((expression, ""));
    let what = format!("there is no `{expression}`");
    let hint = match (object, field) {
        ("member", field) => suggest::hint(field, "what `member` has", MEMBER),
        ("practice", field) => suggest::hint(field, "what `practice` has", PRACTICE),
        _ => suggest::hint(object, "what a page can use", ["member", "practice"]),
    };
    (what, hint)
}
