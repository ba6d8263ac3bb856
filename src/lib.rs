//! heldspace: Markdown in, sealed pages out, and a gate that can read nothing.
#[cfg(feature = "author")]
pub mod content;
pub mod explain;
#[cfg(feature = "author")]
pub mod keys;
#[cfg(feature = "author")]
pub mod practice;
#[cfg(feature = "author")]
pub mod render;
#[cfg(feature = "author")]
pub mod seal;
#[cfg(feature = "serve")]
pub mod serve;
pub mod store;
pub mod wire;
