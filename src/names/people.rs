//! Everyone of a practice, looked for in a text at once.
//!
//! In: words, and what is not a name here though it looks like one. Out: each place where somebody is named, with whoever
//! it may be. A longer find hides the shorter ones in it: in "Anna-Lena" nobody looks for Lena.

use std::{collections::HashMap, ops::Range};

use super::{
    called::{Rule, called},
    word::{Look, Word, Words, concat, is_unspaced},
};
use crate::practice::Member;

/// Letters that Arabic and Hebrew write together with the word that follows: and, to, in, the, from, that.
const JOINED: &str = "وفبكلוהבלמשכ";
/// With a name this short, a letter more or less makes another word of it.
const SHORT: usize = 3;

/// Everyone, by what they are called.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    names: Vec<Name>,
    /// Of the names that begin with this word.
    by_word: HashMap<String, Vec<usize>>,
    /// The names in scripts that leave no space between words.
    unspaced: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Name {
    words: Vec<String>,
    rule: Rule,
    /// Folders: several people may have a first name in common.
    whose: Vec<String>,
}

/// A place where somebody is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Find<'a> {
    /// Folders of those who may be meant.
    pub(crate) whose: &'a [String],
    /// Its bytes in the text.
    pub(crate) at: Range<usize>,
}

/// Words that are not the person here, each a phrase, and whether any was of use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exceptions(Vec<(Vec<String>, bool)>);

impl Exceptions {
    pub(crate) fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Self {
        Self(phrases.into_iter().map(|phrase| (Words::of(phrase).folded(), false)).collect())
    }

    /// Whether the phrase of this number stood where a name was found.
    pub(crate) fn was_used(&self, number: usize) -> bool {
        self.0.get(number).is_some_and(|(_, used)| *used)
    }

    /// Where these phrases stand, each by its number.
    fn places(&self, words: &[Word]) -> Vec<(usize, Range<usize>)> {
        let mut places = Vec::new();
        for (number, (phrase, _)) in self.0.iter().enumerate().filter(|(_, (phrase, _))| !phrase.is_empty()) {
            if phrase.iter().any(|word| is_unspaced(word)) {
                places.extend(Joined::of(words).places(phrase).into_iter().map(|at| (number, at)));
                continue;
            }
            for window in words.windows(phrase.len()) {
                if window.iter().zip(phrase).all(|(word, wanted)| is_same(word, wanted)) {
                    places.push((number, window[0].at.start..window[window.len() - 1].at.end));
                }
            }
        }
        places
    }
}

impl People {
    pub(crate) fn of<'a>(members: impl Iterator<Item = &'a Member>) -> Self {
        // "Maya" and "maya" are one name, found in either form.
        let class = |rule: Rule| if rule == Rule::Any { Rule::Capital } else { rule };
        let mut known: HashMap<(Vec<String>, Rule), usize> = HashMap::new();
        let mut people = Self::default();
        for member in members {
            for call in called(member) {
                let number = *known.entry((call.words.clone(), class(call.rule))).or_insert_with(|| {
                    people.names.push(Name { words: call.words, rule: call.rule, whose: Vec::new() });
                    people.names.len() - 1
                });
                let name = &mut people.names[number];
                name.rule = name.rule.min(call.rule);
                let whose = &mut name.whose;
                if !whose.contains(&member.folder) {
                    whose.push(member.folder.clone());
                }
            }
        }
        for (number, name) in people.names.iter().enumerate() {
            if name.words.iter().any(|word| is_unspaced(word)) {
                people.unspaced.push(number);
            } else {
                people.by_word.entry(name.words[0].clone()).or_default().push(number);
            }
        }
        people
    }

    /// Where anyone is named in `text`, in order, but where `exceptions` stand.
    pub(crate) fn find(&self, text: &str, words: &Words, exceptions: &mut Exceptions) -> Vec<Find<'_>> {
        let mut finds = self.spaced(text, &words.0);
        finds.extend(self.unspaced(&words.0));
        if finds.is_empty() {
            return finds;
        }
        let excepted = exceptions.places(&words.0);
        finds.retain(|find| {
            let covers = |place: &Range<usize>| place.start <= find.at.start && find.at.end <= place.end;
            let covering: Vec<usize> =
                excepted.iter().filter(|(_, place)| covers(place)).map(|(number, _)| *number).collect();
            for number in &covering {
                exceptions.0[*number].1 = true;
            }
            covering.is_empty()
        });
        finds.sort_by_key(|find| find.at.start);
        finds
    }

    fn spaced(&self, text: &str, words: &[Word]) -> Vec<Find<'_>> {
        let mut finds = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let fits = words[at].forms().flat_map(stems).filter_map(|stem| self.by_word.get(stem)).flatten();
            let fits = fits.map(|number| &self.names[*number]).filter(|name| name.is_at(at, text, words));
            let longest = fits.fold((0, Vec::new()), |(length, mut names), name| match name.words.len().cmp(&length) {
                std::cmp::Ordering::Greater => (name.words.len(), vec![name]),
                std::cmp::Ordering::Equal => {
                    names.push(name);
                    (length, names)
                }
                std::cmp::Ordering::Less => (length, names),
            });
            for name in &longest.1 {
                finds.push(Find { whose: &name.whose, at: words[at].at.start..words[at + longest.0 - 1].at.end });
            }
            at += longest.0.max(1);
        }
        finds
    }

    fn unspaced(&self, words: &[Word]) -> Vec<Find<'_>> {
        let mut finds = Vec::new();
        if self.unspaced.is_empty() || !words.iter().any(|word| is_unspaced(&word.folded)) {
            return finds;
        }
        let joined = Joined::of(words);
        for name in self.unspaced.iter().map(|number| &self.names[*number]) {
            finds.extend(joined.places(&name.words).into_iter().map(|at| Find { whose: &name.whose, at }));
        }
        let inner = finds.clone();
        finds.retain(|find| {
            !inner
                .iter()
                .any(|other| other.at != find.at && other.at.start <= find.at.start && find.at.end <= other.at.end)
        });
        finds
    }
}

