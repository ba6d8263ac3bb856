//! Ids for headings, so that a page can link to its own parts.

use std::collections::{HashMap, HashSet};

/// The ids given out so far in one page.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadingIds {
    taken: HashSet<String>,
    /// The last number that was added to an id.
    numbered: HashMap<String, usize>,
}

impl HeadingIds {
    /// Notes the ids in a theme's template: a heading "Help" must not take the place of the help that `#help` leads to.
    pub(super) fn reserve(&mut self, template: &str) {
        for rest in template.split(" id=\"").skip(1) {
            self.taken.extend(rest.split('"').next().map(str::to_owned));
        }
    }

    /// Whether something is called so already.
    pub(super) fn has(&self, id: &str) -> bool {
        self.taken.contains(id)
    }

    /// Notes an id that the author chose.
    pub(super) fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// An id for a heading with this text.
    pub(super) fn make(&mut self, text: &str) -> String {
        let id = id(text);
        if self.taken.insert(id.clone()) {
            return id;
        }
        let number = self.numbered.entry(id.clone()).or_insert(0);
        loop {
            *number += 1;
            let numbered = format!("{id}-{number}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// Letters and digits of any script, in lower case, with hyphens between words.
fn id(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            id.extend(c.to_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') && !matches!(c, '\'' | '’') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    if id.is_empty() { "section".to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_what_the_heading_says_and_differ() {
        let mut ids = HeadingIds::default();
        assert_eq!(ids.make("Don’t wait: Größe & Maß"), "dont-wait-größe-maß");
        assert_eq!(ids.make("A"), "a");
        assert_eq!(ids.make("A 1"), "a-1");
        assert_eq!(ids.make("A"), "a-2");
        assert_eq!(ids.make("…"), "section");
        ids.reserve("<main id=\"text\"><footer class=\"x\" id=\"help\">");
        assert_eq!([ids.make("Help"), ids.make("Text")], ["help-1", "text-1"]);
    }
}
