//! The keys of a TOML file, or of front matter in TOML or YAML, each with its place.
//!
//! Whoever reads a file takes the keys it knows, one by one; what is left is an unknown key. So all mistakes of a file
//! are found at once, and front matter in both languages has one set of checks.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use jiff::civil::Date;
use serde::Deserialize;
use serde_saphyr::Spanned;
use toml_edit::{Document, Item, TableLike};

use super::mistake::{Mistake, nearest};

/// A file's whole text, to show the line of a mistake.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl Source<'_> {
    pub fn mistake(&self, at: usize, what: impl Into<String>) -> Mistake {
        Mistake::at(self.file, self.text, at, what)
    }
}

/// What a key holds.
#[derive(Debug)]
enum Value {
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<(Value, usize)>),
    Table(BTreeMap<String, Field>),
    Other(&'static str),
}

/// Where a key and its value begin (bytes of the whole text), and the value.
#[derive(Debug)]
struct Field {
    key_at: usize,
    at: usize,
    value: Value,
}

/// The keys of one table, taken one by one.
#[derive(Debug)]
pub struct Fields<'a> {
    source: Source<'a>,
    at: usize,
    left: BTreeMap<String, Field>,
    known: Vec<&'static str>,
    pub mistakes: Vec<Mistake>,
}

