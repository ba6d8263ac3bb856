//! What an answer counts: the sum of what was chosen, and what that sum is called.
//!
//! A sum of some of the answers would look like a sum of all, and better than it is: with an item missing there is none.

use std::{collections::BTreeMap, ops::Range};

use super::{Instrument, Item, Question};
use crate::{
    block::choice,
    content::{At, Fields},
    wire::Value,
};

/// Totals that have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    pub from: i32,
    pub to: i32,
    pub label: String,
}

/// A total, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    pub total: i32,
    pub band: Option<String>,
}

impl Instrument {
    /// What these answers count, by the ids of items; none where one that counts was left out, or is none of its answers.
    pub fn score(&self, answers: &BTreeMap<String, Value>) -> Option<Score> {
        if !self.is_scored {
            return None;
        }
        let total = counting(&self.items).map(|item| counts(item, answers.get(&item.id)?)).sum::<Option<i32>>()?;
        let band = self.bands.iter().find(|band| (band.from..=band.to).contains(&total));
        Some(Score { total, band: band.map(|band| band.label.clone()) })
    }

    /// The lowest and the highest total.
    pub fn range(&self) -> Option<(i32, i32)> {
        self.is_scored.then(|| range(&self.items))
    }
}

/// What one answer counts.
pub fn counts(item: &Item, answer: &Value) -> Option<i32> {
    match (&item.asks, answer) {
        (Question::Choice { options, .. }, Value::Chosen(chosen)) => {
            let [chosen] = chosen.as_slice() else { return None };
            options.iter().find(|option| option.id == *chosen)?.value
        }
        (Question::Scale { from, to, .. }, Value::Number(number)) => {
            (*from..=*to).find(|step| f64::from(*step).to_bits() == (number + 0.0).to_bits())
        }
        _ => None,
    }
}

/// The items that are part of a total.
fn counting(items: &[Item]) -> impl Iterator<Item = &Item> {
    items.iter().filter(|item| ends(&item.asks).is_some())
}

/// The least and the most that an answer can count.
fn ends(asks: &Question) -> Option<(i32, i32)> {
    match asks {
        Question::Choice { options, .. } => {
            let values = || options.iter().filter_map(|option| option.value);
            Some((values().min()?, values().max()?))
        }
        Question::Scale { from, to, .. } => Some((*from, *to)),
        Question::Number { .. } | Question::Text {} => None,
    }
}

fn range(items: &[Item]) -> (i32, i32) {
    let ends = counting(items).filter_map(|item| ends(&item.asks));
    ends.fold((0, 0), |(from, to), (least, most)| (from + least, to + most))
}

/// Behind `[[band]]`: together they hold every total there can be, each once. Without items that are right, that can't be told.
pub(super) fn bands(fields: &mut Fields<'_>, items: Option<&[Item]>, is_scored: bool) -> Vec<Band> {
    if !fields.has("band") {
        return Vec::new();
    }
    if !is_scored {
        fields.missing("score", "score = \"sum\", or take the bands out");
    }
    let ends = items.filter(|_| is_scored).map(range);
    let mut next = ends.map(|(lowest, _)| lowest);
    let mut count = 0;
    let read = fields.tables("band", |mut keys| {
        count += 1;
        let band = band(&mut keys);
        keys.finish();
        band
    });
    let wrong = |fields: &mut Fields<'_>, at: &Range<usize>, what: String| {
        let (lowest, highest) = ends.unwrap_or_default();
        let hint =
            format!("totals go from {lowest} to {highest}; each band begins one above the end of the one before");
        fields.mistake(at, what, hint);
    };
    for (band, at) in &read {
        if next.is_some_and(|next| next != band.from) || band.to < band.from {
            wrong(fields, at, format!("a band from {} to {}", band.from, band.to));
        }
        next = next.and(band.to.checked_add(1));
    }
    if let (Some((_, highest)), Some((band, at))) = (ends, read.last())
        && read.len() == count
        && band.to != highest
    {
        wrong(fields, at, format!("the last band ends at {}", band.to));
    }
    read.into_iter().map(|(band, _)| band).collect()
}

