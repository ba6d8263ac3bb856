//! The properties of a PDF, as its Info dictionary and its XMP packet have them (ISO 32000-1, 14.3), and the text of its
//! pages, as far as their fonts say which characters they draw.

use lopdf::{Document, LoadOptions, decode_text_string};

use super::{MOST, Unsaid, line, office};

/// Pages that are read.
const PAGES: usize = 500;

pub(super) fn said(bytes: &[u8]) -> Result<String, Unsaid> {
    let most = usize::try_from(MOST).expect("a few MiB");
    let options = LoadOptions { max_decompressed_size: Some(most), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|_| Unsaid::Closed)?;
    if document.is_encrypted() && !document.was_encrypted() {
        return Err(Unsaid::Closed);
    }
    let mut lines = String::new();
    properties(&mut lines, &document);
    let packet = document.catalog().ok().and_then(|catalog| {
        let (_, object) = document.dereference(catalog.get(b"Metadata").ok()?).ok()?;
        object.as_stream().ok()?.get_plain_content_with_limit(most).ok()
    });
    if let Some(packet) = packet {
        lines += &office::values(&packet).unwrap_or_default();
    }
    for page in document.get_pages().into_keys().take(PAGES) {
        lines += &document.extract_text_with_limit(&[page], most).unwrap_or_default();
        lines.push('\n');
        if lines.len() > most {
            return Err(Unsaid::Large { limit: MOST });
        }
    }
    Ok(lines)
}

fn properties(lines: &mut String, document: &Document) {
    let info = document.trailer.get(b"Info").and_then(|info| document.dereference(info));
    let Some(info) = info.ok().and_then(|(_, info)| info.as_dict().ok()) else { return };
    for (key, value) in info {
        let text = document.dereference(value).ok().and_then(|(_, value)| decode_text_string(value).ok());
        line(lines, &String::from_utf8_lossy(key), &text.unwrap_or_default());
    }
}
