//! `done`: a tick beside an exercise, for the member alone.

use super::{Asks, read::Form};
use crate::content::Fields;

const LABEL: &str = "I have done this";

pub(super) fn read(fields: &mut Fields<'_>) -> Form {
    let label = fields.short_text("label").map_or_else(|| LABEL.to_owned(), |text| text.value);
    Asks::Done { label }.into()
}
