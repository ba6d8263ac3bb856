//! What a file says, so that it can be looked through: its text where that can be read, and what it says of itself.
//!
//! In: a file that may be given. Out: lines of text, or [why there are none](Unsaid). Of a recording or a film these are its
//! tags; of a PDF its properties and the text of its pages; of an office document everything that is written in it, notes,
//! authors and properties included. A picture says nothing: it is given without what was written into it. A damaged or
//! hostile file costs bounded time and memory, and is never a reason to stop.

mod office;
mod pdf;
mod tags;

use std::{fs::File, io::Read, path::Path};

use super::{
    MIB,
    kind::{Form, Kind},
    place::found,
};
use crate::content::open_regular;

/// Bytes of a file that is looked through; a recording's are not read whole.
const LARGEST: u64 = 32 * MIB;
const LARGEST_TEXT: u64 = MIB;
/// Bytes of text that are taken from a file.
const MOST: u64 = 8 * MIB;

/// Why a file could not be looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsaid {
    #[error("larger than {} MiB", .limit / MIB)]
    Large { limit: u64 },
    #[error("under a password, or damaged")]
    Closed,
}

/// Whether anything is said in files with this name.
pub(crate) fn says_something(name: &str) -> bool {
    kind(name).is_some_and(|kind| kind.form != Form::Picture)
}

/// The values of a table stand alone, as do the lines of what is no plain text: names beside each other in them are not one.
pub(crate) fn separators(name: &str) -> &'static [char] {
    match kind(name).map(|kind| kind.media_type) {
        Some("text/plain") => &[],
        Some("text/csv") => &[',', ';', '\t', '"', '\n'],
        _ => &['\n'],
    }
}

/// What the file says, line by line; nothing where it is of no kind that says something.
pub(crate) fn said(root: &Path, file: &Path) -> Result<String, Unsaid> {
    let Some(kind) = kind(&file.to_string_lossy()).filter(|kind| kind.form != Form::Picture) else {
        return Ok(String::new());
    };
    // A file that isn't there, or is none, is told where it is given.
    let opened = found(root, file).ok().and_then(|file| open_regular(root, &file).ok());
    let Some(mut opened) = opened else { return Ok(String::new()) };
    match (kind.form, kind.media_type) {
        (Form::Picture | Form::Audio | Form::Video, _) => tags::said(opened),
        (Form::File, "text/plain" | "text/csv") => {
            let bytes = whole(&mut opened, LARGEST_TEXT)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        (Form::File, "application/pdf") => pdf::said(&whole(&mut opened, LARGEST)?),
        (Form::File, _) => office::said(opened),
    }
}

fn kind(name: &str) -> Option<Kind> {
    Kind::of(Path::new(name).extension()?.to_str()?)
}

fn whole(file: &mut File, limit: u64) -> Result<Vec<u8>, Unsaid> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|_| Unsaid::Closed)?;
    if bytes.len() as u64 > limit { Err(Unsaid::Large { limit }) } else { Ok(bytes) }
}

/// Adds `key: value` on one line.
fn line(lines: &mut String, key: &str, value: &str) {
    if !value.trim().is_empty() {
        let value = value.split(['\n', '\r', '\0']).map(str::trim).filter(|part| !part.is_empty());
        lines.extend([key, ": ", &value.collect::<Vec<_>>().join(" / "), "\n"]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever lies behind the first bytes of such a file.
        #[test]
        fn nothing_in_a_file_is_a_reason_to_stop(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let folder = tempfile::tempdir().unwrap();
            let begins: [(&str, &[u8]); 7] = [
                ("a.mp3", b"ID3\x04\0\0\0\0\x10\0"), ("a.m4a", b"\0\0\0\x18ftypM4A "), ("a.ogg", b"OggS\0\x02"),
                ("a.wav", b"RIFF\x24\x08\0\0WAVELIST"), ("a.mp4", b"\0\0\0\x18ftypisom"), ("a.pdf", b"%PDF-1.7\n"),
                ("a.docx", b"PK\x03\x04"),
            ];
            for (name, begin) in begins {
                let mut file = File::create_new(folder.path().join(name)).unwrap();
                file.write_all(begin).unwrap();
                file.write_all(&bytes).unwrap();
                drop(said(folder.path(), Path::new(name)));
            }
        }
    }
}
