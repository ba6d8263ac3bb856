//! `site.toml`: the practice, its addresses, its help. No secret is in it.

mod answers;
mod mail;
mod notice;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;

pub(crate) use self::notice::LINK;
pub use self::{
    answers::{Answers, StandIn, Window},
    mail::{Mail, MailServer, Security, Way},
    notice::{Notice, OwnText},
};
use super::{
    colours::{self, Colours},
    group::open,
};
use crate::{
    clock,
    content::{At, Fields, Mistake, Node, Source, nearest, toml},
};

/// What `site.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    pub practice: Identity,
    pub address: Address,
    pub help: Help,
    pub leave: Leave,
    pub theme: ThemeName,
    pub seal: Seal,
    /// Where publications go, if that is not this machine.
    pub host: Option<HostPlace>,
    /// How notices leave this machine; none are sent without it.
    pub mail: Option<Mail>,
    pub notice: Notice,
    pub consent: Consents,
    pub record: Record,
    /// Who reads what members send.
    pub answers: Answers,
    /// Words that are nobody's name anywhere in this practice, and where each stands.
    pub not_names: Vec<Placed>,
}

/// What people are asked to agree to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consents {
    /// The version of the text in use.
    pub wording: Option<String>,
}

/// How long what is on record is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// None: nothing is ever removed.
    pub keep_years: Option<u32>,
}

/// Where publications go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPlace {
    /// Relative to the practice, or absolute.
    Folder(PathBuf),
    /// The origin of a heldspace server.
    Server(String),
}

/// A text, and where it stands in `site.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    pub text: String,
    at: Range<usize>,
}

impl From<At<String>> for Placed {
    fn from(At { value, at }: At<String>) -> Self {
        Self { text: value, at }
    }
}

impl Placed {
    /// What is wrong with this text, at its place.
    pub(crate) fn mistake(&self, root: &Path, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
        match Source::read(root, Path::new(FILE)) {
            Ok(source) => source.mistake(&self.at, what, hint),
            Err(_) => Mistake::whole(FILE, what, hint),
        }
    }
}

/// Who writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub name: String,
    /// A BCP 47 tag such as `en` or `de-AT`.
    pub language: String,
    /// How the therapist signs; may be empty.
    pub therapist: String,
    /// Whose hours the practice keeps; needed where a time is written down.
    pub time_zone: Option<TimeZone>,
    /// What a session is called in members' calendars, if not [`APPOINTMENT`].
    pub appointment: Option<Placed>,
}

/// Where the host answers: origins, without a path and without `/` at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// What stands in notices and on cards; it should give nothing away.
    pub links: String,
    links_at: Range<usize>,
    /// The open library, where that is elsewhere.
    pub library: Option<String>,
}

impl Address {
    /// The address of links, and where it stands.
    pub fn links(&self) -> Placed {
        Placed { text: self.links.clone(), at: self.links_at.clone() }
    }
}

/// What is within reach in every state of the viewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    pub intro: String,
    /// At least one.
    pub lines: Vec<HelpLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    pub name: String,
    /// As it is written for people.
    pub number: String,
    pub note: Option<String>,
}

impl HelpLine {
    /// The number as a `tel:` link has it: digits, and `+` at the beginning.
    pub fn tel(&self) -> String {
        let digits = self.number.chars().filter(char::is_ascii_digit);
        let plus = self.number.trim_start().starts_with('+').then_some('+');
        plus.into_iter().chain(digits).collect()
    }
}

/// Where *Leave quickly* leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    pub url: String,
}

/// The folder in `themes/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeName {
    pub name: String,
    pub colours: Option<Colours>,
    /// A picture among the theme's files, above the open pages.
    pub logo: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seal {
    pub share: Share,
}

/// Which attachments are sealed once for several members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Share {
    None,
    #[default]
    Library,
    All,
}

impl Default for Leave {
    fn default() -> Self {
        Self { url: "https://www.wikipedia.org/".to_owned() }
    }
}

impl Default for ThemeName {
    fn default() -> Self {
        Self { name: "default".to_owned(), colours: None, logo: None }
    }
}

const FILE: &str = "site.toml";
/// Says nothing of what it is for.
pub const APPOINTMENT: &str = "Appointment";

pub(super) fn read(root: &Path, mistakes: &mut Vec<Mistake>) -> Site {
    let mut site = Site::default();
    let file = Path::new(FILE);
    if !root.join(file).exists() {
        let hint = "this folder is no practice; name the one that is, or make one with `heldspace init`";
        mistakes.push(Mistake::whole(file, "there is no such file", hint));
        return site;
    }
    if let Some((source, node)) = open(root, file, "[practice]", mistakes) {
        fill(&mut site, &source, node, mistakes);
    }
    site
}

/// What would be wrong with this text in the place of `site.toml`.
pub(super) fn check(text: &str, mistakes: &mut Vec<Mistake>) {
    let source = Source::new("site.toml", text);
    match toml::parse(&source, 0..text.len()) {
        Ok(node) => fill(&mut Site::default(), &source, node, mistakes),
        Err(more) => mistakes.extend(more),
    }
}

