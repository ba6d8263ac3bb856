//! Rendering: a page's text is a template first, Markdown second, and HTML that can do nothing last.
//!
//! In: a [`crate::content::Page`], the practice, its [`Theme`]. Out: a [`RenderedPage`] for each reader, once where
//! nothing looked at the reader; and the open site's plain files. It must not know keys, a store, a clock or a release.
//! In the order of the code: [`template`] (with [`values`] as tokens and [`context`] noting who is looked at) →
//! [`markdown`] → [`sanitise`] → [`theme`].

mod context;
mod markdown;
mod open_site;
mod page;
mod sanitise;
mod template;
mod theme;
mod values;

pub use open_site::{OpenFile, help, open_site};
pub use page::{RenderedPage, Rendering, render_page};
pub use theme::Theme;

/// `CommonMark` without extensions, sanitised as pages are but for relative addresses and pictures: what the
/// specification's examples are compared with.
pub fn commonmark(text: &str) -> String {
    sanitise::commonmark(&markdown::commonmark(text))
}
