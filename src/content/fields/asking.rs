//! Values that only questions have: days with an hour, numbers with a fraction, lists of several kinds.

use jiff::civil::{Date, DateTime};

use super::{At, Fields, Node, Shape};

/// A day, or an hour of it, by the practice's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Day(Date),
    Hour(DateTime),
}

impl Moment {
    /// Of TOML's own dates, or of text such as `2026-12-01 18:00`; not of one with a zone of its own.
    pub(crate) fn of(shape: &Shape) -> Option<Self> {
        match shape {
            Shape::Date(day) => Some(Self::Day(*day)),
            Shape::Moment(hour) => Some(Self::Hour(*hour)),
            Shape::Text(text) if text.len() == "2026-12-01".len() => text.parse().ok().map(Self::Day),
            Shape::Text(text) if text.len() <= "2026-12-01T18:00:00".len() && text.contains(':') => {
                text.parse().ok().map(Self::Hour)
            }
            _ => None,
        }
    }
}

impl Fields<'_> {
    /// A mistake about the table itself.
    pub(crate) fn mistake_here(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        let at = self.at.clone();
        self.mistake(&at, what, hint);
    }

    /// A list, whatever is in it.
    pub(crate) fn list(&mut self, key: &'static str, example: &str) -> Option<At<Vec<Node>>> {
        match self.take(key)? {
            Node { at, shape: Shape::List(value) } => Some(At { value, at }),
            Node { at, shape } => self.wrong(key, &at, &shape, &format!("a list such as {example}")),
        }
    }

    /// The keys of a table in a list.
    pub(crate) fn keys_of(&mut self, node: Node) -> Fields<'_> {
        Fields::new(self.source, node, self.mistakes)
    }

    /// Prose of at most so many characters.
    pub(crate) fn words(&mut self, key: &'static str, most: usize) -> Option<At<String>> {
        let node = self.take(key)?;
        self.words_in(key, node, most)
    }

    /// As [`Fields::words`], of a node that was taken already.
    pub(crate) fn words_in(&mut self, key: &str, node: Node, most: usize) -> Option<At<String>> {
        let text = self.as_prose(key, node, "\n")?;
        if text.value.chars().count() > most {
            self.mistake(&text.at, format!("`{key}` is longer than {most} characters"), "write something shorter");
            return None;
        }
        Some(text)
    }

    /// As [`Fields::words`], and a mistake if the key is not there.
    pub(crate) fn required_words(&mut self, key: &'static str, most: usize, example: &str) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.words(key, most)
    }

    pub(crate) fn decimal(&mut self, key: &'static str) -> Option<At<f64>> {
        match self.take(key)? {
            Node { at, shape: Shape::Decimal(value) } if value.is_finite() => Some(At { value, at }),
            Node { at, shape: Shape::Integer(value) } => {
                let small = i32::try_from(value).ok().map(f64::from);
                if small.is_none() {
                    self.mistake(&at, format!("`{key}` is too large a number"), "write a smaller one");
                }
                small.map(|value| At { value, at })
            }
            Node { at, shape } => self.wrong(key, &at, &shape, "a number, without quotes"),
        }
    }

    pub(crate) fn moment(&mut self, key: &'static str) -> Option<At<Moment>> {
        let Node { at, shape } = self.take(key)?;
        match Moment::of(&shape) {
            Some(value) => Some(At { value, at }),
            None => self.wrong(key, &at, &shape, "a date such as 2026-12-01, or with a time: 2026-12-01T18:00"),
        }
    }
}
