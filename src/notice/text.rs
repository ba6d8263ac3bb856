//! What a notice says: one constant text for each language, the practice's own or ours.

use serde::Deserialize;

use crate::practice::{LINK, Member, Placed, Practice};

const OURS: [(&str, &str); 2] = [("en", include_str!("texts/en.toml")), ("es", include_str!("texts/es.toml"))];

const CALLS: [(&str, &str); 2] =
    [("en", include_str!("texts/call.en.toml")), ("es", include_str!("texts/call.es.toml"))];

/// Subject and body in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub language: String,
    pub subject: Wording,
    pub body: Wording,
}

/// Words, and where they stand if they are the practice's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub text: String,
    pub place: Option<Placed>,
}

/// The texts there are; the practice's own come first.
#[derive(Debug, Clone)]
pub struct Texts {
    all: Vec<Text>,
    usual: String,
}

#[derive(Deserialize)]
struct Embedded {
    subject: String,
    body: String,
}

impl Texts {
    pub fn of(practice: &Practice) -> Self {
        let own = practice.site.notice.texts.iter().map(|own| Text {
            language: own.language.clone(),
            subject: Wording { text: own.subject.text.clone(), place: Some(own.subject.clone()) },
            body: Wording { text: own.body.text.clone(), place: Some(own.body.clone()) },
        });
        let usual = practice.site.notice.language.as_ref().unwrap_or(&practice.site.practice.language);
        Self { all: own.chain(ours()).collect(), usual: usual.clone() }
    }

    /// The text for a member: in their language, else the practice's, else English.
    pub fn for_member(&self, member: &Member) -> &Text {
        let mut wanted = member.language.as_deref().into_iter().chain([self.usual.as_str(), "en"]);
        wanted.find_map(|language| self.find(language)).expect("there is an English text")
    }

    /// The language asked for, where there is no text in it.
    pub fn missing_for<'a>(&'a self, member: &'a Member) -> Option<&'a str> {
        let wanted = member.language.as_deref().unwrap_or(&self.usual);
        self.find(wanted).is_none().then_some(wanted)
    }

    /// The text for a tag such as `es-MX`, or for its language alone.
    fn find(&self, language: &str) -> Option<&Text> {
        let exact = |wanted: &str| self.all.iter().find(|text| text.language.eq_ignore_ascii_case(wanted));
        exact(language).or_else(|| exact(language.split('-').next()?))
    }
}

impl Text {
    /// The body with the link in its place, with the line ends of mail.
    pub(super) fn body_with(&self, link: &str) -> String {
        let body = self.body.text.trim().replace(LINK, link);
        format!("{body}\n").replace('\n', "\r\n")
    }
}

/// The texts that come with heldspace.
pub(super) fn ours() -> impl Iterator<Item = Text> {
    OURS.iter().map(embedded)
}

/// What whoever stands in is told, in English first.
pub(super) fn calls() -> impl Iterator<Item = Text> {
    CALLS.iter().map(embedded)
}

fn embedded((language, text): &(&str, &str)) -> Text {
    let Embedded { subject, body } = toml::from_str(text).expect("the embedded texts are TOML");
    let wording = |text| Wording { text, place: None };
    Text { language: (*language).to_owned(), subject: wording(subject), body: wording(body) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn our_texts_have_the_link_once_and_say_not_to_reply() {
        for text in ours() {
            assert_eq!(text.body.text.matches(LINK).count(), 1, "{}", text.language);
            assert!(["reply", "responda"].iter().any(|word| text.body.text.contains(word)));
            assert!(!text.subject.text.contains(['{', '\n']));
        }
        for text in calls() {
            assert!(!text.body.text.contains(['{', '/']), "no link: {}", text.language);
        }
    }

    #[test]
    fn a_member_is_written_to_in_their_language() {
        let practice = Practice {
            root: ".".into(),
            site: crate::practice::Site::default(),
            members: BTreeMap::default(),
            groups: BTreeMap::default(),
            instruments: crate::block::Instruments::default(),
            agreements: Vec::new(),
            today: jiff::civil::date(2026, 11, 25),
            told: crate::results::Told::new(),
        };
        let texts = Texts::of(&practice);
        let member = |language: &str| Member { language: Some(language.to_owned()), ..Member::default() };
        assert_eq!(texts.for_member(&member("es-MX")).language, "es");
        assert_eq!(texts.for_member(&member("ES")).language, "es");
        assert_eq!(texts.for_member(&member("de")).language, "en");
        assert_eq!(texts.missing_for(&member("de")), Some("de"));
    }
}
