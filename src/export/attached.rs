//! What leads out of an exported page: its files, under plain names, and the other pages of the export.

use data_encoding::HEXLOWER;

use super::{Export, Inline, To, Version};
use crate::{
    content::slug,
    record::NotedAttachment,
    render::{Tag, replace_tags},
};

/// A file that an export holds.
pub struct ExportedFile<'a> {
    /// Beside the pages. SECURITY: what the author called it decides nothing but letters and digits of it.
    pub name: String,
    pub noted: &'a NotedAttachment,
}

impl<'a> Export<'a> {
    /// The files of a version, the `number`th of the export, that the record kept. Somebody else gets none of them: nobody
    /// can look through a picture or a recording for another person's name.
    pub fn files_of(&self, number: usize, version: &Version<'a>) -> Vec<ExportedFile<'a>> {
        if self.to != To::Person {
            return Vec::new();
        }
        let kept = version.page.attachments.iter().filter(|file| self.files.contains(&file.digest));
        kept.map(|noted| ExportedFile { name: name(number, noted), noted }).collect()
    }

    /// A document with its files, and its links to other pages of the export, as `form` has them.
    pub(super) fn linked(&self, number: usize, document: &str, form: Form<'_>) -> String {
        let version = &self.versions[number - 1];
        let files = self.files_of(number, version);
        replace_tags(document, |tag| {
            if let Some(id) = tag.attribute("data-attachment") {
                let file = files.iter().find(|file| file.noted.id.to_string() == id);
                return Some(match file.map(|file| (file, form.file(file))) {
                    Some((file, Some(address))) => shown(tag, file, address, form),
                    Some((_, None)) => absent(tag, "not in this document"),
                    None if self.to == To::Person => absent(tag, "not kept"),
                    None => absent(tag, "not given"),
                });
            }
            let page = tag.attribute("data-page")?;
            let target = page.parse().ok().and_then(|page| self.target(version, page));
            let open = |target| format!("<a href=\"{}\">", form.page(target, tag.attribute("data-place")));
            Some(target.map_or_else(|| "<a>".to_owned(), open))
        })
    }

    /// The number of the page that a link leads to, as it was when it could be followed; none where it is not in the export.
    fn target(&self, from: &Version<'a>, link: usize) -> Option<usize> {
        let id = from.page.links.get(link)?;
        let is_it = |version: &Version<'_>| {
            version.page.id == *id
                && version.document.is_some()
                && from.until.is_none_or(|until| version.from < until)
                && version.until.is_none_or(|until| from.from < until)
        };
        self.versions.iter().rposition(is_it).map(|n| n + 1)
    }
}

/// Where the pages and files of an export are.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// One beside the other, in a folder.
    Beside,
    /// All in one document.
    Inside(&'a Inline),
}

impl<'a> Form<'a> {
    fn file<'f>(self, file: &'f ExportedFile<'_>) -> Option<&'f str>
    where
        'a: 'f,
    {
        match self {
            Self::Beside => Some(&file.name),
            Self::Inside(inline) => inline.url(&file.noted.digest),
        }
    }

    /// `place` is an attribute's value, with its character references.
    fn page(self, number: usize, place: Option<&str>) -> String {
        let place = |before: &str| place.map(|place| format!("{before}{place}")).unwrap_or_default();
        match self {
            Self::Beside => format!("{number}.html{}", place("#")),
            Self::Inside(_) => format!("#v{number}{}", place("-")),
        }
    }
}

fn shown(tag: &Tag<'_>, file: &ExportedFile<'_>, address: &str, form: Form<'_>) -> String {
    if tag.name != "img" {
        // Within a document it has no name of its own to be saved under.
        let save = match form {
            Form::Beside => String::new(),
            Form::Inside(_) => format!(" download=\"{}\"", file.name),
        };
        return format!("<a href=\"{address}\"{save}>");
    }
    let kept = ["alt", "title", "width", "height"]
        .into_iter()
        .filter_map(|name| Some(format!(" {name}=\"{}\"", tag.attribute(name)?)));
    format!("<img src=\"{address}\"{}>", kept.collect::<String>())
}

/// In the place of a file that is not there: a picture's words, or those of the link, which follow.
fn absent(tag: &Tag<'_>, why: &str) -> String {
    match (tag.name, tag.attribute("alt")) {
        ("img", alt) => format!("<em>{} (picture, {why})</em>", alt.unwrap_or_default()),
        _ => format!("<small>({why}:)</small> <a>"),
    }
}

fn name(number: usize, file: &NotedAttachment) -> String {
    let (stem, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, "bin"));
    let id = HEXLOWER.encode(&file.id.as_bytes()[..4]);
    format!("{number}-{}.{id}.{}", slug(stem), slug(ending))
}
