//! What a person sees of a document, and what is read out to them.
//!
//! In: HTML, as a sanitiser or a template wrote it. Out: runs of text, each of which is read in one breath, and the
//! addresses in it. Tags within a line do not part a word, those of blocks do.

use std::ops::Range;

/// Words that belong together, or one address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) is_address: bool,
    /// An address within a page: nobody sees it but in the address bar.
    pub(crate) is_id: bool,
    pieces: Vec<Piece>,
}

/// A stretch of a run, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    start: usize,
    from: Range<usize>,
}

impl Run {
    pub(crate) fn address(text: &str, from: Range<usize>) -> Self {
        let mut run = Self { is_address: true, ..Self::default() };
        run.push(text, from);
        run
    }

    /// What a place in a page is called.
    pub(crate) fn id(text: &str, from: Range<usize>) -> Self {
        Self { is_id: true, ..Self::address(text, from) }
    }

    /// Adds text that comes from these bytes of something.
    pub(crate) fn push(&mut self, text: &str, from: Range<usize>) {
        self.pieces.push(Piece { start: self.text.len(), from });
        self.text.push_str(text);
    }

    /// A run of what `outer` holds, as one of what `outer` comes from.
    pub(crate) fn through(mut self, outer: &Self) -> Self {
        for piece in &mut self.pieces {
            piece.from = outer.place(&piece.from);
        }
        self
    }

    /// Where these bytes of the run come from: exactly, where a piece was taken over as it was.
    pub(crate) fn place(&self, at: &Range<usize>) -> Range<usize> {
        let origin = |byte: usize, is_end: IsEnd| {
            let number = match is_end {
                IsEnd::No => self.pieces.partition_point(|piece| piece.start <= byte),
                IsEnd::Yes => self.pieces.partition_point(|piece| piece.start < byte),
            };
            let Some(piece) = number.checked_sub(1).and_then(|number| self.pieces.get(number)) else { return 0 };
            let end = self.pieces.get(number).map_or(self.text.len(), |next| next.start);
            match is_end {
                _ if end - piece.start == piece.from.len() => piece.from.start + byte - piece.start,
                IsEnd::No => piece.from.start,
                IsEnd::Yes => piece.from.end,
            }
        };
        let start = origin(at.start, IsEnd::No);
        start..origin(at.end, IsEnd::Yes).max(start)
    }
}

enum IsEnd {
    No,
    Yes,
}

/// Tags that do not part the words beside them.
const WITHIN: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strong", "sub", "sup", "u", "wbr",
];
/// Attributes that are shown or read out, and those that hold an address.
const SPOKEN: [&str; 4] = ["alt", "title", "aria-label", "summary"];
const ADDRESSES: [&str; 3] = ["href", "src", "cite"];

/// Everything that `html` says.
pub(crate) fn runs(html: &str) -> Vec<Run> {
    hear(Hearing { html, runs: Vec::new(), open: Run::default(), ids: Ids::Made })
}

/// The same of HTML that a person wrote, with the names of the places in it.
pub(crate) fn runs_and_ids(html: &str) -> Vec<Run> {
    hear(Hearing { html, runs: Vec::new(), open: Run::default(), ids: Ids::Written })
}

/// Where the names of places come from.
#[derive(PartialEq, Eq)]
enum Ids {
    /// From the headings: they say what those say.
    Made,
    Written,
}

fn hear(mut hearing: Hearing<'_>) -> Vec<Run> {
    let html = hearing.html;
    let mut at = 0;
    while let Some(tag) = html[at..].find('<').map(|n| at + n) {
        hearing.text(at..tag);
        at = hearing.tag(tag);
    }
    hearing.text(at..html.len());
    hearing.part();
    hearing.runs
}

struct Hearing<'a> {
    html: &'a str,
    runs: Vec<Run>,
    open: Run,
    ids: Ids,
}

