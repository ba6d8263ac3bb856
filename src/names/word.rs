//! A text as the words in it: folded, and each with its place and how it was written.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::visible::is_hidden;

/// A text as the words in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(pub(super) Vec<Word>);

/// One word.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) folded: String,
    /// Folded with `ü` as `ue`, where that makes a difference.
    pub(super) wide: Option<String>,
    /// Its bytes in the text.
    pub(super) at: Range<usize>,
    pub(super) look: Look,
    /// Whether it is a piece of a web or mail address, where capitals say nothing.
    pub(super) is_in_address: bool,
    /// Where each letter beyond ASCII begins when folded, and its bytes in the text: scripts without spaces need that.
    letters: Vec<(usize, Range<usize>)>,
}

impl Word {
    fn begun(start: usize, is_in_address: bool) -> Self {
        Self {
            folded: String::new(),
            wide: None,
            at: start..start,
            look: Look::Small,
            is_in_address,
            letters: Vec::new(),
        }
    }

    /// What it may be, folded.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.folded.as_str()).chain(self.wide.as_deref())
    }

    /// The bytes in the text of the letters that begin when folded at `first` and at `last`.
    pub(super) fn place(&self, first: usize, last: usize) -> Range<usize> {
        let letter = |byte: usize| self.letters.iter().take_while(|(at, _)| *at <= byte).last().map(|(_, at)| at);
        letter(first).map_or(self.at.start, |at| at.start)..letter(last).map_or(self.at.end, |at| at.end)
    }
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Small,
    /// With a capital, or in a script that has none.
    Capital,
    /// In capitals throughout, two or more.
    Block,
}

/// Case, accents and compatibility forms taken away. By way of capitals: `ß` and `SS`, `ς` and `σ` become the same.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(folded).collect()
}

fn folded(c: char) -> impl Iterator<Item = char> {
    let plain = letters(c).nfkd().filter(|&c| !is_joined(c));
    plain.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkd().filter(|&c| !is_combining_mark(c))
}

/// Letters with a stroke, and two in one: Unicode does not take them apart, people do.
fn letters(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        'Ł' | 'ł' => "l",
        'Ø' | 'ø' => "o",
        'Đ' | 'đ' | 'Ð' | 'ð' => "d",
        'Ħ' | 'ħ' => "h",
        'ı' => "i",
        'Æ' | 'æ' => "ae",
        'Œ' | 'œ' => "oe",
        'Þ' | 'þ' => "th",
        _ => "",
    };
    plain.chars().chain(plain.is_empty().then_some(c))
}

/// `text` as it is typed where a keyboard has no `ä`, `å` or `ø`; none where that is the same.
pub(super) fn widened(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut wide = String::with_capacity(text.len() + 4);
    let mut is_wider = false;
    for c in text.nfc() {
        let second = match c {
            'Ä' | 'ä' | 'Ö' | 'ö' | 'Ü' | 'ü' | 'Ø' | 'ø' => 'e',
            'Å' | 'å' => 'a',
            _ => {
                wide.push(c);
                continue;
            }
        };
        wide.push(match c {
            'Ø' => 'O',
            'ø' => 'o',
            _ => c.nfd().next().unwrap_or(c),
        });
        wide.push(second);
        is_wider = true;
    }
    is_wider.then_some(wide)
}

/// Letters by Unicode, and apostrophes to whoever types one.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2B9}'..='\u{2BC}')
}

/// Whether a character belongs to the one before it, or is not seen at all: it ends no word, and is none.
fn is_joined(c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || is_hidden(c))
}

/// Whether a word is in a script that leaves no space between words.
pub(super) fn is_unspaced(word: &str) -> bool {
    word.chars().any(|c| {
        matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF
            | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
    })
}

