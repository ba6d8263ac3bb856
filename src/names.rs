//! Names and words, compared as people read them: whatever the capitals, accents and compatibility forms.
//!
//! In: a text, and what to look for. Out: whether it stands there, word by word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::visible::is_hidden;

/// Inside a longer label a shorter word would be found everywhere.
const INSIDE: usize = 4;

/// A text as the words in it, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

/// A word or phrase to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    words: Words,
    /// `*` stood at its end.
    any_ending: bool,
}

/// Case, accents and compatibility forms taken away. By way of capitals: `ß` and `SS`, `ς` and `σ` become the same.
pub(crate) fn fold(text: &str) -> String {
    let plain = text.nfkd().filter(|&c| !is_combining_mark(c) && !is_hidden(c));
    let folded = plain.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    folded.nfkd().filter(|&c| !is_combining_mark(c)).collect()
}

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        Self(
            fold(text)
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Scripts that leave no space between words have no capitals either.
    fn has_no_case(&self) -> bool {
        self.0.iter().flat_map(|word| word.chars()).any(|c| c.is_alphabetic() && !c.is_lowercase())
    }
}

impl Phrase {
    /// A name or a title, as it is.
    pub(crate) fn exact(text: &str) -> Self {
        Self { words: Words::of(text), any_ending: false }
    }

    /// A line of a list, with or without `*` at its end.
    pub(crate) fn of_list(line: &str) -> Self {
        Self { words: Words::of(line), any_ending: line.trim_end().ends_with('*') }
    }

    /// In bytes, without what stands between the words.
    pub(crate) fn length(&self) -> usize {
        self.words.0.iter().map(String::len).sum()
    }

    /// Whether the words stand in `text`, one after the other.
    pub(crate) fn is_in(&self, text: &Words) -> bool {
        let Some((last, first)) = self.words.0.split_last() else { return false };
        if self.words.has_no_case() {
            return text.0.concat().contains(&self.words.0.concat());
        }
        let ends = |word: &str| if self.any_ending { word.starts_with(last.as_str()) } else { word == last };
        text.0.windows(self.words.0.len()).any(|window| {
            let (end, begin) = window.split_last().expect("as long as the phrase");
            begin == first && ends(end)
        })
    }

    /// Whether it can be read inside a label of an address, where nothing, or a hyphen, stands between words.
    pub(crate) fn is_inside(&self, address: &str) -> bool {
        let wanted = self.words.0.concat();
        let mut labels = address.split(['.', '@', ':']).map(|label| Words::of(label).0.concat());
        wanted.chars().count() >= INSIDE && labels.any(|label| label.contains(&wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        Phrase::of_list(phrase).is_in(&Words::of(text))
    }

    #[test]
    fn words_are_found_whole_and_however_they_are_written() {
        assert!(found("zoe", "Dear ZOË,") && found("Straße", "STRASSE 5") && found("Σοφος", "σοφος ΣΟΦΟΣ"));
        assert!(found("terap*", "tu TERAPÉUTA") && found("group therap*", "a Group-Therapy evening"));
        assert!(found("ﬁne", "FINE") && found("z\u{200b}oe", "zoe") && found("太郎", "山田太郎さん"));
        assert!(!found("ann", "planning") && !found("group therap*", "therapy group") && !found("", "x"));
    }

    #[test]
    fn in_an_address_they_are_found_inside_labels() {
        let found = |phrase: &str, address: &str| Phrase::of_list(phrase).is_inside(address);
        assert!(found("grief", "mygriefgroup.example") && found("larch lane", "larch-lane.example"));
        assert!(found("recover*", "recoverynow.example") && found("grief", "a@grief.example"));
        assert!(!found("AA", "baal.example") && !found("grief", "pages.example.org") && !found("lane", "plan.example"));
    }
}
