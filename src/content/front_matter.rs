//! Front matter: what a page says about itself before its text; TOML between `+++`, YAML between `---`.

use jiff::civil::Date;

use super::{
    Kind,
    fields::{Fields, Source},
    mistake::{Mistake, nearest},
};

/// What stands before a page's text.
#[derive(Debug, Default)]
pub struct FrontMatter {
    pub title: Option<String>,
    pub date: Option<Date>,
    pub draft: bool,
    pub order: Option<i64>,
    /// The place of `public = true`.
    pub public: Option<usize>,
    pub kind: Option<Kind>,
    pub id: Option<String>,
    /// Each with its place.
    pub to: Option<Vec<(String, usize)>>,
}

/// Cuts the front matter off: what it says, where the text after it begins (a byte), and what is wrong with it.
pub fn read(source: Source<'_>) -> (FrontMatter, usize, Vec<Mistake>) {
    let (fence, yaml) = match source.text.lines().next().map(str::trim_end) {
        Some("+++") => ("+++", false),
        Some("---") => ("---", true),
        _ => return (FrontMatter::default(), 0, Vec::new()),
    };
    let start = source.text.find('\n').map_or(source.text.len(), |at| at + 1);
    let Some((length, after)) = closing(&source.text[start..], fence) else {
        let mistake = source.mistake(0, format!("the front matter that begins with {fence} does not end"));
        return (
            FrontMatter::default(),
            source.text.len(),
            vec![mistake.hint(format!("Put a line with {fence} below its last key."))],
        );
    };
    let text = &source.text[start..start + length];
    let fields = if yaml { Fields::of_yaml(source, text, start) } else { Fields::of_toml(source, text, start) };
    match fields {
        Ok(fields) => {
            let (front, mistakes) = take(fields);
            (front, start + after, mistakes)
        }
        Err(mistake) => (
            FrontMatter::default(),
            start + after,
            vec![mistake.hint("Front matter is a few lines such as: title = \"Sleep\"")],
        ),
    }
}

/// The length of the front matter, and where the text behind its closing line begins.
fn closing(text: &str, fence: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((at, at + line.len()));
        }
        at += line.len();
    }
    None
}

fn take(mut fields: Fields<'_>) -> (FrontMatter, Vec<Mistake>) {
    let public = fields.at();
    let front = FrontMatter {
        title: title(&mut fields),
        date: fields.date("date"),
        draft: fields.boolean("draft"),
        order: fields.integer("order").map(|(order, _)| order),
        public: fields.boolean("public").then_some(public),
        kind: kind(&mut fields),
        id: id(&mut fields),
        to: fields.list("to"),
    };
    (front, fields.finish())
}

fn title(fields: &mut Fields<'_>) -> Option<String> {
    let (title, at) = fields.text("title")?;
    if title.trim().is_empty() {
        fields.wrong(at, "`title` is empty", "Write what the page is called.");
    }
    Some(title)
}

fn kind(fields: &mut Fields<'_>) -> Option<Kind> {
    let (name, at) = fields.text("kind")?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    if kind.is_none() {
        let names = || Kind::ALL.iter().map(|kind| kind.name());
        let hint = nearest(&name, names())
            .unwrap_or_else(|| format!("Known are: {}.", names().collect::<Vec<_>>().join(", ")));
        fields.wrong(at, format!("unknown kind {name:?}"), hint);
    }
    kind
}

fn id(fields: &mut Fields<'_>) -> Option<String> {
    let (id, at) = fields.text("id")?;
    if id.trim().is_empty() || id.contains('/') {
        fields.wrong(at, "`id` must be a word of its own", "Choose any word without a slash, and keep it.");
    }
    Some(id)
}
