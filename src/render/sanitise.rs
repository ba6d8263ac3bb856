//! The sanitiser: what Markdown makes may stay; everything else that HTML could do goes.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};

static PAGE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = allowed();
    // SECURITY: nothing on a page may be fetched from anywhere: not even that it was opened is anyone's business.
    builder.rm_tags(["img"]).url_relative(UrlRelative::Custom(Box::new(own_place)));
    builder
});

static COMMONMARK: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = allowed();
    builder.url_relative(UrlRelative::PassThrough);
    builder
});

fn own_place(url: &str) -> Option<Cow<'_, str>> {
    url.starts_with('#').then_some(Cow::Borrowed(url))
}

/// What is left of a page's HTML.
pub fn page(html: &str) -> String {
    PAGE.clean(html).to_string()
}

/// As [`page`], with pictures and relative addresses: for the examples of the `CommonMark` specification.
pub fn commonmark(html: &str) -> String {
    COMMONMARK.clean(html).to_string()
}

fn allowed() -> Builder<'static> {
    let mut builder = Builder::default();
    let table_cell = HashSet::from(["align-left", "align-center", "align-right"]);
    builder
        .add_tags(["input", "section"])
        .add_generic_attributes(["id"])
        .rm_tag_attributes("table", &["align", "char", "charoff", "summary"])
        .add_tag_attributes("input", ["aria-label", "checked", "disabled", "type"])
        .add_tag_attributes("ol", ["start"])
        // A box is only ever a disabled tick box, whatever a page's own HTML wanted it to be.
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .allowed_classes(HashMap::from([
            ("th", table_cell.clone()),
            ("td", table_cell),
            ("sup", HashSet::from(["footnote-reference", "footnote-definition-label"])),
            ("div", HashSet::from(["footnote-definition"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer"));
    builder
}
