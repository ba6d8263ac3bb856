//! What the group may see of an answered block: numbers, without names, computed once.
//!
//! In: a block that is closed, and the answers that stood then. Out: a [`Shared`], which is kept and never computed again:
//! the difference between two of them would tell what one person said.

use serde::{Deserialize, Serialize};

use super::{Asked, Given};
use crate::{
    block::{Asks, Block, Choice, Item, Question},
    wire::{BlockId, Said, UnixTime, Value},
};

/// A roll-up of fewer answers would tell too much of each.
pub const FEWEST: usize = 5;

/// Said of options that were chosen and that the poll has no more.
const GONE: &str = "something that was taken out since";

/// The numbers of one block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// What the page is known by.
    pub page: String,
    pub block: BlockId,
    pub title: String,
    pub computed: UnixTime,
    pub numbers: Numbers,
}

/// What can be said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Numbers {
    /// Of a poll.
    Tally { answered: usize, counts: Vec<(String, usize)> },
    /// Of a check-in.
    RollUp { answered: usize, items: Vec<Rolled> },
    /// Fewer than [`FEWEST`] people answered, and it stays at that.
    TooFew {},
}

/// One item, over all who answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rolled {
    pub label: String,
    pub answered: usize,
    pub of: Spread,
}

/// How the answers to an item lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Spread {
    /// Rounded to a tenth; with the ends of the scale where it has some.
    Average {
        average: f64,
        from: Option<f64>,
        to: Option<f64>,
        /// Words for the ends.
        low: Option<String>,
        high: Option<String>,
        unit: Option<String>,
    },
    Counts {
        counts: Vec<(String, usize)>,
    },
    /// Fewer than [`FEWEST`] answered this one.
    TooFew {},
}

/// Why nothing is shared of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotShared {
    #[error("what is written in a reply or before a session is for the therapist alone")]
    Words,
    #[error("a tick is nobody's but the member's own")]
    Tick,
    #[error("an instrument that asks about danger is never shown to the group, not even in numbers")]
    Danger,
    #[error("without `closes` it is never decided: numbers that change would tell who said what")]
    Open,
}

impl NotShared {
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Open => "write a day into it until which answers are taken: closes = 2026-12-01",
            Self::Words | Self::Tick | Self::Danger => {
                "take this block out; what can be shown is a poll, and a check-in without such questions"
            }
        }
    }
}

impl Numbers {
    /// For the therapist, before anybody sees them.
    pub fn lines(&self) -> Vec<String> {
        let count = |(label, number): &(String, usize)| format!("{label}: {number}");
        match self {
            Self::TooFew {} => vec![format!("nothing: fewer than {FEWEST} people answered, and it stays at that")],
            Self::Tally { answered, counts } => {
                counts.iter().map(count).chain([format!("answered: {answered}")]).collect()
            }
            Self::RollUp { answered, items } => {
                let lines = items.iter().flat_map(|item| match &item.of {
                    Spread::Average { average, .. } => vec![format!("{}: {average} on average", item.label)],
                    Spread::TooFew {} => vec![format!("{}: nothing, fewer than {FEWEST} answered this", item.label)],
                    Spread::Counts { counts } => {
                        counts.iter().map(|counted| format!("{}: {}", item.label, count(counted))).collect()
                    }
                });
                lines.chain([format!("answered: {answered}")]).collect()
            }
        }
    }
}

/// Whether a block's numbers can ever be shared.
pub fn can_be_shared(asks: &Asks, closes: Option<UnixTime>) -> Result<(), NotShared> {
    match asks {
        Asks::Reply { .. } | Asks::Agenda { .. } => Err(NotShared::Words),
        Asks::Done { .. } => Err(NotShared::Tick),
        Asks::Checkin { items, .. } if items.iter().any(|item| item.safety) => Err(NotShared::Danger),
        Asks::Poll { .. } | Asks::Checkin { .. } => closes.map(|_| ()).ok_or(NotShared::Open),
    }
}

impl Shared {
    /// The numbers of `asked`, whose answers are those that stood when it closed.
    pub fn of(page: String, asked: &Asked<'_>, computed: UnixTime) -> Result<Self, NotShared> {
        can_be_shared(&asked.block.asks, asked.block.closes)?;
        let (title, numbers) = match &asked.block.asks {
            Asks::Poll { prompt, options, .. } => (prompt.as_str(), tally(options, asked)),
            Asks::Checkin { items, .. } => ("", roll_up(items, asked)),
            Asks::Reply { .. } | Asks::Agenda { .. } | Asks::Done { .. } => return Err(NotShared::Words),
        };
        let title = asked.block.title.clone().unwrap_or_else(|| title.to_owned());
        Ok(Self { page, block: asked.block.id.clone(), title, computed, numbers })
    }
}

/// The last answer of each person.
fn last<'g, 'a>(asked: &'g Asked<'a>) -> Vec<&'g Given<'a>> {
    let mut last: Vec<&Given<'_>> = Vec::new();
    for given in &asked.given {
        last.retain(|before| before.member != given.member);
        last.push(given);
    }
    last
}

