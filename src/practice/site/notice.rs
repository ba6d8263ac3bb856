//! `[notice]`: the practice's own words for notices, and which words give away what it is.

use super::{Placed, is_language, language};
use crate::content::{At, Fields};

/// Where the link stands in the body.
pub(crate) const LINK: &str = "{link}";
const SUBJECT_LENGTH: usize = 150;
const BODY_LENGTH: usize = 4000;

/// How notices are worded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Instead of that of the practice.
    pub language: Option<String>,
    pub texts: Vec<OwnText>,
    /// More words that would give away what the practice does; `*` at the end stands for any ending.
    pub words: Vec<String>,
    /// Words that may stand all the same.
    pub allow: Vec<String>,
}

/// The practice's own words in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnText {
    pub language: String,
    pub subject: Placed,
    /// Holds `{link}` once.
    pub body: Placed,
}

pub(super) fn read(mut fields: Fields<'_>) -> Notice {
    let language = language(&mut fields);
    let words = list(&mut fields, "words");
    let allow = list(&mut fields, "allow");
    let texts = fields.table("text").map(|mut table| table.named_tables(own_text)).unwrap_or_default();
    fields.finish();
    Notice { language, texts, words, allow }
}

fn list(fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    let list = fields.texts(key).map(|list| list.value).unwrap_or_default();
    list.into_iter().map(|word| word.value).collect()
}

fn own_text(language: At<String>, mut fields: Fields<'_>) -> Option<OwnText> {
    if !is_language(&language.value) {
        let hint = "name the table by a language, such as [notice.text.en]";
        fields.mistake(&language.at, "not a language tag", hint);
    }
    let subject = fields.required_text("subject", "subject = \"A new page is ready\"");
    if let Some(long) = subject.as_ref().filter(|text| text.value.chars().count() > SUBJECT_LENGTH) {
        fields.mistake(&long.at, "the subject is too long", format!("{SUBJECT_LENGTH} characters are enough"));
    }
    let body = fields.prose("body");
    match &body {
        None => fields.missing("body", "body = \"\"\"…\"\"\", with {link} where the link goes"),
        Some(text) => body_rules(&mut fields, text),
    }
    fields.finish();
    Some(OwnText { language: language.value, subject: subject?.into(), body: body?.into() })
}

fn body_rules(fields: &mut Fields<'_>, body: &At<String>) {
    if body.value.matches(LINK).count() != 1 {
        fields.mistake(&body.at, "the body needs {link} once", "write {link} on a line of its own, once");
    }
    if body.value.chars().count() > BODY_LENGTH {
        fields.mistake(&body.at, "the body is too long", format!("{BODY_LENGTH} characters are enough"));
    }
}
