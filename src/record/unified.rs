//! Two versions of a text, side by side.

use similar::TextDiff;

/// Lines around a change.
const AROUND: usize = 3;

/// What changed from one text to the next, as a unified diff.
pub fn unified(old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(AROUND).to_string()
}
