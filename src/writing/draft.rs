//! A template for new pages: a page whose front matter is TOML, with `<<name>>` for what is known and `<% if … %>` for what may be.
//!
//! These are not the braces of a page: `{{ member.name }}` in a template stays as it is, and is looked at when the page is
//! rendered for each reader.

use std::{collections::BTreeSet, path::PathBuf};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig};
use rust_embed::RustEmbed;
use toml_edit::{DocumentMut, Item, value};

use super::{Meeting, Place, Values, Wish, WritingError, text::as_text};
use crate::{
    content::{Mistake, Mistakes, Source, TEXT_LIMIT, read_regular, suggest},
    practice::{Practice, is_folder_name},
};

const FENCE: &str = "+++";
/// Said in every new page.
const READY: &str = "  # remove this line when the page is ready: until then nobody gets it";
/// What heldspace writes itself.
const OWN: [&str; 7] = ["title", "date", "session", "minutes", "to", "public", "draft"];
/// Steps that one template may take.
const FUEL: u64 = 100_000;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/themes/default/new"]
struct BuiltIn;

/// A template, read and understood.
#[derive(Debug)]
pub struct Template {
    name: String,
    source: Source,
    front: DocumentMut,
    body: Source,
}

impl Template {
    /// The practice's own, or the built-in one of that name.
    pub fn read(name: &str, practice: &Practice) -> Result<Self, WritingError> {
        let unknown = || WritingError::NoTemplate { name: name.to_owned(), known: known(practice) };
        if !is_folder_name(name) {
            return Err(unknown());
        }
        let file = folder(practice).join(format!("{name}.md"));
        let source = if practice.root.join(&file).symlink_metadata().is_ok() {
            let bytes = read_regular(&practice.root, &file, TEXT_LIMIT).map_err(Mistakes::from)?;
            Source::of_bytes(&file, bytes)
        } else {
            let built_in = BuiltIn::get(&format!("{name}.md")).ok_or_else(unknown)?;
            Source::of_bytes(&PathBuf::from(format!("themes/default/new/{name}.md")), built_in.data.into_owned())
        };
        Ok(Self::of(name, source.map_err(Mistakes::from)?)?)
    }

    fn of(name: &str, source: Source) -> Result<Self, Mistakes> {
        let (front, body) = split(&source)?;
        let template = Self { name: name.to_owned(), front, body, source };
        template.compiles()?;
        Ok(template)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, for people.
    pub fn file(&self) -> &std::path::Path {
        self.source.file()
    }

    /// Every name that it can make something of.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let environment = environment(Prints::Plain);
        let texts = self.front.iter().filter_map(|(_, item)| item.as_str()).chain([self.body.text()]);
        let compiled =
            |text| environment.template_from_str(text).ok().map(|template| template.undeclared_variables(false));
        texts.filter_map(compiled).flatten().collect()
    }

    /// Its own title, filled in.
    pub(super) fn title(&self, values: &Values) -> Result<Option<String>, WritingError> {
        let Some(title) = self.front.get("title").and_then(Item::as_str) else { return Ok(None) };
        Ok(Some(self.line(title, values)?).filter(|title| !title.trim().is_empty()))
    }

    /// The whole page.
    pub(super) fn fill(
        &self,
        place: &Place,
        title: &str,
        wish: &Wish,
        values: &Values,
    ) -> Result<String, WritingError> {
        let mut front = DocumentMut::new();
        front.insert("title", value(title));
        let moment = |text: String| value(text.parse::<toml_edit::Datetime>().expect("a date is one in TOML too"));
        if let Some(date) = wish.date {
            front.insert("date", moment(date.to_string()));
        }
        if let Some(Meeting { at, minutes }) = wish.session {
            front.insert("session", moment(at.to_string()));
            front.insert("minutes", value(minutes));
        }
        for (name, item) in self.front.iter().filter(|(name, _)| !OWN.contains(name)) {
            let filled = match item.as_str() {
                Some(text) => value(self.line(text, values)?),
                None => item.clone(),
            };
            front.insert(name, filled);
        }
        match place {
            Place::Message(to) => drop(front.insert("to", value(to.iter().collect::<toml_edit::Array>()))),
            Place::Open => drop(front.insert("public", value(true))),
            Place::Library | Place::Group(_) | Place::Member(_) => {}
        }
        front.insert("draft", value(true));
        if let Some(draft) = front["draft"].as_value_mut() {
            draft.decor_mut().set_suffix(READY);
        }
        let text = render(Prints::Markdown, self.body.text(), values).map_err(|e| self.mistake(&e, values))?;
        Ok(format!("{FENCE}\n{front}{FENCE}\n\n{}\n", text.trim()))
    }