/// SECURITY: an option is what was asked. Whatever else stands in an answer is words of a member, and counted nowhere.
fn tally(options: &[Choice], asked: &Asked<'_>) -> Numbers {
    let last = last(asked);
    let chose =
        |given: &Given<'_>, id: &str| matches!(given.said, Said::Poll { chosen } if chosen.iter().any(|it| it == id));
    let count = |id: &str| last.iter().filter(|given| chose(given, id)).count();
    let mut counts: Vec<_> = options.iter().map(|option| (option.label.clone(), count(&option.id))).collect();
    let is_left = |option: &Choice| options.iter().any(|known| known.id == option.id);
    let chose_gone =
        |given: &&&Given<'_>| options_of(given.block).iter().any(|option| !is_left(option) && chose(given, &option.id));
    let gone = last.iter().filter(chose_gone).count();
    if gone > 0 {
        counts.push((GONE.to_owned(), gone));
    }
    Numbers::Tally { answered: last.len(), counts }
}

fn options_of(block: &Block) -> &[Choice] {
    if let Asks::Poll { options, .. } = &block.asks { options } else { &[] }
}

fn roll_up(items: &[Item], asked: &Asked<'_>) -> Numbers {
    let last = last(asked);
    if last.len() < FEWEST {
        return Numbers::TooFew {};
    }
    let rolled = |item: &Item| rolled(item, &last.iter().filter_map(|given| value(given, item)).collect::<Vec<_>>());
    Numbers::RollUp { answered: last.len(), items: items.iter().filter_map(rolled).collect() }
}

/// What someone answered to an item, if it asked them the same, and if it is an answer to that.
fn value<'a>(given: &Given<'a>, item: &Item) -> Option<&'a Value> {
    let (Said::Checkin { items: said }, Asks::Checkin { items, .. }) = (given.said, &given.block.asks) else {
        return None;
    };
    let then = items.iter().find(|then| then.id == item.id && ends(&then.asks) == ends(&item.asks))?;
    let value = said.get(&then.id)?;
    let is_answer = match (value, &item.asks) {
        (Value::Number(number), Question::Scale { .. } | Question::Number { .. }) => {
            let (from, to, _) = ends(&item.asks);
            from.is_none_or(|from| *number >= from) && to.is_none_or(|to| *number <= to)
        }
        (Value::Chosen(ids), Question::Choice { options, .. }) => options.iter().any(|option| ids.contains(&option.id)),
        _ => false,
    };
    is_answer.then_some(value)
}

/// Of a scale or a number: what makes two of them one.
fn ends(asks: &Question) -> (Option<f64>, Option<f64>, Option<&str>) {
    match asks {
        Question::Scale { from, to, .. } => (Some((*from).into()), Some((*to).into()), None),
        Question::Number { from, to, unit } => (*from, *to, unit.as_deref()),
        Question::Choice { .. } | Question::Text {} => (None, None, None),
    }
}

/// SECURITY: words are never part of it, whoever wrote them.
fn rolled(item: &Item, values: &[&Value]) -> Option<Rolled> {
    let of = match &item.asks {
        Question::Text {} => return None,
        _ if values.len() < FEWEST => Spread::TooFew {},
        Question::Scale { low, high, .. } => average(values, &item.asks, low.clone(), high.clone()),
        Question::Number { .. } => average(values, &item.asks, None, None),
        Question::Choice { options, .. } => {
            let count = |option: &Choice| {
                let chose = |value: &&&Value| matches!(value, Value::Chosen(ids) if ids.contains(&option.id));
                (option.label.clone(), values.iter().filter(chose).count())
            };
            Spread::Counts { counts: options.iter().map(count).collect() }
        }
    };
    Some(Rolled { label: item.label.clone(), answered: values.len(), of })
}

