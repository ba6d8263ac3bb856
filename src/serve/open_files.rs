//! Open files: what anyone may fetch, from `public/` of the store.

use bytes::Bytes;
use hyper::{
    HeaderMap, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION, VARY},
};

use super::{
    headers::Sort,
    routes::{Answer, Refusal, with_type},
};
use crate::{
    store::{Store, layout},
    wire::Digest,
};

/// The largest open file.
const LIMIT: u64 = 64 * 1024 * 1024;
const LONGEST_PATH: usize = 512;

const TYPES: [(&str, &str); 9] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("webp", "image/webp"),
    ("ico", "image/x-icon"),
];

/// The open file for a path, as it came over the line: nothing is decoded.
pub(super) async fn get(store: &Store, path: &str, headers: &HeaderMap) -> Result<(Sort, Answer), Refusal> {
    let (sort, file) = file(path).ok_or(Refusal::NotFound)?;
    match read(store, &file, headers).await {
        Ok(answer) => Ok((sort, answer)),
        // A link written without its last slash.
        Err(Refusal::NotFound) if sort == Sort::OpenPage && !path.ends_with('/') => {
            let folder = format!("{path}/");
            let index = layout::public(&format!("{}index.html", &folder[1..]));
            store.read(&index, LIMIT).await.ok().flatten().ok_or(Refusal::NotFound)?;
            let mut moved = with_type(StatusCode::PERMANENT_REDIRECT, Bytes::new(), "text/plain; charset=utf-8");
            moved.headers_mut().insert(LOCATION, HeaderValue::try_from(folder).map_err(|_| Refusal::NotFound)?);
            Ok((sort, moved))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Which file a path stands for; none for anything that is not plain.
fn file(path: &str) -> Option<(Sort, String)> {
    // Mail gateways turn the `#` of a link into `%23`, and some once more into `%2523`: the viewer puts it right.
    if path == "/l" || path.starts_with("/l%23") || path.starts_with("/l%2523") {
        return Some((Sort::Viewer, "l.html".to_owned()));
    }
    // SECURITY: only these characters, no empty part and none that begins with a dot; so `..`, `%2e`, `%00`, `\` and
    // every other spelling end here, before any path is joined.
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '/');
    let rest = path.strip_prefix('/')?;
    if path.len() > LONGEST_PATH
        || !rest.chars().all(plain)
        || rest.starts_with('.')
        || rest.contains("/.")
        || path.contains("//")
    {
        return None;
    }
    match rest {
        "" => Some((Sort::OpenPage, "index.html".to_owned())),
        _ if rest.starts_with("assets/") => Some((Sort::Asset, rest.to_owned())),
        _ if rest.starts_with("library/") && rest.ends_with('/') => Some((Sort::OpenPage, format!("{rest}index.html"))),
        _ if rest == "library" || rest.starts_with("library/") => Some((Sort::OpenPage, rest.to_owned())),
        _ => None,
    }
}

async fn read(store: &Store, file: &str, headers: &HeaderMap) -> Result<Answer, Refusal> {
    let kind = content_type(file).ok_or(Refusal::NotFound)?;
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(headers, encoding) {
            if let Some(bytes) = open(store, &format!("{file}{ending}")).await? {
                let mut answer = answer(bytes, kind, headers);
                answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
                return Ok(answer);
            }
        }
    }
    Ok(answer(open(store, file).await?.ok_or(Refusal::NotFound)?, kind, headers))
}

fn answer(bytes: Bytes, kind: &'static str, headers: &HeaderMap) -> Answer {
    let tag = format!("\"{}\"", &Digest::of(&bytes).to_string()[..32]);
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let unchanged = known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut answer = if unchanged {
        with_type(StatusCode::NOT_MODIFIED, Bytes::new(), kind)
    } else {
        with_type(StatusCode::OK, bytes, kind)
    };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.headers_mut().insert(ETAG, HeaderValue::try_from(tag).expect("hexadecimal in quotes"));
    answer
}

async fn open(store: &Store, file: &str) -> Result<Option<Bytes>, Refusal> {
    store.read(&layout::public(file), LIMIT).await.map_err(|_| Refusal::Unavailable)
}

/// By the ending; compressed siblings are never asked for by name.
fn content_type(file: &str) -> Option<&'static str> {
    let (_, ending) = file.rsplit_once('.')?;
    TYPES.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind)
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let offers = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|offer| offer.to_str().ok());
    offers.flat_map(|offer| offer.split(',')).any(|offer| {
        let (name, quality) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = quality.trim().trim_start_matches("q=").parse::<f32>().is_ok_and(|q| q <= 0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}
