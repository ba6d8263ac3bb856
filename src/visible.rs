//! Text from outside, made safe to show: no byte of it can move a cursor, hide, or turn the reading direction.

use std::{borrow::Cow, ops::RangeInclusive};

/// What shows nothing, or changes how its neighbours are shown.
const UNSEEN: [RangeInclusive<char>; 19] = [
    '\u{00AD}'..='\u{00AD}',
    '\u{034F}'..='\u{034F}',
    '\u{061C}'..='\u{061C}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{200B}'..='\u{200F}',
    '\u{2028}'..='\u{202E}',
    '\u{2060}'..='\u{206F}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0D}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFF0}'..='\u{FFFB}',
    '\u{13430}'..='\u{1343F}',
    '\u{1BCA0}'..='\u{1BCA3}',
    '\u{1D173}'..='\u{1D17A}',
    '\u{E0000}'..='\u{E007F}',
    '\u{E0080}'..='\u{E0FFF}',
];

/// Replaces what a terminal would obey or a reader could not see by `\u{…}`; new lines and tabs stay.
///
/// C0 but newline and tab, DEL, C1, line and paragraph separators, bidirectional controls, zero-width and other
/// invisible characters, variation selectors beyond the text and emoji ones, and tag characters.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// As [`visible`], on one line: new lines and tabs are made visible too.
pub fn visible_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Whether a terminal would obey `c`, or a reader not see it.
pub fn is_hidden(c: char) -> bool {
    let obeyed = c.is_control() && c != '\n' && c != '\t';
    obeyed || UNSEEN.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_stay_as_they_are() {
        for text in ["Zoë O’Brien", "日本語\n\tשלום", "👩\u{FE0F}"] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(visible("a\u{1b}[2Jb\u{202e}c\u{0}"), "a\\u{1b}[2Jb\\u{202e}c\\u{0}");
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_is_left(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = String::from_utf8_lossy(&bytes);
            prop_assert!(visible_line(&text).chars().all(|c| !c.is_control()));
            prop_assert!(!visible(&text).chars().any(is_hidden));
        }
    }
}
