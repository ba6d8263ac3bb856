//! Everything that is written in an office document: OOXML (ECMA-376) and ODF (ISO/IEC 26300) are both a zip of XML files.

use std::{fs::File, io::Read, path::Path};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use super::{MOST, Unsaid, line};

/// Files in one document.
const FILES: usize = 5000;
/// What ends a line of text: a paragraph, a heading, a cell, a line that is broken by hand.
const BREAKS: [&str; 13] =
    ["p", "h", "si", "is", "v", "br", "cr", "tab", "line-break", "comment", "creator", "date", "author"];
/// Words that stand in attributes: who wrote or changed it, and what a picture shows.
const WORDS: [&str; 4] = ["author", "initials", "title", "descr"];

pub(super) fn said(file: File) -> Result<String, Unsaid> {
    let mut zip = ZipArchive::new(file).map_err(|_| Unsaid::Closed)?;
    let mut lines = String::new();
    let mut left = MOST;
    for n in 0..zip.len().min(FILES) {
        let entry = zip.by_index(n).map_err(|_| Unsaid::Closed)?;
        let name = entry.name().map_err(|_| Unsaid::Closed)?.into_owned();
        if Path::new(&name).extension().is_none_or(|ending| ending != "xml") {
            continue;
        }
        let mut xml = Vec::new();
        entry.take(left + 1).read_to_end(&mut xml).map_err(|_| Unsaid::Closed)?;
        left = left.checked_sub(xml.len() as u64).ok_or(Unsaid::Large { limit: MOST })?;
        let is_properties = name.starts_with("docProps/") || name == "meta.xml";
        lines += &if is_properties { values(&xml) } else { text(&xml) }.ok_or(Unsaid::Closed)?;
    }
    Ok(lines)
}

/// Each element's own text on a line, behind its name: as properties are written.
pub(super) fn values(xml: &[u8]) -> Option<String> {
    let (mut lines, mut value) = (String::new(), String::new());
    read(xml, |event| match event {
        Piece::Text(text) => value.push_str(text),
        Piece::Start(start) => attributes(&mut lines, start, |_| true),
        Piece::End(name) => line(&mut lines, name, &std::mem::take(&mut value)),
    })?;
    Some(lines)
}

/// Runs of text put together to paragraphs.
fn text(xml: &[u8]) -> Option<String> {
    let (mut lines, mut words) = (String::new(), String::new());
    read(xml, |event| match event {
        Piece::Text(text) => lines.push_str(text),
        Piece::Start(start) => {
            let is_sheet = matches!(start.local_name().as_ref(), "sheet" | "table");
            attributes(&mut words, start, |name| WORDS.contains(&name) || (is_sheet && name == "name"));
            if start.local_name().as_ref() == "s" {
                lines.push(' ');
            }
        }
        Piece::End(name) if BREAKS.contains(&name) => lines.push('\n'),
        Piece::End(_) => {}
    })?;
    Some(lines + "\n" + &words)
}

enum Piece<'a> {
    Text(&'a str),
    Start(&'a BytesStart<'a>),
    /// By its local name.
    End(&'a str),
}

fn read(xml: &[u8], mut piece: impl FnMut(Piece<'_>)) -> Option<()> {
    let xml = std::str::from_utf8(xml).ok()?;
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return Some(()),
            Event::Text(text) => piece(Piece::Text(&text)),
            Event::CData(text) => piece(Piece::Text(&text)),
            Event::GeneralRef(entity) => {
                let sign = entity.resolve_char_ref().ok()?.map(String::from);
                let known = quick_xml::escape::resolve_predefined_entity(&entity);
                piece(Piece::Text(sign.as_deref().or(known).unwrap_or_default()));
            }
            Event::Start(start) => piece(Piece::Start(&start)),
            Event::Empty(start) => {
                piece(Piece::Start(&start));
                piece(Piece::End(start.local_name().as_ref()));
            }
            Event::End(end) => piece(Piece::End(end.local_name().as_ref())),
            _ => {}
        }
    }
}

fn attributes(lines: &mut String, of: &BytesStart<'_>, is_wanted: impl Fn(&str) -> bool) {
    for attribute in of.attributes().flatten() {
        let name = attribute.key.local_name();
        let is_namespace = attribute.key.as_namespace_binding().is_some();
        if !is_namespace && is_wanted(name.as_ref()) {
            line(lines, name.as_ref(), &attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default());
        }
    }
}
