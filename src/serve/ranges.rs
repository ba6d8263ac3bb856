//! Parts of open files: Safari plays no sound that does not come in parts, and a broken download can go on.
//!
//! One range at a time (RFC 9110, section 14); whatever else is asked for gets the whole file.

use std::ops::Range;

use hyper::{
    HeaderMap,
    header::{self, HeaderValue},
};

/// What a request wants of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Only what lies behind the end.
    Nothing,
}

impl Wanted {
    /// Of a file of `size` bytes whose version is `tag`.
    pub(super) fn of(headers: &HeaderMap, tag: &str, size: u64) -> Self {
        // The part must fit to what the browser has already.
        let is_other = headers.get(header::IF_RANGE).is_some_and(|had| had.as_bytes() != tag.as_bytes());
        let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
        match range.and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-')) {
            Some(ends) if !is_other => Self::between(ends, size).unwrap_or(Self::Whole),
            _ => Self::Whole,
        }
    }

    fn between(ends: (&str, &str), size: u64) -> Option<Self> {
        let range = match ends {
            ("", last) => size.saturating_sub(number(last)?)..size,
            (first, "") => number(first)?..size,
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if last < first {
                    return None;
                }
                first..last.saturating_add(1).min(size)
            }
        };
        Some(match range {
            whole if whole == (0..size) => Self::Whole,
            part if part.start < part.end => Self::Part(part),
            _ => Self::Nothing,
        })
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Says that parts may be asked for, and which one this is.
pub(super) fn describe(headers: &mut HeaderMap, part: Option<Range<u64>>, size: u64) {
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let content_range = part.map(|part| format!("bytes {}-{}/{size}", part.start, part.end - 1));
    if let Some(value) = content_range.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(header::CONTENT_RANGE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(range: &'static str) -> Wanted {
        let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
        Wanted::of(&headers, "\"tag\"", 10)
    }

    #[test]
    fn one_range_or_the_whole() {
        assert_eq!(wanted("bytes=0-1"), Wanted::Part(0..2));
        assert_eq!(wanted("bytes=4-"), Wanted::Part(4..10));
        assert_eq!(wanted("bytes=-3"), Wanted::Part(7..10));
        assert_eq!(wanted("bytes=8-99999999999999999"), Wanted::Part(8..10));
        assert_eq!(wanted("bytes=10-"), Wanted::Nothing);
        assert_eq!(wanted("bytes=-0"), Wanted::Nothing);
        for odd in
            ["bytes=0-", "bytes=-99", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "lines=0-1", "bytes=+1-2"]
        {
            assert_eq!(wanted(odd), Wanted::Whole, "{odd}");
        }
    }

    #[test]
    fn a_part_of_another_version_is_not_mixed_in() {
        let of = |had: &'static str| {
            let fields = [(header::RANGE, "bytes=0-1"), (header::IF_RANGE, had)];
            let headers = HeaderMap::from_iter(fields.map(|(name, value)| (name, HeaderValue::from_static(value))));
            Wanted::of(&headers, "\"tag\"", 10)
        };
        assert_eq!(of("\"tag\""), Wanted::Part(0..2));
        assert_eq!(of("\"old\""), Wanted::Whole);
    }
}
