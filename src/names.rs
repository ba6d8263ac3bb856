//! Names and words, compared as people read them: whatever the capitals, accents and compatibility forms.
//!
//! In: a text, and what to look for. Out: whether it stands there, word by word, and where. Everything that looks for
//! somebody's name looks here: pages before they are sealed, notices before they are sent, exports before they are handed
//! over. What a person is called is in [`called`]; finding all of them in a text in [`people`]; what a document says in
//! [`html`].

mod called;
pub(crate) mod html;
mod people;
mod word;

pub(crate) use called::parts;
pub(crate) use people::{Exceptions, Find, People};
pub(crate) use word::{Words, fold};
use word::{concat, is_unspaced};

/// Inside a longer label a shorter word would be found everywhere.
const INSIDE: usize = 4;

/// A word or phrase to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    words: Vec<String>,
    /// `*` stood at its end.
    any_ending: bool,
}

impl Phrase {
    /// A name or a title, as it is.
    pub(crate) fn exact(text: &str) -> Self {
        Self { words: Words::of(text).folded(), any_ending: false }
    }

    /// A line of a list, with or without `*` at its end.
    pub(crate) fn of_list(line: &str) -> Self {
        Self { any_ending: line.trim_end().ends_with('*'), ..Self::exact(line) }
    }

    /// In bytes, without what stands between the words.
    pub(crate) fn length(&self) -> usize {
        self.words.iter().map(String::len).sum()
    }

    /// Whether the words stand in `text`, one after the other.
    pub(crate) fn is_in(&self, text: &Words) -> bool {
        let Some((last, first)) = self.words.split_last() else { return false };
        if self.words.iter().any(|word| is_unspaced(word)) {
            return concat(text.iter()).contains(&concat(self.words.iter().map(String::as_str)));
        }
        let text: Vec<&str> = text.iter().collect();
        let ends = |word: &str| if self.any_ending { word.starts_with(last.as_str()) } else { word == last };
        text.windows(self.words.len()).any(|window| {
            let (end, begin) = window.split_last().expect("as long as the phrase");
            begin == first && ends(end)
        })
    }

    /// Whether it can be read inside a label of an address, where nothing, or a hyphen, stands between words.
    pub(crate) fn is_inside(&self, address: &str) -> bool {
        let wanted = concat(self.words.iter().map(String::as_str));
        let mut labels = address.split(['.', '@', ':']).map(|label| concat(Words::of(label).iter()));
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