pub(super) fn concat<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect()
}

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let mut words = Vec::new();
        for (start, chunk) in chunks(text) {
            let is_in_address = chunk.contains("://") || chunk.contains('@') || chunk.starts_with("www.");
            Reading { words: &mut words, is_in_address, open: None }.read(chunk, start);
        }
        Self(words).with_wide(text)
    }

    /// Of a web or mail address: digits and letters are apart in it.
    pub(crate) fn of_address(text: &str) -> Self {
        let mut words = Vec::new();
        Reading { words: &mut words, is_in_address: true, open: None }.read(text, 0);
        Self(words).with_wide(text)
    }

    fn with_wide(mut self, text: &str) -> Self {
        if !text.is_ascii() {
            for word in &mut self.0 {
                word.wide = text.get(word.at.clone()).and_then(widened).map(|wide| fold(&wide));
            }
        }
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|word| word.folded.as_str())
    }

    /// Those that are written small, folded.
    pub(crate) fn small(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|word| word.look == Look::Small).map(|word| word.folded.as_str())
    }

    pub(super) fn folded(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }
}

/// The pieces between white space, each with its place.
fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace).map(move |chunk| {
        let start = at;
        at += chunk.len();
        (start, chunk)
    })
}

/// Words as they are read, letter by letter.
struct Reading<'a> {
    words: &'a mut Vec<Word>,
    is_in_address: bool,
    /// The word that has begun.
    open: Option<Open>,
}

struct Open {
    word: Word,
    capitals: usize,
    smalls: usize,
    begins_small: bool,
}

impl Reading<'_> {
    fn read(mut self, text: &str, start: usize) {
        for (at, c) in text.char_indices() {
            let at = start + at..start + at + c.len_utf8();
            // Most text is this, and needs none of the rest.
            if c.is_ascii() {
                self.letter(c.to_ascii_lowercase(), c, at);
                continue;
            }
            if is_joined(c) {
                self.joined(c, at.end);
                continue;
            }
            // Some characters stand for several, and not all of them are letters: `½`, `℀`.
            for letter in folded(c) {
                self.letter(letter, c, at.clone());
            }
        }
        self.close();
    }

    /// A mark above a letter is a part of it.
    fn joined(&mut self, c: char, end: usize) {
        let Some(open) = self.open.as_mut().filter(|_| is_combining_mark(c)) else { return };
        open.word.at.end = end;
        if let Some((_, at)) = open.word.letters.last_mut() {
            at.end = end;
        }
    }

    fn letter(&mut self, letter: char, written: char, at: Range<usize>) {
        if !letter.is_alphanumeric() || is_apostrophe(letter) {
            return self.close();
        }
        let is_other = |open: &Open| open.word.folded.ends_with(|c: char| c.is_numeric()) != letter.is_numeric();
        if self.is_in_address && self.open.as_ref().is_some_and(is_other) {
            self.close();
        }
        let is_in_address = self.is_in_address;
        let open = self.open.get_or_insert_with(|| Open {
            word: Word::begun(at.start, is_in_address),
            capitals: 0,
            smalls: 0,
            begins_small: written.is_lowercase(),
        });
        if !letter.is_ascii() {
            open.word.letters.push((open.word.folded.len(), at.clone()));
        }
        open.word.folded.push(letter);
        open.word.at.end = at.end;
        open.capitals += usize::from(written.is_uppercase());
        open.smalls += usize::from(written.is_lowercase());
    }

    fn close(&mut self) {
        let Some(Open { mut word, capitals, smalls, begins_small }) = self.open.take() else { return };
        word.look = match (begins_small, capitals, smalls) {
            (true, ..) => Look::Small,
            (false, 2.., 0) => Look::Block,
            _ => Look::Capital,
        };
        self.words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_knows_its_place_and_how_it_was_written() {
        let words = Words::of("Ma\u{ad}ya\u{301}s ½ WILL will 太郎 maya7@x.org");
        let shown: Vec<_> = words.0.iter().map(|w| (w.folded.as_str(), w.at.start, w.look, w.is_in_address)).collect();
        let (small, capital, block) = (Look::Small, Look::Capital, Look::Block);
        assert_eq!(shown[0], ("mayas", 0, capital, false));
        assert_eq!(&shown[3..5], [("will", 13, block, false), ("will", 18, small, false)]);
        assert_eq!(
            &shown[5..],
            [
                ("太郎", 23, capital, false),
                ("maya", 30, small, true),
                ("7", 34, capital, true),
                ("x", 36, small, true),
                ("org", 38, small, true)
            ]
        );
        assert_eq!(shown[1].0, "1");
    }
}
