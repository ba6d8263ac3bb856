//! The gate over TLS, as the real binary serves it and real clients see it.

pub(crate) mod acme;
pub(crate) mod authority;
mod certificates;
pub(crate) mod client;
mod flood;
mod http2;
mod sending;
pub(crate) mod server;
