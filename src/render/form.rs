//! Blocks that members can answer, and numbers of those they have answered: taken out of a text, and put in once the HTML
//! was sanitised.
//!
//! In: the events of a fenced block. Out: an element that carries the block as data, for the viewer to draw its form from,
//! and says it in plain words to whoever reads the page elsewhere; or the numbers. SECURITY: the element is made here alone,
//! after the sanitiser; no HTML of an author becomes one, and nothing in a block becomes HTML.

use std::{borrow::Cow, ops::Range};

use super::{
    flaw::{Flaw, Reason, Wrong},
    lead::Leads,
    value::{Marks, as_text},
    words,
};
use crate::{
    block::{self, Block, Kind, Setting, Written},
    content::{Mistake, Source},
    names::html::Run,
};

/// Blocks of one page at most.
const MOST: usize = 50;

/// The blocks of one page so far.
pub(super) struct Forms<'a> {
    setting: Setting<'a>,
    marks: Marks,
    open: Option<Open>,
    found: Vec<Found>,
}

/// A block that is being read: the line of its fence, and what is below it, with the places of both.
struct Open {
    fence: Fence,
    /// Whether more stands behind its name.
    more: bool,
    at: Range<usize>,
    run: Run,
    from: usize,
}

/// The word behind the backticks.
#[derive(Clone, Copy)]
enum Fence {
    Asks(Kind),
    Results,
}

impl Fence {
    fn of(name: &str) -> Option<Self> {
        if name == RESULTS { Some(Self::Results) } else { Kind::of(name).map(Self::Asks) }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Asks(kind) => kind.name(),
            Self::Results => RESULTS,
        }
    }
}

const RESULTS: &str = "results";

struct Found {
    what: What,
    at: Range<usize>,
}

enum What {
    Block(Box<Block>),
    /// Numbers, as an element.
    Numbers(String),
}

impl<'a> Forms<'a> {
    pub(super) fn new(setting: Setting<'a>, marks: Marks) -> Self {
        Self { setting, marks, open: None, found: Vec::new() }
    }

    /// Begins the block that stands at `at` in `text`; false if it is none of ours.
    pub(super) fn begin(&mut self, info: &str, text: &str, at: Range<usize>) -> bool {
        let mut words = info.split_whitespace();
        let Some(fence) = words.next().and_then(Fence::of) else { return false };
        let more = words.next().is_some();
        let line = text[at.clone()].lines().next().unwrap_or_default();
        let mut run = Run::default();
        run.push(line, at.start..at.start + line.len());
        run.push("\n", at.start..at.start);
        self.open = Some(Open { fence, more, at, from: run.text.len(), run });
        true
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// What stands in the block.
    pub(super) fn text(&mut self, text: &str, at: Range<usize>) {
        if let Some(open) = &mut self.open {
            open.run.push(text, at);
        }
    }

    /// Ends it: what stands in its place for now, or everything that is wrong with it.
    pub(super) fn end(&mut self, leads: &mut Leads<'_>) -> Result<String, Vec<Flaw>> {
        let Some(Open { fence, more, at, run, from }) = self.open.take() else { return Ok(String::new()) };
        if more {
            let what = format!("more than the word `{}` behind the backticks", fence.name());
            let hint = "write what belongs to it on the lines below".to_owned();
            return Err(vec![Flaw { at, wrong: Wrong::Block(Reason { what, hint }) }]);
        }
        let put = |text: &str| self.marks.put(text, as_text).into_owned();
        // SECURITY: what a filter made of a token is never shown.
        if self.marks.left_in(&put(&run.text)) {
            return Err(vec![Flaw { at, wrong: Wrong::Mangled }]);
        }
        if self.found.len() == MOST {
            let what = format!("more than {MOST} blocks in one page");
            let hint = "split the page in two: nobody answers that many at once".to_owned();
            return Err(vec![Flaw { at, wrong: Wrong::Block(Reason { what, hint }) }]);
        }
        let source = Source::new("", run.text.clone());
        let written = Written { source: &source, from, put: &put };
        let flaw = |mistake: Mistake| {
            let at = run.place(&place(&source, &mistake));
            Flaw { at, wrong: Wrong::Block(Reason { what: put(&mistake.what), hint: put(&mistake.hint) }) }
        };
        let flaws = |mistakes: Vec<Mistake>| mistakes.into_iter().map(flaw).collect::<Vec<_>>();
        let what = match fence {
            Fence::Asks(kind) => What::Block(Box::new(block::read(kind, &written, self.setting).map_err(flaws)?)),
            Fence::Results => {
                let wish = block::wish(&written).map_err(flaws)?;
                let at = |place: Range<usize>| run.place(&place);
                let numbers = leads.numbers(&wish);
                What::Numbers(
                    numbers.map_err(|(place, reason)| vec![Flaw { at: at(place), wrong: Wrong::Block(reason) }])?,
                )
            }
        };
        if let What::Block(block) = &what
            && self.blocks().any(|known| known.id == block.id)
        {
            let what = format!("a second block that is called `{}`", block.id);
            let hint = "give it an `id` of its own: it tells the answers to one from those to the other".to_owned();
            return Err(vec![Flaw { at, wrong: Wrong::Block(Reason { what, hint }) }]);
        }
        self.found.push(Found { what, at });
        Ok(self.token(self.found.len() - 1))
    }

    /// SECURITY: made of characters that neither the page nor a value has.
    fn token(&self, number: usize) -> String {
        format!("<div>{}</div>", self.marks.token(&format!("\0{number}")))
    }

    /// `html` without what stands for blocks; and those of which it was lost.
    pub(super) fn taken_out(&self, html: &str) -> (String, Vec<Flaw>) {
        let (mut rest, mut lost) = (html.to_owned(), Vec::new());
        for (number, found) in self.found.iter().enumerate() {
            let token = self.token(number);
            if rest.matches(&token).count() != 1 {
                lost.push(Flaw { at: found.at.clone(), wrong: Wrong::Swallowed });
            }
            rest = rest.replace(&token, "");
        }
        (rest, lost)
    }

    /// `html` with every block in its place; and what blocks, options and questions are called in answers.
    pub(super) fn put_in(&self, html: String) -> (String, Vec<String>) {
        let html = self.found.iter().enumerate().fold(html, |html, (n, found)| {
            let element = match &found.what {
                What::Block(block) => Cow::Owned(words::element(block)),
                What::Numbers(element) => Cow::Borrowed(element.as_str()),
            };
            html.replace(&self.token(n), &element)
        });
        (html, self.blocks().flat_map(words::ids).collect())
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.found.iter().filter_map(|found| if let What::Block(block) = &found.what { Some(&**block) } else { None })
    }
}

/// The bytes of `source` that a mistake is about.
fn place(source: &Source, mistake: &Mistake) -> Range<usize> {
    let (Some(line), Some(column), Some(marked)) = (mistake.line, mistake.column, mistake.marked()) else {
        return 0..0;
    };
    let text = source.text();
    let begin: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let bytes = |count: usize| text[begin..].chars().take(count).map(char::len_utf8).sum::<usize>();
    begin + bytes(column - 1)..begin + bytes(column - 1 + marked.marked)
}
