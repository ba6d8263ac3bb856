//! The gate from outside: bytes over TCP, against a store that was written by hand as `docs/formats.md` says.

mod addresses;
mod answers;
mod audit;
pub(crate) mod client;
mod disk;
mod life;
mod lost;
mod members;
mod open;
mod own;
mod protocol;
pub(crate) mod sending;
mod slow;
pub(crate) mod world;
