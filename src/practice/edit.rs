//! Changing `member.toml` and `group.toml`: only the keys that heldspace owns; comments and order stay as they are.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::{
    Joined, Left, StandIn,
    files::{self, Access, FileError},
    member::Closed,
};
use crate::{
    content::{Mistakes, SHORT, is_unseen},
    explain::Explain,
    seal::NewMailbox,
    wire::MailboxId,
};

/// Why a change of members or groups was not made.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{} is not TOML", path.display())]
    Toml { path: PathBuf, source: toml_edit::TomlError },
    #[error("`{key}` in {} is not what heldspace writes there", path.display())]
    Shape { path: PathBuf, key: &'static str },
    #[error("{name:?} can't be a folder name")]
    Name { name: String },
    #[error("there is already a {kind} {name:?}")]
    Taken { kind: &'static str, name: String },
    #[error("there is no {kind} {name:?}")]
    Unknown { kind: &'static str, name: String, known: Vec<String> },
    #[error("{member:?} is in {group:?} already")]
    Already { member: String, group: String },
    #[error("{member:?} is not in {group:?}")]
    Apart { member: String, group: String },
    #[error("{name:?} was closed")]
    Closed { name: String },
    #[error("{text:?} can't be shown as a name")]
    Shown { text: String },
    #[error("a name or title has {longest} characters at most")]
    Long { longest: usize },
    #[error("{email:?} is not an e-mail address")]
    Email { email: String },
    #[error("{tag:?} is not a language tag")]
    Language { tag: String },
    #[error("{name:?} can't act for {whom:?}")]
    ActsFor { name: String, whom: String },
}

impl Explain for EditError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(e) => return e.hint(),
            Self::Toml { .. } | Self::Shape { .. } => "Mend the file in your editor (`heldspace build` shows line and column). Nothing was changed.".into(),
            Self::Name { .. } => "Use small letters a–z, digits and hyphens, such as `maya` or `tuesday-group`. It is for you alone: no member ever sees it.".into(),
            Self::Taken { kind: "member", .. } => "Choose another name; or `heldspace member rekey` to give this member a new card.".into(),
            Self::Taken { .. } => "Choose another name.".into(),
            Self::Unknown { kind, known, .. } if known.is_empty() => format!("There are none yet: `heldspace {kind} add`."),
            Self::Unknown { known, .. } => format!("There are: {}.", known.join(", ")),
            Self::Already { .. } => "Nothing was changed.".into(),
            Self::Apart { .. } => "Nothing was changed. `heldspace group list` shows who is in which group.".into(),
            Self::Closed { .. } => "A closed member stays closed. To take someone back, add them anew under another folder name.".into(),
            Self::Shown { .. } => "Write it on one line, with letters that can be seen.".into(),
            Self::Long { .. } => "Write something shorter: it is shown on a phone.".into(),
            Self::Email { .. } => "Write it as name@example.org.".into(),
            Self::Language { .. } => "Write a tag such as en, de or pt-BR.".into(),
            Self::ActsFor { .. } => "Someone acts for another member, who acts for nobody.".into(),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::File(_) => 1,
            Self::Toml { .. } | Self::Shape { .. } => 3,
            _ => 2,
        }
    }
}

/// Checks a name that becomes a folder.
pub fn folder_name(name: &str) -> Result<&str, EditError> {
    // SECURITY: a name goes into a path; nothing but these characters does. `notes` is the author's own everywhere.
    if super::is_folder_name(name) && name != "notes" {
        Ok(name)
    } else {
        Err(EditError::Name { name: name.to_owned() })
    }
}

/// Checks a name or title that members see.
pub fn shown(text: &str) -> Result<&str, EditError> {
    if text.chars().count() > SHORT {
        return Err(EditError::Long { longest: SHORT });
    }
    let seen = text.chars().any(char::is_alphanumeric) && !text.chars().any(|c| c.is_control() || is_unseen(c));
    if seen { Ok(text) } else { Err(EditError::Shown { text: text.to_owned() }) }
}

/// Checks an address only as far as it goes into a file: who can be reached is seen when a notice is sent.
pub fn email(text: &str) -> Result<&str, EditError> {
    if super::member::is_address(text) && text.rsplit('@').next().is_some_and(|host| host.contains('.')) {
        Ok(text)
    } else {
        Err(EditError::Email { email: text.to_owned() })
    }
}

