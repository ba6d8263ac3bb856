//! The blocks of a document, as they stand in it.

use super::Block;

/// How a block begins in a document: nothing else puts these words there, since they come in behind the sanitiser.
const OPENING: &str = "<div class=\"ask\" data-block=\"";

impl Block {
    /// Every block of a document, in its order; what can't be read is left out.
    pub fn all_in(document: &str) -> Vec<Self> {
        let values = document.split(OPENING).skip(1).filter_map(|rest| rest.split_once('"'));
        values.filter_map(|(json, _)| serde_json::from_str(&unescaped(json)).ok()).collect()
    }
}

/// A value as it is meant, from the references that a document has for what means something in HTML.
pub(crate) fn unescaped(value: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2f;", "/"),
    ];
    let value = pairs.iter().fold(value.to_owned(), |value, (reference, meant)| value.replace(reference, meant));
    // Last, or `&amp;lt;` would become `<`.
    value.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_found_in_the_document_and_words_that_look_like_it_are_not() {
        let json = r#"{"version":1,"id":"reply","title":"a &lt; \"b\" &amp; c","closes":null,"repeats":null,"readers":"","asks":{"kind":"reply","prompt":"x > y"}}"#;
        let attribute = json.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        let document = format!("<p>&lt;div class=\"ask\"</p>{OPENING}{attribute}\"><p>x</p></div>{OPENING}nonsense\">");
        let found = Block::all_in(&document);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title.as_deref(), Some(r#"a &lt; "b" &amp; c"#));
    }
}