fn fill(site: &mut Site, source: &Source, node: Node, mistakes: &mut Vec<Mistake>) {
    let mut fields = Fields::new(source, node, mistakes);
    site.practice = section(&mut fields, "practice", PRACTICE, practice).unwrap_or_default();
    site.address = section(&mut fields, "address", ADDRESS, address).unwrap_or_default();
    site.help = section(&mut fields, "help", HELP, help).unwrap_or_default();
    site.leave = fields.table("leave").and_then(leave).unwrap_or_default();
    site.theme = fields.table("theme").and_then(theme).unwrap_or_default();
    site.seal = fields.table("seal").map(seal).unwrap_or_default();
    site.host = fields.table("host").and_then(host);
    site.mail = fields.table("mail").and_then(mail::read);
    site.notice = fields.table("notice").map(notice::read).unwrap_or_default();
    site.consent = fields.table("consent").map(consent).unwrap_or_default();
    site.record = fields.table("record").map(record).unwrap_or_default();
    site.answers = fields.table("answers").map(answers::read).unwrap_or_default();
    site.not_names = fields.table("names").map(names).unwrap_or_default();
    fields.finish();
}

fn names(mut fields: Fields<'_>) -> Vec<Placed> {
    let reasons = fields.reasons("words", "words = { AA = \"the fellowship\" }");
    fields.finish();
    reasons.into_iter().map(|(word, _)| word.into()).collect()
}

fn consent(mut fields: Fields<'_>) -> Consents {
    let wording = fields.short_text("wording").map(|text| text.value);
    fields.finish();
    Consents { wording }
}

fn record(mut fields: Fields<'_>) -> Record {
    let keep_years = fields.integer("keep_years").and_then(|years| {
        let value = u32::try_from(years.value).ok().filter(|years| (1..=100).contains(years));
        if value.is_none() {
            let hint = "write how long your law asks you to keep a record; without the line nothing is removed";
            fields.mistake(&years.at, "`keep_years` is a number from 1 to 100", hint);
        }
        value
    });
    fields.finish();
    Record { keep_years }
}

/// A section that has to be there.
fn section<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    example: &str,
    read: impl Fn(Fields<'_>) -> Option<T>,
) -> Option<T> {
    if let Some(table) = fields.table(key) {
        return read(table);
    }
    fields.missing(key, example);
    None
}

const PRACTICE: &str = "[practice] with name = \"…\"";
const ADDRESS: &str = "[address] with links = \"https://pages.example.org\"";
/// Nobody in distress should meet a page without a number on it.
const HELP: &str = "[help] with intro = \"…\", and [[help.lines]] with name = \"…\" and number = \"…\"";

fn practice(mut fields: Fields<'_>) -> Option<Identity> {
    let name = fields.required_text("name", "name = \"Practice Example\"");
    let therapist = fields.text("therapist").map(|name| name.value).unwrap_or_default();
    let language = language(&mut fields).unwrap_or_else(|| "en".to_owned());
    let time_zone = fields.text("time_zone").and_then(|zone| time_zone(&mut fields, &zone));
    let appointment = fields.short_text("appointment").map(Placed::from);
    fields.finish();
    Some(Identity { name: name?.value, language, therapist, time_zone, appointment })
}

