//! TOML into [`Node`]s.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
    value::Datetime,
};

use super::{
    mistake::Mistake,
    node::{Entry, Node, Shape},
    source::Source,
};

/// Reads the bytes `part` of `source` as a TOML document; all its syntax errors at once.
pub(crate) fn parse(source: &Source, part: Range<usize>) -> Result<Node, Vec<Mistake>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text()[part.clone()]);
    if errors.is_empty() {
        return Ok(node(table.span(), Shape::Table(entries(table.into_inner(), part.start)), part.start));
    }
    Err(errors.iter().map(|error| syntax(source, &part, error)).collect())
}

fn syntax(source: &Source, part: &Range<usize>, error: &toml::de::Error) -> Mistake {
    let at = error.span().map_or(part.clone(), |span| span.start + part.start..span.end + part.start);
    let hint = match error.message() {
        message if message.contains("duplicate") => "each key may stand once",
        message if message.contains("date") => "write a date such as 2026-11-24",
        _ => "write TOML: `key = \"text\"`, `key = true`, `key = [\"a\", \"b\"]`",
    };
    source.mistake(&at, error.message().to_lowercase(), hint)
}

fn entries(table: DeTable<'_>, base: usize) -> Vec<Entry> {
    let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let at = shifted(key.span(), base);
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        let span = value.span();
        Entry { key: key.into_owned(), at, value: node(span, shape(value.into_inner(), base), base) }
    };
    table.into_iter().map(entry).collect()
}

fn shape(value: DeValue<'_>, base: usize) -> Shape {
    match value {
        DeValue::String(text) => Shape::Text(text.into_owned()),
        DeValue::Boolean(value) => Shape::Boolean(value),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Shape::Other("a number that is too large"), Shape::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or(Shape::Other("a number with a fraction"), Shape::Decimal)
        }
        DeValue::Datetime(time) => date(&time).map(Shape::Date).or_else(|| moment(&time).map(Shape::Moment)).unwrap_or(
            Shape::Other(if time.offset.is_some() { "a time with a zone of its own" } else { "a time of day" }),
        ),
        DeValue::Array(items) => {
            let item = |item: Spanned<DeValue<'_>>| node(item.span(), shape(item.into_inner(), base), base);
            Shape::List(items.into_iter().map(item).collect())
        }
        DeValue::Table(table) => Shape::Table(entries(table, base)),
    }
}

fn date(time: &Datetime) -> Option<Date> {
    if time.time.is_some() { None } else { day(time) }
}

/// A day and an hour, to the minute.
fn moment(time: &Datetime) -> Option<DateTime> {
    let hour = time.time.filter(|_| time.offset.is_none())?;
    let number = |n: u8| i8::try_from(n).ok();
    Some(DateTime::from_parts(day(time)?, Time::new(number(hour.hour)?, number(hour.minute)?, 0, 0).ok()?))
}

fn day(time: &Datetime) -> Option<Date> {
    let day = time.date?;
    let number = |n: u8| i8::try_from(n).ok();
    Date::new(i16::try_from(day.year).ok()?, number(day.month)?, number(day.day)?).ok()
}

fn node(span: Range<usize>, shape: Shape, base: usize) -> Node {
    Node { at: shifted(span, base), shape }
}

fn shifted(span: Range<usize>, base: usize) -> Range<usize> {
    span.start + base..span.end + base
}
