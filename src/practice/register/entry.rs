//! What all entries have in common: a number, who put them there and when; and words of which one has to be chosen.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use jiff::{Timestamp, civil::Date};

use crate::content::{At, Fields};

/// Who put an entry on record, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// RFC 3339, with the offset of the clock it was taken from.
    pub time: String,
    pub by: String,
}

/// The numbers that are taken in one file.
#[derive(Default)]
pub(super) struct Ids(BTreeSet<u32>);

impl Ids {
    /// The number and the record of an entry.
    pub(super) fn stamp(&mut self, fields: &mut Fields<'_>) -> Option<(u32, Record)> {
        let id = number(fields, "id").and_then(|id| {
            let is_new = self.0.insert(id.value);
            if !is_new {
                fields.mistake(&id.at, "another entry has this number", "give it the next one");
            }
            is_new.then_some(id.value)
        });
        let time = fields.required_text("recorded", "recorded = \"2026-11-24T18:30:00+01:00\"");
        let time = time.filter(|time| {
            let good = time.value.parse::<Timestamp>().is_ok();
            if !good {
                let hint = "write it as 2026-11-24T18:30:00+01:00";
                fields.mistake(&time.at, "not a time with its offset", hint);
            }
            good
        });
        let by = fields.required_text("recorded_by", "recorded_by = \"…\", who wrote this down");
        Some((id?, Record { time: time?.value, by: by?.value }))
    }
}

/// The number, from 1, behind a key that has to be there.
pub(super) fn number(fields: &mut Fields<'_>, key: &'static str) -> Option<At<u32>> {
    if !fields.has(key) {
        fields.missing(key, &format!("{key} = 1"));
    }
    let At { value, at } = fields.integer(key)?;
    let value = u32::try_from(value).ok().filter(|&number| number > 0);
    if value.is_none() {
        fields.mistake(&at, format!("`{key}` is a number from 1"), "take the next one");
    }
    Some(At { value: value?, at })
}

/// The entries of `kind`, each of which ends another (by its number behind `of`) on a day: the first day for each.
pub(super) fn endings(
    fields: &mut Fields<'_>,
    ids: &mut Ids,
    kind: &'static str,
    of: &'static str,
    known: impl Iterator<Item = u32>,
) -> BTreeMap<u32, Date> {
    let known: Vec<u32> = known.collect();
    let ended = fields.tables(kind, |mut fields| {
        ids.stamp(&mut fields);
        let ended = ended(&mut fields, of, &known);
        let on = date(&mut fields, "on");
        fields.finish();
        Some((ended?, on?))
    });
    let mut first = BTreeMap::new();
    for (id, on) in ended {
        first.entry(id).and_modify(|known: &mut Date| *known = on.min(*known)).or_insert(on);
    }
    first
}

/// The number of another entry, which this one ends.
fn ended(fields: &mut Fields<'_>, key: &'static str, known: &[u32]) -> Option<u32> {
    let At { value, at } = number(fields, key)?;
    let found = known.contains(&value);
    if !found {
        fields.mistake(&at, format!("there is no {key} {value} in this file"), "name the `id` of an entry above");
    }
    found.then_some(value)
}

pub(super) fn date(fields: &mut Fields<'_>, key: &'static str) -> Option<Date> {
    if !fields.has(key) {
        fields.missing(key, &format!("{key} = 2026-11-24"));
    }
    fields.date(key).map(|date| date.value)
}

/// Text of any length behind a key that has to be there.
pub(super) fn text(fields: &mut Fields<'_>, key: &'static str, example: &str) -> Option<String> {
    if !fields.has(key) {
        fields.missing(key, example);
    }
    fields.text(key).map(|text| text.value)
}

pub(super) fn optional(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    fields.text(key).map(|text| text.value)
}

/// A word of a few, behind a key.
pub(super) fn word<T: FromStr<Err = String>>(fields: &mut Fields<'_>, key: &'static str) -> Option<T> {
    let At { value, at } = fields.text(key)?;
    value.parse().map_err(|known: String| fields.mistake(&at, format!("`{value}` is no `{key}`"), known)).ok()
}

/// A word of a few, behind a key that has to be there.
pub(super) fn required_word<T: FromStr<Err = String>>(
    fields: &mut Fields<'_>,
    key: &'static str,
    example: &str,
) -> Option<T> {
    if !fields.has(key) {
        fields.missing(key, example);
    }
    word(fields, key)
}

/// An enum whose variants are words, in files and on the command line.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("known are: {}", [$($word),*].join(", "))),
                }
            }
        }
    };
}
pub(super) use words;
