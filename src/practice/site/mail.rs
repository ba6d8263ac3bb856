//! `[mail]`: who notices come from, and by which way they leave this machine. The password is not here.

use std::path::{Component, Path, PathBuf};

use super::Placed;
use crate::{
    content::{At, Fields},
    practice::member::is_email,
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
    let server = fields.text("server");
    let folder = fields.text("folder");
    let way = match (server, folder) {
        (Some(host), None) => host_name(&mut fields, &host).and_then(|host| mail_server(&mut fields, host)),
        (None, Some(folder)) => own_folder(&mut fields, &folder).map(Way::Folder),
        (None, None) => {
            fields.missing("server", WAYS);
            None
        }
        (Some(_), Some(folder)) => {
            fields.mistake(&folder.at, "`server` and `folder` stand here both", format!("keep one of them: {WAYS}"));
            None
        }
    };
    fields.finish();
    Some(Mail { from: from?, from_name, way: way? })
}

fn sender(fields: &mut Fields<'_>, from: At<String>) -> Option<Placed> {
    if is_email(&from.value) && from.value.is_ascii() {
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

fn mail_server(fields: &mut Fields<'_>, host: String) -> Option<Way> {
    let security = security(fields);
    let port = port(fields, security);
    let user = fields.text("user").map(|user| user.value);
    Some(Way::Server(MailServer { host, port: port?, security: security?, user }))
}

fn security(fields: &mut Fields<'_>) -> Option<Security> {
    let text = fields.required_text("security", "security = \"starttls\" (port 587) or \"implicit\" (port 465)")?;
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

fn port(fields: &mut Fields<'_>, security: Option<Security>) -> Option<u16> {
    let Some(port) = fields.integer("port") else {
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
