//! Files of pages that somebody keeps, where the host has lost them: the record gives them back, or it is told that it can't.

use std::fs;

use crate::{
    attachments::{entries, file, opened, pdf},
    site::{Card, TestSite, files_below},
};

const MIB: usize = 1024 * 1024;

/// Someone who left, and keeps a page with a sheet of this many bytes that has changed since.
fn kept(length: usize) -> (TestSite, Card) {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    file(&site, "groups/a/sheet.pdf", &pdf(length, 1));
    site.page("groups/a/x.md", "# X\n\n[sheet](sheet.pdf), [more](y.md)").page("groups/a/y.md", "# Y\n\nText.");
    site.build();
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "2099-01-01", "--yes"]);
    file(&site, "groups/a/sheet.pdf", &pdf(9, 2));
    site.build();
    (site, card)
}

#[test]
fn what_a_host_has_lost_comes_back_out_of_the_record() {
    let (site, card) = kept(4 * MIB + 5);
    let before = entries(&site, &card);
    fs::remove_dir_all(site.path(".heldspace/store")).unwrap();
    let said = site.run(&["build", "--yes"]);
    assert!(said.status.success() && !String::from_utf8_lossy(&said.stderr).contains("Lost"), "{said:?}");
    let now = entries(&site, &card);
    assert_eq!(now.len(), 2);
    for (before, now) in before.iter().zip(&now) {
        assert_eq!((before.id, &before.links), (now.id, &now.links));
        assert!(before.object.digest == now.object.digest && before.attachments == now.attachments);
    }
    let with = now.iter().find(|entry| !entry.attachments.is_empty()).unwrap();
    assert!(opened(&site, &with.attachments[0]) == pdf(4 * MIB + 5, 1), "as it was given");
}

#[test]
fn a_part_that_a_host_has_lost_comes_back_under_its_name() {
    let (site, card) = kept(4 * MIB + 5);
    let x = entries(&site, &card).into_iter().find(|entry| entry.title == "X").unwrap();
    let part = site.store().join("objects").join(x.attachments[0].parts[1].name.to_string());
    fs::remove_file(&part).unwrap();
    site.build();
    let now = entries(&site, &card).into_iter().find(|entry| entry.title == "X").unwrap();
    assert!(now.attachments == x.attachments);
    assert!(opened(&site, &now.attachments[0]) == pdf(4 * MIB + 5, 1));
}

#[test]
fn a_file_that_is_nowhere_any_more_is_told_and_the_page_stays() {
    // More than the record keeps.
    let (site, card) = kept(16 * MIB + 5);
    fs::remove_dir_all(site.path(".heldspace/store")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&site.ok(&["diff", "--json"])).unwrap();
    let lost = serde_json::json!([{ "file": "content/groups/a/x.md", "name": "sheet.pdf", "reader": "ann" }]);
    assert_eq!(told["lost"], lost);
    let said = site.run(&["build", "--yes"]);
    let words = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && words.contains("Lost for those who left and keep its page: 1 file"), "{words}");
    let now = entries(&site, &card).into_iter().find(|entry| entry.title == "X").unwrap();
    assert!(now.attachments.is_empty());
    // What they were given has its place for it, and says so.
    site.ok(&["member", "export", "ann", site.path("out").to_str().unwrap()]);
    let pages = files_below(&site.path("out/pages"));
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("<small>(not kept:)</small> <a>sheet</a>");
    assert!(pages.iter().any(|(_, bytes)| told(bytes)), "{}", pages.len());
}
