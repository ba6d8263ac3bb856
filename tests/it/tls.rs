//! The gate over TLS, as the real binary serves it and real clients see it.

mod acme;
mod authority;
mod certificates;
mod client;
mod flood;
mod http2;
mod server;