/// Checks the language of someone's notices.
pub fn language(tag: &str) -> Result<&str, EditError> {
    if super::site::is_language(tag) { Ok(tag) } else { Err(EditError::Language { tag: tag.to_owned() }) }
}

/// A file of the practice, about to be changed.
pub struct Edit {
    path: PathBuf,
    document: DocumentMut,
}

impl Edit {
    pub fn member(root: &Path, folder: &str) -> Result<Self, EditError> {
        Self::read(root.join("content/members").join(folder).join("member.toml"))
    }

    pub fn group(root: &Path, folder: &str) -> Result<Self, EditError> {
        Self::read(root.join("content/groups").join(folder).join("group.toml"))
    }

    pub fn site(root: &Path) -> Result<Self, EditError> {
        Self::read(root.join("site.toml"))
    }

    fn read(path: PathBuf) -> Result<Self, EditError> {
        let bytes = files::read(&path)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let document = text.parse().map_err(|source| EditError::Toml { path: path.clone(), source })?;
        Ok(Self { path, document })
    }

    /// Refuses a `site.toml` that would hold a mistake.
    pub fn check_site(&self) -> Result<(), Mistakes> {
        let mut mistakes = Vec::new();
        super::site::check(&self.document.to_string(), &mut mistakes);
        Mistakes::unless_any(mistakes, ())
    }

    pub fn save(&self) -> Result<(), EditError> {
        Ok(files::write(&self.path, self.document.to_string().as_bytes(), Access::Usual)?)
    }

    /// Puts a new mailbox in; the one before stays known as this person's.
    pub fn set_mailbox(&mut self, mailbox: &NewMailbox) -> Result<(), EditError> {
        self.retire_mailbox()?;
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n# Written by heldspace. Public values: they open nothing.\n");
        table["id"] = value(mailbox.id.to_string());
        table["recipient"] = value(mailbox.recipient.to_string());
        table["key"] = value(data_encoding::BASE64.encode(mailbox.key.as_bytes()));
        self.document["mailbox"] = Item::Table(table);
        Ok(())
    }

    /// Takes the mailbox out, and keeps its id among the former ones, with the key that tells its answers from forged ones.
    pub fn retire_mailbox(&mut self) -> Result<(), EditError> {
        let Some(old) = self.document.remove("mailbox") else { return Ok(()) };
        let id = old.get("id").and_then(Item::as_str).and_then(|id| id.parse::<MailboxId>().ok());
        let id = id.ok_or_else(|| self.shape("mailbox"))?;
        let key = old.get("key").and_then(Item::as_str).ok_or_else(|| self.shape("mailbox"))?;
        self.list("former")?.push(format!("{id} {key}"));
        Ok(())
    }

    /// Writes down the end of someone's membership; the mailbox stays known as theirs.
    pub fn close(&mut self, closed: Closed) {
        self.set_above("closed", date(closed.on));
        if let Some(reason) = closed.reason {
            self.set_above("closed_reason", value(reason.to_string()));
        }
        if let Some(last) = closed.keep_until {
            self.set_above("keep_until", date(last));
        }
    }

    /// No notices: until a day, or until further notice.
    pub fn pause(&mut self, until: Option<Date>) {
        self.resume();
        match until {
            Some(day) => self.set_above("paused_until", date(day)),
            None => self.set_above("paused", value(true)),
        }
    }

    pub fn resume(&mut self) {
        self.document.remove("paused");
        self.document.remove("paused_until");
    }

    /// Sets a key of the file itself, above its first section.
    fn set_above(&mut self, key: &str, item: Item) {
        self.document.insert(key, item);
    }

    /// Ends all links made so far.
    pub fn next_generation(&mut self, generation: u32) -> Result<(), EditError> {
        let error = self.shape("mailbox");
        let mailbox = self.document.get_mut("mailbox").and_then(Item::as_table_like_mut).ok_or(error)?;
        mailbox.insert("generation", value(i64::from(generation)));
        Ok(())
    }