    /// A value of the front matter, on one line.
    fn line(&self, text: &str, values: &Values) -> Result<String, WritingError> {
        let filled = render(Prints::Plain, text, values).map_err(|error| {
            let (what, hint) = explain(&error, text, values);
            Mistakes::from(Mistake::whole(self.file(), format!("in its front matter: {what}"), hint))
        })?;
        Ok(filled.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn compiles(&self) -> Result<(), Mistakes> {
        let environment = environment(Prints::Markdown);
        let compiled = environment.template_from_str(self.body.text());
        compiled.map(drop).map_err(|error| self.mistake(&error, &Values::default()))
    }

    fn mistake(&self, error: &Error, values: &Values) -> Mistakes {
        let text = self.body.text();
        let line = error.line().unwrap_or(1).saturating_sub(1);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let whole = || start..start + text[start..].find('\n').unwrap_or(text.len() - start);
        let at = error.range().unwrap_or_else(whole);
        let (what, hint) = explain(error, text.get(at.clone()).unwrap_or_default(), values);
        self.body.mistake(&at, what, hint).into()
    }
}

fn explain(error: &Error, expression: &str, values: &Values) -> (String, String) {
    if error.kind() == ErrorKind::UndefinedError {
        let name = expression.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let hint = suggest::hint(name, "what is known here", values.names());
        return (format!("there is no `{name}`"), format!("{hint}; or ask first: <% if {name} is defined %>"));
    }
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    (detail, "write <<name>> for a value, <% if name is defined %> … <% endif %> around what may be missing".into())
}

fn split(source: &Source) -> Result<(DocumentMut, Source), Mistakes> {
    let text = source.text();
    let first = text.lines().next().unwrap_or_default();
    if first.trim_end() == "---" {
        let hint = "write it as TOML between two lines of +++: title = \"…\"";
        return Err(source.mistake(&(0..3), "front matter in YAML, in a template for new pages", hint).into());
    }
    if first.trim_end() != FENCE {
        return Ok((DocumentMut::new(), source.rest(0)));
    }
    let begin = (first.len() + 1).min(text.len());
    let mut end = begin;
    for line in text[begin..].split_inclusive('\n') {
        if line.trim_end() == FENCE {
            let front = text[begin..end].parse::<DocumentMut>().map_err(|error| {
                let at = error.span().map_or(begin..end, |span| span.start + begin..span.end + begin);
                source.mistake(&at, error.message(), front_hint(&text[begin..end]))
            })?;
            return Ok((front, source.rest(end + line.len())));
        }
        end += line.len();
    }
    Err(source.mistake(&(0..3), "the front matter that begins here has no end (a line `+++`)", "close it").into())
}

/// What to do about front matter that is no TOML: mostly a value stands there as it would in the text.
fn front_hint(front: &str) -> &'static str {
    if front.contains("<<") || front.contains("{{") {
        "a value stands in quotes here, and between << and >>: title = \"For <<name>>\""
    } else {
        "write TOML: `key = \"text\"`"
    }
}

/// How a value is printed.
#[derive(Clone, Copy)]
enum Prints {
    /// As it is: what takes it quotes it.
    Plain,
    Markdown,
}

fn environment(prints: Prints) -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("<#", "#>")
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("the delimiters differ from each other"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.remove_global("debug");
    // SECURITY: each of these would let a value into the page as it is.
    for filter in ["safe", "escape", "e", "format"] {
        environment.remove_filter(filter);
    }
    environment.set_formatter(move |out, _, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let printed = match prints {
            // A block or macro that was captured: its values are printed already.
            Prints::Markdown if !value.is_safe() => as_text(&text),
            _ => text,
        };
        out.write_str(&printed).map_err(Error::from)
    });
    environment
}

fn render(prints: Prints, text: &str, values: &Values) -> Result<String, Error> {
    environment(prints).render_str(text, values.value())
}

fn folder(practice: &Practice) -> PathBuf {
    PathBuf::from("themes").join(&practice.site.theme.name).join("new")
}

/// The names of all templates.
pub fn known(practice: &Practice) -> Vec<String> {
    let own = practice.root.join(folder(practice)).read_dir().into_iter().flatten().flatten();
    let own = own.filter_map(|entry| entry.file_name().into_string().ok());
    let names = BuiltIn::iter().map(std::borrow::Cow::into_owned).chain(own);
    let names: BTreeSet<String> = names
        .filter_map(|name| name.strip_suffix(".md").filter(|name| is_folder_name(name)).map(str::to_owned))
        .collect();
    names.into_iter().collect()
}
