//! Remarks: each folder holds what is worth a look, laid over a practice in which nothing is, and what is said in `expected`.

use std::path::Path;

use crate::{content::walk, draft::Draft};

/// With `UPDATE=1` in the environment the reports are written anew.
#[test]
fn each_remark_is_made_as_the_file_beside_it_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/remarks");
    assert!(walk(&cases, Draft::remarks) >= 5, "the cases are gone");
}

#[test]
fn a_practice_in_which_nothing_is_amiss_has_none() {
    let site = Draft::new().file("content/library/x.md", "# X\n\nText.\n\n## Y\n\n### Z\n\n## W");
    assert!(site.remarks().is_empty() && site.mistakes().is_empty());
}

#[test]
fn the_sample_has_nothing_to_remark() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let survey = heldspace::content::Survey::read(root);
    let theme = heldspace::render::Theme::read(&survey.practice);
    let mistakes = heldspace::check::mistakes(&survey, &theme);
    assert!(mistakes.is_empty(), "{mistakes}");
    let remarks = heldspace::check::remarks(&survey.practice, &survey.pages, &theme.unwrap());
    assert!(remarks.is_empty(), "{remarks}");
    assert!(survey.pages.len() > 30);
}
