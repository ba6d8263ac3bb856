//! Files that are given with a page: what they say is looked through like the page.
//!
//! In: files that go along with a page. Out: each place in them where somebody is named: a line of what the file says, which
//! is the file itself where that is text.

use std::{cell::RefCell, collections::HashMap, ops::Range, path::PathBuf};

use super::{
    Job,
    naming::{Kind, Named, Origin},
};
use crate::{
    attachment::{Attachment, said, separators},
    content::Source,
    names::Exceptions,
};

/// Places in one file that are told: more than anybody mends at once.
const MOST: usize = 50;

/// What was found in files, by their paths: they are the same for every reader.
pub(super) type Known<'a> = RefCell<HashMap<PathBuf, Vec<Named<'a>>>>;

impl<'a> Job<'a> {
    /// Everyone who is named in a file.
    pub(super) fn named_in(&self, file: &Attachment, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        if let Some(known) = self.texts.borrow().get(&file.file) {
            return known.clone();
        }
        let named = self.look_through(file.file.clone(), exceptions);
        self.texts.borrow_mut().insert(file.file.clone(), named.clone());
        named
    }

    /// The same, of a file below the practice; nothing where it can't be looked through, which is told elsewhere.
    pub(super) fn look_through(&self, file: PathBuf, exceptions: &mut Exceptions) -> Vec<Named<'a>> {
        let Ok(text) = said(&self.practice.root, &file) else { return Vec::new() };
        let separators = separators(&file.to_string_lossy());
        let source = Source::new(file, text);
        let mut named = Vec::new();
        for part in parts(source.text(), separators) {
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

/// What stands between separators: two names beside each other in it are not one. Without any, all of it.
fn parts<'a>(text: &'a str, separators: &'a [char]) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut start = 0;
    text.split_inclusive(separators).map(move |part| {
        let range = start..start + part.len();
        start += part.len();
        range
    })
}
