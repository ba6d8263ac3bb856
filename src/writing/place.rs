//! Where a new page lies, and what its file is called.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::content::slug;

/// Longest name made of a title, in characters: what a list of files shows.
const LONGEST: usize = 60;
/// The same in bytes, for letters that take up to four: far from the 255 that a file name may have.
const LONGEST_BYTES: usize = 120;
/// What Windows opens as a device; and `index`, which in the library is the front page.
const RESERVED: [&str; 8] = ["con", "prn", "aux", "nul", "com1", "lpt1", "index", "notes"];

/// Whom a new page is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Library,
    /// A page of the open web.
    Open,
    /// By folder, as in the next.
    Group(String),
    Member(String),
    Message(Vec<String>),
}

impl Place {
    fn folder(&self) -> PathBuf {
        match self {
            Self::Library | Self::Open => "content/library".into(),
            Self::Group(group) => Path::new("content/groups").join(group),
            Self::Member(member) => Path::new("content/members").join(member),
            Self::Message(_) => "content/messages".into(),
        }
    }

    /// `content/groups/grief/2026-11-24-living-with-loss.md`; the template's name where nothing of the title can be written.
    pub(super) fn file(&self, date: Option<Date>, title: &str, template: &str) -> PathBuf {
        let mut name = slug(title);
        if name.is_empty() && *self != Self::Open {
            name = letters(title);
        }
        name = name.chars().take(LONGEST).collect();
        name.truncate(name.trim_end_matches('-').len());
        let date = date.map(|date| date.to_string());
        let name = match (date, name.as_str()) {
            (Some(date), "") => format!("{date}-{template}"),
            (Some(date), name) => format!("{date}-{name}"),
            (None, "") => template.to_owned(),
            (None, name) if RESERVED.contains(&name) => format!("{name}-page"),
            (None, name) => name.to_owned(),
        };
        self.folder().join(format!("{name}.md"))
    }
}

/// A title whose letters are not a–z, as a file name: two pages in Hebrew are two files. An open page's name must also be an
/// address, and so does without.
fn letters(title: &str) -> String {
    let mut name = String::new();
    for c in title.nfc().flat_map(char::to_lowercase) {
        if name.len() + c.len_utf8() > LONGEST_BYTES {
            break;
        }
        if c.is_alphanumeric() || (is_combining_mark(c) && !name.is_empty()) {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_leaves_its_folder_or_hides() {
        let long = "x".repeat(200);
        let long_too = "痛/".repeat(200);
        let titles = [
            "../../etc/passwd",
            "/etc/passwd",
            "C:\\x",
            ".hidden",
            "a\0b",
            "../痛み/",
            "CON",
            "index",
            "…",
            &long,
            &long_too,
        ];
        for title in titles {
            let file = Place::Library.file(None, title, "page");
            assert_eq!(file.parent(), Some(Path::new("content/library")), "{title:?}");
            let name = file.file_stem().unwrap().to_str().unwrap();
            assert!(
                !name.is_empty() && name.len() <= 120 && !name.starts_with(['.', '-']) && !name.ends_with('-'),
                "{name}"
            );
            assert!(!RESERVED.contains(&name), "{name}");
        }
        let date = Some(jiff::civil::date(2026, 11, 24));
        assert_eq!(
            Place::Group("grief".into()).file(date, "Über Verlust", "agenda"),
            Path::new("content/groups/grief/2026-11-24-uber-verlust.md")
        );
        assert_eq!(
            Place::Member("maya".into()).file(date, "痛み", "progress"),
            Path::new("content/members/maya/2026-11-24-痛み.md")
        );
    }

    #[test]
    fn titles_of_any_script_are_files_of_their_own_but_for_addresses() {
        let library = |title| Place::Library.file(None, title, "page").to_str().unwrap().to_owned();
        assert_eq!(library("שלום, עולם"), "content/library/שלום-עולם.md");
        assert_eq!(library("हिन्दी"), "content/library/हिन्दी.md");
        assert_eq!(library("か\u{3099}"), "content/library/が.md", "one name, however it was typed");
        assert_eq!(library("…"), "content/library/page.md");
        assert_eq!(Place::Open.file(None, "痛み", "page"), Path::new("content/library/page.md"));
    }
}