    /// Ends one link.
    pub fn revoke(&mut self, week: &str) -> Result<(), EditError> {
        let error = self.shape("mailbox");
        let mailbox = self.document.get_mut("mailbox").and_then(Item::as_table_like_mut).ok_or(error)?;
        let error = EditError::Shape { path: self.path.clone(), key: "revoked" };
        mailbox.entry("revoked").or_insert(value(Array::new())).as_array_mut().ok_or(error)?.push(week);
        Ok(())
    }

    /// Adds a member to a group.
    pub fn join(&mut self, joined: &Joined) -> Result<(), EditError> {
        let members = self.list("members")?;
        if !members.iter().any(|known| known.as_str() == Some(&joined.member)) {
            members.push(&joined.member);
        }
        let mut line = Table::new();
        line["member"] = value(&joined.member);
        line["on"] = date(joined.on);
        if let Some(first) = joined.sees_from {
            line["sees_from"] = date(first);
        }
        self.add("joined", line)
    }

    /// Writes down that a member leaves a group; whose last day is over goes from its list.
    pub fn leave(&mut self, left: &Left, today: Date) -> Result<(), EditError> {
        if left.on <= today {
            self.strike(&left.member)?;
        }
        let mut line = Table::new();
        line["member"] = value(&left.member);
        line["on"] = date(left.on);
        if let Some(last) = left.keep_until {
            line["keep_until"] = date(last);
        }
        self.add("left", line)
    }

    /// Takes away what was planned for someone from a day on; whether there was anything.
    pub fn call_off(&mut self, key: &'static str, member: &str, from: Date) -> bool {
        let Some(lines) = self.document.get_mut(key).and_then(Item::as_array_of_tables_mut) else { return false };
        let before = lines.len();
        lines.retain(|line| {
            let on = line.get("on").and_then(Item::as_datetime).and_then(|on| on.to_string().parse::<Date>().ok());
            line.get("member").and_then(Item::as_str) != Some(member) || on.is_none_or(|on| on < from)
        });
        let changed = lines.len() < before;
        if lines.is_empty() {
            self.document.remove(key);
        }
        changed
    }

    /// Takes a name out of a group's list.
    pub fn strike(&mut self, member: &str) -> Result<(), EditError> {
        let members = self.list("members")?;
        let begins = members.get(0).and_then(|first| first.decor().prefix().cloned());
        members.retain(|known| known.as_str() != Some(member));
        // Whoever is first now stands where the first one stood.
        if let (Some(first), Some(begins)) = (members.get_mut(0), begins) {
            first.decor_mut().set_prefix(begins);
        }
        Ok(())
    }

    /// One more table of a list of them, at the end.
    fn add(&mut self, key: &'static str, line: Table) -> Result<(), EditError> {
        let error = self.shape(key);
        let tables = self.document.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        tables.as_array_of_tables_mut().ok_or(error)?.push(line);
        Ok(())
    }

    pub fn set_link_address(&mut self, address: &str) {
        self.document["address"]["links"] = value(address);
    }

    /// Says where publications go.
    pub fn set_host(&mut self, key: &str, place: &str) {
        let table = self.document.entry("host").or_insert(Item::Table(Table::new()));
        for other in ["folder", "address"] {
            if let Some(table) = table.as_table_like_mut() {
                table.remove(other);
            }
        }
        table[key] = value(place);
    }

    /// Writes down who stands in, with their keys; what else is said of it stays.
    pub fn set_stand_in(&mut self, stand_in: &StandIn) -> Result<(), EditError> {
        let error = || EditError::Shape { path: self.path.clone(), key: "answers" };
        let (shape, inner) = (error(), error());
        let mut above = Table::new();
        above.set_implicit(true);
        let answers = self.document.entry("answers").or_insert(Item::Table(above));
        let answers = answers.as_table_like_mut().ok_or(shape)?;
        let table = answers.entry("stand_in").or_insert(Item::Table(Table::new())).as_table_like_mut().ok_or(inner)?;
        let keys = stand_in.keys.as_ref().map(ToString::to_string);
        for (key, text) in [("name", Some(&stand_in.name)), ("email", Some(&stand_in.email)), ("key", keys.as_ref())] {
            let Some(text) = text else { continue };
            let mut new = toml_edit::Value::from(text);
            // What its author wrote beside it stays.
            if let Some(old) = table.get(key).and_then(Item::as_value) {
                *new.decor_mut() = old.decor().clone();
            }
            table.insert(key, value(new));
        }
        Ok(())
    }

