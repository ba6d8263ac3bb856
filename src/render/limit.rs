//! Refuses templates that would exhaust the compiler's stack, before it sees them.
//!
//! minijinja reads `not not not …` and `a.b.c.…` by recursion without an end, and one that overflows the stack takes the
//! whole program with it. So the length of what stands between two delimiters is limited, quoted text not counted.

use std::ops::Range;

/// Bytes of one expression or statement outside of quotes.
const EXPRESSION: usize = 800;
/// Branches of one `{% if %}`, in a page with no other: each is read within the one before.
const BRANCHES: usize = 100;

/// The place of the first expression that is too long, or of the branch that is one too many.
pub(super) fn exceeded(template: &str) -> Option<Range<usize>> {
    let mut branches = 0;
    let mut at = 0;
    while let Some(start) = template[at..].find('{').map(|n| at + n) {
        at = start + 1;
        let close = match template.as_bytes().get(at) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => continue,
        };
        let inner = &template[at + 1..];
        let (length, bare) = measure(inner, close);
        let end = at + 1 + length;
        if inner.trim_start_matches(['-', '+', ' ', '\n', '\t']).starts_with("elif") {
            branches += 1;
        }
        if bare > EXPRESSION || branches > BRANCHES {
            return Some(start..end);
        }
        at = end;
    }
    None
}

/// How far it is to `close` or the end, and how many of these bytes stand outside of quotes.
fn measure(text: &str, close: &str) -> (usize, usize) {
    let mut quote = None;
    let mut escaped = false;
    let mut bare = 0;
    for (n, byte) in text.bytes().enumerate() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if byte == b'\\' => escaped = true,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if text.as_bytes()[n..].starts_with(close.as_bytes()) => return (n, bare),
            None => {
                bare += 1;
                quote = matches!(byte, b'"' | b'\'').then_some(byte);
            }
        }
        if bare > EXPRESSION {
            return (n, bare);
        }
    }
    (text.len(), bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_fine_and_long_expressions_are_not() {
        let quoted = format!("{{% set x = ['{}', \"a'\\\"}}}}{}\"] %}}", "a".repeat(5000), "b".repeat(5000));
        assert_eq!(exceeded(&quoted), None);
        assert_eq!(exceeded(&"{{ a }} {% if a %}{% elif b %}{% endif %}{".repeat(99)), None);
        assert!(exceeded(&format!("{{{{ {} }}}}", "not ".repeat(1000))).is_some());
        assert!(exceeded(&format!("{quoted}{{{{- {} }}}}", ".b".repeat(1000))).is_some());
        assert!(exceeded(&"{% elif a %}".repeat(1000)).is_some());
        for odd in ["{", "{{", "{% '", "{{ '\\", "ä{{ü", "{{ 'ä' }}"] {
            assert_eq!(exceeded(odd), None, "{odd}");
        }
    }
}
