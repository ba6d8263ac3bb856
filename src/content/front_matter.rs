//! The lines between `+++` (TOML) or `---` (YAML) at the top of a page.

use super::{
    mistake::Mistake,
    node::{Node, Shape},
    source::Source,
    toml, yaml,
};

/// Front matter may have this many bytes: it is a few lines.
const LIMIT: usize = 64 * 1024;

/// A page's keys, and the rest of it.
pub(crate) struct FrontMatter {
    pub(crate) keys: Node,
    pub(crate) body: Source,
}

/// Splits a page; one without front matter has no keys.
pub(crate) fn split(source: &Source) -> Result<FrontMatter, Vec<Mistake>> {
    let first = source.text().lines().next().unwrap_or_default();
    if let Some(at) = late(source.text()) {
        let hint = "remove the empty lines above it: it must begin on the first line";
        return Err(vec![source.mistake(&(at..at + 3), "front matter that does not begin on the first line", hint)]);
    }
    let parse = match first.trim_end() {
        "+++" => toml::parse,
        "---" => yaml::parse,
        _ => return Ok(FrontMatter { keys: Node { at: 0..first.len(), shape: Shape::Nothing }, body: source.rest(0) }),
    };
    let begin = (first.len() + 1).min(source.text().len());
    let Some((end, body)) = closing(&source.text()[begin..], first.trim_end()) else {
        let what = format!("the front matter that begins here has no end (a line `{}`)", first.trim_end());
        return Err(vec![source.mistake(&(0..3), what, "close it, or put an empty line above a ruler")]);
    };
    if end > LIMIT {
        let what = format!("front matter of more than {} KiB", LIMIT / 1024);
        return Err(vec![source.mistake(&(0..3), what, "keep the text below the front matter")]);
    }
    let mut keys = parse(source, begin..begin + end)?;
    // What is missing is missing at the top.
    keys.at = 0..3;
    Ok(FrontMatter { keys, body: source.rest(begin + body) })
}

/// Where front matter begins that has empty lines or spaces before it, and so would be shown as text.
fn late(text: &str) -> Option<usize> {
    let at = text.len() - text.trim_start().len();
    let fence = text[at..].lines().next().map(str::trim_end).filter(|line| ["+++", "---"].contains(line))?;
    let after = &text[at + fence.len()..];
    (at > 0 && after.lines().skip(1).take(50).any(|line| line.trim_end() == fence)).then_some(at)
}

/// Where the line `fence` begins in `text`, and where the line after it does.
fn closing(text: &str, fence: &str) -> Option<(usize, usize)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((start, start + line.len()));
        }
        start += line.len();
    }
    None
}
