//! A map that never grows beyond its bound: the longest unseen are forgotten.
//!
//! Two generations: what is looked at moves to the young one; when that is full, it becomes the old one, and the old one
//! is dropped. A flood of new keys costs no more memory and no more time than ordinary use.

use std::{collections::HashMap, hash::Hash};

#[derive(Debug)]
pub(super) struct Recent<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Holds between `bound / 2` and `bound` entries once it has met that many.
    pub(super) fn new(bound: usize) -> Self {
        Self { half: (bound / 2).max(1), young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn look(&mut self, key: &K) -> Option<&mut V> {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.insert(key, value);
        }
        self.young.get_mut(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_forgets_the_unseen_and_keeps_the_seen() {
        let mut recent = Recent::new(10);
        recent.insert(0, "seen");
        recent.insert(1, "unseen");
        for key in 2..1000 {
            recent.insert(key, "flood");
            assert!(recent.young.len() + recent.old.len() <= 10);
            assert_eq!(recent.look(&0), Some(&mut "seen"));
        }
        assert_eq!(recent.look(&1), None);
    }
}
