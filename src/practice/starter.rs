//! What `init` and `demo` write: the embedded starting content, and the sample practice.

use std::path::Path;

use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;

use super::files::{self, Access, FileError};
use crate::clock;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/src/practice/starter/"]
struct Starter;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/content/"]
struct SampleContent;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/themes/larch/"]
struct SampleTheme;

const SAMPLE_SITE: &str = include_str!("../../site.toml");
const SAMPLE_AGREEMENTS: &str = include_str!("../../register.toml");
const HELP_LINES: &str = include_str!("starter/help-lines.toml");
/// Keys, state, members' links and what a crash left half-written stay out of version control from the first day.
const IGNORE: &str = "/.heldspace/\n.heldspace-*\n/outbox/\n";

/// A country whose crisis lines are known.
#[derive(Debug, Clone)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    pub name: String,
    help: Vec<HelpLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct HelpLine {
    name: String,
    number: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
struct CountryTable {
    country: String,
    lines: Vec<HelpLine>,
}

impl Country {
    /// The lines, in words.
    pub fn lines(&self) -> String {
        self.help.iter().map(|line| format!("{} {}", line.name, line.number)).collect::<Vec<_>>().join("; ")
    }

    fn toml(&self) -> String {
        let tables = self.help.iter().map(|line| {
            let mut table = toml_edit::DocumentMut::new();
            table["name"] = toml_edit::value(&line.name);
            table["number"] = toml_edit::value(&line.number);
            table["note"] = toml_edit::value(&line.note);
            format!("[[help.lines]]\n{table}")
        });
        tables.collect::<Vec<_>>().join("\n")
    }
}

/// The countries whose crisis lines are known, by code.
///
/// # Panics
/// Never: the embedded file is tested.
pub fn countries() -> Vec<Country> {
    let table: std::collections::BTreeMap<String, CountryTable> =
        toml::from_str(HELP_LINES).expect("the embedded file is TOML");
    table.into_iter().map(|(code, table)| Country { code, name: table.country, help: table.lines }).collect()
}

/// The country of this machine's language setting, such as `GB` of `en_GB.UTF-8`; the United States where it names none.
pub fn country_of_this_machine(known: &[Country]) -> String {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let code = set
        .as_deref()
        .and_then(|locale| locale.split(['.', '@']).next()?.split_once('_'))
        .map(|(_, code)| code.to_owned());
    code.filter(|code| known.iter().any(|country| country.code == *code)).unwrap_or_else(|| "US".to_owned())
}

/// Writes the starting content of a new practice; `site.toml` first, so that a practice cut short is known as one.
pub fn write(dir: &Path, name: &str, country: &Country) -> Result<(), FileError> {
    // Pages, names and addresses are plain text in it: nobody else on this machine needs to look.
    files::folder(dir, Access::Secret)?;
    let site = Starter::get("site.toml").map(|file| file.data.into_owned()).unwrap_or_default();
    let site = String::from_utf8_lossy(&site)
        .replace("time_zone = \"@ZONE@\"", &time_zone())
        .replace("@HELP@", country.toml().trim_end())
        .replace("\"@NAME@\"", toml_edit::value(name).to_string().trim());
    files::write_new(&dir.join("site.toml"), site.as_bytes(), Access::Usual)?;
    files::write_new(&dir.join(".gitignore"), IGNORE.as_bytes(), Access::Usual)?;
    write_content(dir)
}

/// The line on this machine's time zone, or one to fill in.
fn time_zone() -> String {
    clock::zone_name().map_or_else(
        || "# time_zone = \"America/New_York\"".to_owned(),
        |name| format!("time_zone = {}", toml_edit::value(name).to_string().trim()),
    )
}

/// Writes the starting pages.
pub fn write_content(dir: &Path) -> Result<(), FileError> {
    let mut pages = Starter::iter().filter(|path| path.starts_with("content/"));
    pages.try_for_each(|path| write_file(&dir.join(&*path), Starter::get(&path)))
}

/// Writes the sample practice.
pub fn write_sample(dir: &Path) -> Result<(), FileError> {
    files::folder(dir, Access::Usual)?;
    files::write_new(&dir.join("site.toml"), SAMPLE_SITE.as_bytes(), Access::Usual)?;
    files::write_new(&dir.join("register.toml"), SAMPLE_AGREEMENTS.as_bytes(), Access::Usual)?;
    files::write_new(&dir.join(".gitignore"), IGNORE.as_bytes(), Access::Usual)?;
    SampleTheme::iter()
        .try_for_each(|path| write_file(&dir.join("themes/larch").join(&*path), SampleTheme::get(&path)))?;
    SampleContent::iter().try_for_each(|path| write_file(&dir.join("content").join(&*path), SampleContent::get(&path)))
}

fn write_file(path: &Path, file: Option<EmbeddedFile>) -> Result<(), FileError> {
    let Some(file) = file else { return Ok(()) };
    if let Some(folder) = path.parent() {
        files::folder(folder, Access::Usual)?;
    }
    files::write_new(path, &file.data, Access::Usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_line_with_a_number() {
        let known = countries();
        assert!(known.iter().any(|country| country.code == "US"));
        for country in known {
            assert!(country.code.len() == 2 && !country.name.is_empty(), "{country:?}");
            assert!(!country.help.is_empty(), "{country:?}");
            assert!(country.help.iter().all(|line| line.number.chars().any(|c| c.is_ascii_digit())), "{country:?}");
        }
    }
}
