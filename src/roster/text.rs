//! Bytes to text: whatever a spreadsheet calls CSV, or a word on how to save it.

use super::flaws::Flaws;

const SAVE: &str = "open it in your spreadsheet and save it as “CSV UTF-8”";

/// The text, with `\n` for every end of a line.
pub fn decode(bytes: &[u8], flaws: &mut Flaws) -> Option<String> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        flaws.whole("this is a spreadsheet's own file (such as .xlsx, .xls or .ods), not CSV", SAVE);
        return None;
    }
    let text = match bytes {
        // Excel's “Unicode text”.
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, flaws)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, flaws)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, flaws)?,
        _ => utf8(bytes, flaws)?,
    };
    if let Some(at) = text.find('\0') {
        flaws.row(line(&text.as_bytes()[..at]), "a NUL byte: this is not text, or not as CSV has it", SAVE);
        return None;
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.trim().is_empty() {
        flaws.whole("this file is empty", "the first row names the columns, and below it stands a row for each person");
        return None;
    }
    Some(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, flaws: &mut Flaws) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&units.iter().copied().map(unit).collect::<Vec<_>>());
    match text {
        Ok(text) if rest.is_empty() => Some(text),
        _ => {
            flaws.whole("this file was cut short or damaged", SAVE);
            None
        }
    }
}

fn utf8(bytes: &[u8], flaws: &mut Flaws) -> Option<String> {
    let rows: Vec<_> = lines(bytes).enumerate().filter(|(_, line)| std::str::from_utf8(line).is_err()).collect();
    for (at, _) in &rows {
        flaws.row(at + 1, "a letter here can't be read: the file is not UTF-8 (Windows-1252, perhaps)", SAVE);
    }
    if rows.is_empty() { String::from_utf8(bytes.to_vec()).ok() } else { None }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    bytes.split(move |&b| b == end)
}

fn line(before: &[u8]) -> usize {
    lines(before).count()
}