/// A zone of the tz database.
fn time_zone(fields: &mut Fields<'_>, name: &At<String>) -> Option<TimeZone> {
    if let Some(zone) = clock::named(&name.value) {
        return Some(zone);
    }
    let known = clock::zone_names();
    let near = nearest(&name.value, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || "write one such as \"America/New_York\", \"Europe/Berlin\" or \"UTC\"".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    fields.mistake(&name.at, format!("`{}` is no time zone that this machine knows", name.value), hint);
    None
}

/// The BCP 47 tag behind `language`.
pub(super) fn language(fields: &mut Fields<'_>) -> Option<String> {
    let tag = fields.text("language")?;
    if !is_language(&tag.value) {
        fields.mistake(&tag.at, "not a language tag", "write a tag such as `en`, `de` or `pt-BR`");
    }
    Some(tag.value)
}

pub(crate) fn is_language(tag: &str) -> bool {
    tag.len() < 36 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn address(mut fields: Fields<'_>) -> Option<Address> {
    let links = fields.required_text("links", "links = \"https://pages.example.org\"");
    let links_at = links.as_ref().map(|url| url.at.clone()).unwrap_or_default();
    let links = links.and_then(|url| origin(&mut fields, &url));
    let library = fields.text("library").and_then(|url| origin(&mut fields, &url));
    fields.finish();
    Some(Address { links: links?, links_at, library })
}

/// Whether an origin is this machine itself.
pub fn is_loopback(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let name = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(name, _)| name);
    let number = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name == "localhost" || number.is_ok_and(|number| number.is_loopback())
}

/// An origin as browsers write it: scheme and host, perhaps a port, in lower case, and no `/` at the end.
fn origin(fields: &mut Fields<'_>, url: &At<String>) -> Option<String> {
    let text = url.value.strip_suffix('/').unwrap_or(&url.value).to_ascii_lowercase();
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    let port = |host: &str| match host.rsplit_once(':') {
        Some((_, port)) if !port.contains(']') => port.parse::<u16>().is_ok(),
        _ => true,
    };
    let good = |host: &&str| {
        host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && host.chars().all(allowed) && port(host)
    };
    if host.as_ref().is_some_and(good) {
        if is_loopback(&text) || text.starts_with("https://") {
            return Some(text);
        }
        let hint = "write https://: without it a browser opens nothing that is sealed";
        fields.mistake(&url.at, "not an address that begins with https://", hint);
        return None;
    }
    fields.mistake(
        &url.at,
        "not the address of a host",
        "write scheme and host alone, such as \"https://pages.example.org\"",
    );
    None
}

fn leave(mut fields: Fields<'_>) -> Option<Leave> {
    let url = fields.required_text("url", "url = \"https://www.wikipedia.org/\"").filter(|url| {
        let good = url.value.starts_with("https://") || url.value.starts_with("http://");
        if !good {
            fields.mistake(&url.at, "not a web address", "begin it with https://");
        }
        good
    });
    fields.finish();
    url.map(|url| Leave { url: url.value })
}

fn help(mut fields: Fields<'_>) -> Option<Help> {
    let intro = fields.required_text("intro", "intro = \"If you can't wait, someone is there day and night:\"");
    let mut tables = 0;
    let lines = fields.tables("lines", |table| {
        tables += 1;
        line(table)
    });
    if tables == 0 {
        fields.missing("lines", "[[help.lines]] with name = \"…\" and number = \"…\"");
    }
    fields.finish();
    Some(Help { intro: intro?.value, lines })
}

fn line(mut fields: Fields<'_>) -> Option<HelpLine> {
    let name = fields.required_text("name", "name = \"Crisis line\"");
    let number = fields.required_text("number", "number = \"988\"");
    let note = fields.text("note").map(|text| text.value);
    let allowed = |c: char| c.is_ascii_digit() || " +-()/.".contains(c);
    let number = number.filter(|number| {
        let good = number.value.chars().all(allowed) && number.value.contains(|c: char| c.is_ascii_digit());
        if !good {
            fields.mistake(
                &number.at,
                "not a telephone number",
                "write digits, with spaces where you like, and + in front of a country",
            );
        }
        good
    });
    fields.finish();
    Some(HelpLine { name: name?.value, number: number?.value, note })
}

fn theme(mut fields: Fields<'_>) -> Option<ThemeName> {
    let name = fields.required_text("name", "name = \"default\"").filter(|name| {
        let good = super::is_folder_name(&name.value);
        if !good {
            fields.mistake(&name.at, "not the name of a theme", "name a folder in themes/, with a–z, 0–9 and hyphens");
        }
        good
    });
    let logo = fields.text("logo").and_then(|logo| {
        let good = [".svg", ".png"].iter().any(|ending| logo.value.ends_with(ending)) && !logo.value.contains('/');
        if !good {
            fields.mistake(&logo.at, "not a logo", "name a file in the theme's folder that ends in .svg or .png");
        }
        good.then_some(logo.value)
    });
    let colours = fields.table("colours").and_then(colours::read);
    fields.finish();
    name.map(|name| ThemeName { name: name.value, colours, logo })
}

fn host(mut fields: Fields<'_>) -> Option<HostPlace> {
    let folder = fields.text("folder");
    let address = fields.text("address");
    let place = match (folder, address) {
        (Some(folder), None) => Some(HostPlace::Folder(folder.value.into())),
        (None, Some(url)) => origin(&mut fields, &url).map(HostPlace::Server),
        (Some(_), Some(url)) => {
            fields.mistake(&url.at, "a host is a folder or an address", "remove one of them");
            None
        }
        (None, None) => {
            fields.missing("address", "address = \"https://pages.example.org\"");
            None
        }
    };
    fields.finish();
    place
}

fn seal(mut fields: Fields<'_>) -> Seal {
    let share = fields.text("share");
    let parsed = match share.as_ref().map(|text| text.value.as_str()) {
        None | Some("library") => Share::Library,
        Some("none") => Share::None,
        Some("all") => Share::All,
        Some(other) => {
            let what = format!("`{other}` is no way to share");
            let at = share.as_ref().map_or(0..0, |text| text.at.clone());
            fields.mistake(&at, what, "write \"none\", \"library\" or \"all\"");
            Share::Library
        }
    };
    fields.finish();
    Seal { share: parsed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_links_have_digits_and_a_leading_plus() {
        let line = |number: &str| HelpLine { name: String::new(), number: number.to_owned(), note: None };
        assert_eq!(line("0800 / 111 0 111").tel(), "08001110111");
        assert_eq!(line("+44 (20) 7946-0958").tel(), "+442079460958");
    }
}
