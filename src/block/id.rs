//! What options, questions and prompts are called in an answer: their own words, unless they say otherwise.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    content::{At, Fields, slug},
    wire::{BlockId, Digest},
};

/// The ids of one list, each once.
#[derive(Default)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// The id `given`, or else one made of the words at `place`.
    pub(super) fn of(
        &mut self,
        fields: &mut Fields<'_>,
        place: &Range<usize>,
        given: Option<At<String>>,
        words: &str,
    ) -> Option<String> {
        let is_given = given.is_some();
        let At { value, at } = given.unwrap_or_else(|| At { value: made_of(words), at: place.clone() });
        if value.parse::<BlockId>().is_err() {
            let hint = "write small letters, digits and hyphens, 64 at most";
            fields.mistake(&at, format!("`{value}` is no id"), hint);
            return None;
        }
        if !self.0.insert(value.clone()) {
            let (what, hint) = if is_given {
                (format!("the id `{value}` is there already"), "give each its own")
            } else {
                ("this is there already, or nearly so".to_owned(), "change its words, or give it an `id` of its own")
            };
            fields.mistake(&at, what, hint);
            return None;
        }
        Some(value)
    }
}

/// The words as they would stand in an address; of words in no Latin letters, their digest.
pub(super) fn made_of(words: &str) -> String {
    let mut id = slug(words);
    if id.is_empty() {
        return format!("x{}", &Digest::of(words.as_bytes()).to_string()[..12]);
    }
    if id.len() > BlockId::LONGEST {
        id.truncate(BlockId::LONGEST);
        let end = id.rfind('-').filter(|end| *end > BlockId::LONGEST / 2).unwrap_or(id.len());
        id.truncate(end);
    }
    id
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_make_ids_that_stay() {
        assert_eq!(made_of("Not at all"), "not-at-all");
        assert_eq!(
            made_of("How did you sleep, all in all, over the last two weeks, compared with the two before?"),
            "how-did-you-sleep-all-in-all-over-the-last-two-weeks-compared"
        );
        assert_eq!(made_of("はい"), made_of("はい"));
        assert_ne!(made_of("はい"), made_of("いいえ"));
    }

    proptest! {
        #[test]
        fn any_words_make_an_id(words: String) {
            prop_assert!(made_of(&words).parse::<BlockId>().is_ok());
        }
    }
}
