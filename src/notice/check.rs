//! The check before anything is sent: nothing in a notice names a person, a group, a page or a practice, or tells what
//! the practice does.
//!
//! In: a plan, and the texts it takes. Out: what stands there by the practice's own leave; or everything that gives
//! something away, at its place. Loopback and other numeric hosts name nothing.

use std::{collections::BTreeSet, fmt, net::IpAddr};

use serde::Serialize;

use super::{
    Plan, Text, Texts,
    text::{calls, ours},
    words::markers,
};
use crate::{
    content::{Mistake, Mistakes},
    explain::Explain,
    names::{Phrase, Words, fold},
    practice::{Placed, Practice},
    visible::visible_line,
};

/// A letter says nothing of anyone, and stands everywhere. In bytes, so that one character of Chinese is a name.
const SHORTEST: usize = 2;
/// Up to this length a name may be a word of every text: those of our own texts do not count.
const SHORT: usize = 2;

/// Everything in the notices that would give something away.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CheckError(Mistakes);

impl Explain for CheckError {
    fn hint(&self) -> Option<String> {
        Some("No notice was sent.".into())
    }

    fn exit_code(&self) -> u8 {
        3
    }
}

/// A word that stands in a notice because site.toml allows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Allowed {
    pub word: String,
    /// Where, for a person: "the subject".
    pub place: String,
}

/// What a phrase would give away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Secret {
    Work,
    Member,
    Group,
    Page,
    Practice,
    Therapist,
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Work => "which tells what your practice does",
            Self::Member => "a member's name",
            Self::Group => "the name of a group",
            Self::Page => "the title of a page",
            Self::Practice => "from your practice's name",
            Self::Therapist => "from your own name",
        })
    }
}

/// A place in the notice where words stand.
struct Spot<'a> {
    name: String,
    text: &'a str,
    place: Option<Placed>,
    is_address: bool,
}

/// Checks every text that this plan takes, the sender and the address in the link.
pub fn check(practice: &Practice, plan: &Plan) -> Result<Vec<Allowed>, CheckError> {
    let all = Texts::of(practice);
    let texts: Vec<_> = plan.notices.iter().map(|n| all.for_member(&practice.members[&n.person.folder])).collect();
    look_through(practice, &texts, plan.titles.iter().map(String::as_str))
}

/// The same, of texts for which there is no plan.
pub(super) fn look_through<'a>(
    practice: &Practice,
    texts: &[&Text],
    titles: impl Iterator<Item = &'a str>,
) -> Result<Vec<Allowed>, CheckError> {
    let secrets = secrets(practice, titles);
    let allow: BTreeSet<String> = practice.site.notice.allow.iter().map(|word| fold(word)).collect();
    let (mut mistakes, mut allowed) = (Vec::new(), BTreeSet::new());
    for spot in spots(practice, texts) {
        let words = Words::of(spot.text);
        for (shown, phrase, secret) in &secrets {
            // A title is a phrase; one such as "Page" would be found inside too many host names.
            let inside = spot.is_address && *secret != Secret::Page && phrase.is_inside(spot.text);
            let found = inside || phrase.is_in(&words);
            if found && allow.contains(&fold(shown)) {
                allowed.insert(Allowed { word: shown.clone(), place: spot.name.clone() });
            } else if found {
                mistakes.push(mistake(practice, &spot, shown, *secret));
            }
        }
    }
    Mistakes::unless_any(mistakes, allowed.into_iter().collect()).map_err(CheckError)
}

/// What the title of members' calendar entries would tell those who sync or share a calendar.
pub(crate) fn appointment(practice: &Practice) -> Vec<Mistake> {
    let Some(title) = &practice.site.practice.appointment else { return Vec::new() };
    let spot = Spot {
        name: "the title of calendar entries".into(),
        text: &title.text,
        place: Some(title.clone()),
        is_address: false,
    };
    let words = Words::of(&title.text);
    let allow: BTreeSet<String> = practice.site.notice.allow.iter().map(|word| fold(word)).collect();
    let found = secrets(practice, std::iter::empty()).into_iter().filter(|(_, phrase, _)| phrase.is_in(&words));
    let found = found.filter(|(shown, ..)| !allow.contains(&fold(shown)));
    found.map(|(shown, _, secret)| mistake(practice, &spot, &shown, secret)).collect()
}