/// All words as one, for scripts that leave no space between them.
struct Joined<'a> {
    words: &'a [Word],
    text: String,
    /// Where each word begins in it.
    starts: Vec<usize>,
}

impl<'a> Joined<'a> {
    fn of(words: &'a [Word]) -> Self {
        let mut joined = Self { words, text: String::new(), starts: Vec::new() };
        for word in words {
            joined.starts.push(joined.text.len());
            joined.text.push_str(&word.folded);
        }
        joined
    }

    /// Where these words stand, wherever they begin and end.
    fn places(&self, wanted: &[String]) -> Vec<Range<usize>> {
        let wanted = concat(wanted.iter().map(String::as_str));
        let found = self.text.match_indices(&wanted).map(|(start, _)| {
            let end = start + wanted.len() - 1;
            let [first, last] = [start, end].map(|byte| self.starts.partition_point(|start| *start <= byte) - 1);
            let begins = self.words[first].place(start - self.starts[first], start - self.starts[first]).start;
            begins..self.words[last].place(end - self.starts[last], end - self.starts[last]).end
        });
        found.collect()
    }
}

/// What a word may be of: itself, itself without the `s` of a possessive that lacks its apostrophe, or without what Arabic
/// and Hebrew write in front of it.
fn stems(word: &str) -> impl Iterator<Item = &str> {
    let is_long = |stem: &&str| stem.chars().count() >= SHORT;
    let possessive = word.strip_suffix('s').filter(is_long);
    let is_cased = word.as_bytes().first().is_some_and(u8::is_ascii);
    let bare = if is_cased { None } else { word.strip_prefix(|c| JOINED.contains(c)) };
    let twice = bare.and_then(|word| word.strip_prefix(|c| JOINED.contains(c)));
    [Some(word), possessive, bare.filter(is_long), twice.filter(is_long)].into_iter().flatten()
}

fn is_same(word: &Word, wanted: &str) -> bool {
    word.forms().flat_map(stems).any(|stem| stem == wanted)
}

impl Name {
    /// Whether it stands at this word, written so that it is meant.
    fn is_at(&self, at: usize, text: &str, words: &[Word]) -> bool {
        let Some(found) = words.get(at..at + self.words.len()) else { return false };
        let Some((last, begin)) = found.split_last() else { return false };
        let (wanted_last, wanted) = self.words.split_last().expect("a name has words");
        let is_begun = |word: &Word, wanted: &str| word.forms().any(|form| form == wanted) || is_joined(word, wanted);
        let is_here =
            begin.iter().zip(wanted).all(|(word, wanted)| is_begun(word, wanted)) && is_same(last, wanted_last);
        is_here
            && match self.rule {
                Rule::Any => true,
                Rule::Capital => found.iter().all(|word| word.is_in_address || word.look != Look::Small),
                Rule::Dotted => is_dotted(text, found),
                Rule::Block => is_block(at, text, words) && last.folded == *wanted_last,
                Rule::Short => is_short(text, found),
            }
    }
}

