//! A table, in a box that scrolls, and its cells, with their alignment as a class: the policy of sealed pages refuses
//! inline styles.

use pulldown_cmark::Alignment;

/// Around a table that may be wider than a phone: whoever has no pointer scrolls it with the keyboard, and is told what
/// has the focus. A group and no region, since there may be several.
pub(super) const BOX: (&str, &str) =
    ("<div class=\"table\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">", "</div>\n");

/// The columns of the open table.
#[derive(Default)]
pub(super) struct Cells {
    alignments: Vec<Alignment>,
    head: bool,
    next: usize,
}

impl Cells {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, head: true, next: 0 }
    }

    pub(super) fn end_head(&mut self) {
        self.head = false;
    }

    pub(super) fn begin_row(&mut self) {
        self.next = 0;
    }

    /// The opening tag of the next cell.
    pub(super) fn open(&mut self) -> String {
        let class = match self.alignments.get(self.next) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.next += 1;
        format!("<{}{class}>", self.element())
    }

    pub(super) fn close(&self) -> String {
        format!("</{}>", self.element())
    }

    fn element(&self) -> &'static str {
        if self.head { "th" } else { "td" }
    }
}
