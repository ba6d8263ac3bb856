//! What a person is called: the name and its words, what else they go by, their initials, their mail address.

use super::word::{Look, Word, Words, concat, fold, widened};
use crate::practice::Member;

/// One letter is no name.
const SHORTEST: usize = 2;
/// Forms of address and additions: no name, though they stand beside one.
const TITLES: [&str; 17] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "frau", "herr", "sr", "sra", "jr", "ii", "iii", "mme", "rev",
];

/// What stands before a surname, and is written together with it by some, however it is written by its owner.
const BEFORE: [&str; 22] = [
    "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "ibn", "la", "le", "mac", "mc", "ten",
    "ter", "van", "vom", "von", "zu",
];

/// One thing that a person is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Folded.
    pub(super) words: Vec<String>,
    pub(super) rule: Rule,
}

/// How it has to be written to be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rule {
    /// However it is written.
    Any,
    /// With a capital: "Will", not "will".
    Capital,
    /// Single capitals with a dot after the first: "M. K.".
    Dotted,
    /// Capitals alone: "MK".
    Block,
    /// A name and one capital: "Maya K.", "M. Kaplan".
    Short,
}

/// The words of a name that may stand for the person, as they are written: `van` and `de` stand in every text, and a single
/// letter anywhere. Of a name that is written small throughout, all of them.
pub(crate) fn parts(name: &str) -> Vec<&str> {
    let words = Words::of(name);
    let is_small = words.0.iter().all(|word| word.look == Look::Small);
    let is_name = |word: &&Word| {
        word.folded.chars().count() >= SHORTEST
            && (is_small || word.look != Look::Small)
            && !TITLES.contains(&word.folded.as_str())
    };
    words.0.iter().filter(is_name).map(|word| &name[word.at.clone()]).collect()
}

/// Everything that `member` is called.
pub(super) fn called(member: &Member) -> Vec<Call> {
    let mut calls = Vec::new();
    for name in std::iter::once(&member.name).chain(&member.also) {
        // "Müller" is "Mueller" where a keyboard has no ü.
        for name in std::iter::once(name.clone()).chain(widened(name)) {
            calls.extend(of_name(&name));
            calls.extend(shortened(&name));
        }
    }
    calls.extend(initials(&member.name));
    if !member.email.is_empty() {
        // In the middle of a text, and in an address, where digits stand apart.
        for words in [Words::of(&member.email), Words::of_address(&member.email)] {
            calls.push(Call { words: words.folded(), rule: Rule::Any });
        }
    }
    calls.retain(|call| call.words.iter().map(|word| word.chars().count()).sum::<usize>() >= SHORTEST);
    calls
}

fn of_name(name: &str) -> Vec<Call> {
    let words = Words::of(name);
    if words.0.len() > 1 && words.0.iter().all(|word| word.folded.chars().count() == 1 && word.look == Look::Capital) {
        return letters(&words.folded());
    }
    let is_small = words.0.iter().all(|word| word.look == Look::Small);
    let single = if is_small { Rule::Any } else { Rule::Capital };
    let mut calls: Vec<Call> =
        parts(name).into_iter().map(|part| Call { words: Words::of(part).folded(), rule: single }).collect();
    // "Anna-Lena" is "Annalena" to some, and "O'Brien" "Obrien".
    let doubles = name.split_whitespace().map(Words::of).filter(|piece| piece.0.len() > 1);
    calls.extend(doubles.map(|piece| Call { words: vec![concat(piece.iter())], rule: single }));
    calls.extend(together(&words).into_iter().map(|word| Call { words: vec![word], rule: single }));
    let folded = words.folded();
    if folded.len() > 1 {
        calls.push(Call { words: vec![concat(words.iter())], rule: single });
        calls.push(Call { words: folded, rule: Rule::Any });
    } else if calls.is_empty() {
        calls.push(Call { words: folded, rule: single });
    }
    calls
}

/// A surname and what stands before it, as one word: "Vandenberg", and "Denberg" of "van den Berg".
fn together(words: &Words) -> Vec<String> {
    let before = |word: &Word| word.look == Look::Small || BEFORE.contains(&word.folded.as_str());
    let mut joined = Vec::new();
    for (at, _) in words.0.iter().enumerate().filter(|(_, word)| !before(word)) {
        let first = words.0[..at].iter().rposition(|word| !before(word)).map_or(0, |last| last + 1);
        joined.extend((first..at).map(|from| concat(words.0[from..=at].iter().map(|word| word.folded.as_str()))));
    }
    joined
}

/// One of two names as its first letter: "Maya K.", "M. Kaplan".
fn shortened(name: &str) -> Vec<Call> {
    let words: Vec<String> = parts(name).into_iter().map(fold).collect();
    let letter = |word: &str| word.chars().next().map(String::from).filter(|letter| letter.to_uppercase() != *letter);
    let [first, middle @ .., last] = words.as_slice() else { return Vec::new() };
    let (Some(one), Some(other)) = (letter(first), letter(last)) else { return Vec::new() };
    let mut calls = vec![vec![first.clone(), other.clone()], vec![one, last.clone()]];
    if !middle.is_empty() {
        calls.push([&words[..words.len() - 1], &[other]].concat());
    }
    calls.into_iter().map(|words| Call { words, rule: Rule::Short }).collect()
}

/// The first letters of a name of several words: all of them, and the first and the last.
fn initials(name: &str) -> Vec<Call> {
    let words = Words::of(name);
    let is_name = |word: &&Word| word.look != Look::Small && !TITLES.contains(&word.folded.as_str());
    let firsts: Vec<String> =
        words.0.iter().filter(is_name).filter_map(|word| word.folded.chars().next()).map(String::from).collect();
    let is_cased = firsts.iter().all(|letter| letter.to_uppercase() != *letter);
    match firsts.as_slice() {
        [first, .., last] if is_cased => {
            let mut calls = letters(&[first.clone(), last.clone()]);
            if firsts.len() > 2 {
                calls.extend(letters(&firsts));
            }
            calls
        }
        _ => Vec::new(),
    }
}

fn letters(letters: &[String]) -> Vec<Call> {
    let together = vec![concat(letters.iter().map(String::as_str))];
    vec![Call { words: letters.to_vec(), rule: Rule::Dotted }, Call { words: together, rule: Rule::Block }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_its_words_count_and_not_what_stands_between_them() {
        assert_eq!(parts("Dr. Jan van Ek-Li, Jr"), ["Jan", "Ek", "Li"]);
        assert_eq!((parts("bell hooks"), parts("M"), parts("太郎")), (vec!["bell", "hooks"], vec![], vec!["太郎"]));
    }

    #[test]
    fn initials_are_those_of_capitalised_words() {
        let block = |name: &str| -> Vec<String> {
            let calls = initials(name).into_iter().filter(|call| call.rule == Rule::Block);
            calls.flat_map(|call| call.words).collect()
        };
        assert_eq!((block("Maya Kaplan"), block("Jan van Ek")), (vec!["mk".to_owned()], vec!["je".to_owned()]));
        assert_eq!((block("Ann Lea Roth"), block("Maya")), (vec!["ar".to_owned(), "alr".to_owned()], vec![]));
    }
}
