//! Where a relative link leads, and which files a page may bring along: those of its own place, and of the library.
//!
//! SECURITY: what lies in the folder of somebody narrower never goes out with a page that others read.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use super::AttachmentError;
use crate::content::{Place, is_left_out, nearest};

/// Where a link leads: a file below the practice's folder, and a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub file: PathBuf,
    pub fragment: Option<String>,
}

impl Destination {
    /// Of a relative link in the page `from`.
    pub fn of(link: &str, from: &Path) -> Result<Self, AttachmentError> {
        let (path, fragment) = match link.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (link, None),
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.trim().to_owned());
        let no_path = || AttachmentError::NoPath { link: link.to_owned() };
        let path = decoded(path).filter(|path| !path.contains(['\\', '\0'])).ok_or_else(no_path)?;
        let fragment = fragment.map(|text| decoded(text).ok_or_else(no_path)).transpose()?;
        let mut file = from.parent().unwrap_or(Path::new("content")).to_owned();
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => drop(file.pop()),
                name => file.push(name),
            }
            if !file.starts_with("content") {
                return Err(AttachmentError::Outside { link: path });
            }
        }
        Ok(Self { file, fragment: fragment.filter(|text| !text.is_empty()) })
    }

    pub fn is_page(&self) -> bool {
        let ending = self.file.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown"))
    }
}

/// A file as an author knows it.
pub fn shown(file: &Path) -> String {
    file.display().to_string()
}

/// Whether any folder or file on the way is the author's own business.
pub fn is_own(file: &Path) -> bool {
    file.iter().skip(1).any(|name| is_left_out(&name.to_string_lossy()))
}

/// Refuses what the readers of `page` may not have.
pub fn belongs(file: &Path, page: &Path) -> Result<(), AttachmentError> {
    if is_own(file) {
        return Err(AttachmentError::Own { file: shown(file) });
    }
    let whose = match (Place::of(file), Place::of(page)) {
        (Place::Library, _) => return Ok(()),
        (of_file, of_page) if of_file == of_page && !matches!(of_file, Place::Between | Place::Unknown(_)) => {
            return Ok(());
        }
        (Place::Group(group), _) => format!("the group `{group}` alone"),
        (Place::Member(member), _) => format!("`{member}` alone"),
        (Place::Messages, _) => "messages to some members".to_owned(),
        (Place::Between | Place::Unknown(_), _) => "nobody: it lies in no one's folder".to_owned(),
    };
    Err(AttachmentError::Elsewhere { file: shown(file), whose })
}

/// The file as the disk spells it: some disks take accents apart, and some editors put them together.
pub fn found(root: &Path, file: &Path) -> Result<PathBuf, AttachmentError> {
    let mut found = PathBuf::new();
    for name in file {
        let next = found.join(name);
        let there = root.join(&next).symlink_metadata();
        // SECURITY: a link could lead to any file of this machine.
        if there.as_ref().is_ok_and(std::fs::Metadata::is_symlink) {
            return Err(AttachmentError::Unreadable { file: shown(&next), why: "it is a symbolic link".into() });
        }
        found = if there.is_ok() { next } else { found.join(spelled(root, &found, &name.to_string_lossy(), file)?) };
    }
    Ok(found)
}

/// The name in `folder` that is `name` in another spelling.
fn spelled(root: &Path, folder: &Path, name: &str, file: &Path) -> Result<String, AttachmentError> {
    let entries = root.join(folder).read_dir().into_iter().flatten().flatten();
    let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let wanted: String = name.nfc().collect();
    if let Some(same) = names.iter().find(|known| known.nfc().eq(wanted.chars())) {
        // One that is a link was not looked at yet.
        let linked = root.join(folder).join(same).is_symlink();
        return if linked { Err(missing(file, None)) } else { Ok(same.clone()) };
    }
    let known = names.iter().map(String::as_str).filter(|known| !is_left_out(known));
    Err(missing(file, nearest(&wanted, known).map(ToOwned::to_owned)))
}

fn missing(file: &Path, near: Option<String>) -> AttachmentError {
    AttachmentError::Missing { file: shown(file), near }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(link: &str) -> Result<String, AttachmentError> {
        Destination::of(link, Path::new("content/groups/grief/a.md")).map(|to| shown(&to.file))
    }

    #[test]
    fn links_are_followed_as_editors_write_them() {
        assert_eq!(leads("leaf.jpg").unwrap(), "content/groups/grief/leaf.jpg");
        assert_eq!(leads("./a%20b/%C3%A4.png#x").unwrap(), "content/groups/grief/a b/ä.png");
        assert_eq!(leads("../../library/x.md").unwrap(), "content/library/x.md");
    }

    #[test]
    fn no_link_leads_out_of_the_content() {
        for link in ["../../../site.toml", "../../..", "../../../content/../site.toml", "%2e%2e/%2e%2e/%2e%2e/x"] {
            assert!(matches!(leads(link), Err(AttachmentError::Outside { .. })), "{link}");
        }
        for link in ["a\\b.png", "a%00.png", "%ff.png", "a%5cb"] {
            assert!(matches!(leads(link), Err(AttachmentError::NoPath { .. })), "{link}");
        }
    }

    #[test]
    fn a_file_goes_no_further_than_its_folder() {
        let may = |file: &str, page: &str| belongs(Path::new(file), Path::new(page)).is_ok();
        assert!(may("content/library/a.pdf", "content/members/ann/x.md"));
        assert!(may("content/groups/a/in/a.pdf", "content/groups/a/x.md"));
        assert!(may("content/messages/a.pdf", "content/messages/x.md"));
        assert!(!may("content/groups/a/a.pdf", "content/groups/b/x.md"));
        assert!(!may("content/groups/a/a.pdf", "content/library/x.md"));
        assert!(!may("content/members/ann/a.pdf", "content/messages/x.md"));
        assert!(!may("content/members/ann/a.pdf", "content/members/ben/x.md"));
        assert!(!may("content/a.pdf", "content/library/x.md"));
        assert!(!may("content/library/notes/a.pdf", "content/library/x.md"));
        assert!(!may("content/library/.trash/a.pdf", "content/library/x.md"));
        assert!(!may("content/library/NOTES/a.pdf", "content/library/x.md"));
    }
}
