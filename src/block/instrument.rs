//! An instrument: questions with words that must not be changed, and what an answer to all of them counts. Data, not code.
//!
//! In: a TOML file, of ours or of the practice. Out: an [`Instrument`], or every mistake at its place.

use super::{
    Choice, Item, LONG, Question, checkin, choice,
    id::Ids,
    score::{Band, bands},
};
use crate::{
    content::{Fields, Mistake, Node, Source, toml},
    practice::is_language,
};

/// Items at most.
const ITEMS: usize = 60;
/// Notes below them at most.
const NOTES: usize = 10;

/// What a check-in can ask by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    pub title: String,
    /// Which edition of the words.
    pub version: String,
    /// A BCP 47 tag.
    pub language: String,
    /// By what right it is used.
    pub license: String,
    /// Where the words come from.
    pub source: String,
    pub intro: Option<String>,
    pub items: Vec<Item>,
    /// Below the items: whose words these are, what they are not.
    pub notes: Vec<String>,
    /// Whether what was chosen adds up to a total.
    pub is_scored: bool,
    /// What totals are called, from the lowest on, without a gap; none where they have no names.
    pub bands: Vec<Band>,
}

impl Instrument {
    /// Whether an answer may tell of danger.
    pub fn has_safety(&self) -> bool {
        self.items.iter().any(|item| item.safety)
    }

    /// What `source` says.
    pub(super) fn read(source: &Source) -> Result<Self, Vec<Mistake>> {
        let mut node = toml::parse(source, 0..source.text().len())?;
        // What is missing is missing at the top.
        node.at = 0..source.text().find('\n').unwrap_or(source.text().len());
        let mut mistakes = Vec::new();
        let instrument = instrument(Fields::new(source, node, &mut mistakes));
        instrument.filter(|_| mistakes.is_empty()).ok_or(mistakes)
    }
}

fn instrument(mut fields: Fields<'_>) -> Option<Instrument> {
    let title = fields.required_text("title", "title = \"How was group?\"");
    let version = fields.required_text("version", "version = \"1\"");
    let language = fields.required_text("language", "language = \"en\"");
    if let Some(tag) = language.as_ref().filter(|tag| !is_language(&tag.value)) {
        fields.mistake(&tag.at, "not a language tag", "write a tag such as `en`, `de` or `pt-BR`");
    }
    let license = fields.required_text("license", "license = \"…\": by what right you may use these words");
    let source = fields.required_text("source", "source = \"…\": where these words come from");
    let intro = fields.words("intro", LONG).map(|text| text.value);
    let notes = notes(&mut fields);
    let is_scored = is_scored(&mut fields);
    let common = fields.has("options").then(|| choice::read(&mut fields, None)).flatten();
    let items = items(&mut fields, common.as_deref());
    let bands = bands(&mut fields, items.as_deref(), is_scored);
    fields.finish();
    Some(Instrument {
        title: title?.value,
        version: version?.value,
        language: language?.value,
        license: license?.value,
        source: source?.value,
        intro,
        items: items?,
        notes,
        is_scored,
        bands,
    })
}

fn notes(fields: &mut Fields<'_>) -> Vec<String> {
    let Some(list) = fields.list("notes", "[\"A screening, not a diagnosis.\"]") else { return Vec::new() };
    if list.value.len() > NOTES {
        fields.mistake(&list.at, format!("more than {NOTES} notes"), "put some of them together");
    }
    let note = |node: Node| fields.words_in("notes", node, LONG).map(|text| text.value);
    list.value.into_iter().filter_map(note).collect()
}

fn is_scored(fields: &mut Fields<'_>) -> bool {
    let Some(score) = fields.text("score") else { return false };
    if score.value != "sum" {
        let what = format!("`{}` is no way to score", score.value);
        fields.mistake(&score.at, what, "write \"sum\", or take the line out: then there is no total");
    }
    true
}

fn items(fields: &mut Fields<'_>, common: Option<&[Choice]>) -> Option<Vec<Item>> {
    if !fields.has("item") {
        fields.missing("item", "[[item]] with ask = \"…\"");
        return None;
    }
    let (mut ids, mut count) = (Ids::default(), 0);
    let items = fields.tables("item", |mut keys| {
        count += 1;
        if count == ITEMS + 1 {
            keys.mistake_here(format!("more than {ITEMS} items"), "nobody answers that many");
        }
        let item = item(&mut keys, &mut ids, common);
        keys.finish();
        item
    });
    (!items.is_empty() && items.len() == count).then_some(items)
}

fn item(keys: &mut Fields<'_>, ids: &mut Ids, common: Option<&[Choice]>) -> Option<Item> {
    let ask = keys.required_words("ask", LONG, "ask = \"…\"");
    let given = keys.text("id");
    let safety = keys.boolean("safety");
    let asks = match common {
        Some(options) if !keys.has("kind") && !keys.has("options") => {
            Some(Question::Choice { options: options.to_vec(), several: false })
        }
        _ if keys.has("options") && !keys.has("kind") => {
            choice::read(keys, None).map(|options| Question::Choice { options, several: false })
        }
        _ => checkin::question(keys),
    };
    let ask = ask?;
    let id = ids.of(keys, &ask.at, given, &ask.value)?;
    let asks = asks?;
    is_consistent(keys, &asks);
    if let Some(safety) = safety.as_ref().filter(|safety| safety.value && !may_tell(&asks)) {
        let what = "an item of `safety` whose answers have no value above zero";
        keys.mistake(&safety.at, what, "give each of its options a `value`, 0 for the one that tells of no danger");
    }
    Some(Item { id, label: ask.value, asks, safety: safety.is_some_and(|safety| safety.value) })
}

/// An option without a value beside one that has one would make a total that leaves something out.
fn is_consistent(keys: &mut Fields<'_>, asks: &Question) {
    let Question::Choice { options, several } = asks else { return };
    let with = options.iter().filter(|option| option.value.is_some()).count();
    if with > 0 && (with < options.len() || *several) {
        let hint = "give all options a `value`, or none; none where several can be chosen";
        keys.mistake_here("options of which only some count, or several at once", hint);
    }
}

/// Whether an answer can be above zero, and another not.
fn may_tell(asks: &Question) -> bool {
    match asks {
        Question::Choice { options, .. } => {
            let any = |test: fn(i32) -> bool| options.iter().any(|option| option.value.is_some_and(test));
            options.iter().all(|option| option.value.is_some()) && any(|value| value > 0) && any(|value| value <= 0)
        }
        Question::Scale { from, to, .. } => *from <= 0 && *to > 0,
        Question::Number { .. } | Question::Text {} => false,
    }
}
