//! Who chose what.

use super::{Asked, Given};
use crate::{block::Choice, wire::Said};

/// The options of a poll, in its order; one that was taken out of the page later stands at the end.
#[derive(Debug, PartialEq, Eq)]
pub struct Tally<'a> {
    pub options: Vec<Chosen<'a>>,
    /// How many answered.
    pub answered: usize,
}

/// An option, and who chose it.
#[derive(Debug, PartialEq, Eq)]
pub struct Chosen<'a> {
    pub id: &'a str,
    pub label: &'a str,
    pub names: Vec<&'a str>,
}

impl<'a> Tally<'a> {
    pub(super) fn of(options: &'a [Choice], asked: &Asked<'a>) -> Self {
        let mut all: Vec<_> = options
            .iter()
            .map(|option| Chosen { id: option.id.as_str(), label: &option.label, names: Vec::new() })
            .collect();
        for given in &asked.given {
            let Said::Poll { chosen } = given.said else { continue };
            for id in chosen {
                let known = all.iter().position(|known| known.id == id);
                let at = known.unwrap_or_else(|| {
                    all.push(Chosen { id, label: label(given, id), names: Vec::new() });
                    all.len() - 1
                });
                let names = &mut all[at].names;
                if !names.contains(&given.name) {
                    names.push(given.name);
                }
            }
        }
        Self { options: all, answered: asked.given.len() }
    }

    /// How many chose the option that most chose.
    pub fn most(&self) -> usize {
        self.options.iter().map(|option| option.names.len()).max().unwrap_or_default()
    }
}

/// In the words of the version that was answered.
fn label<'a>(given: &Given<'a>, id: &'a str) -> &'a str {
    let crate::block::Asks::Poll { options, .. } = &given.block.asks else { return id };
    options.iter().find(|option| option.id == id).map_or(id, |option| &option.label)
}
