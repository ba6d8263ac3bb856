//! Takes keys out of a table one by one; what is left over at the end is a mistake, and so is what has the wrong shape.
//!
//! In: a [`Node`] from TOML or YAML. Out: typed values that remember where they stood. It must not know what the keys
//! are for.

mod asking;

use std::ops::Range;

use jiff::civil::Date;

pub(crate) use self::asking::Moment;
use super::{
    mistake::Mistake,
    node::{Entry, Node, Shape},
    source::Source,
    suggest,
    unseen::is_unseen,
};

/// The longest title or name, in characters.
pub(crate) const SHORT: usize = 200;

/// A value, and where it stands in its file.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) at: Range<usize>,
}

/// The keys of one table.
pub(crate) struct Fields<'a> {
    source: &'a Source,
    /// The table's own place, for what is missing in it.
    at: Range<usize>,
    entries: Vec<Entry>,
    known: Vec<&'static str>,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`, or none and a mistake if it is no table.
    pub(crate) fn new(source: &'a Source, node: Node, mistakes: &'a mut Vec<Mistake>) -> Self {
        let entries = match node.shape {
            Shape::Table(entries) => entries,
            Shape::Nothing => Vec::new(),
            other => {
                let what = format!("expected keys and values, found {}", other.name());
                mistakes.push(source.mistake(
                    &node.at,
                    what,
                    "write one `key = value` (TOML) or `key: value` (YAML) a line",
                ));
                Vec::new()
            }
        };
        Self { source, at: first_line(&node.at, source), entries, known: Vec::new(), mistakes }
    }

    pub(crate) fn mistake(&mut self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.push(self.source.mistake(at, what, hint));
    }

    /// Text on one line, not empty, without characters that can't be seen.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<At<String>> {
        let node = self.take(key)?;
        self.as_text(key, node)
    }

    /// As [`Fields::text`], and short enough for a list on a phone.
    pub(crate) fn short_text(&mut self, key: &'static str) -> Option<At<String>> {
        let text = self.text(key)?;
        if text.value.chars().count() > SHORT {
            self.mistake(&text.at, format!("`{key}` is longer than {SHORT} characters"), "write something shorter");
            return None;
        }
        Some(text)
    }

    /// As [`Fields::text`], and a mistake if the key is not there.
    pub(crate) fn required_text(&mut self, key: &'static str, example: &str) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.short_text(key)
    }

    /// Whether the key is there, with whatever behind it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Where the value of a key stands that is not taken yet.
    pub(crate) fn place_of(&self, key: &str) -> Option<Range<usize>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.at.clone())
    }

    /// A mistake about a key that is not there.
    pub(crate) fn missing(&mut self, key: &'static str, example: &str) {
        let at = self.at.clone();
        self.mistake(&at, format!("`{key}` is missing"), format!("add {example}"));
    }

    /// As [`Fields::text`], on as many lines as it takes.
    pub(crate) fn prose(&mut self, key: &'static str) -> Option<At<String>> {
        let node = self.take(key)?;
        self.as_prose(key, node, "\n")
    }

    /// A list of texts; a single text is a list of one.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<At<Vec<At<String>>>> {
        let Node { at, shape } = self.take(key)?;
        let items = match shape {
            Shape::List(items) => items,
            text @ Shape::Text(_) => vec![Node { at: at.clone(), shape: text }],
            other => return self.wrong(key, &at, &other, "a list such as [\"a\", \"b\"]"),
        };
        let value = items.into_iter().filter_map(|item| self.as_text(key, item)).collect();
        Some(At { value, at })
    }

    /// The table below `key`: names that the author chooses, each with the reason for it. Without one it is a mistake.
    pub(crate) fn reasons(&mut self, key: &'static str, example: &str) -> Vec<(At<String>, String)> {
        let Some(Node { at, shape }) = self.take(key) else { return Vec::new() };
        let Shape::Table(entries) = shape else {
            return self
                .wrong(key, &at, &shape, &format!("words, each with its reason: {example}"))
                .unwrap_or_default();
        };
        let mut reasons = Vec::new();
        for Entry { key: word, at, value } in entries {
            let is_empty = |text: &str| text.trim().is_empty();
            match &value.shape {
                Shape::Text(text) if !is_empty(text) && !is_empty(&word) => {
                    reasons.push((At { value: word, at }, text.trim().to_owned()));
                }
                _ => {
                    let what = format!("no reason stands behind `{word}`");
                    self.mistake(&at, what, format!("say what it is: {example}"));
                }
            }
        }
        reasons
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<At<bool>> {
        match self.take(key)? {
            Node { at, shape: Shape::Boolean(value) } => Some(At { value, at }),
            Node { at, shape } => self.wrong(key, &at, &shape, "true or false, without quotes"),
        }
    }

    pub(crate) fn integer(&mut self, key: &'static str) -> Option<At<i64>> {
        match self.take(key)? {
            // What a browser counts exactly; a larger one would make it refuse the whole index.
            Node { at, shape: Shape::Integer(value) } if value.unsigned_abs() < 1 << 53 => Some(At { value, at }),
            Node { at, shape: Shape::Integer(_) } => {
                self.mistake(&at, format!("`{key}` is too large a number"), "write a small one, such as 1 or -20");
                None
            }
            Node { at, shape } => self.wrong(key, &at, &shape, "a whole number, without quotes"),
        }
    }

    pub(crate) fn date(&mut self, key: &'static str) -> Option<At<Date>> {
        const EXPECTED: &str = "a date such as 2026-11-24";
        match self.take(key)? {
            Node { at, shape: Shape::Date(value) } => Some(At { value, at }),
            Node { at, shape: Shape::Text(text) } => {
                let Some(value) = text.parse().ok().filter(|date: &Date| date.year() >= 0) else {
                    self.mistake(&at, format!("`{text}` is no date"), format!("`{key}` is {EXPECTED}"));
                    return None;
                };
                Some(At { value, at })
            }
            Node { at, shape } => self.wrong(key, &at, &shape, EXPECTED),
        }
    }

    /// The keys of the table below `key`.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<Fields<'_>> {
        let node = self.take(key)?;
        Some(Fields::new(self.source, node, self.mistakes))
    }

    /// The tables of the list below `key`, one after the other.
    pub(crate) fn tables<T>(&mut self, key: &'static str, mut each: impl FnMut(Fields<'_>) -> Option<T>) -> Vec<T> {
        let Some(Node { at, shape }) = self.take(key) else { return Vec::new() };
        let Shape::List(items) = shape else {
            return self.wrong(key, &at, &shape, "a list of tables").unwrap_or_default();
        };
        items.into_iter().filter_map(|item| each(Fields::new(self.source, item, self.mistakes))).collect()
    }

    /// Every table that is left, with its name: for names that the practice chooses.
    pub(crate) fn named_tables<T>(&mut self, mut each: impl FnMut(At<String>, Fields<'_>) -> Option<T>) -> Vec<T> {
        let left = std::mem::take(&mut self.entries);
        let named = left.into_iter().filter_map(|Entry { key, at, value }| {
            each(At { value: key, at }, Fields::new(self.source, value, self.mistakes))
        });
        named.collect()
    }

    /// Complains about every key that nobody asked for.
    pub(crate) fn finish(mut self) {
        for Entry { key, at, .. } in std::mem::take(&mut self.entries) {
            let hint = suggest::hint(&key, "keys known here", self.known.iter().copied());
            self.mistake(&at, format!("unknown key `{key}`"), hint);
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Node> {
        self.known.push(key);
        let position = self.entries.iter().position(|entry| entry.key == key)?;
        let node = self.entries.swap_remove(position).value;
        (!matches!(node.shape, Shape::Nothing)).then_some(node)
    }

    fn as_text(&mut self, key: &'static str, node: Node) -> Option<At<String>> {
        self.as_prose(key, node, "")
    }

    /// Text in which, of the characters that can't be seen, `allowed` may stand.
    fn as_prose(&mut self, key: &str, node: Node, allowed: &str) -> Option<At<String>> {
        let Node { at, shape: Shape::Text(value) } = node else {
            return self.wrong(key, &node.at, &node.shape, "text in quotes");
        };
        if value.trim().is_empty() {
            self.mistake(&at, format!("`{key}` is empty"), "write something, or remove the line");
            return None;
        }
        // SECURITY: these values reach terminals, mail headers and pages.
        if let Some(c) = value.chars().find(|&c| (is_unseen(c) || c == '\n' || c == '\t') && !allowed.contains(c)) {
            let what = format!("`{key}` has a character that can't be seen (U+{:04X})", u32::from(c));
            let hint = if allowed.is_empty() { "type the line again, on one line" } else { "type the text again" };
            self.mistake(&at, what, hint);
            return None;
        }
        Some(At { value: value.trim().to_owned(), at })
    }

    fn wrong<T>(&mut self, key: &str, at: &Range<usize>, found: &Shape, expected: &str) -> Option<T> {
        self.mistake(at, format!("`{key}` is {}", found.name()), format!("`{key}` is {expected}"));
        None
    }
}

/// What to point at when something is missing: the table's first line.
fn first_line(at: &Range<usize>, source: &Source) -> Range<usize> {
    let start = at.start.min(source.text().len());
    let end = source.text()[start..].find('\n').map_or(at.end, |n| at.end.min(start + n));
    start..end.max(start)
}
