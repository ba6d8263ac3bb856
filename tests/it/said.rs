//! What files say of themselves and in their text is looked through for names, in the kinds that people give.

use std::collections::BTreeSet;

use crate::draft::Draft;

/// The file `name` on a page for Anna and Ben, in a practice of more people.
fn with(name: &str) -> Draft {
    let mut site = Draft::new();
    for person in ["Maya", "Tobias", "Grete", "Benedikt", "Lena", "Amir"] {
        site = site.member(&person.to_lowercase(), person);
    }
    let bytes = std::fs::read(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    site.file(&format!("content/groups/grief/{name}"), bytes)
        .file("content/groups/grief/x.md", format!("+++\ntitle = \"X\"\n+++\n[The file]({name})\n"))
}

/// Everyone whom it names to the two.
fn named(name: &str) -> BTreeSet<String> {
    let of = |what: &str| Some(what.strip_prefix("names ")?.strip_suffix(" to 2 others")?.to_owned());
    let mistakes = with(name).mistakes();
    let named = mistakes.iter().map(|mistake| of(&mistake.what).unwrap_or_else(|| panic!("{name}: {mistake}")));
    named.collect()
}

#[test]
fn names_in_the_tags_of_recordings_and_films_are_found() {
    for name in ["breathing.mp3", "breathing.m4a", "breathing.ogg", "breathing.opus", "breathing.wav", "breathing.mp4"]
    {
        assert_eq!(named(name), ["Benedikt", "Maya"].map(str::to_owned).into(), "{name}");
    }
    assert_eq!(named("old.mp3"), ["Maya".to_owned()].into());
}

#[test]
fn names_in_the_text_the_notes_and_the_properties_of_documents_are_found() {
    let all = ["Amir", "Benedikt", "Grete", "Lena", "Maya", "Tobias"].map(str::to_owned);
    for name in ["sheet.docx", "sheet.odt"] {
        assert_eq!(named(name), all.clone().into(), "{name}");
    }
    for name in ["table.xlsx", "table.ods"] {
        assert_eq!(named(name), ["Maya", "Tobias"].map(str::to_owned).into(), "{name}");
    }
    for name in ["slides.pptx", "slides.odp"] {
        assert_eq!(named(name), ["Maya".to_owned()].into(), "{name}");
    }
}

#[test]
fn names_in_the_properties_and_on_the_pages_of_a_pdf_are_found() {
    for name in ["sheet.pdf", "streams.pdf", "owner.pdf"] {
        assert_eq!(named(name), ["Amir", "Tobias"].map(str::to_owned).into(), "{name}");
    }
    assert_eq!(named("printed.pdf"), ["Grete", "Maya"].map(str::to_owned).into());
}

#[test]
fn the_place_is_a_line_of_what_the_file_says() {
    let told = with("breathing.mp3").mistakes().to_string();
    assert!(told.contains("content/groups/grief/breathing.mp3:"), "{told}");
    assert!(told.contains(" | TIT2: Breathing for Maya\n"), "{told}");
    assert!(told.contains("names = [\"maya\"] in the front matter of content/groups/grief/x.md"), "{told}");
}

#[test]
fn a_file_that_cannot_be_looked_through_is_told_and_given() {
    assert!(!with("locked.pdf").mistakes().to_string().contains("locked.pdf"));
    let remarks = with("locked.pdf").remarks().to_string();
    let told =
        "content/groups/grief/locked.pdf: under a password, or damaged: it is given, and nobody's name is looked for";
    assert!(remarks.contains(told), "{remarks}");
    assert!(!with("owner.pdf").remarks().to_string().contains("looked for"));
}
