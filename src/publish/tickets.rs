//! Links and tickets: derived, so nothing about who was notified has to be kept.

use crate::{
    keys::Keys,
    practice::Mailbox,
    practice::Released,
    seal::Week,
    wire::{Link, Ticket, TicketRecord, UnixTime},
};

/// The ten tickets that the host knows of: this week's and the eight before it, newest first, then the card's.
pub fn records(mailbox: &Mailbox, keys: &Keys, now: UnixTime) -> Vec<TicketRecord> {
    let weeks = Week::of(now).recent().chain([Week::CARD]);
    weeks.map(|week| TicketRecord { hash: ticket(mailbox, keys, week).hash(), ends: week.ends() }).collect()
}

/// The link in a notice about `released`.
pub fn notice_link(mailbox: &Mailbox, keys: &Keys, released: Released) -> Link {
    link(mailbox, keys, Week::of(released.issued), released.release)
}

/// The link on a card: good until it is revoked.
pub fn card_link(mailbox: &Mailbox, keys: &Keys) -> Link {
    link(mailbox, keys, Week::CARD, 0)
}

fn link(mailbox: &Mailbox, keys: &Keys, week: Week, release: u64) -> Link {
    Link {
        mailbox: mailbox.id,
        epoch: keys.epoch(),
        release,
        pepper: keys.pepper(&mailbox.id),
        ticket: ticket(mailbox, keys, week),
    }
}

/// Revoking a link puts its week into `revoked` once more; that week's ticket is another one then.
fn ticket(mailbox: &Mailbox, keys: &Keys, week: Week) -> Ticket {
    let again = mailbox.revoked.iter().filter(|revoked| **revoked == week).count();
    keys.ticket(&mailbox.id, mailbox.generation, week, u8::try_from(again).unwrap_or(u8::MAX))
}
