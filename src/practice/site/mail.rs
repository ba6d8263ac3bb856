//! `[mail]`: who notices come from, and by which way they leave this machine. The password is not here.

use std::path::{Component, Path, PathBuf};

use super::Placed;
use crate::{
    content::{At, Fields},
    practice::member::is_address,
};

const WAYS: &str = "server = \"mail.example.org\" and security = \"starttls\", or folder = \"outbox\"";

/// Who notices come from, and the way they take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One address, in ASCII.
    pub from: Placed,
    pub from_name: Option<Placed>,
    pub way: Way,
}

/// The way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Server(MailServer),
    /// Files for another program to send; the folder is relative to the practice.
    Folder(PathBuf),
}

/// A mail server that takes what we send. TLS is not up for choice, only how it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// None where the server knows this machine.
    pub user: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Begins in clear and is refused unless it turns to TLS at once; usually port 587.
    StartTls,
    /// TLS from the first byte; usually port 465.
    Implicit,
}

pub(super) fn read(mut fields: Fields<'_>) -> Option<Mail> {
    let from = fields.required_text("from", "from = \"pages@example.org\"").and_then(|from| sender(&mut fields, from));
    let from_name = fields.text("from_name").map(Placed::from);
    if let Some(password) = fields.text("password") {
        let hint = "site.toml is no place for secrets: put it into .heldspace/mail-password (chmod 600), or be asked";
        fields.mistake(&password.at, "a password in site.toml", hint);
    }
    let way = way(&mut fields);
    fields.finish();
    Some(Mail { from: from?, from_name, way: way? })
}

fn way(fields: &mut Fields<'_>) -> Option<Way> {
    let server = fields.text("server");
    let folder = fields.text("folder");
    // Read in any case: whoever tries a folder first may leave the server's lines as they are.
    let user = fields.text("user").map(|user| user.value);
    let security = fields.text("security");
    let port = fields.integer("port");
    match (server, folder) {
        (None, Some(folder)) => own_folder(fields, &folder).map(Way::Folder),
        (Some(host), None) => {
            let host = host_name(fields, &host);
            let security = security_of(fields, security);
            let port = port_of(fields, port, security);
            Some(Way::Server(MailServer { host: host?, port: port?, security: security?, user }))
        }
        (None, None) => {
            fields.missing("server", WAYS);
            None
        }
        (Some(_), Some(folder)) => {
            fields.mistake(&folder.at, "`server` and `folder` stand here both", format!("keep one of them: {WAYS}"));
            None
        }
    }
}

fn sender(fields: &mut Fields<'_>, from: At<String>) -> Option<Placed> {
    if is_address(&from.value) && from.value.is_ascii() {
        return Some(from.into());
    }
    let hint = "write one address alone, in plain letters a–z, such as \"pages@example.org\"";
    fields.mistake(&from.at, "not an address to send from", hint);
    None
}

fn host_name(fields: &mut Fields<'_>, host: &At<String>) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    if host.value.chars().all(allowed) {
        return Some(host.value.to_ascii_lowercase());
    }
    fields.mistake(&host.at, "not the name of a server", "write its name alone, such as \"mail.example.org\"");
    None
}

fn security_of(fields: &mut Fields<'_>, security: Option<At<String>>) -> Option<Security> {
    let Some(text) = security else {
        fields.missing("security", "security = \"starttls\" (port 587) or \"implicit\" (port 465)");
        return None;
    };
    match text.value.as_str() {
        "starttls" => Some(Security::StartTls),
        "implicit" => Some(Security::Implicit),
        other => {
            let hint = "write \"starttls\" (port 587) or \"implicit\" (port 465); without TLS nothing is sent";
            fields.mistake(&text.at, format!("`{other}` is no way to be safe"), hint);
            None
        }
    }
}

fn port_of(fields: &mut Fields<'_>, port: Option<At<i64>>, security: Option<Security>) -> Option<u16> {
    let Some(port) = port else {
        return Some(if security == Some(Security::Implicit) { 465 } else { 587 });
    };
    let number = u16::try_from(port.value).ok().filter(|&number| number > 0);
    if number.is_none() {
        fields.mistake(&port.at, "not a port", "write a number from 1 to 65535; your mail provider names it");
    }
    number
}

/// A folder within the practice that is not published and not heldspace's own.
fn own_folder(fields: &mut Fields<'_>, folder: &At<String>) -> Option<PathBuf> {
    let path = Path::new(&folder.value);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && !["content", "themes", ".heldspace"].iter().any(|taken| path.starts_with(taken)) {
        return Some(path.to_owned());
    }
    let hint = "name a folder beside content/, such as \"outbox\"";
    fields.mistake(&folder.at, "no folder for notices", hint);
    None
}