impl<'a> Fields<'a> {
    /// Reads `toml`, which begins at `offset` of the source's text.
    pub fn of_toml(source: Source<'a>, toml: &str, offset: usize) -> Result<Self, Mistake> {
        let document = Document::parse(toml).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.mistake(offset + at, one_line(error.message()))
        })?;
        Ok(Self::new(source, offset, toml_fields(document.as_table(), offset)))
    }

    /// Reads `yaml`, which begins at `offset` of the source's text.
    pub fn of_yaml(source: Source<'a>, yaml: &str, offset: usize) -> Result<Self, Mistake> {
        // SECURITY: no anchors worth the name, no depth: an alias bomb ends here.
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_anchors: 16, max_aliases: 16, max_depth: 8, max_nodes: 10_000 },
            with_snippet: false,
        };
        let parsed =
            serde_saphyr::from_str_with_options::<Option<HashMap<Spanned<String>, Spanned<Yaml>>>>(yaml, options);
        let parsed = parsed.map_err(|error| {
            let at = error.location().map_or(0, |at| position(yaml, at.line(), at.column()));
            source.mistake(offset + at, one_line(&error.to_string()))
        })?;
        let fields = parsed.unwrap_or_default().into_iter().map(|(key, value)| {
            let place = |at: &serde_saphyr::Location| offset + position(yaml, at.line(), at.column());
            (
                key.value,
                Field {
                    key_at: place(&key.referenced),
                    at: place(&value.referenced),
                    value: value.value.into_value(place(&value.referenced)),
                },
            )
        });
        Ok(Self::new(source, offset, fields.collect()))
    }

    fn new(source: Source<'a>, at: usize, left: BTreeMap<String, Field>) -> Self {
        Self { source, at, left, known: Vec::new(), mistakes: Vec::new() }
    }

    pub fn text(&mut self, key: &'static str) -> Option<(String, usize)> {
        self.take(key, "text in quotes", |value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    /// Text that must be there and say something.
    pub fn required(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        match text {
            Some((text, at)) if text.trim().is_empty() => {
                self.wrong(at, format!("`{key}` is empty"), "Write something there.");
                text
            }
            Some((text, _)) => text,
            None => {
                let missing = !self.left.contains_key(key)
                    && !self.mistakes.iter().any(|m| m.what.starts_with(&format!("`{key}`")));
                if missing {
                    self.wrong(self.at, format!("`{key}` is missing"), format!("Add a line: {key} = \"…\""));
                }
                String::new()
            }
        }
    }

    pub fn boolean(&mut self, key: &'static str) -> bool {
        let taken = self.take(key, "true or false", |value| match value {
            Value::Bool(yes) => Some(yes),
            _ => None,
        });
        taken.is_some_and(|(yes, _)| yes)
    }

    pub fn integer(&mut self, key: &'static str) -> Option<(i64, usize)> {
        self.take(key, "a whole number", |value| match value {
            Value::Integer(number) => Some(number),
            _ => None,
        })
    }

    /// A day such as 2026-11-24; a time of day behind it is not looked at.
    pub fn date(&mut self, key: &'static str) -> Option<Date> {
        let (text, at) = self.take(key, "a date such as 2026-11-24", |value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })?;
        let day = text.get(..10).filter(|_| text.len() == 10 || matches!(text.as_bytes()[10], b'T' | b't' | b' '));
        let date = day.and_then(|day| day.parse().ok());
        if date.is_none() {
            self.wrong(at, format!("`{key}` is no date: {text}"), "Write year, month and day: 2026-11-24");
        }
        date
    }

    /// A list of words, each with its place.
    pub fn list(&mut self, key: &'static str) -> Option<Vec<(String, usize)>> {
        self.take(key, "a list such as [\"maya\", \"jonas\"]", |value| match value {
            Value::List(items) => items
                .into_iter()
                .map(|(item, at)| match item {
                    Value::Text(text) => Some((text, at)),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
        .map(|(list, _)| list)
    }

    /// A table; empty where it is not there.
    pub fn table(&mut self, key: &'static str) -> Option<Fields<'a>> {
        let source = self.source;
        let taken = self.take(key, "a table", |value| match value {
            Value::Table(fields) => Some(fields),
            _ => None,
        });
        taken.map(|(fields, at)| Fields::new(source, at, fields))
    }

    /// A list of tables.
    pub fn tables(&mut self, key: &'static str) -> Vec<Fields<'a>> {
        let source = self.source;
        let taken = self.take(key, "one or more tables", |value| match value {
            Value::List(items) => items
                .into_iter()
                .map(|(item, at)| match item {
                    Value::Table(fields) => Some((fields, at)),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        });
        taken
            .map(|(all, _)| all.into_iter().map(|(fields, at)| Fields::new(source, at, fields)).collect())
            .unwrap_or_default()
    }

    /// A mistake at a place in this file.
    pub fn wrong(&mut self, at: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.push(self.source.mistake(at, what).hint(hint));
    }

    pub fn at(&self) -> usize {
        self.at
    }

    /// Everything that was wrong, the keys that nobody took among it.
    pub fn finish(mut self) -> Vec<Mistake> {
        for (key, field) in std::mem::take(&mut self.left) {
            let hint = nearest(&key, self.known.iter().copied())
                .unwrap_or_else(|| format!("Known here are: {}.", self.known.join(", ")));
            self.mistakes.push(self.source.mistake(field.key_at, format!("unknown key `{key}`")).hint(hint));
        }
        self.mistakes
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<(T, usize)> {
        self.known.push(key);
        let field = self.left.remove(key)?;
        let found = field.value.kind();
        match read(field.value) {
            Some(value) => Some((value, field.at)),
            None => {
                self.wrong(
                    field.at,
                    format!("`{key}` should be {expected}, and is {found}"),
                    "Compare it with the example in the documentation.",
                );
                None
            }
        }
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

fn toml_fields(table: &dyn TableLike, offset: usize) -> BTreeMap<String, Field> {
    table
        .iter()
        .map(|(key, item)| {
            let at = |span: Option<std::ops::Range<usize>>| offset + span.map_or(0, |span| span.start);
            let key_at = at(table.key(key).and_then(toml_edit::Key::span));
            let value_at = item.span().map_or(key_at, |span| offset + span.start);
            (key.to_owned(), Field { key_at, at: value_at, value: toml_value(item, offset) })
        })
        .collect()
}

fn toml_value(item: &Item, offset: usize) -> Value {
    if let Some(table) = item.as_table_like() {
        return Value::Table(toml_fields(table, offset));
    }
    if let Some(tables) = item.as_array_of_tables() {
        let tables = tables.iter().map(|table| {
            let at = offset + table.span().map_or(0, |span| span.start);
            (Value::Table(toml_fields(table, offset)), at)
        });
        return Value::List(tables.collect());
    }
    match item.as_value() {
        Some(toml_edit::Value::Boolean(yes)) => Value::Bool(*yes.value()),
        Some(toml_edit::Value::Integer(number)) => Value::Integer(*number.value()),
        Some(toml_edit::Value::String(text)) => Value::Text(text.value().clone()),
        Some(toml_edit::Value::Datetime(time)) => Value::Text(time.value().to_string()),
        Some(toml_edit::Value::Array(array)) => {
            let items = array.iter().map(|value| {
                let at = offset + value.span().map_or(0, |span| span.start);
                (toml_value(&Item::Value(value.clone()), offset), at)
            });
            Value::List(items.collect())
        }
        Some(toml_edit::Value::Float(_)) => Value::Other("a number with a point"),
        _ => Value::Other("something else"),
    }
}

/// A YAML value as front matter can hold it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Yaml {
    Bool(bool),
    Integer(i64),
    Float(#[allow(dead_code, reason = "told, not used")] f64),
    Text(String),
    List(Vec<Yaml>),
    Nothing(()),
    Map(#[allow(dead_code, reason = "told, not used")] BTreeMap<String, serde::de::IgnoredAny>),
}

impl Yaml {
    fn into_value(self, at: usize) -> Value {
        match self {
            Self::Bool(yes) => Value::Bool(yes),
            Self::Integer(number) => Value::Integer(number),
            Self::Text(text) => Value::Text(text),
            Self::List(items) => Value::List(items.into_iter().map(|item| (item.into_value(at), at)).collect()),
            Self::Float(_) => Value::Other("a number with a point"),
            Self::Nothing(()) => Value::Other("nothing"),
            Self::Map(_) => Value::Other("a map"),
        }
    }
}

/// The byte that a line and column, both from 1, stand for.
fn position(text: &str, line: u64, column: u64) -> usize {
    let (line, column) = (usize::try_from(line).unwrap_or(1), usize::try_from(column).unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start.min(text.len())..].char_indices().nth(column.saturating_sub(1));
    rest.map_or(text.len(), |(at, _)| start + at)
}

fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}
