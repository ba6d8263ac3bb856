//! A page that is a draft again: one line of its front matter, and every other byte as the author wrote it.

/// The text with `draft = true` in its front matter, which it gets where it has none.
pub fn as_draft(text: &str) -> String {
    let (mark, text) = text.strip_prefix('\u{FEFF}').map_or(("", text), |rest| ("\u{FEFF}", rest));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let line = match first.trim_end() {
        "+++" => "draft = true",
        "---" => "draft: true",
        _ => return format!("{mark}+++{end}draft = true{end}+++{end}{text}"),
    };
    let mut drafted = format!("{mark}{first}{line}{end}");
    let mut inside = true;
    for other in lines {
        inside &= other.trim_end() != first.trim_end();
        let says_so_itself =
            inside && other.strip_prefix("draft").is_some_and(|rest| rest.trim_start().starts_with(['=', ':']));
        if !says_so_itself {
            drafted.push_str(other);
        }
    }
    drafted
}

#[cfg(test)]
mod tests {
    use super::as_draft;

    #[test]
    fn one_line_changes_and_nothing_else() {
        for (text, draft) in [
            ("# A\n\nText.", "+++\ndraft = true\n+++\n# A\n\nText."),
            ("+++\ntitle = \"A\"\n+++\ndraft = x\n", "+++\ndraft = true\ntitle = \"A\"\n+++\ndraft = x\n"),
            ("---\ntitle: A\ndraft: false\n---\nText", "---\ndraft: true\ntitle: A\n---\nText"),
            ("+++\ndraft=false\n[a]\n+++\n", "+++\ndraft = true\n[a]\n+++\n"),
            ("\u{FEFF}+++\r\ndrafty = 1\r\n+++\r\n", "\u{FEFF}+++\r\ndraft = true\r\ndrafty = 1\r\n+++\r\n"),
            ("", "+++\ndraft = true\n+++\n"),
        ] {
            assert_eq!(as_draft(text), draft);
            assert_eq!(as_draft(draft), draft, "again");
        }
    }
}
