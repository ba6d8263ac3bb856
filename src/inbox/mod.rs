//! What members sent: fetched from a host that may lie, kept as sealed, shown to the therapist alone.
//!
//! In: sealed answers under `answers/`, and the keys that each member signs with. Out: a [`Letter`] for every answer that a
//! member signed, with what was asked in the words of that version ([`Asked`]); and for everything else, why not
//! ([`Why`]). It must not believe the host, know how to ask anyone, or write anything but the inbox in `.heldspace/`.
//! In the order of the code: [`people`] says who signs with what; [`judge`] believes one answer or not; [`sync`] fetches what is
//! new; [`journal`] holds what arrived and what was done about it; [`read`] opens all of it; [`asked`] finds the questions;
//! [`alarm`] what must not wait, [`overdue`] for how long; [`words`] says it. Whoever stands in has a [`glance`] instead.
//!
//! Nothing that was believed once is ever lost again: not by a host that forgets it, nor by a member's folder that goes.

mod acknowledge;
mod alarm;
mod asked;
mod error;
mod glance;
mod journal;
mod judge;
mod overdue;
mod people;
mod read;
mod sync;
mod words;

pub use acknowledge::{Acknowledgement, acknowledge, shown};
pub use alarm::Alarm;
pub use asked::{Asked, Questions};
pub use error::InboxError;
pub use glance::Glance;
pub use journal::{acknowledged, receipts};
pub use judge::Why;
pub use overdue::{is_overdue, told};
pub use people::{People, Person};
pub use read::{Inbox, Letter, Missing, Refused};
pub(crate) use sync::LISTED;
pub use sync::{Fetching, Synced};
pub use words::{Line, said, short};
