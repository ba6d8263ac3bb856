//! What is wrong with a page's text once its template has run, in words for its author.

use std::ops::Range;

use super::link::Target;

/// Blocks that will mean something, and must not be shown as code until then.
const OURS: [&str; 7] = ["reply", "poll", "checkin", "assessment", "agenda", "done", "results"];
/// A longer name is still meant with two letters wrong.
const LONG: usize = 6;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Quotes and lists within each other without end.
    Depth,
    /// HTML elements within each other without end.
    Html,
    /// A token that a filter changed.
    Mangled,
    /// A block of ours that this version can't show.
    Later(&'static str),
    /// A block whose name is nearly one of ours.
    Almost(&'static str),
    /// A link to a file or page of the practice.
    Beside,
    /// A link by a scheme that nobody should follow, or to a path of the host.
    Refused,
    /// A picture of the practice.
    Picture,
    /// A picture from somewhere else.
    Remote,
}

/// What is wrong, and at which bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) at: Range<usize>,
    pub(super) wrong: Wrong,
}

impl Wrong {
    /// In a link that leads to `target`.
    pub(super) fn link(target: Target) -> Option<Self> {
        match target {
            Target::Within | Target::Elsewhere => None,
            // SECURITY: followed, it would ask the host for a file by the name it has here.
            Target::Beside => Some(Self::Beside),
            Target::Refused => Some(Self::Refused),
        }
    }

    /// In a picture that lies at `target`.
    pub(super) fn picture(target: Target) -> Self {
        if target == Target::Beside { Self::Picture } else { Self::Remote }
    }

    /// In a code block with this name.
    pub(super) fn block(info: &str) -> Option<Self> {
        let name = info.split_whitespace().next()?;
        if let Some(ours) = OURS.into_iter().find(|ours| *ours == name) {
            return Some(Self::Later(ours));
        }
        // SECURITY: shown as code, a question would stand there in braces, and nobody could answer it.
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let distance = |ours: &str| strsim::damerau_levenshtein(&plain, ours);
        let is_near = |ours: &&str| distance(ours) <= if ours.len() >= LONG { 2 } else { 1 };
        OURS.into_iter().filter(is_near).min_by_key(|ours| distance(ours)).map(Self::Almost)
    }

    pub(super) fn what(self) -> String {
        match self {
            Self::Later(name) => return format!("a block `{name}` comes with a later version of heldspace"),
            Self::Almost(name) => return format!("nearly a block `{name}`, and would be shown as code"),
            Self::Depth => "quotes or lists more than a hundred levels deep",
            Self::Html => "HTML with hundreds of elements that are never closed",
            Self::Mangled => "a printed value was changed after it was printed",
            Self::Beside => "a link to another page or file of the practice",
            Self::Refused => "a link of a kind that members can't follow",
            Self::Picture => "a picture",
            Self::Remote => "a picture from elsewhere",
        }
        .to_owned()
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Later(_) => "take the block out for now; shown as it is, members could not answer it",
            Self::Almost(_) => {
                "write the name as it is, in small letters; or, if it is code, put another word behind the backticks"
            }
            Self::Depth => "remove some of the `>`, `*` or `[`",
            Self::Html => "close them, or write Markdown",
            Self::Mangled => {
                "use filters on the value itself, {{ member.name|upper }}, and print nothing into names of links, blocks or headings"
            }
            Self::Beside => {
                "such links come with a later version of heldspace; name the page, or give a whole address, https://…"
            }
            Self::Refused => "begin it with https://, mailto: or tel:, or with # for a place in the same page",
            Self::Picture => "pictures come with a later version of heldspace; take it out for now",
            Self::Remote => "take it out: it would tell its host who reads the page, and when",
        }
    }
}
