//! `group.toml`: some members who meet.

use crate::content::{
    Mistake,
    fields::{Fields, Source},
};

/// Some members who meet.
#[derive(Debug, Clone)]
pub struct Group {
    /// The folder's name: for the author alone.
    pub folder: String,
    /// What members see.
    pub title: String,
    /// Folder names of members.
    pub members: Vec<String>,
    pub schedule: Option<String>,
}

impl Group {
    /// Reads `group.toml`; `check` says what is wrong with a member's name there.
    pub fn read(
        folder: &str,
        source: Source<'_>,
        check: impl Fn(&str, &Self) -> Option<String>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut fields = Fields::of_toml(source, source.text, 0).map_err(|mistake| vec![mistake])?;
        let title = fields.required("title");
        let schedule = fields.text("schedule").map(|(text, _)| text);
        let members = fields.list("members").unwrap_or_default();
        let mut group = Self { folder: folder.to_owned(), title, members: Vec::new(), schedule };
        for (name, at) in members {
            if let Some(hint) = check(&name, &group) {
                fields.wrong(at, format!("{name:?} can't be in this group"), hint);
            }
            group.members.push(name);
        }
        let mistakes = fields.finish();
        if mistakes.is_empty() { Ok(group) } else { Err(mistakes) }
    }
}
