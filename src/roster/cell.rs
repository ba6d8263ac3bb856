//! What stands in one cell: cleaned of what a spreadsheet leaves there, or refused.

use crate::{practice::edit, visible::is_hidden};

/// Without what nobody sees around it: zero-width characters, and no-break spaces made plain ones.
pub fn clean(cell: &str) -> String {
    let seen = cell.chars().filter(|c| !matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}'));
    let spaced: String = seen.map(|c| if c != '\n' && c.is_whitespace() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// Why no value can come out of this cell, whatever its column: what, and what to do.
pub fn spoiled(cell: &str) -> Option<(&'static str, &'static str)> {
    if cell.contains('\n') {
        return Some((
            "a line break within the cell",
            "write it on one line; if a quote mark was opened and never closed, everything after it is one cell",
        ));
    }
    if cell.starts_with('=') {
        return Some(("a formula", "copy the column and paste it again as “values only”"));
    }
    if cell.starts_with('#') && (cell.ends_with(['!', '?']) || cell == "#N/A") {
        return Some(("a formula that failed", "write what should stand there"));
    }
    if cell.contains(['e', 'E']) && cell.starts_with(|c: char| c.is_ascii_digit()) && cell.parse::<f64>().is_ok() {
        return Some(("a number that the spreadsheet shortened", "make the column “text” and write it again"));
    }
    cell.chars().any(is_hidden_here).then_some(("a character that can't be seen", "write the cell again by hand"))
}

/// The joiners are letters of Persian and Hindi names.
fn is_hidden_here(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\u{200C}' | '\u{200D}')
}

/// An address, from whatever a mail program copies: `mailto:` and `Anna <anna@example.org>` can mean one thing only.
pub fn email(cell: &str) -> Result<&str, (&'static str, &'static str)> {
    if cell.matches('@').count() > 1 {
        return Err(("more than one address", "one person, one address; another person gets a row of their own"));
    }
    let inner = match (cell.split_once('<'), cell.strip_suffix('>')) {
        (Some((_, rest)), Some(_)) => rest.trim_end_matches('>'),
        _ => cell,
    };
    let bare = inner.strip_prefix("mailto:").or_else(|| inner.strip_prefix("MAILTO:")).unwrap_or(inner).trim();
    let fancy = |c: char| "“”„‘’‚«»'?&".contains(c);
    match edit::email(bare) {
        Ok(bare) if !bare.contains(fancy) => Ok(bare),
        _ => Err(("not an e-mail address", "write it as name@example.org")),
    }
}

pub fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// Names in one cell: between `;`, `|`, commas or spaces.
pub fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '|', ',', ' ']).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_can_mean_one_thing_are_read() {
        for text in ["a@x.org", "mailto:a@x.org", "Anna Maria <a@x.org>", "<a@x.org>"] {
            assert_eq!(email(text), Ok("a@x.org"));
        }
        for text in
            ["a@x.org, b@x.org", "a@x.org; b@x.org", "“a@x.org”", "a", "a@x", "mailto:a@x.org?subject=x", "<a@x.org"]
        {
            assert!(email(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_leaves_behind_goes() {
        assert_eq!(clean("\u{feff}\u{a0}Anna\u{a0}Maria\u{200b} \t"), "Anna Maria");
        assert!(spoiled("Anna E.").is_none() && spoiled("1E5").is_some() && spoiled("#REF!").is_some());
    }
}
