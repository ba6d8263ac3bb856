//! The headers of every answer, the refusals' too: set here and nowhere else.

use hyper::{
    HeaderMap,
    header::{self, HeaderName, HeaderValue},
};

use super::answer::{Answer, Kind};

/// For the viewer, and for everything that is no page. `blob:` in `frame-src` is for a PDF that the viewer shows, which it
/// made itself; the frame of a page takes it away from the page again.
pub(crate) const VIEWER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src \
    blob:; connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types heldspace";

/// For open pages, where nothing runs.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// For all of them.
pub(crate) const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// Adds what is the same for all answers, and what the kind of this one decides.
pub(super) fn add(answer: &mut Answer) {
    let Answer { response, kind } = answer;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy(*kind)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(*kind)));
    if *kind != Kind::Library {
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
}

/// Over TLS alone: for two years no plain HTTP to this host. Not for hosts below it, which may be somebody else's.
pub(super) fn secure(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
}

/// Nothing more is read from this client.
pub(super) fn close(answer: &mut Answer) {
    answer.response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}

const fn policy(kind: Kind) -> &'static str {
    match kind {
        Kind::Library | Kind::Page => PAGE_POLICY,
        Kind::Viewer | Kind::Asset | Kind::Closed => VIEWER_POLICY,
    }
}

const fn caching(kind: Kind) -> &'static str {
    match kind {
        Kind::Library | Kind::Page | Kind::Viewer => "no-cache",
        Kind::Asset => "public, max-age=31536000, immutable",
        // SECURITY: what was unlocked on a shared machine must not lie in its cache.
        Kind::Closed => "no-store",
    }
}
