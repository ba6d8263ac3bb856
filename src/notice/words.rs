//! The words that tell what a practice does.

use crate::names::Phrase;

const LISTS: [&str; 2] = [include_str!("words/en.txt"), include_str!("words/es.txt")];

/// The words of all languages that tell what a practice does.
pub(super) fn markers() -> impl Iterator<Item = (&'static str, Phrase)> {
    let lines = LISTS.iter().flat_map(|list| list.lines());
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| (line, Phrase::of_list(line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Words;

    #[test]
    fn every_line_of_the_lists_is_a_phrase_and_none_is_in_our_texts() {
        for (line, phrase) in markers() {
            assert!(phrase.length() > 0, "{line}");
            for text in super::super::text::ours().chain(super::super::text::calls()) {
                let words = Words::of(&format!("{} {}", text.subject.text, text.body.text));
                assert!(!phrase.is_in(&words), "{line} is in our own text in {}", text.language);
            }
        }
    }
}
