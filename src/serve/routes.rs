//! From a request's target to what is asked for. The target is looked at as it came, before any decoding.

use std::str::FromStr;

use hyper::{Request, header};

use super::{answer::Kind, open_files::OpenPath, publishing::Asked, reading::Reading, receiving::Slot};
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
    /// What a member sends.
    Slot(Slot),
    /// What whoever stands in may read.
    Reading(Reading),
    Publication(Asked),
    /// The practice's signed word on the newest release.
    Head,
    Health,
    /// The front page where there must not be one.
    Nothing,
}

/// Which of the practice's addresses a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// The practice has one for everything.
    Only,
    /// The one in links, which gives nothing away.
    Links,
    /// The open library's.
    Library,
}

/// The host that a request names: in HTTP/2 beside the path, in HTTP/1.1 in a header.
pub(super) fn host_of<B>(request: &Request<B>) -> &str {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    request.uri().authority().map_or(named.unwrap_or_default(), |authority| authority.as_str())
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

    /// What stands at this address in its place; at another address than its own it does not exist.
    pub(super) fn at(self, address: Address) -> Option<Self> {
        let kind = if let Self::Open(path) = &self { Some(path.kind()) } else { None };
        match (address, kind) {
            (Address::Links, Some(Kind::Page)) => Some(Self::Nothing),
            (Address::Links, Some(Kind::Library)) => None,
            (Address::Library, None) => (self == Self::Health).then_some(self),
            (Address::Only | Address::Links | Address::Library, _) => Some(self),
        }
    }

    fn of_api(path: &str) -> Option<Self> {
        if let Some(reading) = Reading::of(path) {
            return Some(Self::Reading(reading));
        }
        let mut parts = path.split('/');
        let route = match (parts.next()?, parts.next()?, parts.next()) {
            ("mailboxes", mailbox, Some("answers")) => Self::Slot(Slot::Answer(id(mailbox)?, id(parts.next()?)?)),
            ("mailboxes", mailbox, Some("own")) => Self::Slot(Slot::Own(id(mailbox)?)),
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
    fn each_address_has_its_own() {
        let at = |target: &str, address| Route::of(target).unwrap().at(address);
        for target in ["/", "/library/", "/library/x/", "/assets/x.css", "/l", "/healthz"] {
            assert_eq!(at(target, Address::Only), Route::of(target));
        }
        for there in ["/", "/library/", "/library/x/", "/assets/x.css", "/healthz"] {
            assert_eq!(at(there, Address::Library), Route::of(there), "{there}");
        }
        let index = "/api/mailboxes/00112233445566778899aabbccddeeff/index";
        for elsewhere in ["/l", "/l%23AQ", index] {
            assert_eq!(at(elsewhere, Address::Library), None, "{elsewhere}");
            assert_eq!(at(elsewhere, Address::Links), Route::of(elsewhere), "{elsewhere}");
        }
        assert_eq!(at("/", Address::Links), Some(Route::Nothing));
        assert_eq!((at("/library/", Address::Links), at("/library/x", Address::Links)), (None, None));
    }

    #[test]
    fn names_in_the_api_are_exact() {
        let id = "00112233445566778899aabbccddeeff";
        assert!(matches!(Route::of(&format!("/api/objects/{id}")), Some(Route::Object(_))));
        assert!(matches!(Route::of(&format!("/api/mailboxes/{id}/index")), Some(Route::Index(_))));
        assert!(matches!(Route::of(&format!("/api/mailboxes/{id}/keyring")), Some(Route::Keyring(_))));
        let own = format!("/api/mailboxes/{id}/own");
        let answer = format!("/api/mailboxes/{id}/answers/{id}{id}");
        assert!(matches!(Route::of(&own), Some(Route::Slot(Slot::Own(_)))));
        assert!(matches!(Route::of(&answer), Some(Route::Slot(Slot::Answer(..)))));
        for target in ["brief", "answers", &format!("answers/{id}/{id}{id}"), &format!("answers/after/{id}/{id}{id}")] {
            assert!(matches!(Route::of(&format!("/api/{target}")), Some(Route::Reading(_))), "{target}");
        }
        for target in [
            format!("{own}/"),
            "/api/brief/".into(),
            "/api/brief?x".into(),
            "/api/answers/".into(),
            "/api/answers?after".into(),
            format!("/api/answers/{id}"),
            format!("/api/answers/{id}/{id}{id}/"),
            format!("/api/answers/{id}/{id}"),
            format!("/api/answers/after/{id}"),
            format!("/api/answers/before/{id}/{id}{id}"),
            format!("/api/answers/../{id}/{id}{id}"),
            format!("{own}?x"),
            format!("{answer}/"),
            format!("{answer}?x"),
            format!("{}A", &answer[..answer.len() - 1]),
            format!("/api/mailboxes/{id}/answers/{id}"),
            format!("/api/mailboxes/{id}/answers/"),
            format!("/api/mailboxes/{id}/answers"),
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
