//! `checkin`: questions of one's own, or an instrument.

use super::{
    Asks, Item, LONG, Question, choice, danger,
    id::Ids,
    read::{Form, Setting},
    readers::Afterwards,
    shows, time,
};
use crate::content::{At, Fields, Moment};

/// Questions at most.
const QUESTIONS: usize = 60;
/// Steps of a scale at most: each is something to tap.
const STEPS: i32 = 20;
const EXAMPLE: &str =
    "[[question]] with ask = \"How did you sleep?\" and kind = \"scale\"; or instrument = \"how-was-group\"";

pub(super) fn read(fields: &mut Fields<'_>, setting: Setting<'_>) -> Option<Form> {
    let due = fields.moment("due").map(|due| due.value);
    let repeats = fields.text("repeats").and_then(|text| repeats(fields, &text));
    let asks = if fields.has("instrument") { by_name(fields, setting) } else { own(fields) };
    let afterwards = shows(fields, setting, asks.as_ref());
    let mut form = Form { repeats, afterwards, asks: asks? };
    if let Asks::Checkin { intro, .. } = &mut form.asks {
        *intro = with_due(intro.take(), due, setting);
    }
    Some(form)
}

/// SECURITY: what may tell of danger is the therapist's to know, and never the group's, not even in numbers.
fn shows(fields: &mut Fields<'_>, setting: Setting<'_>, asks: Option<&Asks>) -> Afterwards {
    let at = fields.place_of("shows");
    let shows = shows::read(fields, setting, Afterwards::RollUp);
    let is_danger = |asks: &Asks| matches!(asks, Asks::Checkin { items, .. } if items.iter().any(|item| item.safety));
    if let (Some(at), Afterwards::RollUp, true) = (at, shows, asks.is_some_and(is_danger)) {
        let what = "an instrument that asks about danger is never shown to the group, not even in numbers";
        fields.mistake(&at, what, "take the line out");
    }
    shows
}

fn own(fields: &mut Fields<'_>) -> Option<Asks> {
    let intro = fields.words("intro", LONG).map(|text| text.value);
    let items = questions(fields)?;
    Some(Asks::Checkin { instrument: None, intro, items, notes: Vec::new(), danger: None })
}

/// An instrument's words stay as they are: nothing can be added to them, and nothing left out.
fn by_name(fields: &mut Fields<'_>, setting: Setting<'_>) -> Option<Asks> {
    let name = fields.text("instrument")?;
    let known = &setting.practice.instruments;
    let Some(instrument) = known.find(&name.value) else {
        let hint = known.hint(&name.value);
        fields.mistake(&name.at, format!("there is no instrument `{}`", name.value), hint);
        return None;
    };
    let danger = if instrument.has_safety() { Some(danger::of(fields, &name, setting.practice)?) } else { None };
    Some(Asks::Checkin {
        instrument: Some(name.value),
        intro: instrument.intro.clone(),
        items: instrument.items.clone(),
        notes: instrument.notes.clone(),
        danger,
    })
}

/// By when an answer is hoped for: a wish, and so part of what is said before the questions.
fn with_due(intro: Option<String>, due: Option<Moment>, setting: Setting<'_>) -> Option<String> {
    let Some(due) = due else { return intro };
    let wish = format!("Please answer by {}.", time::spoken(due, setting.practice));
    Some(intro.map_or_else(|| wish.clone(), |intro| format!("{intro} {wish}")))
}

/// In days.
fn repeats(fields: &mut Fields<'_>, text: &At<String>) -> Option<u16> {
    let every = || {
        let (number, unit) = text.value.strip_prefix("every ")?.split_once(' ')?;
        let number = number.parse::<u16>().ok().filter(|number| (2..=26).contains(number))?;
        match unit {
            "days" => Some(number),
            "weeks" => Some(7 * number),
            _ => None,
        }
    };
    let days = match text.value.as_str() {
        "daily" => Some(1),
        "weekly" => Some(7),
        // No month is shorter: on the same day of the next one, the form is empty again.
        "monthly" => Some(28),
        _ => every(),
    };
    if days.is_none() {
        let what = format!("`{}` is no way to repeat", text.value);
        fields.mistake(&text.at, what, "write \"daily\", \"weekly\", \"every 2 weeks\" or \"monthly\"");
    }
    days
}

fn questions(fields: &mut Fields<'_>) -> Option<Vec<Item>> {
    if !fields.has("question") {
        fields.missing("question", EXAMPLE);
        return None;
    }
    let (mut ids, mut count) = (Ids::default(), 0);
    let items = fields.tables("question", |mut keys| {
        count += 1;
        if count == QUESTIONS + 1 {
            keys.mistake_here(format!("more than {QUESTIONS} questions"), "ask less: nobody answers that many");
        }
        let item = item(&mut keys, &mut ids);
        keys.finish();
        item
    });
    (!items.is_empty() && items.len() == count).then_some(items)
}

fn item(keys: &mut Fields<'_>, ids: &mut Ids) -> Option<Item> {
    let ask = keys.required_words("ask", LONG, "ask = \"How did you sleep?\"");
    let given = keys.text("id");
    let asks = question(keys);
    let ask = ask?;
    let id = ids.of(keys, &ask.at, given, &ask.value)?;
    Some(Item { id, label: ask.value, asks: asks?, safety: false })
}

/// How it is answered, by its `kind`.
pub(super) fn question(keys: &mut Fields<'_>) -> Option<Question> {
    const KINDS: &str = "kind = \"scale\", \"choice\", \"number\" or \"text\"";
    let kind = keys.required_text("kind", KINDS)?;
    match kind.value.as_str() {
        "scale" => scale(keys),
        "choice" => {
            let options = choice::required(keys, None);
            let several = keys.boolean("several").is_some_and(|several| several.value);
            Some(Question::Choice { options: options?, several })
        }
        "number" => number(keys),
        "text" => Some(Question::Text {}),
        other => {
            keys.mistake(&kind.at, format!("`{other}` is no kind of question"), format!("write {KINDS}"));
            None
        }
    }
}

pub(super) fn scale(keys: &mut Fields<'_>) -> Option<Question> {
    let end = |keys: &mut Fields<'_>, key, otherwise| match keys.integer(key) {
        Some(number) => choice::small(keys, &number).map(|value| At { value, at: number.at }),
        None => Some(At { value: otherwise, at: 0..0 }),
    };
    let (from, to) = (end(keys, "from", 0), end(keys, "to", 10));
    let low = keys.short_text("low").map(|text| text.value);
    let high = keys.short_text("high").map(|text| text.value);
    let (from, to) = (from?, to?);
    if !(1..=STEPS).contains(&(to.value - from.value)) {
        let at = if to.at.is_empty() { from.at } else { to.at };
        let what = format!("a scale from {} to {}", from.value, to.value);
        keys.mistake(&at, what, format!("let it go up, in {STEPS} steps at most; beyond, ask for a number"));
        return None;
    }
    Some(Question::Scale { from: from.value, to: to.value, low, high })
}

fn number(keys: &mut Fields<'_>) -> Option<Question> {
    let (from, to) = (keys.decimal("from"), keys.decimal("to"));
    let unit = keys.short_text("unit").map(|text| text.value);
    if let (Some(from), Some(to)) = (&from, &to)
        && from.value >= to.value
    {
        keys.mistake(&to.at, "`to` is not above `from`", "write the smaller of the two behind `from`");
        return None;
    }
    Some(Question::Number { from: from.map(|n| n.value), to: to.map(|n| n.value), unit })
}