fn mistake(practice: &Practice, spot: &Spot<'_>, shown: &str, secret: Secret) -> Mistake {
    let word = visible_line(shown);
    let what = format!("{} holds \"{word}\", {secret}", spot.name);
    let allow =
        format!("if it may stand: allow = [{}] under [notice]", toml_edit::Value::from(shown).to_string().trim());
    match &spot.place {
        Some(place) => place.mistake(&practice.root, what, format!("use other words; or, {allow}")),
        None => Mistake::whole("site.toml", what, format!("write your own words under [notice.text.…]; or, {allow}")),
    }
}

fn spots<'a>(practice: &'a Practice, texts: &[&'a Text]) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    let mut seen = BTreeSet::new();
    for text in texts.iter().filter(|text| seen.insert(&text.language)) {
        for (name, wording) in [("the subject", &text.subject), ("the text", &text.body)] {
            let name = match wording.place {
                Some(_) => name.to_owned(),
                None => format!("{name} that comes with heldspace ({})", text.language),
            };
            spots.push(Spot { name, text: &wording.text, place: wording.place.clone(), is_address: false });
        }
    }
    if let Some(mail) = &practice.site.mail {
        if let Some(name) = &mail.from_name {
            spots.push(Spot {
                name: "the sender's name".into(),
                text: &name.text,
                place: Some(name.clone()),
                is_address: false,
            });
        }
        let name = "the sender's address".into();
        spots.push(Spot { name, text: &mail.from.text, place: Some(mail.from.clone()), is_address: true });
    }
    let links = &practice.site.address.links;
    if let Some(host) = named_host(links) {
        let (name, place) = ("the address in the link".into(), Some(practice.site.address.links()));
        spots.push(Spot { name, text: host, place, is_address: true });
    }
    spots
}

/// The host of an origin, unless it is a number or this machine.
fn named_host(origin: &str) -> Option<&str> {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split(':').next().unwrap_or(host);
    (host != "localhost" && host.parse::<IpAddr>().is_err()).then_some(host)
}

/// Everything to look for: as it is shown, as it is looked for, and what it would give away.
fn secrets<'a>(practice: &Practice, titles: impl Iterator<Item = &'a str>) -> Vec<(String, Phrase, Secret)> {
    let mut found: Vec<(String, Phrase, Secret)> =
        markers().map(|(line, phrase)| (shown(line), phrase, Secret::Work)).collect();
    let own = practice.site.notice.words.iter().map(|word| (shown(word), Phrase::of_list(word), Secret::Work));
    found.extend(own);
    let mut name = |text: &str, secret| {
        found.push((text.to_owned(), Phrase::exact(text), secret));
    };
    for member in practice.members.values() {
        for called in std::iter::once(&member.name).chain(&member.also) {
            name(called, Secret::Member);
            single_words(called).for_each(|word| name(&word, Secret::Member));
        }
    }
    for group in practice.groups.values() {
        name(&group.title, Secret::Group);
        name(&group.folder, Secret::Group);
    }
    for title in titles {
        name(title, Secret::Page);
    }
    let neutral = neutral();
    for (text, secret) in
        [(&practice.site.practice.name, Secret::Practice), (&practice.site.practice.therapist, Secret::Therapist)]
    {
        name(text, secret);
        // "The Open Page Practice" does not forbid "the" and "page".
        single_words(text).filter(|word| !neutral.contains(&fold(word))).for_each(|word| name(&word, secret));
    }
    let is_short_word = |shown: &str, phrase: &Phrase| phrase.length() <= SHORT && neutral.contains(&fold(shown));
    found.retain(|(shown, phrase, secret)| {
        *secret == Secret::Work || (phrase.length() >= SHORTEST && !is_short_word(shown, phrase))
    });
    found.sort_by_cached_key(|(shown, _, secret)| (fold(shown), *secret));
    found.dedup_by_key(|(shown, ..)| fold(shown));
    found
}

fn shown(line: &str) -> String {
    line.trim_end_matches('*').to_owned()
}

fn single_words(name: &str) -> impl Iterator<Item = String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= SHORTEST);
    words.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The words of our own texts, which say nothing.
fn neutral() -> BTreeSet<String> {
    let texts = ours().chain(calls()).flat_map(|text| [text.subject.text, text.body.text]);
    texts.flat_map(|text| Words::of(&text).iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}
