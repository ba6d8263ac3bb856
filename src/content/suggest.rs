//! "Did you mean": the nearest of the words that would have been right.

/// The word of `known` that is nearest to `wrong`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&wrong, word), word))
        .filter(|(distance, word)| *distance <= 1 + word.chars().count() / 4)
        .min()
        .map(|(_, word)| word)
}

/// A hint for a wrong word: the nearest right one, or else all of them as a list of `what`.
pub(crate) fn hint<'a>(wrong: &str, what: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(word) = nearest(wrong, known.clone()) {
        return format!("did you mean `{word}`?");
    }
    let mut known: Vec<_> = known.into_iter().take(20).collect();
    known.sort_unstable();
    if known.is_empty() { format!("there are no {what} yet") } else { format!("{what}: {}", known.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        assert_eq!(nearest("tilte", ["title", "date"]), Some("title"));
        assert_eq!(nearest("Title", ["title", "date"]), Some("title"));
        assert_eq!(nearest("colour", ["title", "date"]), None);
        assert_eq!(hint("colour", "keys here", ["title", "date"]), "keys here: date, title");
    }
}
