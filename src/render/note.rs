//! Footnotes: where each is referred to, and the way back from it.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event};

use super::value::as_html;

/// The footnotes of a page, by the ids they have in it.
#[derive(Default)]
pub(super) struct Notes {
    referred: BTreeSet<String>,
    /// The one that is being defined.
    open: String,
}

impl Notes {
    /// A reference; the first one can be come back to.
    pub(super) fn refer<'a>(&mut self, name: &str) -> impl Iterator<Item = Event<'a>> + use<'a> {
        let id = id(name);
        let place =
            self.referred.insert(id.clone()).then(|| Event::InlineHtml(element("<span id=\"ref-", &id, "\"></span>")));
        place.into_iter().chain([Event::FootnoteReference(id.into())])
    }

    /// The id of a note whose text begins.
    pub(super) fn define<'a>(&mut self, name: &str) -> CowStr<'a> {
        self.open = id(name);
        self.open.clone().into()
    }

    /// The link from the note that ends to where it was referred to, if it was.
    pub(super) fn back<'a>(&self) -> Option<Event<'a>> {
        let referred = self.referred.contains(&self.open);
        referred.then(|| {
            Event::InlineHtml(element(
                " <a href=\"#ref-",
                &self.open,
                "\" aria-label=\"Back to the text\">↩\u{fe0e}</a>",
            ))
        })
    }
}

/// A footnote's name must not meet a heading's id.
fn id(name: &str) -> String {
    format!("fn-{name}")
}

fn element<'a>(before: &str, id: &str, after: &str) -> CowStr<'a> {
    let mut html = before.to_owned();
    as_html(id, &mut html);
    html.push_str(after);
    html.into()
}
