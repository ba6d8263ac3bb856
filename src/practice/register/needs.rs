//! Whether there is an agreement for what is about to be done: without one in force, nothing is sent.

use super::{RegisterError, Service};
use crate::practice::{HostPlace, Practice, Way, is_loopback};

/// Refuses what nobody has agreed to handle. A folder, and this machine itself, need no agreement.
pub fn needs(practice: &Practice, services: &[Service]) -> Result<(), RegisterError> {
    for service in services {
        let Some(place) = elsewhere(practice, *service) else { continue };
        if !practice.agreements.iter().any(|agreement| agreement.covers(*service, practice.today)) {
            let of = practice.agreements.iter().filter(|agreement| agreement.service == *service);
            let last =
                of.filter_map(|agreement| Some((agreement.over(practice.today)?, agreement))).max_by_key(|(on, _)| *on);
            let last = last.map(|(on, agreement)| {
                format!("Agreement {}, with {}, ended on {on}.", agreement.id, agreement.with())
            });
            return Err(RegisterError::NoAgreement { service: *service, place, last });
        }
    }
    Ok(())
}

/// Where the service is done, if that is not here.
fn elsewhere(practice: &Practice, service: Service) -> Option<String> {
    match service {
        Service::Host => match practice.site.host.as_ref()? {
            HostPlace::Server(origin) if !is_loopback(origin) => Some(origin.clone()),
            _ => None,
        },
        Service::Mail => match &practice.site.mail.as_ref()?.way {
            Way::Server(server) if !is_here(&server.host) => Some(server.host.clone()),
            _ => None,
        },
        Service::Backup | Service::Other => None,
    }
}

/// A mail server stands without scheme and port, and an address of its sixth version without brackets.
fn is_here(host: &str) -> bool {
    if host.contains(':') { is_loopback(&format!("[{host}]")) } else { is_loopback(host) }
}
