//! A strict look at the head of a request, before the HTTP library sees a byte of it.
//!
//! In: bytes as they arrive. Out: how long head and body are, or why it is refused. Knows no socket and no clock. hyper takes a
//! bare LF for a line's end, and a request with no Host or with two; whoever stands between the browser and this server
//! may read the same bytes in another way, and such differences are how requests are smuggled.

use super::{limits::Limits, refusal::Refusal, routes::Route};

/// How far a head was read. Every byte is looked at once, however slowly they drip in.
#[derive(Debug, Default)]
pub(super) struct HeadScanner {
    at: usize,
    line_start: usize,
    /// What body may follow; none as long as the request line was not read.
    takes: Option<Takes>,
    fields: usize,
    hosts: usize,
    length: Option<u64>,
    encoded: bool,
    expects: bool,
}

/// A head that stood the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) length: usize,
    /// Bytes of the body that follows it.
    pub(super) body: u64,
}

/// What a head may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadLimits {
    size: usize,
    target: usize,
    fields: usize,
    publication: u64,
    sealed: u64,
}

/// What body a request may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// A file of a publication.
    Publication,
    /// What a member sends.
    Sealed,
}

impl From<&Limits> for HeadLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            size: limits.head_size,
            target: limits.target_size,
            fields: limits.head_fields,
            publication: limits.body_size,
            sealed: limits.sealed_size,
        }
    }
}

impl HeadScanner {
    /// Goes on reading. `bytes` begins with the head and has grown since the last call. `Some` when the head is complete
    /// and good.
    pub(super) fn scan(&mut self, bytes: &[u8], limits: HeadLimits) -> Result<Option<Head>, Refusal> {
        while let Some(&byte) = bytes.get(self.at) {
            if self.at >= limits.size {
                return Err(if self.takes.is_some() { Refusal::HeadTooLarge } else { Refusal::TargetTooLong });
            }
            let after_cr = self.at > self.line_start && bytes[self.at - 1] == b'\r';
            self.at += 1;
            match (after_cr, byte) {
                (true, b'\n') => {
                    let line = &bytes[self.line_start..self.at - 2];
                    self.line_start = self.at;
                    if self.line(line, limits)? {
                        return self.body(limits).map(|body| Some(Head { length: self.at, body }));
                    }
                }
                // SECURITY: a CR or an LF alone is a line's end to some and not to others.
                (true, _) | (false, b'\n' | 0) => return Err(Refusal::Malformed),
                (false, _) => {}
            }
        }
        Ok(None)
    }

    /// Whether this line, without its end, is the last one.
    fn line(&mut self, line: &[u8], limits: HeadLimits) -> Result<bool, Refusal> {
        if self.takes.is_none() {
            self.takes = Some(request_line(line, limits.target)?);
        } else if line.is_empty() {
            return Ok(true);
        } else {
            self.fields += 1;
            if self.fields > limits.fields {
                return Err(Refusal::HeadTooLarge);
            }
            self.field(line)?;
        }
        Ok(false)
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let colon = line.iter().position(|&b| b == b':').ok_or(Refusal::Malformed)?;
        let (name, value) = (&line[..colon], trimmed(&line[colon + 1..]));
        // SECURITY: also a line that begins with a space (folded), and a space before the colon.
        if name.is_empty() || !name.iter().copied().all(is_token) || !value.iter().copied().all(is_text) {
            return Err(Refusal::Malformed);
        }
        match name.to_ascii_lowercase().as_slice() {
            b"host" => {
                self.hosts += 1;
                is_host(value).then_some(()).ok_or(Refusal::Malformed)?;
            }
            b"content-length" => {
                let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                let length = digits.and_then(|digits| digits.parse().ok()).ok_or(Refusal::Malformed)?;
                if self.length.replace(length).is_some() {
                    return Err(Refusal::Malformed);
                }
            }
            // SECURITY: with it, where a body ends is a matter of opinion. Browsers do not send it.
            b"transfer-encoding" => return Err(Refusal::Malformed),
            b"content-encoding" => self.encoded = true,
            b"expect" => self.expects = true,
            _ => {}
        }
        Ok(())
    }

    /// How long the body is. SECURITY: only what a route takes gets past here, and exactly as much as was announced.
    fn body(&self, limits: HeadLimits) -> Result<u64, Refusal> {
        let length = self.length.unwrap_or(0);
        let takes = self.takes.unwrap_or(Takes::Nothing);
        match () {
            () if self.hosts != 1 => Err(Refusal::Malformed),
            () if length > 0 && self.encoded => Err(Refusal::EncodedBody),
            () if length > 0 && takes == Takes::Nothing => Err(Refusal::Body),
            () if length > takes.at_most(limits) => Err(Refusal::TooLarge),
            () if self.expects => Err(Refusal::Expectation),
            () => Ok(length),
        }
    }
}

impl Takes {
    /// SECURITY: a body where none is taken could be read as the next request by whoever stands in between.
    pub(super) fn of(method: &[u8], target: &[u8]) -> Self {
        let Some(target) = std::str::from_utf8(target).ok().filter(|_| method == b"PUT") else { return Self::Nothing };
        match Route::of(target) {
            Some(Route::Slot(_)) => Self::Sealed,
            _ if target.starts_with("/api/publication/files/") => Self::Publication,
            _ => Self::Nothing,
        }
    }

    const fn at_most(self, limits: HeadLimits) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Publication => limits.publication,
            Self::Sealed => limits.sealed,
        }
    }
}

