//! Text files and tables that are given with a page: what they say is looked through like the page.
//!
//! In: files that go along with a page. Out: each place in them where somebody is named. Other kinds are given as they are.

use std::{cell::RefCell, collections::HashMap, ops::Range, path::PathBuf};

use super::{
    Job,
    naming::{Kind, Named, Origin},
};
use crate::{
    attachment::Attachment,
    content::{Source, read_regular},
    names::Exceptions,
};

/// Bytes of a text file that is looked through; a larger one is told of.
pub(crate) const LOOKED_THROUGH: u64 = 1 << 20;
/// Places in one file that are told: more than anybody mends at once.
const MOST: usize = 50;

/// What was found in files, by their paths: they are the same for every reader.
pub(super) type Known<'a> = RefCell<HashMap<PathBuf, Vec<Named<'a>>>>;

/// Whether what a file with this name says can be looked through.
pub(crate) fn is_text(name: &str) -> bool {
    let ending = super::asset::ending(name);
    ending == "txt" || ending == "csv"
}

impl<'a> Job<'a> {
    /// Everyone who is named in a file.
    pub(super) fn named_in(&self, file: &Attachment, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        if !is_text(&file.name) || file.length > LOOKED_THROUGH {
            return Vec::new();
        }
        if let Some(known) = self.texts.borrow().get(&file.file) {
            return known.clone();
        }
        let named = self.look_through(file.file.clone(), exceptions);
        self.texts.borrow_mut().insert(file.file.clone(), named.clone());
        named
    }

    /// The same, of a file below the practice; nothing where it can't be read, which is told elsewhere.
    pub(super) fn look_through(&self, file: PathBuf, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        let Ok(bytes) = read_regular(&self.practice.root, &file, LOOKED_THROUGH) else { return Vec::new() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_table = super::asset::ending(&file.to_string_lossy()) == "csv";
        let source = Source::new(file, text);
        let mut named = Vec::new();
        for part in parts(source.text(), is_table.then_some(&[',', ';', '\t', '"', '\n'])) {
            for find in self.find(&source.text()[part.clone()], Kind::Prose, exceptions) {
                if named.len() == MOST {
                    return named;
                }
                let at = part.start + find.at.start..part.start + find.at.end;
                let word = source.text()[at.clone()].to_owned();
                named.push(Named { place: source.mistake(&at, "", ""), word, whose: find.whose, origin: Origin::File });
            }
        }
        named
    }
}

/// The cells of a table: two names that stand beside each other in it are not one. A text is one part.
fn parts(text: &str, between: Option<&[char; 5]>) -> Vec<Range<usize>> {
    let Some(between) = between else { return std::iter::once(0..text.len()).collect() };
    let mut start = 0;
    let part = |part: &str| {
        let range = start..start + part.len();
        start += part.len();
        range
    };
    text.split_inclusive(between.as_slice()).map(part).collect()
}
