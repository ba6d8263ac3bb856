//! The files of an export that is one document: within it, as far as a phone can be expected to open that.

use std::collections::HashMap;

use data_encoding::BASE64;

use super::{Export, ExportedFile};
use crate::{attachment::Kind, wire::Digest};

/// Bytes of all files in one document, counted at each place: in base64 they are a third more.
const MOST: u64 = 48 * 1024 * 1024;

/// Files as addresses that hold them.
#[derive(Default)]
pub struct Inline {
    urls: HashMap<Digest, String>,
    /// How many files found no room.
    pub left_out: usize,
}

impl Inline {
    pub(super) fn url(&self, digest: &Digest) -> Option<&str> {
        self.urls.get(digest).map(String::as_str)
    }
}

impl<'a> Export<'a> {
    /// Reads the files that find room, those of the oldest pages first.
    pub fn inline<E>(&self, read: impl Fn(&Digest) -> Result<Option<Vec<u8>>, E>) -> Result<Inline, E> {
        let mut inline = Inline::default();
        let mut room = MOST;
        for (file, places) in self.places() {
            let size = file.noted.length.saturating_mul(places);
            if size > room {
                inline.left_out += 1;
                continue;
            }
            if let Some(bytes) = read(&file.noted.digest)? {
                room -= size;
                let url = format!("data:{};base64,{}", media_type(&file), BASE64.encode(&bytes));
                inline.urls.insert(file.noted.digest, url);
            }
        }
        Ok(inline)
    }

    /// Each file once, in the order of the pages, and at how many places it stands.
    fn places(&self) -> Vec<(ExportedFile<'a>, u64)> {
        let mut places: Vec<(ExportedFile<'a>, u64)> = Vec::new();
        let mut known: HashMap<Digest, usize> = HashMap::new();
        for (n, version) in self.versions.iter().enumerate() {
            for file in self.files_of(n + 1, version) {
                let at = *known.entry(file.noted.digest).or_insert(places.len());
                match places.get_mut(at) {
                    Some((_, count)) => *count += 1,
                    None => places.push((file, 1)),
                }
            }
        }
        places
    }
}

/// SECURITY: of the kinds that are given, whatever the record says: a browser runs none of them.
fn media_type(file: &ExportedFile<'_>) -> &'static str {
    let ending = file.noted.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let made = (ending == "ics").then_some(Kind::CALENDAR);
    Kind::of(ending).or(made).map_or("application/octet-stream", |kind| kind.media_type)
}
