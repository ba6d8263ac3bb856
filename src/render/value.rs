//! What a template prints, kept apart from what its author wrote, until Markdown has been rendered.
//!
//! A printed value stands in the text as a *token*: characters from Unicode's private use areas that occur nowhere else
//! in it. To Markdown a token is a word like any other, whatever the value is; afterwards the value takes its place,
//! escaped for that place. So a name is never markup.

use std::{borrow::Cow, collections::BTreeSet, ops::Range};

/// Sixteen digits, a beginning and an end.
const SIZE: u32 = 18;
/// Private use characters: one area of 6,400, two of 65,534.
const AREAS: [(u32, u32); 3] = [(0xE000, 0xF8FF), (0xF_0000, 0xF_FFFD), (0x10_0000, 0x10_FFFD)];
/// Stands in every token: a filter that changes letters, and so would change the value's digits in vain, shows here.
const CASE: &str = "aA";

/// The characters that tokens are made of: `SIZE` neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks(u32);

/// The private use characters of `text`, which tokens have to avoid.
pub(super) fn private_use(text: &str) -> impl Iterator<Item = u32> {
    text.chars().map(u32::from).filter(|c| AREAS.iter().any(|(first, last)| (first..=last).contains(&c)))
}

impl Marks {
    /// Marks that do not occur in `taken`; `None` if it leaves no room.
    pub(super) fn avoiding(taken: &BTreeSet<u32>) -> Option<Self> {
        let mut bases = AREAS.iter().flat_map(|(first, last)| (*first..=last - SIZE).step_by(SIZE as usize));
        bases.find(|&base| taken.range(base..base + SIZE).next().is_none()).map(Self)
    }

    /// The token for `value`.
    pub(super) fn token(self, value: &str) -> String {
        let mut token = String::with_capacity(8 * value.len() + 32);
        token.push(self.begin());
        token.push_str(CASE);
        for byte in value.bytes().chain(checksum(value.as_bytes())) {
            token.push(self.digit(byte >> 4));
            token.push(self.digit(byte & 15));
        }
        token.push(self.end());
        token
    }

    /// `text` with every value in its place, written by `escape`. What is no whole token stays as it is.
    pub(super) fn put(self, text: &str, escape: impl Fn(&str, &mut String)) -> Cow<'_, str> {
        if !text.contains(self.begin()) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, token)) = rest.split_once(self.begin()) {
            out.push_str(before);
            if let Some((value, after)) = self.value(token) {
                escape(&value, &mut out);
                rest = after;
            } else {
                out.push(self.begin());
                rest = token;
            }
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// `text` cut at its values: each piece with the value in its place, and the bytes of `text` it comes from.
    pub(super) fn pieces(self, text: &str, escape: impl Fn(&str, &mut String)) -> Vec<(String, Range<usize>)> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while let Some(token) = text[start..].find(self.begin()).map(|n| start + n) {
            let begin = token + self.begin().len_utf8();
            if let Some((value, after)) = self.value(&text[begin..]) {
                pieces.push((text[start..token].to_owned(), start..token));
                let mut written = String::new();
                escape(&value, &mut written);
                start = text.len() - after.len();
                pieces.push((written, token..start));
            } else {
                pieces.push((text[start..begin].to_owned(), start..begin));
                start = begin;
            }
        }
        pieces.push((text[start..].to_owned(), start..text.len()));
        pieces
    }

    /// `text` without its values.
    pub(super) fn without_values(self, text: &str) -> Cow<'_, str> {
        self.put(text, |_, _| {})
    }

    /// Whether a token or a piece of one is left in `text`.
    pub(super) fn left_in(self, text: &str) -> bool {
        // Nearly no text has a byte that begins one; that is found out fast.
        let lead = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let leads = [lead(mark(self.0)), lead(self.end())];
        leads.iter().any(|lead| text.as_bytes().contains(lead))
            && text.chars().any(|c| (self.0..self.0 + SIZE).contains(&u32::from(c)))
    }

    /// The value of the token that began just before `text`, and what comes after it.
    fn value(self, text: &str) -> Option<(String, &str)> {
        let (digits, after) = text.strip_prefix(CASE)?.split_once(self.end())?;
        let digits: Option<Vec<u8>> = digits.chars().map(|c| self.number(c)).collect();
        let mut bytes: Vec<u8> =
            digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        let sum = bytes.split_off(bytes.len().checked_sub(2)?);
        // A filter that cut or shuffled the token must not make another value of it.
        if sum != checksum(&bytes) {
            return None;
        }
        let value = String::from_utf8(bytes).ok()?;
        // A captured value that was printed again is a token in a token; each is shorter than the one around it.
        let value = self.put(&value, |inner, out| out.push_str(inner)).into_owned();
        Some((value, after))
    }

    fn digit(self, digit: u8) -> char {
        mark(self.0 + u32::from(digit))
    }

    fn number(self, c: char) -> Option<u8> {
        u32::from(c).checked_sub(self.0).filter(|n| *n < 16).and_then(|n| u8::try_from(n).ok())
    }

    fn begin(self) -> char {
        mark(self.0 + 16)
    }

    fn end(self) -> char {
        mark(self.0 + 17)
    }
}

