//! The open site: public pages of the library, their list and the front page; plain HTML without scripts.

use std::collections::BTreeMap;

use minijinja::{Value, context};
use unicode_normalization::UnicodeNormalization;

use super::{context::Context, markdown::slug, page::body, template::Text, theme::Theme};
use crate::{
    content::{Audience, Mistake, Mistakes, Page},
    practice::{Help, Practice},
};

/// How many characters of a page the list shows.
const SUMMARY: usize = 180;

/// A file for the open web.
pub struct OpenFile {
    /// Below `public/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

struct OpenPage<'a> {
    page: &'a Page,
    address: String,
    title: String,
    content: String,
}

/// Every file of the open site but the viewer's.
pub fn open_site(pages: &[Page], practice: &Practice, theme: &Theme) -> Result<Vec<OpenFile>, Mistakes> {
    let open: Vec<&Page> = pages.iter().filter(|page| page.audience == Audience::Open).collect();
    let mut mistakes = same_addresses(&open);
    let mut rendered = Vec::new();
    for page in open {
        match render(page, practice, theme) {
            Ok(page) => rendered.push(page),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    rendered.sort_by_key(|page| {
        (page.page.order.unwrap_or(i64::MAX), std::cmp::Reverse(page.page.date), page.title.clone())
    });
    let mut files: Vec<OpenFile> = theme.assets().map(|(path, bytes)| OpenFile { path, bytes }).collect();
    let list = Value::from_iter(rendered.iter().map(entry));
    let documents = rendered
        .iter()
        .map(|page| (format!("library/{}/index.html", page.address), "open.html", page_context(page)))
        .chain([
            (
                "index.html".to_owned(),
                "front.html",
                context! { title => practice.site.practice.name.as_str(), content => "" },
            ),
            ("library/index.html".to_owned(), "list.html", context! { title => "Library" }),
        ]);
    for (path, template, own) in documents {
        let whole = context! { pages => &list, ..minijinja::value::merge_maps([own, site_context(practice, theme)]) };
        match theme.render(template, whole) {
            Ok(html) => files.push(OpenFile { path, bytes: html.into_bytes() }),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    Mistakes::or(mistakes, files)
}

/// Help, as the viewer's page and the open pages show it.
pub fn help(help: &Help) -> Value {
    let lines = help.lines.iter().map(|line| {
        context! { name => &line.name, number => &line.number, tel => &line.tel, note => &line.note }
    });
    context! { intro => &help.intro, lines => Value::from_iter(lines) }
}

fn render<'a>(page: &'a Page, practice: &Practice, theme: &Theme) -> Result<OpenPage<'a>, Mistake> {
    let text = Text::compile(page, theme)?;
    let (title, content) = body(page, &text, &Context::new(practice, None))?;
    Ok(OpenPage { page, address: address(page), title, content })
}

/// The page's path in the library, each part in small letters and hyphens.
fn address(page: &Page) -> String {
    let path: String = page.path().nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
    let path = path.strip_prefix("content/library/").unwrap_or(&path).to_owned();
    let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
    let stem = stem.strip_suffix("/index").unwrap_or(stem);
    let part = |part: &str| {
        slug(part)
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { format!("{:x}", u32::from(c)) })
            .collect::<String>()
    };
    stem.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn same_addresses(open: &[&Page]) -> Vec<Mistake> {
    let mut first: BTreeMap<String, &Page> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for page in open {
        if let Some(other) = first.insert(address(page), page) {
            let what = format!(
                "would have the same address on the open web as {}: /library/{}/",
                other.file.display(),
                address(page)
            );
            mistakes.push(Mistake::in_file(&page.file, what).hint("Rename one of the two files."));
        }
    }
    mistakes
}

fn entry(page: &OpenPage<'_>) -> Value {
    context! {
        title => &page.title,
        date => page.page.date.map(|date| date.strftime("%-d %B %Y").to_string()),
        url => format!("/library/{}/", page.address),
        summary => summary(&page.content),
    }
}

fn page_context(page: &OpenPage<'_>) -> Value {
    context! {
        title => &page.title,
        date => page.page.date.map(|date| date.strftime("%-d %B %Y").to_string()),
        content => Value::from_safe_string(page.content.clone()),
    }
}

fn site_context(practice: &Practice, theme: &Theme) -> Value {
    let site = &practice.site;
    context! {
        lang => &site.practice.language,
        practice => context! { name => &site.practice.name, therapist => &site.practice.therapist },
        style => theme.open_style_url(),
        help => help(&site.help),
    }
}

/// The beginning of the first paragraph, without its markup.
fn summary(html: &str) -> String {
    let paragraph = html.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>")).map_or("", |(text, _)| text);
    let text = ammonia::Builder::empty().clean(paragraph).to_string();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    if text.chars().count() <= SUMMARY {
        return text;
    }
    let cut: String = text.chars().take(SUMMARY).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}