/// `GET /path HTTP/1.1`: single spaces, a path for a target, a version we speak. What body may follow.
fn request_line(line: &[u8], longest: usize) -> Result<Takes, Refusal> {
    let mut words = line.split(|&b| b == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refusal::Malformed);
    };
    if method.is_empty() || !method.iter().copied().all(is_token) {
        return Err(Refusal::Malformed);
    }
    match version {
        b"HTTP/1.1" | b"HTTP/1.0" => {}
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            return Err(Refusal::Version);
        }
        _ => return Err(Refusal::Malformed),
    }
    if matches!(method, b"CONNECT" | b"TRACE") {
        return Err(Refusal::Method);
    }
    self::target(target, longest)?;
    Ok(Takes::of(method, target))
}

/// A path, and perhaps a query, of what may stand in one.
pub(super) fn target(target: &[u8], longest: usize) -> Result<(), Refusal> {
    if target.len() > longest {
        return Err(Refusal::TargetTooLong);
    }
    // SECURITY: no absolute address, which may name another host than Host does.
    if target.first() != Some(&b'/') || target.iter().any(u8::is_ascii_control) {
        return Err(Refusal::Malformed);
    }
    // Such a name exists nowhere here; hyper would refuse some of them in its own words.
    if target.iter().copied().all(is_target) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Without the white space of RFC 9110 around it. SECURITY: no other, which some take for a part of the value.
fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// RFC 9110, `tchar`.
const fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// RFC 9110, a field's value: visible characters, space, tab, and what is not ASCII.
const fn is_text(b: u8) -> bool {
    matches!(b, b'\t' | b' '..=b'~' | 0x80..)
}

/// RFC 3986, path and query.
const fn is_target(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'/' | b'?'
                | b'-'
                | b'.'
                | b'_'
                | b'~'
                | b'%'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// A host name, an IPv4 address or an IPv6 one in brackets; with a port or without.
pub(super) fn is_host(value: &[u8]) -> bool {
    let name_end = match value.strip_prefix(b"[") {
        Some(v6) => v6.iter().position(|&b| b == b']').map(|end| end + 2),
        None => Some(value.iter().position(|&b| b == b':').unwrap_or(value.len())),
    };
    let Some((name, port)) = name_end.and_then(|end| value.split_at_checked(end)) else { return false };
    let named = match name {
        [b'[', v6 @ .., b']'] => std::str::from_utf8(v6).is_ok_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok()),
        name => !name.is_empty() && name.iter().all(|&b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    let ported = match port {
        [] => true,
        [b':', digits @ ..] => {
            std::str::from_utf8(digits).is_ok_and(|d| d.bytes().all(|b| b.is_ascii_digit()) && d.parse::<u16>().is_ok())
        }
        _ => false,
    };
    named && ported && value.len() <= 255
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(head: &str) -> Result<Option<Head>, Refusal> {
        let (mut whole, mut dripped) = (HeadScanner::default(), HeadScanner::default());
        let limits = HeadLimits { size: 500, target: 200, fields: 5, publication: 9, sealed: 7 };
        let at_once = whole.scan(head.as_bytes(), limits);
        let drop_by_drop = (0..=head.len()).map(|end| dripped.scan(&head.as_bytes()[..end], limits));
        let drop_by_drop = { drop_by_drop }.find(|scan| *scan != Ok(None)).unwrap_or(Ok(None));
        assert_eq!(at_once, drop_by_drop, "{head:?}");
        at_once
    }

    #[test]
    fn a_head_ends_where_it_ends() {
        let head = "GET /l HTTP/1.1\r\nHost: a.example:8080\r\nX: ü\r\n\r\n";
        let whole = Head { length: head.len(), body: 0 };
        assert_eq!(scan(head), Ok(Some(whole)));
        assert_eq!(scan(&format!("{head}GET /")), Ok(Some(whole)));
        assert_eq!(scan(&head[..head.len() - 1]), Ok(None));
    }

    #[test]
    fn a_body_is_let_past_only_where_one_is_taken() {
        let put = |target: &str, length: &str| {
            scan(&format!("PUT {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"))
                .map(|h| h.unwrap().body)
        };
        assert_eq!(put("/api/publication/files/head.json", "9"), Ok(9));
        assert_eq!(put("/api/publication/files/head.json", "10"), Err(Refusal::TooLarge));
        let own = "/api/mailboxes/00112233445566778899aabbccddeeff/own";
        let answer = format!("{}/answers/{}", &own[..own.len() - 4], "0a".repeat(32));
        for slot in [own, &answer] {
            assert_eq!((put(slot, "7"), put(slot, "8")), (Ok(7), Err(Refusal::TooLarge)));
            assert_eq!(put(&format!("{slot}/"), "1"), Err(Refusal::Body));
        }
        assert_eq!(put("/l", "1"), Err(Refusal::Body));
        assert_eq!(put("/l", "0"), Ok(0));
        assert_eq!(put("/api/publication/files/head.json", "\t 5 \t"), Ok(5));
        for odd in ["5\x0c", "\x0c5", "5\x0b"] {
            assert_eq!(put("/api/publication/files/head.json", odd), Err(Refusal::Malformed), "{odd:?}");
        }
    }

    #[test]
    fn hosts() {
        for good in ["a", "a-b.example", "127.0.0.1:0", "[::1]", "[::1]:65535"] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in
            ["", ":80", "a b", "a/b", "u@a", "a:", "a:b", "a:+1", "a:65536", "[::1", "[]", "::1", "[::1]80", "a,b"]
        {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