impl Hearing<'_> {
    fn part(&mut self) {
        let run = std::mem::take(&mut self.open);
        if !run.text.trim().is_empty() {
            self.runs.push(run);
        }
    }

    fn text(&mut self, at: Range<usize>) {
        decode(self.html, at, &mut self.open);
    }

    /// Takes the tag that begins at `start`; where it ends.
    fn tag(&mut self, start: usize) -> usize {
        let rest = &self.html[start + 1..];
        if rest.starts_with("!--") {
            return rest.find("-->").map_or(self.html.len(), |end| start + 1 + end + 3);
        }
        let name: String = rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if name.is_empty() && !rest.starts_with(['!', '?', '/']) {
            self.open.push("<", start..start + 1);
            return start + 1;
        }
        if !WITHIN.contains(&name.to_ascii_lowercase().as_str()) {
            self.part();
        }
        self.attributes(start + 1 + name.len())
    }

    /// Reads the quoted values in a tag; where the tag ends.
    fn attributes(&mut self, mut at: usize) -> usize {
        loop {
            let Some(next) = self.html[at..].find(['>', '"', '\'']).map(|n| at + n) else { return self.html.len() };
            let quote = self.html.as_bytes()[next];
            if quote == b'>' {
                return next + 1;
            }
            let end = self.html[next + 1..].find(char::from(quote)).map_or(self.html.len(), |n| next + 1 + n);
            let key = self.html[at..next].trim_end_matches([' ', '=']).rsplit([' ', '\n', '\t', '/']).next();
            self.attribute(&key.unwrap_or_default().to_ascii_lowercase(), next + 1..end);
            at = (end + 1).min(self.html.len());
        }
    }

    fn attribute(&mut self, key: &str, at: Range<usize>) {
        let is_id = key == "id" && self.ids == Ids::Written;
        let mut value = Run { is_address: is_id || ADDRESSES.contains(&key), is_id, ..Run::default() };
        if value.is_address || SPOKEN.contains(&key) {
            decode(self.html, at, &mut value);
            self.runs.push(value);
        }
    }
}

/// Adds `html[at]` with its character references read.
fn decode(html: &str, at: Range<usize>, run: &mut Run) {
    let mut start = at.start;
    while let Some(reference) = html[start..at.end].find('&').map(|n| start + n) {
        run.push(&html[start..reference], start..reference);
        let end = html[reference..at.end].find(';').map_or(reference, |n| reference + n + 1);
        match named(html[reference..end].trim_matches(['&', ';'])) {
            Some(c) => run.push(c.encode_utf8(&mut [0; 4]), reference..end),
            None => run.push("&", reference..reference + 1),
        }
        start = if named(html[reference..end].trim_matches(['&', ';'])).is_some() { end } else { reference + 1 };
    }
    if start < at.end {
        run.push(&html[start..at.end], start..at.end);
    }
}

/// Those that a sanitiser or a template writes, and every number.
fn named(name: &str) -> Option<char> {
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "shy" => Some('\u{ad}'),
        _ => number.and_then(char::from_u32),
    }
}

/// A web address with its `%` sequences read.
pub(crate) fn unescaped(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| data_encoding::HEXUPPER_PERMISSIVE.decode(hex).ok());
        if let Some(decoded) = hex.filter(|_| first == b'%') {
            bytes.extend(decoded);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_within_a_line_part_no_word_and_blocks_do() {
        let html = "<p class=\"Ben\">M<b>a</b>ya &amp; M&#97;x<br>Lee</p><img alt=\"A &quot;b&quot;\" src='x%20y'><!-- no -->1 < 2";
        let found: Vec<_> = runs(html).into_iter().map(|run| (run.text, run.is_address)).collect();
        let expected = [("Maya & Max", false), ("Lee", false), ("A \"b\"", false), ("x%20y", true), ("1 < 2", false)];
        assert_eq!(found, expected.map(|(text, is)| (text.to_owned(), is)));
        assert_eq!(unescaped("m%61ya%C3%A9%zz%"), "mayaé%zz%");
    }

    #[test]
    fn places_are_those_in_the_document() {
        let html = "<p>M&#97;ya and <i>Lee</i></p>";
        let run = &runs(html)[0];
        assert_eq!(run.text, "Maya and Lee");
        assert_eq!(&html[run.place(&(0..4))], "M&#97;ya");
        assert_eq!(&html[run.place(&(9..12))], "Lee");
    }
}
