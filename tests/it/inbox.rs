//! What members sent: fetched from a host that may lie, kept sealed, shown to the therapist alone.

mod commands;
mod fetched;
mod hostile;
mod kept;
mod receipts;
mod results;
mod shared;
pub(crate) mod world;
