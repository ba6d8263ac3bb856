//! Adds an entry at the end of a register: what stands there stays as it is, byte for byte.
//!
//! In: a file that may not be there yet, and an entry. Out: the file with one entry more, or as it was. Both what stands
//! there and what would stand there have to be without mistakes, so that nothing is added to a file nobody can read.

use std::path::Path;

use jiff::civil::Date;
use toml_edit::{DocumentMut, value};

use super::{Recorder, RegisterError};
use crate::{
    content::{Mistake, Mistakes, Node, Shape, Source, TEXT_LIMIT, read_regular, toml},
    practice::{
        Member, Practice,
        files::{self, Access, FileError},
    },
};

/// A register, and how to tell whether its text is one.
pub(super) struct Book<'a> {
    pub root: &'a Path,
    pub file: &'a Path,
    /// What a new file begins with.
    pub begins: &'static str,
    pub check: fn(&Source, &mut Vec<Mistake>),
}

/// What is about to be added.
pub(super) struct Entry {
    kind: &'static str,
    keys: DocumentMut,
}

impl Entry {
    pub(super) fn new(kind: &'static str) -> Self {
        let mut keys = DocumentMut::new();
        // Its place is at the beginning; the number comes later.
        keys["id"] = value(0);
        Self { kind, keys }
    }

    pub(super) fn text(mut self, key: &str, text: impl Into<String>) -> Self {
        self.keys[key] = value(text.into());
        self
    }

    pub(super) fn optional(self, key: &str, text: Option<&String>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    pub(super) fn date(mut self, key: &str, date: impl Into<Option<Date>>) -> Self {
        if let Some(date) = date.into() {
            let date: toml_edit::Datetime = date.to_string().parse().expect("a day of this age is a TOML date");
            self.keys[key] = value(date);
        }
        self
    }

    pub(super) fn number(mut self, key: &str, number: u32) -> Self {
        self.keys[key] = value(i64::from(number));
        self
    }

    pub(super) fn yes(mut self, key: &str, yes: bool) -> Self {
        if yes {
            self.keys[key] = value(true);
        }
        self
    }

    fn toml(self, id: u32, recorder: &Recorder) -> String {
        let entry = self.number("id", id).text("recorded", &recorder.time).text("recorded_by", &recorder.by);
        format!("[[{}]]\n{}", entry.kind, entry.keys)
    }
}

/// The register of a person.
pub(super) fn book<T>(practice: &Practice, member: &Member, with: impl FnOnce(Book<'_>) -> T) -> T {
    with(Book {
        root: &practice.root,
        file: &super::file_of(&member.folder),
        begins: "# What is on record about this person: consents, disclosures, holds. heldspace adds entries at the end and never\n# changes one that stands here; what ended is ended by a later entry.\n\n",
        check: |source, mistakes| drop(super::parse(source, mistakes)),
    })
}

impl Book<'_> {
    /// Adds the entry; its number.
    pub(super) fn append(&self, entry: Entry, recorder: &Recorder) -> Result<u32, RegisterError> {
        let path = self.root.join(self.file);
        let there = path.symlink_metadata().is_ok();
        let mut bytes =
            if there { read_regular(self.root, self.file, TEXT_LIMIT).map_err(Mistakes::from)? } else { Vec::new() };
        let id = next(&self.checked(&bytes)?);
        let before = match bytes.last() {
            None if there => "",
            None => self.begins,
            Some(b'\n') => "\n",
            Some(_) => "\n\n",
        };
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend_from_slice(entry.toml(id, recorder).as_bytes());
        if bytes.len() as u64 > TEXT_LIMIT {
            return Err(RegisterError::Full { file: self.file.to_owned() });
        }
        self.checked(&bytes)?;
        if there {
            files::write(&path, &bytes, Access::Usual)?;
        } else {
            files::write_new(&path, &bytes, Access::Usual)?;
        }
        Ok(id)
    }

    fn checked(&self, bytes: &[u8]) -> Result<Source, RegisterError> {
        let source = Source::of_bytes(self.file, bytes.to_vec()).map_err(Mistakes::from)?;
        let mut mistakes = Vec::new();
        (self.check)(&source, &mut mistakes);
        Ok(Mistakes::unless_any(mistakes, source)?)
    }
}

/// One more than the largest number in a file that is known to have no mistakes.
fn next(source: &Source) -> u32 {
    let Ok(Node { shape: Shape::Table(kinds), .. }) = toml::parse(source, 0..source.text().len()) else { return 1 };
    let entries = kinds.into_iter().filter_map(|kind| match kind.value.shape {
        Shape::List(entries) => Some(entries),
        _ => None,
    });
    let ids = entries.flatten().filter_map(|entry| match entry.shape {
        Shape::Table(keys) => keys.into_iter().find(|key| key.key == "id"),
        _ => None,
    });
    let numbers = ids.filter_map(|id| match id.value.shape {
        Shape::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    });
    numbers.max().unwrap_or(0).saturating_add(1)
}

impl From<FileError> for RegisterError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
