//! A text file of the practice: read with suspicion, and able to point at a place in itself.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    ops::Range,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::mistake::Mistake;

/// A page, a template or a TOML file may have this many bytes.
pub(crate) const TEXT_LIMIT: u64 = 1024 * 1024;

/// Text, the file it comes from, and the line it begins on.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    file: PathBuf,
    text: String,
    first_line: usize,
}

impl Source {
    pub(crate) fn new(file: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into(), first_line: 1 }
    }

    /// Reads `file` below `root`: without its byte-order mark, and with plain newlines.
    pub(crate) fn read(root: &Path, file: &Path) -> Result<Self, Mistake> {
        Self::of_bytes(file, read_regular(root, file, TEXT_LIMIT)?)
    }

    /// The text that these bytes of `file` are.
    pub(crate) fn of_bytes(file: &Path, bytes: Vec<u8>) -> Result<Self, Mistake> {
        if is_utf16(&bytes) {
            let what = "saved as UTF-16, which Windows calls “Unicode”";
            return Err(Mistake::whole(file, what, "save the file with the encoding UTF-8"));
        }
        let text = String::from_utf8(bytes).map_err(|e| not_text(file, &e))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
        Ok(Self::new(file, text))
    }

    /// What begins at byte `from`, which is the beginning of a line.
    pub(crate) fn rest(&self, from: usize) -> Self {
        let line = self.first_line + self.text[..from].matches('\n').count();
        Self { file: self.file.clone(), text: self.text[from..].to_owned(), first_line: line }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A mistake at the bytes `at`, or at their first line if they span several.
    pub(crate) fn mistake(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
        let start = self.boundary(at.start);
        let end = self.boundary(at.end.max(start));
        let begin = self.text[..start].rfind('\n').map_or(0, |n| n + 1);
        let line = self.text[begin..].split('\n').next().unwrap_or_default();
        let column = self.text[begin..start].chars().count();
        let marked = self.text[start..end.min(begin + line.len()).max(start)].chars().count();
        let number = self.first_line + self.text[..begin].matches('\n').count();
        Mistake::whole(&self.file, what, hint).at(number, line, column, column + marked)
    }

    /// The nearest character boundary at or before `offset`.
    fn boundary(&self, offset: usize) -> usize {
        (0..=offset.min(self.text.len())).rev().find(|&n| self.text.is_char_boundary(n)).unwrap_or(0)
    }
}

/// A regular file, opened to be read.
pub(crate) fn open_regular(root: &Path, file: &Path) -> Result<File, Mistake> {
    // SECURITY: no symbolic link is followed to a secret elsewhere, and a pipe or device neither blocks nor is read.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(root.join(file));
    let opened = opened.map_err(|e| unreadable(file, &e))?;
    let meta = opened.metadata().map_err(|e| unreadable(file, &e))?;
    if !meta.is_file() {
        return Err(Mistake::whole(file, "not a regular file", "put a plain file in its place, or remove it"));
    }
    Ok(opened)
}

/// The bytes of a regular file of at most `limit` bytes.
pub(crate) fn read_regular(root: &Path, file: &Path, limit: u64) -> Result<Vec<u8>, Mistake> {
    let opened = open_regular(root, file)?;
    // The length is asked for and then held to: the file may grow meanwhile.
    let mut bytes = Vec::new();
    opened.take(limit + 1).read_to_end(&mut bytes).map_err(|e| unreadable(file, &e))?;
    if bytes.len() as u64 > limit {
        let what = format!("larger than {} KiB", limit / 1024);
        return Err(Mistake::whole(file, what, "split it into several files, or take something out"));
    }
    Ok(bytes)
}

fn unreadable(file: &Path, error: &io::Error) -> Mistake {
    match error.kind() {
        io::ErrorKind::NotFound => Mistake::whole(file, "there is no such file", "make it, or check its name"),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => symbolic_link(file),
        _ => Mistake::whole(file, format!("can't be read: {error}"), "check its owner and permissions"),
    }
}

pub(crate) fn symbolic_link(file: &Path) -> Mistake {
    Mistake::whole(
        file,
        "a symbolic link",
        "links are not followed; copy what it points to into its place, or remove it",
    )
}

/// By its mark; or, without one, by the empty half of a first letter.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..])
}

fn not_text(file: &Path, error: &std::string::FromUtf8Error) -> Mistake {
    let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
    let line = 1 + before.matches('\n').count();
    Mistake::whole(file, format!("not UTF-8 text (line {line})"), "save the file with the encoding UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_place() {
        let source = Source::new("a.md", "+++\ntïtle\tx = 1\n+++\n");
        let shown = source.mistake(&(11..12), "wrong", "do right").to_string();
        assert_eq!(shown, "a.md:2:7: wrong\n    2 | tïtle\tx = 1\n      |      \t^\n   do right");
    }

    #[test]
    fn a_place_outside_or_within_a_character_is_still_a_place() {
        let source = Source::new("a.md", "ä\nö");
        for start in 0..8 {
            for end in 0..8 {
                source.mistake(&(start..end), "", "").to_string();
            }
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let source = Source::new("a.md", "x".repeat(5000));
        let shown = source.mistake(&(2500..2503), "wrong", "").to_string();
        assert!(shown.lines().all(|line| line.chars().count() < 120), "{shown}");
        assert!(shown.ends_with("^^^"));
    }
}
