//! Names in addresses: lower-case ASCII letters, digits and hyphens.

use unicode_normalization::UnicodeNormalization;

/// `text` as a piece of an address; empty if nothing in it can be written so.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ß' => slug.push_str("ss"),
            'æ' => slug.push_str("ae"),
            'œ' => slug.push_str("oe"),
            'ø' => slug.push('o'),
            'ł' => slug.push('l'),
            'đ' | 'ð' => slug.push('d'),
            'þ' => slug.push_str("th"),
            // An accent that NFKD split off, or an apostrophe: no break in the word.
            '\u{300}'..='\u{36F}' | '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_names_are_one() {
        assert_eq!(slug("Übergänge & Abschied"), "ubergange-abschied");
        assert_eq!(slug("U\u{308}berga\u{308}nge_&_Abschied!"), "ubergange-abschied");
        assert_eq!(slug("don’t"), "dont");
        assert_eq!(slug("痛み"), "");
        assert_eq!(slug("../.."), "");
    }
}
