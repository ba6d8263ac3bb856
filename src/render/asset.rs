//! The theme's files that are not templates, each under a name that changes with what is in it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::OpenFile;
use crate::content::slug;

/// Fingerprinted files by the name they have in the theme.
#[derive(Debug, Default)]
pub(super) struct Assets(BTreeMap<String, OpenFile>);

impl Assets {
    /// Takes the theme's files: pictures and fonts first, then stylesheets, in which `url(picture.svg)` becomes the
    /// picture's published name.
    pub(super) fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        let (styles, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| ending(name) == "css");
        let mut assets = Self::default();
        for (name, bytes) in others {
            assets.add(name, bytes);
        }
        for (name, bytes) in styles {
            let bytes = assets.linked(bytes);
            assets.add(name, bytes);
        }
        assets
    }

    /// The address of the file `name` on the site.
    pub(super) fn url(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|file| format!("/{}", file.path))
    }

    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(|file| file.bytes.as_slice())
    }

    /// The addresses of all files.
    pub(super) fn urls(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(name, file)| (name.clone(), format!("/{}", file.path))).collect()
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &OpenFile> {
        self.0.values()
    }

    fn add(&mut self, name: String, bytes: Vec<u8>) {
        let path = published(&name, &bytes);
        self.0.insert(name, OpenFile { path, bytes });
    }

    fn linked(&self, style: Vec<u8>) -> Vec<u8> {
        let mut style = match String::from_utf8(style) {
            Ok(style) => style,
            Err(error) => return error.into_bytes(),
        };
        for (name, file) in &self.0 {
            for quote in ["", "\"", "'"] {
                let from = format!("url({quote}{name}{quote})");
                style = style.replace(&from, &format!("url({quote}/{}{quote})", file.path));
            }
        }
        style.into_bytes()
    }
}

/// What follows the last dot of a file's name, in lower case.
pub(super) fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}

/// `assets/<name>.<16 hex of its SHA-256>.<extension>`.
pub(crate) fn published(name: &str, bytes: &[u8]) -> String {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..8]);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    format!("assets/{}.{digest}.{}", slug(stem), slug(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_what_is_in_the_file_and_stylesheets_follow_the_names() {
        let assets = |picture: &str| {
            let style = b"body { background: url(leaf.svg), url(\"leaf.svg\"), url(other.svg) }";
            let files = [("leaf.svg", picture.as_bytes().to_vec()), ("open.css", style.to_vec())];
            Assets::new(files.map(|(name, bytes)| (name.to_owned(), bytes)).into())
        };
        let [one, two] = [assets("<svg/>"), assets("<svg></svg>")];
        assert_ne!(one.url("leaf.svg"), two.url("leaf.svg"));
        assert_ne!(one.url("open.css"), two.url("open.css"));
        let style = String::from_utf8(one.0["open.css"].bytes.clone()).unwrap();
        let leaf = one.url("leaf.svg").unwrap();
        assert_eq!(style, format!("body {{ background: url({leaf}), url(\"{leaf}\"), url(other.svg) }}"));
    }
}