    /// Takes the key of who stands in away; who it is stays.
    pub fn remove_stand_in_key(&mut self) {
        let answers = self.document.get_mut("answers").and_then(Item::as_table_like_mut);
        let stand_in = answers.and_then(|answers| answers.get_mut("stand_in")).and_then(Item::as_table_like_mut);
        if let Some(table) = stand_in {
            table.remove("key");
        }
    }

    fn list(&mut self, key: &'static str) -> Result<&mut Array, EditError> {
        let error = self.shape(key);
        self.document.entry(key).or_insert(value(Array::new())).as_array_mut().ok_or(error)
    }

    fn shape(&self, key: &'static str) -> EditError {
        EditError::Shape { path: self.path.clone(), key }
    }
}

/// What is known of a person when they are added; all of it was checked.
#[derive(Debug, Clone, Copy)]
pub struct NewMember<'a> {
    pub folder: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub language: Option<&'a str>,
    /// False for someone who asked for none.
    pub notices: bool,
    pub acts_for: Option<&'a str>,
}

/// Makes a member's folder.
pub fn create_member(root: &Path, member: &NewMember<'_>, mailbox: &NewMailbox) -> Result<(), EditError> {
    let folder = root.join("content/members").join(member.folder);
    let mut edit = Edit { path: folder.join("member.toml"), document: DocumentMut::new() };
    edit.document["name"] = value(member.name);
    edit.document["email"] = value(member.email);
    for (key, text) in [("language", member.language), ("acts_for", member.acts_for)] {
        if let Some(text) = text {
            edit.document[key] = value(text);
        }
    }
    if !member.notices {
        edit.document["notices"] = value(false);
    }
    edit.set_mailbox(mailbox)?;
    create(&folder, "member.toml", &edit.document.to_string())
}

/// Makes a group's folder.
pub fn create_group(root: &Path, folder: &str, title: &str) -> Result<(), EditError> {
    let mut document = DocumentMut::new();
    document["title"] = value(title);
    document["members"] = value(Array::new());
    create(&root.join("content/groups").join(folder), "group.toml", &document.to_string())
}

fn date(day: Date) -> Item {
    let day: toml_edit::Datetime = day.to_string().parse().expect("a civil date is a TOML date");
    value(day)
}

fn create(folder: &Path, name: &str, text: &str) -> Result<(), EditError> {
    files::folder(folder, Access::Usual)?;
    Ok(files::write_new(&folder.join(name), text.as_bytes(), Access::Usual)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_leave_the_folder_are_refused() {
        for bad in ["", "..", "a/b", "A", "é", "notes", "-x", "a b", "a\n", &"x".repeat(65)] {
            assert!(folder_name(bad).is_err(), "{bad:?}");
        }
        assert!(folder_name("tuesday-group-2").is_ok());
    }

    #[test]
    fn comments_and_order_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("content/groups/g");
        std::fs::create_dir_all(&path).unwrap();
        let text = "# my group\nmembers = [\"a\"] # so far\ntitle = 'G'\n";
        files::write(&path.join("group.toml"), text.as_bytes(), Access::Usual).unwrap();
        let mut edit = Edit::group(folder.path(), "g").unwrap();
        let day = jiff::civil::date(2026, 11, 24);
        edit.join(&Joined { member: "b".into(), on: day, sees_from: Some(day) }).unwrap();
        edit.save().unwrap();
        let mut edit = Edit::group(folder.path(), "g").unwrap();
        edit.leave(&Left { member: "a".into(), on: day, keep_until: None }, day).unwrap();
        edit.save().unwrap();
        let joined = "\n[[joined]]\nmember = \"b\"\non = 2026-11-24\nsees_from = 2026-11-24\n";
        let left = "\n[[left]]\nmember = \"a\"\non = 2026-11-24\n";
        assert_eq!(
            std::fs::read_to_string(path.join("group.toml")).unwrap(),
            text.replace("[\"a\"]", "[\"b\"]") + joined + left
        );
    }
}
