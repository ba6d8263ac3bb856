//! Open pages and their files: what the practice publishes for everyone.
//!
//! In: a path that consists of plain names, and what the browser accepts. Out: the file, its packed sibling, a redirect
//! to the folder, "not changed", or "not found". Nothing is decoded, so that nothing can be hidden in an encoding.

use std::str::FromStr;

use hyper::{
    HeaderMap, Response, StatusCode,
    header::{self, HeaderValue},
};

use super::{
    answer::{Answer, Body, Kind, empty, file, text},
    media::{Media, Packing},
    ranges::{self, Wanted},
    refusal::Refusal,
    service::Service,
};
use crate::store::{Stored, layout};

const SIZE: u64 = 1 << 30;
const NOTHING: &str = "404.html";

/// A path below `public/` that someone may ask for: plain names in `/library/` or `/assets/`, or the front page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenPath {
    /// Below `public/`.
    file: String,
    kind: Kind,
    /// No slash at its end: it may be a folder whose name was typed.
    maybe_folder: bool,
}

/// Neither a library page nor an asset, or a name that is not plain.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotOpen;

impl FromStr for OpenPath {
    type Err = NotOpen;

    fn from_str(path: &str) -> Result<Self, NotOpen> {
        let path = path.strip_prefix('/').ok_or(NotOpen)?;
        let (names, folder) = path.strip_suffix('/').map_or((path, path.is_empty()), |names| (names, true));
        let kind = match names.split('/').next() {
            Some("") if path.is_empty() => Kind::Page,
            Some("library") => Kind::Library,
            Some("assets") if !folder => Kind::Asset,
            _ => return Err(NotOpen),
        };
        if !path.is_empty() && !names.split('/').all(layout::is_plain) {
            return Err(NotOpen);
        }
        let file = if folder { format!("{path}index.html") } else { path.to_owned() };
        Ok(Self { file, kind, maybe_folder: kind == Kind::Library && !folder })
    }
}

impl OpenPath {
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }
}

impl Service {
    pub(super) async fn viewer(&self, headers: &HeaderMap) -> Result<Answer, Refusal> {
        let path = OpenPath { file: "l.html".to_owned(), kind: Kind::Viewer, maybe_folder: false };
        self.open_file(&path, headers).await
    }

    pub(super) async fn open_file(&self, path: &OpenPath, headers: &HeaderMap) -> Result<Answer, Refusal> {
        let media = Media::of(&path.file);
        for packing in Packing::accepted(headers, media) {
            if let Some(stored) = self.public(&format!("{}{}", path.file, packing.suffix())).await? {
                let mut response = self.version(stored, media, headers).await?;
                packing.describe(response.headers_mut(), media);
                return Ok(Answer { response, kind: path.kind });
            }
        }
        if path.maybe_folder && self.public(&format!("{}/index.html", path.file)).await?.is_some() {
            return Ok(Answer { response: moved(&path.file), kind: path.kind });
        }
        Err(Refusal::NotFound)
    }

    /// The practice's page for addresses where nothing is; a line of text, if it has none.
    pub(super) async fn nothing_here(&self) -> Answer {
        let Ok(Some(stored)) = self.public(NOTHING).await else { return Refusal::NotFound.answer() };
        let Ok(mut response) = file(stored, Media::of(NOTHING).content_type).await else {
            return Refusal::Store.answer();
        };
        *response.status_mut() = StatusCode::NOT_FOUND;
        Answer::closed(response)
    }

    async fn public(&self, path: &str) -> Result<Option<Stored>, Refusal> {
        self.store.fetch(&layout::public(path), SIZE).await.map_err(|_| Refusal::Store)
    }

    /// This version of the file: whole, a part, or 304 if the browser has it.
    async fn version(&self, stored: Stored, media: Media, headers: &HeaderMap) -> Result<Response<Body>, Refusal> {
        let tag = format!("\"{}\"", &stored.version().to_string()[..32]);
        let mut response = if has(headers, &tag) {
            let mut unchanged = Response::new(empty());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else if media.packs {
            file(stored, media.content_type).await.map_err(|_| Refusal::Store)?
        } else {
            let wanted = Wanted::of(headers, &tag, stored.size());
            self.part(stored, media, wanted).await?
        };
        response.headers_mut().insert(header::ETAG, HeaderValue::try_from(tag).expect("hexadecimal digits"));
        Ok(response)
    }

    async fn part(&self, mut stored: Stored, media: Media, wanted: Wanted) -> Result<Response<Body>, Refusal> {
        let size = stored.size();
        let range = match wanted {
            Wanted::Nothing => return Err(Refusal::NoSuchPart { size }),
            Wanted::Whole => None,
            Wanted::Part(range) => Some(range),
        };
        if let Some(range) = &range {
            stored = self.store.fetch_part(stored, range.clone()).await.map_err(|_| Refusal::Store)?;
        }
        let mut response = file(stored, media.content_type).await.map_err(|_| Refusal::Store)?;
        ranges::describe(response.headers_mut(), range, size);
        Ok(response)
    }
}

/// Whether the browser says that it has this version.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    known.any(|known| known == tag || known == "*")
}

/// To the same name with a slash, so that relative links in the page find their way.
fn moved(folder: &str) -> Response<Body> {
    let mut response = text("moved\n");
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let location = HeaderValue::try_from(format!("/{folder}/")).expect("plain names");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Result<String, NotOpen> {
        path.parse::<OpenPath>().map(|path| path.file)
    }

    #[test]
    fn folders_are_their_index() {
        assert_eq!(file("/").unwrap(), "index.html");
        assert_eq!(file("/library/").unwrap(), "library/index.html");
        assert_eq!(file("/library/a/b/").unwrap(), "library/a/b/index.html");
        assert_eq!(file("/library/a/b.mp3").unwrap(), "library/a/b.mp3");
        assert_eq!(file("/assets/page.0123456789abcdef.css").unwrap(), "assets/page.0123456789abcdef.css");
    }

    #[test]
    fn what_is_not_plain_is_nothing() {
        let long = format!("/library/{}", "a".repeat(201));
        for path in [
            "",
            "//",
            "/l.html",
            "/index.html",
            "/gate.json",
            "/assets/",
            "/assets/x/",
            "/library/../gate.json",
            "/library/..",
            "/library/./x",
            "/library/.hidden",
            "/library//x",
            "/library/x//",
            "/library/%2e%2e/gate.json",
            "/library/a\\b",
            "/library/a%00",
            "/library/é",
            "/library/a b",
            "/library/c:",
            "/LIBRARY/",
            "/library/x.",
            "/library/~root",
            "/public/index.html",
            &long,
        ] {
            assert_eq!(file(path), Err(NotOpen), "{path}");
        }
    }
}
