//! Where a new page lies, and what its file is called.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::content::slug;

/// Longest name made of a title, in characters: what a list of files shows.
const LONGEST: usize = 60;
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
        let mut name: String = slug(title).chars().take(LONGEST).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_leaves_its_folder_or_hides() {
        let long = "x".repeat(200);
        for title in ["../../etc/passwd", "/etc/passwd", "C:\\x", ".hidden", "a\0b", "痛み", "CON", "index", "…", &long]
        {
            let file = Place::Library.file(None, title, "page");
            assert_eq!(file.parent(), Some(Path::new("content/library")), "{title:?}");
            let name = file.file_stem().unwrap().to_str().unwrap();
            assert!(!name.is_empty() && name.len() <= 70 && !name.starts_with(['.', '-']), "{name}");
            assert!(!RESERVED.contains(&name), "{name}");
        }
        let date = Some(jiff::civil::date(2026, 11, 24));
        assert_eq!(
            Place::Group("grief".into()).file(date, "Über Verlust", "agenda"),
            Path::new("content/groups/grief/2026-11-24-uber-verlust.md")
        );
        assert_eq!(
            Place::Member("maya".into()).file(date, "痛み", "progress"),
            Path::new("content/members/maya/2026-11-24-progress.md")
        );
    }
}
