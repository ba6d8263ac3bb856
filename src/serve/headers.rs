//! What stands on every answer.

use hyper::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};

/// For the viewer: its own files and nothing else; no inline code, and no string becomes code.
const VIEWER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; \
    connect-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types heldspace";
/// For everything else: no script at all.
const OPEN_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const ALWAYS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-frame-options", "DENY"),
    ("x-dns-prefetch-control", "off"),
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()",
    ),
];

/// What kind of answer it is, as far as its headers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// The page at `/l`.
    Viewer,
    /// A page of the open web.
    OpenPage,
    /// A file whose name changes with its content. A worker has the policy of its own answer.
    Asset,
    /// Sealed things, refusals, everything else.
    Private,
}

/// Adds them; nothing that an answer has already is replaced.
pub(super) fn add(headers: &mut HeaderMap, sort: Sort) {
    let mut put = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    for (name, value) in ALWAYS {
        put(name, value);
    }
    put(
        "content-security-policy",
        if matches!(sort, Sort::Viewer | Sort::Asset) { VIEWER_POLICY } else { OPEN_POLICY },
    );
    if sort != Sort::OpenPage {
        put("x-robots-tag", "noindex, nofollow");
    }
    let cache = match sort {
        Sort::Asset => "public, max-age=31536000, immutable",
        Sort::Viewer | Sort::OpenPage => "no-cache",
        Sort::Private => "no-store",
    };
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
}
