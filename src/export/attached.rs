//! The files of an exported page: beside it, under plain names.

use data_encoding::HEXLOWER;

use super::{Export, To, Version};
use crate::{content::slug, record::NotedAttachment, render::replace_tags};

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

    /// A document with its files where they lie. What leads to another page stays as words.
    pub(super) fn with_files(&self, number: usize, version: &Version<'a>, document: &str) -> String {
        let files = self.files_of(number, version);
        replace_tags(document, |tag| {
            let Some(id) = tag.attribute("data-attachment") else {
                return tag.attribute("data-page").map(|_| "<a>".to_owned());
            };
            let file = files.iter().find(|file| file.noted.id.to_string() == id);
            match (tag.name, file) {
                ("img", Some(file)) => {
                    let kept = ["alt", "title", "width", "height"]
                        .into_iter()
                        .filter_map(|name| Some(format!(" {name}=\"{}\"", tag.attribute(name)?)));
                    Some(format!("<img src=\"{}\"{}>", file.name, kept.collect::<String>()))
                }
                ("img", None) => None,
                (_, Some(file)) => Some(format!("<a href=\"{}\">", file.name)),
                (_, None) => Some("<a>".to_owned()),
            }
        })
    }
}

fn name(number: usize, file: &NotedAttachment) -> String {
    let (stem, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, "bin"));
    let id = HEXLOWER.encode(&file.id.as_bytes()[..4]);
    format!("{number}-{}.{id}.{}", slug(stem), slug(ending))
}
