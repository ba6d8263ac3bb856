//! What is wrong in the practice's own files: where, what, and what to do about it.
//!
//! In: a place in a text. Out: a report that a person can act on, sorted, all of it at once. It must not know what the
//! files are for.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};

use super::unseen::made_visible;
use crate::explain::Explain;

/// Longest piece of a line that is shown, in characters.
const SHOWN: usize = 100;

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// Relative to the practice.
    #[serde(serialize_with = "as_text")]
    pub file: PathBuf,
    /// From 1.
    pub line: Option<usize>,
    /// In characters, from 1.
    pub column: Option<usize>,
    pub what: String,
    /// What to do about it; may be empty.
    pub hint: String,
    #[serde(skip)]
    excerpt: Option<Box<Excerpt>>,
}

/// The line in question and which part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Excerpt {
    line: String,
    before: usize,
    marked: usize,
}

/// A line, cut where it is long, and the characters of it that are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Marked<'a> {
    pub line: &'a str,
    /// How many characters stand before the place.
    pub before: usize,
    pub marked: usize,
}

impl Mistake {
    /// The line in question, where it is about one.
    pub fn marked(&self) -> Option<Marked<'_>> {
        let Excerpt { line, before, marked } = self.excerpt.as_deref()?;
        Some(Marked { line, before: *before, marked: *marked })
    }

    /// A mistake that is about a whole file or folder.
    pub fn whole(file: impl Into<PathBuf>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None, what: what.into(), hint: hint.into(), excerpt: None }
    }

    /// Another mistake at the same place.
    pub(crate) fn saying(self, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), ..self }
    }

    /// The same mistake at `line`, of which the characters `start..end` (from 0) are meant.
    pub(super) fn at(mut self, number: usize, line: &str, start: usize, end: usize) -> Self {
        self.line = Some(number);
        self.column = Some(start + 1);
        self.excerpt = Some(Box::new(Excerpt::new(line, start, end)));
        self
    }
}

impl Excerpt {
    fn new(line: &str, start: usize, end: usize) -> Self {
        let length = line.chars().count();
        let from = if length <= SHOWN { 0 } else { start.saturating_sub(SHOWN / 2) };
        let mut shown = made_visible(&line.chars().skip(from).take(SHOWN).collect::<String>());
        let before = start - from;
        if from > 0 {
            shown.replace_range(..shown.chars().next().map_or(0, char::len_utf8), "…");
        }
        if length > from + SHOWN {
            shown.push('…');
        }
        let marked = end.saturating_sub(start).min(SHOWN.saturating_sub(before)).max(1);
        Self { line: shown, before, marked }
    }

    fn show(&self, number: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A tab under a tab, so that the caret stands below what it marks.
        let indent = self.line.chars().take(self.before).map(|c| if c == '\t' { '\t' } else { ' ' });
        let indent: String = indent.collect();
        write!(f, "\n{number:>5} | {}\n      | {indent}{}", self.line, "^".repeat(self.marked))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.what)?;
        if let (Some(line), Some(excerpt)) = (self.line, &self.excerpt) {
            excerpt.show(line, f)?;
        }
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n   {}", self.hint) }
    }
}

impl std::error::Error for Mistake {}

/// Everything that is wrong, sorted by file and place, nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Whatever was found, in order.
    pub fn new(mut list: Vec<Mistake>) -> Self {
        list.sort_unstable();
        list.dedup();
        Self(list)
    }

    /// `value` if nothing was found.
    pub fn unless_any<T>(list: Vec<Mistake>, value: T) -> Result<T, Self> {
        if list.is_empty() { Ok(value) } else { Err(Self::new(list)) }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Mistake> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl IntoIterator for Mistakes {
    type Item = Mistake;
    type IntoIter = std::vec::IntoIter<Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Mistakes {
    type Item = &'a Mistake;
    type IntoIter = std::slice::Iter<'a, Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.iter().enumerate() {
            if n > 0 {
                f.write_str("\n\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl Explain for Mistakes {
    fn hint(&self) -> Option<String> {
        let (it, these) = if self.len() == 1 { ("it", "this mistake") } else { ("them", "these mistakes") };
        Some(format!("Correct {these} and run the command again; nothing was changed or published because of {it}."))
    }

    fn exit_code(&self) -> u8 {
        3
    }
}

fn as_text<S: Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&path.display())
}
