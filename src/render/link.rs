//! Where a link or a picture leads, as a browser would see it.

use std::ops::Range;

use super::sanitise::SCHEMES;

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// To a place in the same page: `#part`.
    Within,
    /// Elsewhere, by a scheme that members may follow.
    Elsewhere,
    /// To a file beside the page: `sheet.pdf`, `pictures/leaf.jpg`.
    Beside,
    /// Anything else: another scheme, a host without one, a path of the host.
    Refused,
}

impl Target {
    /// Of an address as it stands in `href` or `src`.
    pub(super) fn of(url: &str) -> Self {
        // SECURITY: browsers skip control characters and white space here, and take `\` for `/`; so does this.
        let url: String = url.chars().filter(|&c| c > ' ' && !c.is_control()).collect();
        let first = url.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        if url.starts_with('#') {
            Self::Within
        } else if let Some((scheme, _)) = first.split_once(':') {
            let known = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
            if known { Self::Elsewhere } else { Self::Refused }
        } else if first.is_empty() {
            Self::Refused
        } else {
            Self::Beside
        }
    }
}

/// A tag of HTML that the sanitiser wrote.
pub(crate) struct Written<'a> {
    pub(crate) name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    /// From `<` to `>`.
    at: Range<usize>,
}

impl<'a> Written<'a> {
    /// The value of an attribute, with its character references as they are.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The opening tags in `html`, which the sanitiser wrote: every value is in double quotes, `<` in text is escaped.
pub(super) fn tags(html: &str) -> impl Iterator<Item = Written<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')? + 1..];
            if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                break;
            }
        }
        let begin = html.len() - rest.len() - 1;
        let end = rest.find([' ', '>'])?;
        let name = &rest[..end];
        rest = &rest[end..];
        let mut attributes = Vec::new();
        while let Some((key, after)) = rest.strip_prefix(' ').and_then(|rest| rest.split_once("=\"")) {
            let (value, after) = after.split_once('"')?;
            attributes.push((key, value));
            rest = after;
        }
        rest = &rest[rest.find('>')? + 1..];
        Some(Written { name, attributes, at: begin..html.len() - rest.len() })
    })
}

/// `html` with some opening tags replaced.
pub(crate) fn replaced(html: &str, mut by: impl FnMut(&Written<'_>) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut done = 0;
    for tag in tags(html) {
        if let Some(other) = by(&tag) {
            out.push_str(&html[done..tag.at.start]);
            out.push_str(&other);
            done = tag.at.end;
        }
    }
    out.push_str(&html[done..]);
    out
}

/// A value as it is meant, from the character references that the sanitiser writes.
pub(super) fn unescaped(value: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    pairs.iter().fold(value.to_owned(), |value, (reference, meant)| value.replace(reference, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_browsers_read_them() {
        for (expected, urls) in [
            (Target::Within, &["#", "#part", " #part"][..]),
            (Target::Elsewhere, &["https://h/a", "HTTP:/h", " mailto:a@b", "tel:+49", "ht\ntps://h"]),
            (Target::Beside, &["a.png", "./a.png", "../a b.md", "pictures/a.png", "a?x=http://b", "a/b:c"]),
            (Target::Refused, &["", "/a", "//h/a", "\\\\h\\a", "\u{1}//h", "javascript:x", "java\tscript:x", "data:,"]),
        ] {
            for url in urls {
                assert_eq!(Target::of(url), expected, "{url:?}");
            }
        }
    }

    #[test]
    fn tags_are_found_whatever_stands_in_quotes() {
        let html = "a &lt;b href=\"x\"<p title=\"<a href='y'>\" id=\"z\">\"</p><img src=\"u\"><br>";
        let found: Vec<_> = tags(html).map(|tag| (tag.name, tag.attribute("id"), tag.attribute("src"))).collect();
        assert_eq!(found, [("p", Some("z"), None), ("img", None, Some("u")), ("br", None, None)]);
    }
}
