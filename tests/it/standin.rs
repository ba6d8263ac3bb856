//! Somebody who stands in: from their key to what a member sent, on a machine of their own.

mod flow;
mod hostile;
mod published;
mod told;
mod world;
