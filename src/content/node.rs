//! What TOML and YAML have in common: values that know where they stand.
//!
//! Two languages, one tree: so that there is one set of checks, and one way to point at a mistake.

use std::ops::Range;

use jiff::civil::{Date, DateTime};

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
    /// A number with a fraction.
    Decimal(f64),
    Date(Date),
    /// A day and an hour, wherever that is.
    Moment(DateTime),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A YAML key with nothing behind it.
    Nothing,
    /// A time of day and the like: nothing that any of our keys expects.
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
            Self::Decimal(_) => "a number with a fraction",
            Self::Date(_) => "a date",
            Self::Moment(_) => "a date with a time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Nothing => "nothing",
            Self::Other(name) => name,
        }
    }
}
