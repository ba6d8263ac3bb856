//! Mistakes in the practice's files: each with file, line, column, what is wrong, and what to do.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    explain::Explain,
    visible::{visible, visible_line},
};

/// One mistake, at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// Relative to the practice.
    pub file: PathBuf,
    /// From 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    pub what: String,
    pub hint: Option<String>,
    /// The line itself.
    #[serde(skip)]
    source: Option<String>,
}

impl Mistake {
    /// About a whole file or folder.
    pub fn in_file(file: &Path, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, column: None, what: what.into(), hint: None, source: None }
    }

    /// At a byte of a file's text.
    pub fn at(file: &Path, text: &str, offset: usize, what: impl Into<String>) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        let source = text[start..].lines().next().unwrap_or_default().to_owned();
        let column = before[start..].chars().count() + 1;
        Self { line: Some(line), column: Some(column), source: Some(source), ..Self::in_file(file, what) }
    }

    /// At a line and column of a file's text, both from 1.
    pub fn at_line(file: &Path, text: &str, line: usize, column: usize, what: impl Into<String>) -> Self {
        let source = text.lines().nth(line.saturating_sub(1)).map(str::to_owned);
        Self { line: Some(line), column: Some(column), source, ..Self::in_file(file, what) }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", visible_line(&self.file.display().to_string()))?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", visible(&self.what))?;
        if let (Some(source), Some(line), Some(column)) = (&self.source, self.line, self.column) {
            let number = line.to_string();
            let shown: String = source.chars().take(160).collect();
            let lead: String = shown.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(
                f,
                "\n  {number} | {}\n  {:width$} | {lead}^",
                visible_line(&shown).replace("\\t", "\t"),
                "",
                width = number.len()
            )?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  {}", visible(hint)),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong, in order of place: reported together, so that it can be mended together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// The value, unless there were mistakes.
    pub fn or<T>(mistakes: Vec<Mistake>, value: T) -> Result<T, Self> {
        if mistakes.is_empty() { Ok(value) } else { Err(mistakes.into_iter().collect()) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl FromIterator<Mistake> for Mistakes {
    fn from_iter<T: IntoIterator<Item = Mistake>>(all: T) -> Self {
        let mut all: Vec<Mistake> = all.into_iter().collect();
        all.sort();
        all.dedup();
        Self(all)
    }
}

impl FromIterator<Mistakes> for Mistakes {
    fn from_iter<T: IntoIterator<Item = Mistakes>>(all: T) -> Self {
        all.into_iter().flat_map(|mistakes| mistakes.0).collect()
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "a mistake in the practice's files")?,
            n => write!(f, "{n} mistakes in the practice's files")?,
        }
        self.0.iter().try_for_each(|mistake| write!(f, "\n\n{mistake}"))
    }
}

impl std::error::Error for Mistakes {}

impl Explain for Mistakes {
    fn hint(&self) -> Option<String> {
        Some("Nothing was published. Mend these, and run the command again.".into())
    }

    fn exit_code(&self) -> u8 {
        3
    }
}

/// "did you mean …?", where one of `known` is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = known.into_iter().map(|k| (strsim::damerau_levenshtein(word, k), k)).min()?;
    (near.0 <= 2.max(word.chars().count() / 3)).then(|| format!("Did you mean `{}`?", near.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_line_and_marks_the_place() {
        let mistake = Mistake::at(Path::new("a.md"), "one\n\tünd two\n", 10, "wrong").hint("Do this.");
        assert_eq!(mistake.to_string(), "a.md:2:6: wrong\n  2 | \tünd two\n    | \t    ^\n  Do this.");
    }

    #[test]
    fn nothing_hidden_reaches_a_terminal() {
        let mistake = Mistake::at(Path::new("a\u{1b}[2J.md"), "\u{202e}x", 0, "b\u{7}");
        assert!(!mistake.to_string().contains(['\u{1b}', '\u{7}', '\u{202e}']));
    }
}
