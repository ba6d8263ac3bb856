//! What TOML and YAML have in common: values that know where they stand.
//!
//! Two languages, one tree: so that there is one set of checks, and one way to point at a mistake.

use std::ops::Range;

use jiff::civil::Date;

/// A value and the bytes it takes in its file.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) at: Range<usize>,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Text(String),
    Boolean(bool),
    Integer(i64),
    Date(Date),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A YAML key with nothing behind it.
    Nothing,
    /// A number with a fraction, a time of day and the like: nothing that any of our keys expects.
    Other(&'static str),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Range<usize>,
    pub(crate) value: Node,
}

impl Shape {
    /// What it is, for a person.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Boolean(_) => "true or false",
            Self::Integer(_) => "a number",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Nothing => "nothing",
            Self::Other(name) => name,
        }
    }
}
