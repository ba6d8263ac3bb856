//! What is wrong with a page's text once its template has run, in words for its author.

use std::ops::Range;

use crate::attachment::AttachmentError;

/// Blocks that mean something, and must not be shown as code.
const OURS: [&str; 7] = ["reply", "poll", "checkin", "assessment", "agenda", "done", "results"];
/// A longer name is still meant with two letters wrong.
const LONG: usize = 6;

/// Why a link can't be followed, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) what: String,
    pub(super) hint: String,
}

impl From<AttachmentError> for Reason {
    fn from(error: AttachmentError) -> Self {
        Self { what: error.to_string(), hint: error.hint() }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Quotes and lists within each other without end.
    Depth,
    /// HTML elements within each other without end.
    Html,
    /// A token that a filter changed.
    Mangled,
    /// A block whose name is nearly one of ours.
    Almost(&'static str),
    /// Something in a block of ours.
    Block(Reason),
    /// A block that the author's own HTML around it takes away.
    Swallowed,
    /// A link to a file or page of the practice that can't be followed.
    Lead(Reason),
    /// A link by a scheme that nobody should follow, or to a path of the host.
    Refused,
    /// A picture from somewhere else.
    Remote,
}

/// What is wrong, and at which bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) at: Range<usize>,
    pub(super) wrong: Wrong,
}

/// A self-assessment is a check-in.
fn meant(name: &'static str) -> &'static str {
    if name == "assessment" { "checkin" } else { name }
}

impl Wrong {
    /// In a code block with this name.
    pub(super) fn block(info: &str) -> Option<Self> {
        let name = info.split_whitespace().next()?;
        // SECURITY: shown as code, a question would stand there in braces, and nobody could answer it.
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let distance = |ours: &str| strsim::damerau_levenshtein(&plain, ours);
        let is_near = |ours: &&str| distance(ours) <= if ours.len() >= LONG { 2 } else { 1 };
        OURS.into_iter().filter(is_near).min_by_key(|ours| distance(ours)).map(|ours| Self::Almost(meant(ours)))
    }

    pub(super) fn what(&self) -> String {
        match self {
            Self::Lead(reason) | Self::Block(reason) => return reason.what.clone(),
            Self::Almost(name) => return format!("nearly a block `{name}`, and would be shown as code"),
            Self::Swallowed => "this block disappears in the HTML around it",
            Self::Depth => "quotes or lists more than a hundred levels deep",
            Self::Html => "HTML with hundreds of elements that are never closed",
            Self::Mangled => "a printed value was changed after it was printed",
            Self::Refused => "a link of a kind that members can't follow",
            Self::Remote => "a picture from elsewhere",
        }
        .to_owned()
    }

    pub(super) fn hint(&self) -> String {
        match self {
            Self::Lead(reason) | Self::Block(reason) => return reason.hint.clone(),
            Self::Almost(_) => {
                "write the name as it is, in small letters; or, if it is code, put another word behind the backticks"
            }
            Self::Swallowed => "close the HTML element above it, or write Markdown",
            Self::Depth => "remove some of the `>`, `*` or `[`",
            Self::Html => "close them, or write Markdown",
            Self::Mangled => {
                "use filters on the value itself, {{ member.name|upper }}, and print nothing into names of links, blocks or headings"
            }
            Self::Refused => {
                "begin it with https://, mailto: or tel:, or with # for a place in the same page; a page or file of yours is linked by its path from here: ../library/sleep.md"
            }
            Self::Remote => "take it out: it would tell its host who reads the page, and when",
        }
        .to_owned()
    }
}
