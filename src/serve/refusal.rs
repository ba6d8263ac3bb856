//! Why one request is not answered with what it asked for. Each has a status and a fixed body, and tells no more.

use std::time::Duration;

use hyper::{HeaderMap, Response, StatusCode, header, header::HeaderValue};

use super::answer::{Answer, Body, text};

/// One request is refused; the server goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not HTTP as this server speaks it.
    Malformed,
    /// No good ticket or pass: which of the two is asked for stands in the answer, why it was not good does not.
    Locked(Scheme),
    NotFound,
    Method,
    /// What may be done there.
    NotBy(&'static str),
    /// The head did not arrive in time.
    Late,
    Body,
    TooLarge,
    EncodedBody,
    TargetTooLong,
    Expectation,
    HeadTooLarge,
    /// A body that is not what was announced, or not what may stand at its place.
    BadFile,
    /// A good pass, for another body.
    NotSigned,
    /// Own notes, without a word on which version is known.
    Unconditional,
    /// Another device saved own notes first.
    Changed,
    /// A publisher's challenge is no longer good.
    OldChallenge,
    /// Another publication is under way.
    Turn,
    /// Another publication came first.
    Stale,
    /// The disk is full.
    Full,
    TooMany {
        wait: Duration,
    },
    Version,
    /// A part that lies behind the end of an open file.
    NoSuchPart {
        size: u64,
    },
    /// The store can't be read, or is not what it should be.
    Store,
}

/// What an `Authorization` header holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Ticket,
    Pass,
    Reader,
    Warrant,
}

impl Scheme {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "Ticket",
            Self::Pass => "Pass",
            Self::Reader => "Reader",
            Self::Warrant => "Warrant",
        }
    }
}

impl Refusal {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Locked(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotSigned => StatusCode::FORBIDDEN,
            Self::Method | Self::NotBy(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Body | Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadFile => StatusCode::UNPROCESSABLE_ENTITY,
            Self::OldChallenge | Self::Unconditional => StatusCode::PRECONDITION_REQUIRED,
            Self::Turn => StatusCode::CONFLICT,
            Self::Stale | Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::EncodedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::NoSuchPart { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Store => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn body(self) -> &'static str {
        match self {
            Self::Malformed => "not a request\n",
            Self::Locked(_) => "locked\n",
            Self::NotFound => "not found\n",
            Self::Method => "only GET and HEAD\n",
            Self::NotBy(_) => "not by this method\n",
            Self::NotSigned => "not what was signed\n",
            Self::Unconditional => "say which version you know\n",
            Self::Changed => "changed meanwhile\n",
            Self::Late => "too slow\n",
            Self::Body | Self::EncodedBody => "no body, please\n",
            Self::TooLarge => "too large\n",
            Self::BadFile => "not what it should be\n",
            Self::OldChallenge => "ask for a new challenge\n",
            Self::Turn => "another publication is under way\n",
            Self::Stale => "another publication came first\n",
            Self::Full => "no space left\n",
            Self::TargetTooLong => "address too long\n",
            Self::Expectation => "nothing to expect\n",
            Self::HeadTooLarge => "header too large\n",
            Self::TooMany { .. } => "too many requests, try again later\n",
            Self::Version => "HTTP/1.1, please\n",
            Self::NoSuchPart { .. } => "nothing there\n",
            Self::Store => "not now, try again later\n",
        }
    }

    pub(super) fn answer(self) -> Answer {
        let mut response: Response<Body> = text(self.body());
        *response.status_mut() = self.status();
        self.explain(response.headers_mut());
        Answer::closed(response)
    }

    fn explain(self, headers: &mut HeaderMap) {
        match self {
            Self::Locked(scheme) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme.name()));
            }
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            Self::NotBy(allowed) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            Self::TooMany { wait } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
            }
            Self::NoSuchPart { size } => {
                let range = HeaderValue::try_from(format!("bytes */{size}"));
                headers.insert(header::CONTENT_RANGE, range.expect("digits"));
            }
            Self::Store | Self::Turn => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
    }
}
