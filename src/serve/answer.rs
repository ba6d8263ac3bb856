//! What a route gives back: a response, and what kind of thing it is, which decides its headers.

use std::ops::Range;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::{BodyExt, Either, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    body::Frame,
    header::{self, HeaderValue},
};

use crate::store::{StoreError, Stored};

/// Bytes at hand, or a file that is read while it is sent.
pub(super) type Body = Either<Full<Bytes>, UnsyncBoxBody<Bytes, StoreError>>;

/// Files up to this size are read at once, larger ones while they are sent.
const AT_ONCE: u64 = 64 * 1024;

/// A response whose common headers are still missing; see [`super::headers`].
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) response: Response<Body>,
    pub(super) kind: Kind,
}

/// What a browser may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page of the open library: for search engines too.
    Library,
    /// Another open page.
    Page,
    /// The viewer's page.
    Viewer,
    /// A file whose name changes with its content.
    Asset,
    /// Sealed things, and refusals.
    Closed,
}

impl Answer {
    pub(super) fn closed(response: Response<Body>) -> Self {
        Self { response, kind: Kind::Closed }
    }
}

pub(super) fn empty() -> Body {
    Either::Left(Full::default())
}

pub(super) fn text(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::from(text)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    response
}

/// The front page of an address that gives nothing away.
pub(super) fn nothing() -> Answer {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Empty page</title>";
    let mut response = text(page);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Answer { response, kind: Kind::Page }
}

pub(super) fn json(value: &impl serde::Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(value).expect("plain JSON");
    let length = bytes.len();
    let mut response = Response::new(Either::Left(Full::from(bytes)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// The file, or the part of it that was fetched.
pub(super) async fn file(stored: Stored, content_type: &'static str) -> Result<Response<Body>, StoreError> {
    let Range { start, end } = stored.range();
    let (length, size) = (end - start, stored.size());
    let body = if length <= AT_ONCE {
        Either::Left(Full::new(stored.bytes().await?))
    } else {
        // SECURITY: a thousand slow readers of large files must not fill the memory.
        Either::Right(BodyExt::boxed_unsync(StreamBody::new(stored.pieces().map_ok(Frame::data))))
    };
    let mut response = Response::new(body);
    if length < size {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}
