//! A page's text as a template: `{{ member.name }}`, `{% if … %}`; compiled once, and never a value.

use std::path::Path;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig};

use super::{context::Context, theme::Theme, values::Tokens};
use crate::content::{Mistake, Page, nearest};

/// Steps that one template may take.
pub const FUEL: u64 = 2_000_000;
/// The name of a page's own text among its templates.
const TEXT: &str = "page text";
const KNOWN: [&str; 5] = ["member.name", "member.groups", "practice.name", "practice.therapist", "member"];

/// A page's text, compiled.
pub struct Text<'a> {
    page: &'a Page,
    environment: Environment<'a>,
    pub tokens: Tokens,
}

impl<'a> Text<'a> {
    pub fn compile(page: &'a Page, theme: &Theme) -> Result<Self, Mistake> {
        let sources = theme.sources();
        let tokens = Tokens::for_text(page.body());
        let mut environment = Environment::new();
        environment.set_syntax(syntax());
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(64);
        // SECURITY: includes come from the theme, never from what is written for others.
        environment.set_loader(move |name| Ok(sources.get(name).cloned()));
        let tokens_out = tokens.clone();
        environment.set_formatter(move |out, _, value| {
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            if !value.is_none() {
                out.write_str(&tokens_out.token(&value.to_string()))?;
            }
            Ok(())
        });
        environment
            .add_template(TEXT, page.body())
            .map_err(|error| mistake(&page.file, &page.source, page.body, &error))?;
        Ok(Self { page, environment, tokens })
    }

    /// The Markdown, with tokens where values stand.
    pub fn render(&self, context: &Context) -> Result<String, Mistake> {
        let rendered = self.environment.get_template(TEXT).and_then(|text| text.render(context.value()));
        rendered.map_err(|error| match error.name() {
            Some(name) if name != TEXT => {
                Mistake::in_file(&self.page.file, format!("its include {name} fails: {}", words(&error)))
            }
            _ => mistake(&self.page.file, &self.page.source, self.page.body, &error),
        })
    }
}

/// Comments are `{## … ##}`, since `{#` begins the id of a heading in Markdown.
///
/// # Panics
/// Never: the delimiters are fixed.
pub fn syntax() -> SyntaxConfig {
    let built = SyntaxConfig::builder().comment_delimiters("{##", "##}").keep_trailing_newline(true).build();
    built.expect("fixed delimiters")
}

/// A template's error, at its place in the file: the template begins at `offset` of `text`.
pub fn mistake(file: &Path, text: &str, offset: usize, error: &Error) -> Mistake {
    let at = error.range().map(|range| offset + range.start);
    let line = || {
        let lines_before = text[..offset].matches('\n').count();
        Mistake::at_line(file, text, lines_before + error.line().unwrap_or(1), 1, words(error))
    };
    let mistake = at.filter(|at| *at < text.len()).map_or_else(line, |at| Mistake::at(file, text, at, words(error)));
    mistake.hint(hint(error, at.and_then(|at| text.get(at..)).unwrap_or_default()))
}

fn words(error: &Error) -> String {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    match error.kind() {
        ErrorKind::UndefinedError => "this field does not exist".to_owned(),
        ErrorKind::OutOfFuel => "this template never comes to an end".to_owned(),
        kind => format!("{kind}{detail}"),
    }
}

fn hint(error: &Error, there: &str) -> String {
    match error.kind() {
        ErrorKind::UndefinedError => {
            let word: String = there.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_')).collect();
            nearest(&word, KNOWN).unwrap_or_else(|| "Pages can use member.name, member.groups, practice.name and practice.therapist; an open page has no member.".to_owned())
        }
        ErrorKind::SyntaxError => "To show braces as they are, write {{ '{{' }}.".to_owned(),
        _ => "Take this out, or compare it with the documentation.".to_owned(),
    }
}
