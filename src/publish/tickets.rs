//! Links and tickets: derived, so nothing about who was notified has to be kept.

use super::Standing;
use crate::{
    keys::Keys,
    practice::Mailbox,
    seal::Week,
    wire::{Epoch, Link, Release, Ticket, TicketRecord, UnixTime},
};

/// The ten tickets that the host knows of: this week's and the eight before it, newest first, then the card's.
pub fn records(mailbox: &Mailbox, keys: &Keys, now: UnixTime) -> Vec<TicketRecord> {
    let weeks = Week::of(now).recent().chain([Week::CARD]);
    weeks.map(|week| TicketRecord { hash: ticket(mailbox, keys, week).hash(), ends: week.ends() }).collect()
}

/// The link in a notice about the release that stands.
pub fn notice_link(mailbox: &Mailbox, keys: &Keys, standing: Standing) -> Link {
    link(mailbox, keys, Week::of(standing.issued), (standing.epoch, standing.release))
}

/// The link on a card: good until it is revoked.
pub fn card_link(mailbox: &Mailbox, keys: &Keys) -> Link {
    link(mailbox, keys, Week::CARD, (keys.epoch(), 0))
}

fn link(mailbox: &Mailbox, keys: &Keys, week: Week, (epoch, release): (Epoch, Release)) -> Link {
    Link { mailbox: mailbox.id, epoch, release, pepper: keys.pepper(&mailbox.id), ticket: ticket(mailbox, keys, week) }
}

/// Revoking a link puts its week into `revoked` once more; that week's ticket is another one then.
fn ticket(mailbox: &Mailbox, keys: &Keys, week: Week) -> Ticket {
    let again = mailbox.revoked.iter().filter(|revoked| **revoked == week).count();
    keys.ticket(&mailbox.id, mailbox.generation, week, u8::try_from(again).unwrap_or(u8::MAX))
}