fn is_joined(word: &Word, wanted: &str) -> bool {
    word.folded.starts_with(|c| JOINED.contains(c)) && is_same(word, wanted)
}

/// `M.K.`, `M. K.`, `M.-K.`: single capitals with a dot between them.
fn is_dotted(text: &str, words: &[Word]) -> bool {
    let is_capital =
        |word: &Word| word.look == Look::Capital && !word.is_in_address && word.folded.chars().count() == 1;
    let between = |pair: &[Word]| {
        text.get(pair[0].at.end..pair[1].at.start)
            .is_some_and(|gap| gap.starts_with('.') && gap.chars().all(|c| c == '.' || c == '-' || c.is_whitespace()))
    };
    words.iter().all(is_capital) && words.windows(2).all(between)
}

/// `Maya K.`, `M. Kaplan`, `maya-k.pdf`: no sentence ends between them, and "Maya, I" and "Maya A" are no one's names.
fn is_short(text: &str, words: &[Word]) -> bool {
    let is_letter = |word: &Word| word.folded.chars().count() == 1;
    let is_written = |word: &Word| word.is_in_address || word.look != Look::Small;
    let between = |pair: &[Word]| {
        let gap = text.get(pair[0].at.end..pair[1].at.start).unwrap_or_default();
        let gap = if is_letter(&pair[0]) { gap.strip_prefix('.').unwrap_or(gap) } else { gap };
        gap.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2012}'))
    };
    let is_word = |word: &Word| {
        let has_dot = text.get(word.at.end..).is_some_and(|rest| rest.starts_with('.'));
        is_letter(word) && !has_dot && matches!(word.folded.as_str(), "a" | "i" | "o" | "e" | "y")
    };
    words.iter().all(|word| is_written(word) && !is_word(word)) && words.windows(2).all(between)
}

/// Two or three capitals used as a name: not in "10 AM", and not where everything around is in capitals.
fn is_block(at: usize, text: &str, words: &[Word]) -> bool {
    let word = &words[at];
    let is_shouted = |word: Option<&Word>| word.is_some_and(|word| word.look == Look::Block && word.folded.len() > 2);
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    let is_after_number = before.is_some_and(|word| word.folded.chars().all(char::is_numeric));
    // What a file is called ends with what it is: "MK.PNG".
    let after = words.get(at + 1).filter(|after| !after.is_in_address || at + 2 < words.len());
    word.look == Look::Block
        && (!word.is_in_address || is_alone(text, word))
        && !is_after_number
        && !is_shouted(before)
        && !is_shouted(after)
}

/// Whether capitals in the name of a file are a word there. In what leads elsewhere any two letters may stand together.
fn is_alone(text: &str, word: &Word) -> bool {
    let is_file = !text.contains("://") && !text.contains('@');
    let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    is_file && is_apart(text[..word.at.start].chars().next_back()) && is_apart(text[word.at.end..].chars().next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn finds(name: &str, text: &str) -> Vec<String> {
        let member = Member { folder: "m".to_owned(), name: name.to_owned(), ..Member::default() };
        let people = People::of(std::iter::once(&member));
        let found = people.find(text, &Words::of(text), &mut Exceptions::default());
        found.into_iter().map(|find| text[find.at].to_owned()).collect()
    }

    /// Words of letters that some script has in both cases, and that stay letters when case is changed.
    const WORD: &str = "[a-záéöüåñçа-яα-ωß]{3,9}";

    fn title(word: &str) -> String {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }

    proptest! {
        #[test]
        fn a_name_is_found_in_every_capitalisation_and_normalisation(name in WORD, other in WORD, before in "[0-9 .,]{0,9}") {
            let name = title(&name);
            prop_assume!(super::super::parts(&name).len() == 1);
            for written in [name.clone(), name.to_uppercase(), name.nfd().collect(), name.nfkc().collect()] {
                let text = format!("{before} {written}’s {other}");
                prop_assert!(!finds(&name, &text).is_empty(), "{} in {}", name, text);
            }
        }

        #[test]
        fn in_a_text_that_shares_no_word_nothing_is_found(name in "[A-M][a-m]{1,8}( [A-M][a-m]{1,8})?", text in "([N-Zn-z]{1,9}[ .,’]){0,30}") {
            prop_assert_eq!(finds(&name, &text), Vec::<String>::new());
        }

        #[test]
        fn any_text_is_read_and_every_place_is_in_it(name: String, text: String) {
            finds(&name, &text);
            finds("王小明", &text);
        }
    }
}
