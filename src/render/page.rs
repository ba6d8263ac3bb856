//! A page for its readers: template → Markdown → values → sanitiser → the theme's document.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    context::Context,
    markdown::{self, Trouble},
    sanitise,
    template::Text,
    theme::Theme,
};
use crate::{
    content::{Audience, Mistake, Mistakes, Page},
    practice::{Member, Practice},
};

/// A page as one reader gets it. It can be sealed, and nothing else: it has no way to a disk, a log or a request.
pub struct RenderedPage {
    title: String,
    html: String,
}

/// A page for all its readers.
pub enum Rendering {
    /// Nothing looked at the reader.
    Same(RenderedPage),
    /// By the member's folder.
    Each(BTreeMap<String, RenderedPage>),
}

impl RenderedPage {
    pub fn title(&self) -> &str {
        &self.title
    }

    /// For sealing: title and document.
    pub(crate) fn into_parts(self) -> (String, String) {
        (self.title, self.html)
    }
}

/// Renders a page once, and then for each reader if it looked at the first.
pub fn render_page(page: &Page, practice: &Practice, theme: &Theme) -> Result<Rendering, Mistakes> {
    let text = Text::compile(page, theme)?;
    let readers = page.audience.readers(practice);
    let mut each = BTreeMap::new();
    for member in readers {
        let context = Context::new(practice, Some(member));
        let rendered =
            document(page, &text, practice, theme, &context).map_err(|mistake| for_member(mistake, member))?;
        if !context.looked_at_reader() {
            return Ok(Rendering::Same(rendered));
        }
        each.insert(member.folder.clone(), rendered);
    }
    if each.is_empty() {
        // Nobody reads it yet; its mistakes are told all the same.
        body(page, &text, &Context::new(practice, Some(&nobody())))?;
    }
    Ok(Rendering::Each(each))
}

fn nobody() -> Member {
    Member {
        folder: String::new(),
        name: "Name".to_owned(),
        email: String::new(),
        mailbox: None,
        former: Vec::new(),
        closed: None,
    }
}

fn for_member(mut mistake: Mistake, member: &Member) -> Mistake {
    mistake.what = format!("{} (for {})", mistake.what, member.folder);
    mistake
}

/// Title and HTML of a page's text, sanitised.
pub(super) fn body(page: &Page, text: &Text<'_>, context: &Context) -> Result<(String, String), Mistake> {
    let markdown = text.render(context)?;
    let rendered =
        markdown::render(&markdown, &text.tokens, page.title.is_none()).map_err(|trouble| place(page, &trouble))?;
    if text.tokens.remain_in(&rendered.html)
        || rendered.title.as_deref().is_some_and(|title| text.tokens.remain_in(title))
    {
        let mistake = Mistake::at(&page.file, &page.source, page.body, "a value was changed on its way into the page");
        return Err(mistake.hint("A {% filter %} block around a value can't work; put the filter behind the value: {{ member.name | upper }}"));
    }
    let title = page.title.clone().or(rendered.title).filter(|title| !title.trim().is_empty());
    let title = title.ok_or_else(|| {
        let mistake = Mistake::at(&page.file, &page.source, page.body, "this page has no title");
        mistake.hint("Begin the text with a heading (# Title), or write title = \"…\" into the front matter.")
    })?;
    Ok((title, sanitise::page(&rendered.html)))
}

fn document(
    page: &Page,
    text: &Text<'_>,
    practice: &Practice,
    theme: &Theme,
    context: &Context,
) -> Result<RenderedPage, Mistake> {
    let (title, content) = body(page, text, context)?;
    let audience = match &page.audience {
        Audience::Open | Audience::Library => "Library",
        Audience::Group(name) => practice.groups.get(name).map_or("", |group| &group.title),
        Audience::Member(_) | Audience::Message(_) => "For you",
    };
    let whole = context.clone().with([
        ("lang", Value::from(&practice.site.practice.language)),
        ("title", Value::from(&title)),
        ("date", page.date.map_or(Value::from(()), |date| Value::from(date.strftime("%-d %B %Y").to_string()))),
        ("audience", Value::from(audience)),
        ("content", Value::from_safe_string(content)),
    ]);
    let html = theme.render("page.html", whole.value())?;
    Ok(RenderedPage { title, html })
}

/// A mistake in Markdown, where the source says the same words.
fn place(page: &Page, trouble: &Trouble) -> Mistake {
    let at = page.body().find(&trouble.find).map_or(page.body, |at| page.body + at);
    Mistake::at(&page.file, &page.source, at, &trouble.what).hint(trouble.hint)
}
