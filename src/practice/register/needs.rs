//! Whether there is an agreement for what is about to be done: without one in force, nothing is sent.

use std::path::{Component, Path};

use super::{RegisterError, Service};
use crate::{
    practice::{HostPlace, Practice, Way, is_loopback},
    visible::visible_line,
};

/// Refuses what nobody has agreed to handle. A server on this machine needs no agreement, nor does a folder of the practice's
/// own; a folder elsewhere may be another machine's, and a mail server on this one hands notices on: both want to be declared.
pub fn needs(practice: &Practice, services: &[Service]) -> Result<(), RegisterError> {
    for service in services {
        let Some(place) = place(practice, *service) else { continue };
        if !practice.agreements.iter().any(|agreement| agreement.covers(*service, &place, practice.today)) {
            return Err(RegisterError::NoAgreement { service: *service, last: last(practice, *service), place });
        }
    }
    Ok(())
}

/// Why the newest agreement about this does not count.
fn last(practice: &Practice, service: Service) -> Option<String> {
    let agreement = practice.agreements.iter().rfind(|agreement| agreement.service == service)?;
    let it = format!("Agreement {}, with {}, ", agreement.id, agreement.with());
    Some(match (agreement.over(practice.today), &agreement.place) {
        (Some(on), _) => format!("{it}ended on {on}."),
        (None, Some(place)) if agreement.in_force(practice.today) => format!("{it}is for {}.", visible_line(place)),
        _ => format!("{it}is not yet in force."),
    })
}

/// Where the service is done, as an agreement about it says it; nothing where that is the practice's own folder or machine.
pub fn place(practice: &Practice, service: Service) -> Option<String> {
    match service {
        Service::Host => match practice.site.host.as_ref()? {
            HostPlace::Server(origin) if is_loopback(origin) => None,
            HostPlace::Server(origin) => {
                Some(origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).into())
            }
            HostPlace::Folder(folder) if is_within(folder, &practice.root) => None,
            HostPlace::Folder(folder) => Some(folder.display().to_string()),
        },
        Service::Mail => match &practice.site.mail.as_ref()?.way {
            Way::Server(server) => Some(server.host.clone()),
            Way::Folder(_) => None,
        },
        Service::Backup | Service::Other => None,
    }
}

/// SECURITY: judged by where a link leads, so that no folder of the practice can stand for one elsewhere.
fn is_within(folder: &Path, root: &Path) -> bool {
    let folder = root.join(folder);
    let there = folder.ancestors().find_map(|known| known.canonicalize().ok());
    let leads_up = folder.components().any(|part| part == Component::ParentDir);
    !leads_up && root.canonicalize().is_ok_and(|root| there.is_some_and(|there| there.starts_with(root)))
}
