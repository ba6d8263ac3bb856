//! One line of a page's front matter, put there for its author; every other byte stays as they wrote it.

use std::path::Path;

use super::{
    front_matter::{self, FrontMatter},
    node::Shape,
    source::Source,
};

/// The text with `draft = true` in its front matter.
pub fn as_draft(text: &str) -> String {
    with_line(text, "draft", "true")
}

/// The text with this `id` in its front matter.
///
/// # Panics
/// Never: any text is a JSON string, and JSON's strings are strings in TOML and YAML.
pub fn with_id(text: &str, id: &str) -> String {
    with_line(text, "id", &serde_json::to_string(id).expect("text is JSON"))
}

/// Says `key` once, on the first line of the front matter, which the text gets where it has none.
fn with_line(text: &str, key: &str, value: &str) -> String {
    let (mark, text) = text.strip_prefix('\u{FEFF}').map_or(("", text), |rest| ("\u{FEFF}", rest));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = text.split_inclusive('\n').enumerate();
    let fence = lines.next().map_or("", |(_, line)| line);
    let line = match fence.trim_end() {
        "+++" => format!("{key} = {value}"),
        "---" => format!("{key}: {value}"),
        _ => return format!("{mark}+++{end}{key} = {value}{end}+++{end}{text}"),
    };
    let said = lines_of(text, key);
    let kept = lines.filter(|(number, _)| !said.contains(number)).map(|(_, line)| line);
    format!("{mark}{fence}{line}{end}{}", kept.collect::<String>())
}

/// The lines on which the front matter says `key` itself, from 0; none where it can't be read.
fn lines_of(text: &str, key: &str) -> Vec<usize> {
    let Ok(source) = Source::of_bytes(Path::new(""), text.as_bytes().to_vec()) else { return Vec::new() };
    let Ok(FrontMatter { keys, .. }) = front_matter::split(&source) else { return Vec::new() };
    let Shape::Table(entries) = keys.shape else { return Vec::new() };
    let own = entries.into_iter().filter(|entry| entry.key == key);
    own.map(|entry| source.text()[..entry.at.start].matches('\n').count()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_nothing_else() {
        for (text, draft) in [
            ("# A\n\nText.", "+++\ndraft = true\n+++\n# A\n\nText."),
            ("+++\ntitle = \"A\"\n+++\ndraft = x\n", "+++\ndraft = true\ntitle = \"A\"\n+++\ndraft = x\n"),
            ("---\ntitle: A\ndraft: false\n---\nText", "---\ndraft: true\ntitle: A\n---\nText"),
            ("+++\ndraft=false\n[a]\n+++\n", "+++\ndraft = true\n[a]\n+++\n"),
            ("+++\n[n]\ndraft = \"a ship's\"\n+++\n", "+++\ndraft = true\n[n]\ndraft = \"a ship's\"\n+++\n"),
            ("---\n\"draft\": false\ntitle: A\n---\n", "---\ndraft: true\ntitle: A\n---\n"),
            ("\u{FEFF}+++\r\ndrafty = 1\r\n+++\r\n", "\u{FEFF}+++\r\ndraft = true\r\ndrafty = 1\r\n+++\r\n"),
            ("", "+++\ndraft = true\n+++\n"),
        ] {
            assert_eq!(as_draft(text), draft);
            assert_eq!(as_draft(draft), draft, "again");
        }
    }

    #[test]
    fn an_id_is_text_in_both_languages() {
        assert_eq!(with_id("---\ntitle: A\n---\n", "a \"b\".md"), "---\nid: \"a \\\"b\\\".md\"\ntitle: A\n---\n");
        assert_eq!(with_id("Text", "ä.md"), "+++\nid = \"ä.md\"\n+++\nText");
    }
}
