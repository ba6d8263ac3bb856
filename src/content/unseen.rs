//! Characters that a reader can't see, and that change what the reader sees.

use std::ops::RangeInclusive;

const UNSEEN: [RangeInclusive<char>; 8] = [
    '\u{61C}'..='\u{61C}',
    '\u{180E}'..='\u{180E}',
    '\u{200B}'..='\u{200F}',
    '\u{202A}'..='\u{202E}',
    '\u{2060}'..='\u{206F}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFF9}'..='\u{FFFB}',
    '\u{E0000}'..='\u{E007F}',
];

/// Whether `c` is invisible or rearranges text: control characters but newline and tab, bidirectional controls,
/// zero-width and tag characters. The joiners U+200C and U+200D are left alone: Persian and Hindi are spelled with them.
pub fn is_unseen(c: char) -> bool {
    match c {
        '\n' | '\t' | '\u{200C}' | '\u{200D}' => false,
        _ => c.is_control() || UNSEEN.iter().any(|range| range.contains(&c)),
    }
}

/// `text` with a replacement character (U+FFFD) in place of every unseen one.
pub fn made_visible(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_seen_stays_and_the_rest_is_marked() {
        let plain = "Ærøskøbing, 痛み, می‌خواهم, \n\t“quotes”";
        assert_eq!(made_visible(plain), plain);
        assert_eq!(made_visible("a\u{1b}[31mb\u{202e}c\u{85}\u{e0041}"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}\u{fffd}");
    }
}
