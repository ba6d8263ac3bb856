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

#[test]
fn a_text_too_long_to_look_through_is_told_and_one_within_the_limit_is_not() {
    let page = "# X\n\n[short](short.txt) [long](long.txt) [long too](long.csv)";
    let short = "a ".repeat(1 << 19);
    let site = Draft::new().file("content/groups/grief/x.md", page).file("content/groups/grief/short.txt", &short);
    let long = format!("{short}Anna");
    let site = site.file("content/groups/grief/long.txt", &long).file("content/groups/grief/long.csv", &long);
    let told = site.remarks().to_string();
    assert!(told.contains("long.txt: larger than 1 MiB: it is given, and nobody's name"), "{told}");
    assert!(told.contains("long.csv: larger") && !told.contains("short.txt"), "{told}");
}

#[test]
fn an_exception_that_a_file_alone_needs_is_needed() {
    let page = "+++\nnot_names = { Anna = \"a ship\" }\n+++\n# X\n\n[list](my%20list.csv)";
    let site = Draft::new().file("content/groups/grief/x.md", page);
    let site = site.file("content/groups/grief/my list.csv", "ship,Anna\n");
    assert!(site.mistakes().is_empty() && site.remarks().is_empty(), "{} {}", site.mistakes(), site.remarks());
    let site = site.file("content/groups/grief/my list.csv", "ship\n");
    assert!(site.remarks().to_string().contains("nothing on this page needs the exception `Anna`"));
}
