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
    /// The head did not arrive in time.
    Late,
    Body,
    EncodedBody,
    TargetTooLong,
    Expectation,
    HeadTooLarge,
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
}

impl Scheme {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "Ticket",
            Self::Pass => "Pass",
        }
    }
}

impl Refusal {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Locked(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Body => StatusCode::PAYLOAD_TOO_LARGE,
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
            Self::Late => "too slow\n",
            Self::Body | Self::EncodedBody => "no body, please\n",
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
            Self::TooMany { wait } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
            }
            Self::NoSuchPart { size } => {
                let range = HeaderValue::try_from(format!("bytes */{size}"));
                headers.insert(header::CONTENT_RANGE, range.expect("digits"));
            }
            Self::Store => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
    }
}