fn band(keys: &mut Fields<'_>) -> Option<(Band, Range<usize>)> {
    let end = |keys: &mut Fields<'_>, key: &'static str, example: &str| {
        if !keys.has(key) {
            keys.missing(key, example);
        }
        let number = keys.integer(key)?;
        choice::small(keys, &number).map(|value| At { value, at: number.at })
    };
    let (from, to) = (end(keys, "from", "from = 0"), end(keys, "to", "to = 4"));
    let label = keys.required_text("label", "label = \"Mild\"");
    let from = from?;
    Some((Band { from: from.value, to: to?.value, label: label?.value }, from.at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::block::Instruments;

    fn instrument(name: &str) -> Instrument {
        Instruments::default().find(name).expect("it comes with heldspace").clone()
    }

    /// One option for each item, by number.
    fn answers(instrument: &Instrument, chosen: &[usize]) -> BTreeMap<String, Value> {
        let chosen = instrument.items.iter().zip(chosen).filter_map(|(item, number)| {
            let Question::Choice { options, .. } = &item.asks else { return None };
            Some((item.id.clone(), Value::Chosen(vec![options.get(*number)?.id.clone()])))
        });
        chosen.collect()
    }

    #[test]
    fn published_cut_offs_have_their_names() {
        let named = |name: &str, chosen: &[usize]| {
            let instrument = instrument(name);
            let score = instrument.score(&answers(&instrument, chosen)).unwrap();
            (score.total, score.band.unwrap())
        };
        let phq = |chosen: &[usize]| named("phq-9", chosen);
        assert_eq!(phq(&[0; 9]), (0, "Minimal".into()));
        assert_eq!(phq(&[1, 1, 1, 1, 0, 0, 0, 0, 0]), (4, "Minimal".into()));
        assert_eq!(phq(&[1, 1, 1, 1, 1, 0, 0, 0, 0]), (5, "Mild".into()));
        assert_eq!(phq(&[2, 1, 1, 1, 1, 1, 1, 1, 1]), (10, "Moderate".into()));
        assert_eq!(phq(&[3, 3, 3, 3, 3, 0, 0, 0, 0]), (15, "Moderately severe".into()));
        assert_eq!(phq(&[3, 3, 3, 3, 3, 3, 2, 0, 0]), (20, "Severe".into()));
        assert_eq!(phq(&[3; 10]), (27, "Severe".into()), "how hard it made things is no part of it");
        assert_eq!(named("gad-7", &[2, 2, 2, 2, 2, 0, 0]), (10, "Moderate".into()));
        assert_eq!(named("gad-7", &[3; 7]), (21, "Severe".into()));
        assert_eq!(instrument("how-was-group").score(&BTreeMap::new()), None);
    }

    #[test]
    fn what_is_no_answer_gives_no_total() {
        let phq = instrument("phq-9");
        let right = answers(&phq, &[1; 9]);
        assert_eq!(phq.score(&right).map(|score| score.total), Some(9));
        for wrong in [
            Value::Chosen(Vec::new()),
            Value::Chosen(vec!["not-at-all".into(), "several-days".into()]),
            Value::Chosen(vec!["often".into()]),
            Value::Number(1.0),
            Value::Text("1".into()),
        ] {
            let answers = right.clone().into_iter().chain([("9".to_owned(), wrong.clone())]).collect();
            assert_eq!(phq.score(&answers), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_step_of_a_scale_is_a_whole_one() {
        let asks = Question::Scale { from: -2, to: 2, low: None, high: None };
        let item = Item { id: "a".into(), label: "A".into(), asks, safety: false };
        let counted = |number| counts(&item, &Value::Number(number));
        assert_eq!([-2.0, -0.0, 2.0].map(counted), [Some(-2), Some(0), Some(2)]);
        assert_eq!([-3.0, 0.5, 2.000_001, f64::NAN, f64::INFINITY].map(counted), [None; 5]);
    }

    proptest! {
        #[test]
        fn all_answers_give_their_sum_and_its_band(chosen in prop::collection::vec(0_usize..4, 9), name in prop::sample::select(vec!["phq-9", "gad-7"])) {
            let instrument = instrument(name);
            let items = instrument.items.len() - 1;
            let score = instrument.score(&answers(&instrument, &chosen[..items])).unwrap();
            prop_assert_eq!(usize::try_from(score.total).unwrap(), chosen[..items].iter().sum::<usize>());
            let (lowest, highest) = instrument.range().unwrap();
            prop_assert!((lowest..=highest).contains(&score.total) && score.band.is_some());
        }

        #[test]
        fn a_missing_item_gives_no_total(chosen in prop::collection::vec(0_usize..4, 9), missing in 0_usize..9) {
            let phq = instrument("phq-9");
            let mut answers = answers(&phq, &chosen);
            answers.remove(&phq.items[missing].id);
            prop_assert_eq!(phq.score(&answers), None);
        }

        #[test]
        fn more_is_never_less(chosen in prop::collection::vec(0_usize..3, 9), item in 0_usize..9) {
            let phq = instrument("phq-9");
            let mut more = chosen.clone();
            more[item] += 1;
            let total = |chosen: &[usize]| phq.score(&answers(&phq, chosen)).unwrap().total;
            prop_assert_eq!(total(&chosen) + 1, total(&more));
        }
    }
}
