//! heldspace: Markdown in, sealed pages out, and a gate that can read nothing.
#[cfg(any(feature = "author", feature = "serve"))]
pub mod cli;
#[cfg(feature = "author")]
pub mod content;
pub mod explain;
#[cfg(feature = "author")]
pub mod keys;
#[cfg(feature = "author")]
pub mod practice;
#[cfg(feature = "author")]
pub mod publish;
#[cfg(feature = "author")]
pub mod render;
#[cfg(feature = "author")]
pub mod seal;
#[cfg(feature = "serve")]
pub mod serve;
pub mod store;
#[cfg(feature = "author")]
pub mod viewer;
pub mod visible;
pub mod wire;
