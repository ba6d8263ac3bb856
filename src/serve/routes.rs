//! One request: is it one at all, what does it ask for, and the answer.

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Version,
    body::{Body, Incoming},
    header::{
        ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, RETRY_AFTER,
        TRANSFER_ENCODING,
    },
};

use super::{
    api::Api,
    headers::{self, Sort},
    open_files,
};
use crate::store::Store;

/// What is served.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) store: Store,
    pub(super) api: Api,
}

pub(super) type Answer = Response<Full<Bytes>>;

/// What is refused to one request; it says as little as it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    /// Unknown and forbidden look the same.
    Unauthorized,
    NotFound,
    Method,
    Body,
    Encoding,
    TooMany(Duration),
    /// The store could not be read.
    Unavailable,
}

impl Site {
    pub(super) async fn answer(&self, request: Request<Incoming>, peer: Option<IpAddr>) -> Answer {
        let (sort, answer) = match self.route(&request, peer).await {
            Ok((sort, answer)) => (sort, answer),
            Err(refusal) => (Sort::Private, refusal.answer()),
        };
        let mut answer = answer;
        headers::add(answer.headers_mut(), sort);
        if request.method() == Method::HEAD {
            // hyper sends no body to a HEAD, and keeps the length.
            let length = answer.body().size_hint().exact().unwrap_or(0);
            answer.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
        }
        answer
    }

    async fn route(&self, request: &Request<Incoming>, peer: Option<IpAddr>) -> Result<(Sort, Answer), Refusal> {
        well_formed(request)?;
        let path = request.uri().path();
        if let Some(rest) = path.strip_prefix("/api/") {
            let bytes = self.api.get(&self.store, rest, request.headers(), peer).await?;
            return Ok((Sort::Private, octets(bytes)));
        }
        if path == "/healthz" {
            return Ok((Sort::Private, text(StatusCode::OK, "ok\n")));
        }
        open_files::get(&self.store, path, request.headers()).await
    }
}

/// Whether it is a request that is answered at all: read the same way by everyone on its way here.
fn well_formed(request: &Request<Incoming>) -> Result<(), Refusal> {
    let (headers, uri) = (request.headers(), request.uri());
    if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') {
        return Err(Refusal::Malformed);
    }
    let hosts: Vec<&HeaderValue> = headers.get_all(HOST).iter().collect();
    let one_host = match hosts.as_slice() {
        [host] => is_host(host),
        [] => request.version() == Version::HTTP_10,
        _ => false,
    };
    if !one_host {
        return Err(Refusal::Malformed);
    }
    no_body(headers)?;
    if matches!(*request.method(), Method::GET | Method::HEAD) { Ok(()) } else { Err(Refusal::Method) }
}

fn is_host(host: &HeaderValue) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    !host.is_empty() && host.len() <= 255 && host.as_bytes().iter().copied().all(plain)
}

/// Nothing that is asked for so far has a body.
fn no_body(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::Encoding);
    }
    let empty = headers.get_all(CONTENT_LENGTH).iter().all(|length| length.as_bytes() == b"0");
    if empty && !headers.contains_key(TRANSFER_ENCODING) { Ok(()) } else { Err(Refusal::Body) }
}

impl Refusal {
    fn answer(self) -> Answer {
        let (status, words) = match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "bad request\n"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "not with this ticket or pass\n"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not found\n"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n"),
            Self::Body => (StatusCode::PAYLOAD_TOO_LARGE, "no body is taken here\n"),
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "compressed bodies are not taken\n"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too many requests; try again later\n"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "not available; try again later\n"),
        };
        let mut answer = text(status, words);
        match self {
            Self::TooMany(wait) => {
                drop(answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1))))
            }
            Self::Method => drop(answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"))),
            // SECURITY: after a head that others may read in another way, nothing else comes over this line.
            Self::Malformed | Self::Body | Self::Encoding => {
                drop(answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close")))
            }
            _ => {}
        }
        answer
    }
}

fn text(status: StatusCode, words: &'static str) -> Answer {
    with_type(status, Bytes::from_static(words.as_bytes()), "text/plain; charset=utf-8")
}

fn octets(bytes: Bytes) -> Answer {
    with_type(StatusCode::OK, bytes, "application/octet-stream")
}

pub(super) fn with_type(status: StatusCode, bytes: Bytes, kind: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