#[expect(clippy::cast_precision_loss, reason = "a handful of people")]
fn average(values: &[&Value], asks: &Question, low: Option<String>, high: Option<String>) -> Spread {
    let numbers = values.iter().filter_map(|value| if let Value::Number(n) = value { Some(*n) } else { None });
    let average = numbers.sum::<f64>() / values.len() as f64;
    let (from, to, unit) = ends(asks);
    Spread::Average { average: (average * 10.0).round() / 10.0, from, to, low, high, unit: unit.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{
        super::tests::{block, said},
        *,
    };

    fn check_in(safety: bool) -> Block {
        let options = json!([{ "id": "well", "label": "well" }, { "id": "badly", "label": "badly" }]);
        let mut block = block(
            json!({ "kind": "checkin", "instrument": null, "intro": null, "notes": [], "danger": null, "items": [
            { "id": "mood", "label": "Mood", "asks": { "kind": "scale", "from": 0, "to": 10, "low": null, "high": null }, "safety": safety },
            { "id": "sleep", "label": "Sleep", "asks": { "kind": "choice", "options": options, "several": false } },
            { "id": "words", "label": "Words", "asks": { "kind": "text" } },
        ] }),
        );
        block.closes = Some(100);
        block
    }

    fn shared(block: &Block, answers: &[(String, Said)]) -> Result<Numbers, NotShared> {
        let given = answers.iter().map(|(name, said)| Given { name, member: name, time: 1, said, block }).collect();
        let asked = Asked { title: "A page", file: "", block, readers: Vec::new(), given, versions: &[] };
        Shared::of("page".into(), &asked, 100).map(|shared| shared.numbers)
    }

    fn answer(name: usize, mood: u8) -> (String, Said) {
        let sleep = if mood > 5 { "well" } else { "badly" };
        let words = format!("secret {mood}");
        (
            format!("Member {name}"),
            said(json!({ "kind": "checkin", "items": { "mood": mood, "sleep": [sleep], "words": words } })),
        )
    }

    #[test]
    fn fewer_than_five_say_nothing() {
        let four: Vec<_> = (0..4).map(|n| answer(n, 5)).collect();
        // One person who answers often is one person.
        let often = [four.clone(), vec![answer(0, 6), answer(0, 7)]].concat();
        assert_eq!(shared(&check_in(false), &four), Ok(Numbers::TooFew {}));
        assert_eq!(shared(&check_in(false), &often), Ok(Numbers::TooFew {}));
        let skipped =
            [four, vec![("Member 4".into(), said(json!({ "kind": "checkin", "items": { "sleep": ["well"] } })))]]
                .concat();
        let Ok(Numbers::RollUp { answered: 5, items }) = shared(&check_in(false), &skipped) else { panic!() };
        assert_eq!(items[0].of, Spread::TooFew {});
    }

    #[test]
    fn what_may_tell_of_danger_is_never_shared_and_neither_is_what_is_open() {
        let five: Vec<_> = (0..5).map(|n| answer(n, 5)).collect();
        assert_eq!(shared(&check_in(true), &five), Err(NotShared::Danger));
        let open = Block { closes: None, ..check_in(false) };
        assert_eq!(shared(&open, &five), Err(NotShared::Open));
        let reply = Block { closes: Some(1), ..block(json!({ "kind": "reply", "prompt": null })) };
        assert_eq!(shared(&reply, &[]), Err(NotShared::Words));
    }

    #[test]
    fn what_is_no_answer_to_what_was_asked_is_counted_nowhere() {
        let options = json!([{ "id": "tue", "label": "Tuesday" }, { "id": "wed", "label": "Wednesday" }]);
        let poll = |options: &serde_json::Value| Block {
            closes: Some(100),
            ..block(json!({ "kind": "poll", "prompt": "When?", "options": options, "several": false }))
        };
        let (then, now) = (poll(&options), poll(&json!([options[0]])));
        let vote = |chosen: &[&str]| said(json!({ "kind": "poll", "chosen": chosen }));
        let votes = [vote(&["tue"]), vote(&["wed"]), vote(&["Grete said it"]), vote(&["tue", "tue"])];
        // Two of the same name, of whom one votes twice.
        let given = [("a", 0), ("b", 1), ("c", 2), ("a", 3)];
        let given = given.map(|(member, n)| Given { name: "Anna", member, time: 1, said: &votes[n], block: &then });
        let asked =
            Asked { title: "", file: "", block: &now, readers: Vec::new(), given: given.to_vec(), versions: &[] };
        let counts = vec![("Tuesday".to_owned(), 1), (GONE.to_owned(), 1)];
        assert_eq!(Shared::of("p".into(), &asked, 100).unwrap().numbers, Numbers::Tally { answered: 3, counts });

        let five: Vec<_> = (0..5).map(|n| answer(n, 4)).collect();
        let far = |n, mood: f64| {
            (format!("Far {n}"), said(json!({ "kind": "checkin", "items": { "mood": mood, "sleep": ["words"] } })))
        };
        let numbers = shared(&check_in(false), &[five, vec![far(1, 1e300), far(2, -1.0)]].concat()).unwrap();
        let Numbers::RollUp { answered: 7, items } = numbers else { panic!() };
        assert!(matches!(items[0].of, Spread::Average { average: 4.0, .. }), "{:?}", items[0]);
        assert_eq!((items[0].answered, items[1].answered), (5, 5));
    }

    proptest! {
        #[test]
        fn no_name_and_no_word_is_in_it(moods in proptest::collection::vec(0u8..=10, 0..12)) {
            let answers: Vec<_> = moods.iter().enumerate().map(|(n, mood)| answer(n, *mood)).collect();
            let text = serde_json::to_string(&shared(&check_in(false), &answers).unwrap()).unwrap();
            prop_assert!(!text.contains("Member") && !text.contains("secret"), "{}", text);
            if let Numbers::RollUp { answered, items } = shared(&check_in(false), &answers).unwrap() {
                prop_assert!(answered >= FEWEST && items.len() == 2);
                let Spread::Average { average, .. } = items[0].of else { panic!() };
                let exact = moods.iter().map(|mood| f64::from(*mood)).sum::<f64>() / f64::from(u8::try_from(moods.len()).unwrap());
                prop_assert!((average - exact).abs() <= 0.05 + f64::EPSILON * 10.0);
            }
        }
    }
}
