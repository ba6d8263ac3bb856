//! Files of open pages: read when their turn comes, however many there are, and never other than they were looked at.

use std::fs;

use heldspace::{
    attachment::AttachmentError,
    content::Survey,
    render::{Theme, open_site},
};

use crate::{
    attachments::{file, pdf},
    draft::Draft,
    pictures,
    site::TestSite,
};

const PAGE: &str = "+++\npublic = true\n+++\n# X\n\n[sheet](sheet.pdf), [words](words.txt), ![A point](point.png)";

#[test]
fn none_is_held_and_one_that_has_changed_is_told() {
    let site = Draft::new()
        .file("content/library/x.md", PAGE)
        .file("content/library/sheet.pdf", pdf(5000, 1))
        .file("content/library/point.png", pictures::png_with_text("words"))
        .file("content/library/words.txt", "words");
    let (practice, pages) = Survey::read(site.root()).finish().unwrap();
    let open = open_site(&pages, &practice, &Theme::read(&practice).unwrap()).unwrap();
    assert!(open.files.iter().all(|file| !file.path.contains("sheet.") && !file.path.contains("words.")));
    let [(path, sheet), _, _] = open.along.as_slice() else { panic!("{}", open.along.len()) };
    assert!(path.starts_with("library/x/sheet.") && sheet.whole().unwrap() == pdf(5000, 1), "{path}");
    fs::write(site.root().join("content/library/sheet.pdf"), pdf(5000, 2)).unwrap();
    assert!(matches!(sheet.whole(), Err(AttachmentError::Changed { .. })));
}

#[test]
fn they_stay_as_they_are_when_another_page_goes() {
    let site = TestSite::empty();
    file(&site, "library/sheet.pdf", &pdf(5000, 1));
    file(&site, "library/words.txt", b"words");
    file(&site, "library/point.png", &pictures::png_with_text("words"));
    site.page("library/x.md", PAGE).page("library/y.md", "+++\npublic = true\n+++\n# Y\n\nText.");
    site.build();
    let files = || -> Vec<_> {
        site.store_files().into_iter().filter(|(path, _)| path.starts_with("public/library/x/")).collect()
    };
    let before = files();
    // The page and the words with two compressed ones each, the sheet, the picture.
    assert_eq!(before.len(), 8);
    assert!(before.iter().any(|(_, bytes)| *bytes == pdf(5000, 1)));
    site.ok(&["withdraw", "library/y.md", "--yes"]);
    assert!(files() == before && !site.store().join("public/library/y/index.html").exists());
    // A page that did not change is not given again.
    let said = site.run(&["build", "--yes"]);
    assert!(said.status.success(), "{said:?}");
    assert!(files() == before);
}
