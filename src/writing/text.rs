//! A value as text in a page: neither Markdown nor a template can come out of it.

/// What Markdown or a page's own template would take for theirs, wherever it stands.
const ANYWHERE: &str = r"\`*_[]<>&~|#$^";

/// `value` as Markdown that shows it as it is; a line in it stays a line.
///
/// SECURITY: a value comes from a table that anyone may have filled in. A page's template is not run on it, since `{{` can't
/// come out; a link, a picture or HTML neither.
pub(super) fn as_text(value: &str) -> String {
    let lines = value.lines().map(str::trim);
    let mut out = String::with_capacity(value.len() + 16);
    let mut before = "";
    for (n, line) in lines.enumerate() {
        if n > 0 {
            // A line of its own within a paragraph ends with a backslash; an empty one ends the paragraph.
            out.push_str(if before.is_empty() || line.is_empty() { "\n" } else { "\\\n" });
        }
        push(line, &mut out);
        before = line;
    }
    out
}

fn push(line: &str, out: &mut String) {
    let number = line.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in line.char_indices() {
        // A backslash would still leave `{%` standing; this can begin no template, whatever stands behind it.
        if c == '{' {
            out.push_str("&#123;");
            continue;
        }
        // At the beginning of a line these make a list, a ruler or a heading.
        let begins = at == 0 && "-+=:".contains(c) || at == number && number > 0 && ".)".contains(c);
        if begins || ANYWHERE.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_mean_something_is_marked() {
        assert_eq!(as_text("Slept better: 5 of 7 nights (up from 2)."), "Slept better: 5 of 7 nights (up from 2).");
        assert_eq!(as_text("{{ member.name }} *x*"), r"&#123;&#123; member.name }} \*x\*");
        assert_eq!(as_text("- a\n1. b\n\n# c"), "\\- a\\\n1\\. b\n\n\\# c");
        assert_eq!(as_text("2026 was hard"), "2026 was hard");
    }
}
