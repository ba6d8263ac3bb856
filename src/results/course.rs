//! A check-in over time: each person's answers, and what an instrument makes of them.

use super::{Asked, Given};
use crate::{
    block::{Asks, Band, Choice, Instrument, Instruments, Item, Question, Score},
    wire::{Said, UnixTime, Value},
};

/// Everyone's answers to a check-in.
#[derive(Debug)]
pub struct Course<'a> {
    /// The name of the instrument, if it is one.
    pub instrument: Option<&'a str>,
    pub items: Vec<&'a str>,
    /// Of the instrument's totals.
    pub bands: Vec<Band>,
    /// What has to stand with the scores.
    pub notes: Vec<String>,
    /// Each person's, oldest first; people in the order of their first answer.
    pub people: Vec<(&'a str, Vec<Point<'a>>)>,
}

/// One answer.
#[derive(Debug)]
pub struct Point<'a> {
    pub time: UnixTime,
    /// None where an item is missing: a total of what is there would be no total.
    pub score: Option<Score>,
    /// In the order of the items; none where it was left out.
    pub values: Vec<Option<Figure<'a>>>,
}

/// What was said to one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure<'a> {
    /// Of a scale or a number, with its unit.
    Number(f64, Option<&'a str>),
    Words(Vec<&'a str>),
}

impl<'a> Course<'a> {
    pub(super) fn of(
        instrument: Option<&'a str>,
        items: &'a [Item],
        asked: &Asked<'a>,
        instruments: &Instruments,
    ) -> Self {
        let known = instrument.and_then(|name| instruments.find(name));
        let mut people: Vec<(&str, Vec<Point<'a>>)> = Vec::new();
        for given in &asked.given {
            let Some(point) = Point::of(given, items, known) else { continue };
            match people.iter_mut().find(|(name, _)| *name == given.name) {
                Some((_, points)) => points.push(point),
                None => people.push((given.name, vec![point])),
            }
        }
        let (bands, notes) = known.map(|known| (known.bands.clone(), known.notes.clone())).unwrap_or_default();
        Self { instrument, items: items.iter().map(|item| item.label.as_str()).collect(), bands, notes, people }
    }

    /// The highest total that there can be; where no bands say so, that there is.
    pub fn highest(&self) -> i32 {
        let totals = self.people.iter().flat_map(|(_, points)| points).filter_map(|point| point.score.as_ref());
        let bands = self.bands.iter().map(|band| band.to);
        totals.map(|score| score.total).chain(bands).max().unwrap_or_default()
    }
}

impl<'a> Point<'a> {
    fn of(given: &Given<'a>, now: &'a [Item], instrument: Option<&Instrument>) -> Option<Self> {
        let Said::Checkin { items: said } = given.said else { return None };
        let Asks::Checkin { items: then, .. } = &given.block.asks else { return None };
        let value = |item: &'a Item| {
            // What was asked then is what was answered.
            let item = then.iter().find(|other| other.id == item.id).unwrap_or(item);
            Some(Figure::of(said.get(&item.id)?, &item.asks))
        };
        let score = instrument.and_then(|instrument| instrument.score(said));
        Some(Self { time: given.time, score, values: now.iter().map(value).collect() })
    }

    /// The change of the total since `before`.
    pub fn change_since(&self, before: &Self) -> Option<i32> {
        Some(self.score.as_ref()?.total - before.score.as_ref()?.total)
    }
}

impl<'a> Figure<'a> {
    fn of(value: &'a Value, question: &'a Question) -> Self {
        match (value, question) {
            (Value::Number(number), Question::Number { unit, .. }) => Self::Number(*number, unit.as_deref()),
            (Value::Number(number), _) => Self::Number(*number, None),
            (Value::Text(text), _) => Self::Words(vec![text]),
            (Value::Chosen(ids), Question::Choice { options, .. }) => {
                Self::Words(ids.iter().map(|id| label(options, id)).collect())
            }
            (Value::Chosen(ids), _) => Self::Words(ids.iter().map(String::as_str).collect()),
        }
    }

    /// As it is read.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number, Some(unit)) => format!("{number} {unit}"),
            Self::Number(number, None) => number.to_string(),
            Self::Words(words) => words.join(", "),
        }
    }
}

fn label<'a>(options: &'a [Choice], id: &'a str) -> &'a str {
    options.iter().find(|option| option.id == id).map_or(id, |option| &option.label)
}

/// One answer, whose it is, and how much the total changed since the one before.
pub struct Row<'c, 'a> {
    pub name: &'a str,
    pub point: &'c Point<'a>,
    pub change: Option<i32>,
}

impl<'a> Course<'a> {
    /// Every answer, person by person, oldest first.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_, 'a>> {
        self.people.iter().flat_map(|(name, points)| {
            points.iter().enumerate().map(move |(n, point)| {
                let before = n.checked_sub(1).map(|n| &points[n]);
                Row { name, point, change: before.and_then(|before| point.change_since(before)) }
            })
        })
    }
}
