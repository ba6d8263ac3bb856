//! Characters that a reader can't see, and that change what the reader sees.

use crate::visible::is_hidden;

/// Whether `c` is invisible or rearranges text. Newline and tab are let through, the joiners U+200C and U+200D too:
/// Persian and Hindi are spelled with them.
pub fn is_unseen(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\u{200C}' | '\u{200D}')
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
