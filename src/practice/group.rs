//! `content/groups/<group>/group.toml`.

use std::{collections::BTreeMap, path::Path};

use super::{Joined, Left, Member, membership};
use crate::content::{Fields, Mistake, Source, suggest, toml};

/// Some members who meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub folder: String,
    pub title: String,
    /// Folder names, each once, as written.
    pub members: Vec<String>,
    /// When they meet, in the therapist's words.
    pub schedule: Option<String>,
    /// Who came later than the group began.
    pub joined: Vec<Joined>,
    pub left: Vec<Left>,
    /// Whether its pages are records of a Part 2 program (42 CFR part 2): then consents to naming have more in them.
    pub part2: bool,
}

pub(super) fn read(
    root: &Path,
    folder: &str,
    members: &BTreeMap<String, Member>,
    mistakes: &mut Vec<Mistake>,
) -> Group {
    let mut group = Group { folder: folder.to_owned(), title: folder.to_owned(), ..Group::default() };
    let file = Path::new("content/groups").join(folder).join("group.toml");
    let Some((source, node)) = open(root, &file, "title = \"…\" and members = [\"…\"]", mistakes) else {
        return group;
    };
    let mut fields = Fields::new(&source, node, mistakes);
    if let Some(title) = fields.required_text("title", "title = \"Living with loss\"") {
        group.title = title.value;
    }
    group.schedule = fields.text("schedule").map(|text| text.value);
    group.part2 = fields.boolean("part2").is_some_and(|part2| part2.value);
    match fields.texts("members") {
        None => fields.missing("members", "members = [\"anna\", \"ben\"]"),
        Some(list) => {
            for member in list.value {
                if !members.contains_key(&member.value) {
                    let hint = suggest::hint(&member.value, "members", members.keys().map(String::as_str));
                    fields.mistake(&member.at, format!("there is no member `{}`", member.value), hint);
                } else if group.members.contains(&member.value) {
                    fields.mistake(&member.at, format!("`{}` stands here twice", member.value), "remove one of them");
                } else {
                    group.members.push(member.value);
                }
            }
        }
    }
    membership::read(&mut fields, &mut group);
    fields.finish();
    group
}

/// Reads a TOML file that has to be there, because its folder is.
pub(super) fn open(
    root: &Path,
    file: &Path,
    example: &str,
    mistakes: &mut Vec<Mistake>,
) -> Option<(Source, crate::content::Node)> {
    let missing = || {
        let hint = format!("make the file, with {example}; or remove the folder");
        Mistake::whole(file, "there is no such file", hint)
    };
    let source = match Source::read(root, file) {
        Ok(source) => source,
        Err(_) if !root.join(file).exists() => {
            mistakes.push(missing());
            return None;
        }
        Err(mistake) => {
            mistakes.push(mistake);
            return None;
        }
    };
    match toml::parse(&source, 0..source.text().len()) {
        Ok(node) => Some((source, node)),
        Err(mut errors) => {
            mistakes.append(&mut errors);
            None
        }
    }
}
