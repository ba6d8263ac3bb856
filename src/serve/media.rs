//! What kinds of open files there are, and how they may be packed.

use hyper::{
    HeaderMap,
    header::{self, HeaderValue},
};

/// The type of a file by its name: a fixed table, and no guessing from content on either side (`nosniff`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Media {
    pub(crate) content_type: &'static str,
    /// Whether packed siblings may lie beside it.
    pub(super) packs: bool,
}

impl Media {
    pub(crate) fn of(path: &str) -> Self {
        let (content_type, packs) = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "html" => ("text/html; charset=utf-8", true),
            "css" => ("text/css; charset=utf-8", true),
            "js" | "mjs" => ("text/javascript; charset=utf-8", true),
            "json" | "map" => ("application/json", true),
            "webmanifest" => ("application/manifest+json", true),
            "svg" => ("image/svg+xml", true),
            "txt" | "md" => ("text/plain; charset=utf-8", true),
            "xml" => ("application/xml", true),
            "csv" => ("text/csv; charset=utf-8", true),
            "ics" => ("text/calendar; charset=utf-8", true),
            "vtt" => ("text/vtt; charset=utf-8", true),
            "wasm" => ("application/wasm", true),
            "png" => ("image/png", false),
            "jpg" | "jpeg" => ("image/jpeg", false),
            "gif" => ("image/gif", false),
            "webp" => ("image/webp", false),
            "avif" => ("image/avif", false),
            "ico" => ("image/x-icon", true),
            "woff2" => ("font/woff2", false),
            "pdf" => ("application/pdf", false),
            "mp3" => ("audio/mpeg", false),
            "m4a" => ("audio/mp4", false),
            "ogg" | "oga" | "opus" => ("audio/ogg", false),
            "wav" => ("audio/wav", false),
            "flac" => ("audio/flac", false),
            "mp4" => ("video/mp4", false),
            "webm" => ("video/webm", false),
            _ => ("application/octet-stream", false),
        };
        Self { content_type, packs }
    }
}

/// How a file is packed on its way. Packed beforehand: the gate compresses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Brotli,
    Gzip,
    None,
}

impl Packing {
    /// What the browser takes, the smallest first.
    pub(super) fn accepted(headers: &HeaderMap, media: Media) -> impl Iterator<Item = Self> + use<> {
        let accepts = |name: &str| media.packs && accepts(headers, name);
        let offers = [(Self::Brotli, accepts("br")), (Self::Gzip, accepts("gzip")), (Self::None, true)];
        offers.into_iter().filter_map(|(packing, accepted)| accepted.then_some(packing))
    }

    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::None => "",
        }
    }

    /// Says how the file is packed, and that another browser may get it otherwise.
    pub(super) fn describe(self, headers: &mut HeaderMap, media: Media) {
        let name = match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::None => None,
        };
        if let Some(name) = name {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        if media.packs {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
    }
}

/// `br;q=0` refuses, anything else that names it accepts.
fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(wanted) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packings(accept: &'static str, path: &str) -> Vec<Packing> {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
        Packing::accepted(&headers, Media::of(path)).collect()
    }

    #[test]
    fn the_smallest_that_the_browser_takes() {
        assert_eq!(packings("gzip, deflate, br, zstd", "a.css"), [Packing::Brotli, Packing::Gzip, Packing::None]);
        assert_eq!(packings("BR;q=0, gzip;q=0.5", "a.css"), [Packing::Gzip, Packing::None]);
        assert_eq!(packings("br; q=0.000", "a.css"), [Packing::None]);
        assert_eq!(packings("", "a.css"), [Packing::None]);
        assert_eq!(packings("br", "a.mp3"), [Packing::None]);
    }
}
