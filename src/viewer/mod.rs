//! The viewer's files, for the author's side to publish: what members' browsers run belongs to the practice.
//!
//! `dist/` is built from the TypeScript beside it (`node build.mjs`) and kept in the repository; the tests build it
//! again and compare. `viewer.html` is the page at `/l`.

pub mod preview;

use minijinja::{Environment, context};
use rust_embed::Embed;

use crate::{
    practice::Practice,
    render::{self, Theme},
};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/src/viewer/dist/"]
struct Dist;

const STYLE: &str = "viewer.css";
const PAGE: &str = include_str!("viewer.html");

/// The viewer's files below `public/`: `l.html`, and the rest under fingerprinted names.
///
/// # Panics
/// Never: the template and the files are embedded, and tested.
pub fn open_files(practice: &Practice, theme: &Theme) -> Vec<(String, Vec<u8>)> {
    let colours = practice.site.theme.colours.map(|colours| colours.css()).unwrap_or_default();
    let asset = |name: &str| {
        let mut bytes = Dist::get(name).expect("the bundle is embedded").data.into_owned();
        if name == STYLE {
            bytes.extend_from_slice(colours.as_bytes());
        }
        (render::published(name, &bytes), bytes)
    };
    let (script, worker, style) = (asset("viewer.js"), asset("worker.js"), asset(STYLE));
    let site = &practice.site;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("l.html", PAGE).expect("the embedded template is sound");
    let page = environment.get_template("l.html").and_then(|template| {
        template.render(context! {
            lang => &site.practice.language,
            dir => render::direction(&site.practice.language),
            script => format!("/{}", script.0),
            worker => format!("/{}", worker.0),
            style => format!("/{}", style.0),
            page_style => theme.page_style(),
            help => render::help(practice),
            leave => &site.leave.url,
        })
    });
    let page = page.expect("the embedded template renders");
    vec![("l.html".to_owned(), page.into_bytes()), script, worker, style]
}
