//! The practice's secrets: one root on paper, and everything that is derived from it.
//!
//! In: 32 random bytes, or the 24 words that stand for them. Out: the keys in use, each for one purpose. Nothing here
//! touches a file (that is `practice::keyfile`) or seals anything (that is `seal`). `docs/formats.md`, *Derivations*.

mod derive;
mod epoch;
mod root;
mod secret;

pub(crate) use derive::derive;
pub use epoch::{EpochKeys, Keys, KeysError};
pub use root::{Root, RootError};
pub use secret::Secret;
