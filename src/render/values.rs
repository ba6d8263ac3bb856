//! Values in a page's text: put in after Markdown was rendered, so that a name is never markup.
//!
//! While the text is a template, a value prints as a token: a prefix that stands nowhere in the text, the value's bytes
//! as hexadecimal, and `z`. Markdown takes a token for a word. In the event stream it becomes the value again, escaped
//! for the place it stands in.

use data_encoding::HEXLOWER;

use crate::visible::visible;

/// The tokens of one page.
#[derive(Debug, Clone)]
pub struct Tokens {
    prefix: String,
}

impl Tokens {
    /// Tokens that the text does not hold already.
    pub fn for_text(text: &str) -> Self {
        let mut prefix = String::from("hsvalue");
        let lower = text.to_lowercase();
        while lower.contains(&prefix) {
            prefix.push('q');
        }
        Self { prefix }
    }

    pub fn token(&self, value: &str) -> String {
        format!("{}{}z", self.prefix, HEXLOWER.encode(value.as_bytes()))
    }

    /// Whether anything of a token is left, or was changed by a filter on its way.
    pub fn remain_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.prefix)
    }

    /// The text with every token replaced by its value, as `escape` writes it.
    pub fn replace(&self, text: &str, escape: fn(&str) -> String) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(&self.prefix) {
            out.push_str(&rest[..at]);
            let token = &rest[at + self.prefix.len()..];
            match token.find('z').and_then(|end| Some((end, decode(&token[..end])?))) {
                Some((end, value)) => {
                    // A value that was kept by `set` and printed again holds tokens itself.
                    out.push_str(&escape(&self.plain(&value)));
                    rest = &token[end + 1..];
                }
                None => {
                    out.push_str(&self.prefix);
                    rest = token;
                }
            }
        }
        out + rest
    }

    /// Values as they are, with nothing hidden in them.
    pub fn plain(&self, text: &str) -> String {
        self.replace(text, |value| visible(value).into_owned())
    }
}

fn decode(hex: &str) -> Option<String> {
    String::from_utf8(HEXLOWER.decode(hex.as_bytes()).ok()?).ok()
}

/// For HTML, in text and in attributes.
pub fn html(value: &str) -> String {
    let value = visible(value);
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// For an address: one segment of a path, everything else percent-encoded.
pub fn segment(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_taken_from_the_text() {
        let text = "hsvalue hsvalueq6162z";
        let tokens = Tokens::for_text(text);
        assert_eq!(tokens.plain(text), text);
        assert_eq!(tokens.plain(&format!("<{}>", tokens.token("ü<b>"))), "<ü<b>>");
        assert_eq!(tokens.plain(&tokens.token(&tokens.token("x"))), "x");
        assert!(tokens.remain_in(&tokens.token("x").to_uppercase()));
    }
}
