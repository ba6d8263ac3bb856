//! The preview's own page, script and style: served to the author alone, and no part of any publication.
//!
//! The script shows lists and pages with the viewer's own code (`list.ts`, `page.ts`, `frame.ts`), and takes them from the
//! preview's server.

use super::Dist;

const PAGE: &str = include_str!("preview.html");

/// The page itself.
pub fn page() -> Vec<u8> {
    PAGE.as_bytes().to_vec()
}

/// What it loads.
pub fn file(name: &str) -> Option<Vec<u8>> {
    let is_its = ["preview.js", "preview.css", "viewer.css"].contains(&name);
    Dist::get(name).filter(|_| is_its).map(|file| file.data.into_owned())
}
