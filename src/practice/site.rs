//! `site.toml`: the practice's name, addresses, help numbers and theme. No secret; unknown keys are refused.

use serde::Serialize;

use crate::content::{
    Mistake,
    fields::{Fields, Source},
};

/// What `site.toml` says.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub practice: Identity,
    pub address: Address,
    pub help: Help,
    pub leave: Leave,
    pub theme: String,
    pub share: Share,
}

/// How the practice names itself to members.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    pub name: String,
    /// A language tag, such as `en`.
    pub language: String,
    /// How the therapist signs.
    pub therapist: String,
}

#[derive(Debug, Clone, Default)]
pub struct Address {
    /// `https://host`, for links: it should give nothing away.
    pub links: String,
    /// `https://host`, for the open library, where it has one of its own.
    pub library: Option<String>,
}

/// What members find under Help, in every state.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Help {
    pub intro: String,
    pub lines: Vec<HelpLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct HelpLine {
    pub name: String,
    /// As people read it.
    pub number: String,
    /// As a telephone takes it: digits and `+`.
    pub tel: String,
    pub note: String,
}

/// Where *Leave quickly* goes.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    pub url: String,
}

/// Which large attachments are sealed once for several members. Attachments come with a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Share {
    None,
    #[default]
    Library,
    All,
}

impl Site {
    /// Reads `site.toml`; whatever is wrong is told, all of it.
    pub fn read(source: Source<'_>) -> Result<Self, Vec<Mistake>> {
        let mut fields = Fields::of_toml(source, source.text, 0).map_err(|mistake| vec![mistake])?;
        let mut mistakes = Vec::new();
        let site = Self {
            practice: section(&mut fields, "practice", &mut mistakes, identity),
            address: section(&mut fields, "address", &mut mistakes, address),
            help: section(&mut fields, "help", &mut mistakes, help),
            leave: section(&mut fields, "leave", &mut mistakes, leave),
            theme: optional(&mut fields, "theme", &mut mistakes, theme).unwrap_or_else(|| "default".to_owned()),
            share: optional(&mut fields, "seal", &mut mistakes, share).unwrap_or_default(),
        };
        mistakes.extend(fields.finish());
        if mistakes.is_empty() { Ok(site) } else { Err(mistakes) }
    }
}

/// A table that must be there.
fn section<T: Default>(
    fields: &mut Fields<'_>,
    key: &'static str,
    mistakes: &mut Vec<Mistake>,
    read: fn(&mut Fields<'_>) -> T,
) -> T {
    optional(fields, key, mistakes, read).unwrap_or_else(|| {
        fields.wrong(0, format!("[{key}] is missing"), "Compare with the site.toml of a new practice: heldspace init.");
        T::default()
    })
}

fn optional<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    mistakes: &mut Vec<Mistake>,
    read: fn(&mut Fields<'_>) -> T,
) -> Option<T> {
    let mut table = fields.table(key)?;
    let value = read(&mut table);
    mistakes.extend(table.finish());
    Some(value)
}

fn identity(fields: &mut Fields<'_>) -> Identity {
    Identity {
        name: fields.required("name"),
        language: fields.text("language").map_or_else(|| "en".to_owned(), |(tag, at)| language(fields, tag, at)),
        therapist: fields.text("therapist").map(|(name, _)| name).unwrap_or_default(),
    }
}

fn language(fields: &mut Fields<'_>, tag: String, at: usize) -> String {
    if !tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())) {
        fields.wrong(at, format!("{tag:?} is no language tag"), "Write it as en, es or pt-BR.");
    }
    tag
}

fn address(fields: &mut Fields<'_>) -> Address {
    let links = fields.text("links");
    let library = fields.text("library");
    if links.is_none() {
        let at = fields.at();
        fields.wrong(
            at,
            "`links` is missing",
            "Write the address that members' links begin with, such as links = \"https://pages.example.org\"",
        );
    }
    Address {
        links: links.map(|(url, at)| origin(fields, url, at)).unwrap_or_default(),
        library: library.map(|(url, at)| origin(fields, url, at)),
    }
}

/// `https://host[:port]`: what a browser calls an origin.
fn origin(fields: &mut Fields<'_>, url: String, at: usize) -> String {
    let trimmed = url.trim_end_matches('/').to_owned();
    let host = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if !host.is_some_and(|host| !host.is_empty() && host.chars().all(plain)) {
        fields.wrong(
            at,
            format!("{url:?} is no address of a site"),
            "Write it as https://pages.example.org, in small letters and with nothing behind the host.",
        );
    } else if trimmed.starts_with("http://") && !is_this_machine(host.unwrap_or_default()) {
        fields.wrong(
            at,
            "members' browsers unlock nothing over http://",
            "Use https://; plain http works on this machine alone (http://127.0.0.1:8080).",
        );
    }
    trimmed
}

fn is_this_machine(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.chars().all(|c| c.is_ascii_digit()) { name } else { host });
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

fn help(fields: &mut Fields<'_>) -> Help {
    let at = fields.at();
    let intro = fields.text("intro").map(|(intro, _)| intro).unwrap_or_default();
    let mut lines = Vec::new();
    for mut line in fields.tables("lines") {
        lines.push(help_line(&mut line));
        fields.mistakes.extend(line.finish());
    }
    if lines.is_empty() {
        fields.wrong(
            at,
            "[help] names no help line",
            "A member in crisis must find a number: add [[help.lines]] with name and number.",
        );
    }
    Help { intro, lines }
}

fn help_line(fields: &mut Fields<'_>) -> HelpLine {
    let name = fields.required("name");
    let number = fields.required("number");
    let tel: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if !number.is_empty() && (!tel.chars().any(|c| c.is_ascii_digit()) || number.chars().any(char::is_alphabetic)) {
        let at = fields.at();
        fields.wrong(
            at,
            format!("{number:?} is no telephone number"),
            "Write digits, so that it can be tapped; words belong into `note`.",
        );
    }
    HelpLine { name, number, tel, note: fields.text("note").map(|(note, _)| note).unwrap_or_default() }
}

fn leave(fields: &mut Fields<'_>) -> Leave {
    let (url, at) = fields.text("url").unwrap_or_default();
    let plain = url.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if !plain || !url.starts_with("https://") || url.len() < "https://a.b".len() {
        let at = if url.is_empty() { fields.at() } else { at };
        fields.wrong(
            at,
            "[leave] needs a `url`",
            "The address that *Leave quickly* goes to, such as https://www.weather.gov/",
        );
    }
    Leave { url }
}

fn theme(fields: &mut Fields<'_>) -> String {
    let (name, at) = fields.text("name").unwrap_or_else(|| ("default".to_owned(), 0));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        fields.wrong(at, format!("{name:?} is no name of a theme"), "It is the name of a folder below themes/.");
    }
    name
}

fn share(fields: &mut Fields<'_>) -> Share {
    let Some((text, at)) = fields.text("share") else { return Share::default() };
    match text.as_str() {
        "none" => Share::None,
        "library" => Share::Library,
        "all" => Share::All,
        _ => {
            fields.wrong(at, format!("`share` can't be {text:?}"), "It is \"none\", \"library\" or \"all\".");
            Share::default()
        }
    }
}
