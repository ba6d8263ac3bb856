//! `reply`: free text.

use super::{Asks, LONG, read::Form};
use crate::content::Fields;

pub(super) fn read(fields: &mut Fields<'_>) -> Form {
    let prompt = fields.words("prompt", LONG).map(|text| text.value);
    Asks::Reply { prompt }.into()
}
