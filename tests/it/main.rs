//! The integration tests: one crate, a module per topic.

#[cfg(feature = "author")]
mod attacks;
#[cfg(feature = "author")]
mod commonmark;
#[cfg(feature = "author")]
mod content;
#[cfg(feature = "author")]
mod render;
#[cfg(feature = "author")]
mod site;
