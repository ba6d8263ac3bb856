//! From a request's target to what is asked for. The target is looked at as it came, before any decoding.

use std::str::FromStr;

use super::{open_files::OpenPath, publishing::Asked};
use crate::wire::{MailboxId, ObjectName};

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// A file below `public/`.
    Open(OpenPath),
    /// The viewer, also where a mail gateway moved a link's fragment into the path.
    Viewer,
    Keyring(MailboxId),
    Index(MailboxId),
    Object(ObjectName),
    Publication(Asked),
    /// The practice's signed word on the newest release.
    Head,
    Health,
}

impl Route {
    /// The route of a target such as `/l` or `/library/x/?from=mail`, if there is one.
    pub(super) fn of(target: &str) -> Option<Self> {
        // Looked at first, and whole: what follows may be anything that a mail gateway made of a link.
        if target.starts_with("/l%23") || target.starts_with("/l%2523") {
            return Some(Self::Viewer);
        }
        if let Some(rest) = target.strip_prefix("/api/publication") {
            return Asked::of(rest).map(Self::Publication);
        }
        if let Some(api) = target.strip_prefix("/api/") {
            return Self::of_api(api);
        }
        // What stands behind `?` is added by mailers and search engines, and means nothing here.
        match target.split_once('?').map_or(target, |(path, _)| path) {
            // As people type it, too.
            "/l" | "/l/" | "/L" => Some(Self::Viewer),
            "/head.json" => Some(Self::Head),
            "/healthz" => Some(Self::Health),
            path => path.parse().ok().map(Self::Open),
        }
    }

    fn of_api(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let route = match (parts.next()?, parts.next()?, parts.next()) {
            ("mailboxes", mailbox, Some("keyring")) => Self::Keyring(id(mailbox)?),
            ("mailboxes", mailbox, Some("index")) => Self::Index(id(mailbox)?),
            ("objects", name, None) => Self::Object(id(name)?),
            _ => return None,
        };
        parts.next().is_none().then_some(route)
    }
}

fn id<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangled_links_are_the_viewer_and_nothing_else_is() {
        for target in ["/l", "/l/", "/L", "/l?utm_source=mail", "/l%23AQ", "/l%2523AQ%3D?x", "/l%23../../etc", "/l%23"]
        {
            assert_eq!(Route::of(target), Some(Route::Viewer), "{target}");
        }
        for target in ["/l//", "/L/", "/l/x", "/l%2", "/l%252523AQ", "/%6c", "/ll", "//l", "/l.html", "l", "", "*"] {
            assert_eq!(Route::of(target), None, "{target}");
        }
    }

    #[test]
    fn names_in_the_api_are_exact() {
        let id = "00112233445566778899aabbccddeeff";
        assert!(matches!(Route::of(&format!("/api/objects/{id}")), Some(Route::Object(_))));
        assert!(matches!(Route::of(&format!("/api/mailboxes/{id}/index")), Some(Route::Index(_))));
        assert!(matches!(Route::of(&format!("/api/mailboxes/{id}/keyring")), Some(Route::Keyring(_))));
        for target in [
            format!("/api/objects/{}", id.to_uppercase()),
            format!("/api/objects/{id}/"),
            format!("/api/objects/{id}/index"),
            format!("/api/objects//{id}"),
            format!("/api/objects/{id}?x"),
            format!("/api/mailboxes/{id}"),
            format!("/api/mailboxes/{id}/index/x"),
            format!("/api/mailboxes/../{id}/index"),
            "/api/".into(),
            "/api".into(),
        ] {
            assert_eq!(Route::of(&target), None, "{target}");
        }
    }
}