fn mark(code: u32) -> char {
    char::from_u32(code).expect("private use areas hold characters alone")
}

/// Fletcher's, over the bytes and their places.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum = (1_u8, u8::try_from(bytes.len() % 251).unwrap_or_default());
    for byte in bytes {
        sum.0 = sum.0.wrapping_mul(31).wrapping_add(*byte);
        sum.1 = sum.1.wrapping_mul(17).wrapping_add(sum.0);
    }
    [sum.0, sum.1]
}

/// Escapes for text and for attributes, quoted or not: nothing but letters and digits stays as it is.
pub(super) fn as_html(value: &str, out: &mut String) {
    use std::fmt::Write as _;
    for c in value.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            write!(out, "&#{};", u32::from(c)).expect("a String takes everything");
        } else {
            out.push(c);
        }
    }
}

/// Escapes as one segment of a URL's path: no scheme, no host, no query can come of it.
pub(super) fn as_segment(value: &str, out: &mut String) {
    use std::fmt::Write as _;
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !value.starts_with('.')) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes everything");
        }
    }
}

/// As it is.
pub(super) fn as_text(value: &str, out: &mut String) {
    out.push_str(value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marks() -> Marks {
        Marks::avoiding(&BTreeSet::new()).unwrap()
    }

    #[test]
    fn what_was_touched_is_never_a_value() {
        let token = marks().token("Anna");
        let reversed: String = token.chars().rev().collect();
        let mut sorted: Vec<char> = token.chars().collect();
        sorted.sort_unstable();
        let cut: String = token.chars().take(8).collect();
        for touched in [token.to_uppercase(), token.to_lowercase(), reversed, sorted.into_iter().collect(), cut] {
            let put = marks().put(&touched, as_text).into_owned();
            assert!(marks().left_in(&put), "{put:?}");
        }
    }

    #[test]
    fn marks_avoid_what_the_source_uses() {
        let taken: BTreeSet<u32> = private_use("\u{E000} \u{E012} a").collect();
        assert_eq!(Marks::avoiding(&taken), Some(Marks(0xE024)));
        let all = AREAS.iter().flat_map(|(first, last)| *first..=*last).collect();
        assert_eq!(Marks::avoiding(&all), None);
    }

    proptest! {
        #[test]
        fn values_come_back(value: String, around: String) {
            let taken = private_use(&value).chain(private_use(&around)).collect();
            let marks = Marks::avoiding(&taken).unwrap();
            let twice = marks.token(&format!("{around}{}", marks.token(&value)));
            let text = format!("{around}{twice}");
            prop_assert_eq!(marks.put(&text, as_text), format!("{around}{around}{value}"));
            let pieces = marks.pieces(&text, as_text);
            prop_assert!(pieces.windows(2).all(|pair| pair[0].1.end == pair[1].1.start));
            prop_assert_eq!(pieces.into_iter().map(|(text, _)| text).collect::<String>(), format!("{around}{around}{value}"));
        }
    }
}
