//! What leads out of an exported page: its files, and the other pages of the export, in a folder and in one document.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::{
    attachments::{file, pdf},
    clock::{DAY, START, build_at, joined},
    pictures,
    pty::Pty,
    site::TestSite,
};

const MIB: usize = 1024 * 1024;

fn practice() -> TestSite {
    let site = TestSite::empty().group("a");
    joined(&site, "ann", &["a"]);
    site
}

/// The pages of an export into a folder, by their numbers.
fn folder(site: &TestSite, more: &[&str]) -> (PathBuf, Vec<(String, String)>) {
    let out = site.path("out");
    site.ok(&[&["member", "export", "ann", out.to_str().unwrap(), "--json"], more].concat());
    let record: Value = serde_json::from_slice(&fs::read(out.join("record.json")).unwrap()).unwrap();
    let page = |version: &Value| {
        let path = version["page"].as_str().unwrap();
        (path.to_owned(), fs::read_to_string(out.join(path)).unwrap())
    };
    let pages = record["versions"].as_array().unwrap().iter().map(page).collect();
    (out, pages)
}

/// An export that is one document, opened.
pub fn whole(site: &TestSite) -> String {
    let (sealed, out) = (site.path("record.age"), site.path("record.html"));
    let told = site.ok(&["member", "export", "ann", "--sealed", sealed.to_str().unwrap(), "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let mut age = Pty::of(&["age", "--decrypt", "--output", out.to_str().unwrap(), sealed.to_str().unwrap()]);
    age.expect("passphrase");
    age.press(&format!("{}\r", told["words"].as_str().unwrap()));
    assert!(age.end().0);
    fs::read_to_string(out).unwrap()
}

#[test]
fn links_lead_to_each_page_as_it_was_when_they_could_be_followed() {
    let site = practice();
    site.page("groups/a/x.md", "# X\n\nOld. [more](y.md#part-two)")
        .page("groups/a/y.md", "# Y\n\nFirst.\n\n## Part two");
    build_at(&site, START);
    site.page("groups/a/x.md", "# X\n\nNew. [more](y.md)").page("groups/a/y.md", "# Y\n\nSecond.\n\n## Part two");
    build_at(&site, START + DAY);
    let (out, pages) = folder(&site, &[]);
    let with = |words: &str| pages.iter().find(|(_, page)| page.contains(words)).unwrap();
    for (from, to, place) in [("Old.", "First.", "#part-two"), ("New.", "Second.", "")] {
        let target = with(to).0.trim_start_matches("pages/");
        let link = format!("<a href=\"{target}{place}\">more</a>");
        assert!(with(from).1.contains(&link), "{link}: {}", with(from).1);
        assert!(out.join("pages").join(target).exists());
    }
    let html = whole(&site);
    let [first, second] = ["First.", "Second."].map(|words| with(words).0.replace("pages/", "").replace(".html", ""));
    for part in
        [format!("href=\"#v{first}-part-two\""), format!("id=\"v{first}-part-two\""), format!("href=\"#v{second}\"")]
    {
        assert!(html.contains(&part), "{part}: {html}");
    }
}

#[test]
fn a_link_to_what_somebody_else_is_not_given_is_words() {
    let site = practice();
    site.member("ben", &["a"]);
    site.page("groups/a/x.md", "# X\n\n[more](y.md), [a sheet](sheet.txt)")
        .page("groups/a/y.md", "+++\nnot_names = { Ben = \"a mountain\" }\n+++\n# Y\n\nBen Nevis.");
    file(&site, "groups/a/sheet.txt", b"words");
    site.build();
    let court = ["--for-third-party", "--to", "Court", "--basis", "order", "--recorded-by", "Ines", "--yes"];
    let (_, pages) = folder(&site, &court);
    let [(_, x)] = pages.as_slice() else { panic!("{pages:?}") };
    assert!(x.contains("<a>more</a>") && x.contains("<small>(not given:)</small> <a>a sheet</a>"), "{x}");
}

#[test]
fn one_document_holds_its_files() {
    let site = practice();
    file(&site, "groups/a/leaf.png", &pictures::png_with_text("Author: Ines"));
    file(&site, "groups/a/Für alle.txt", b"words");
    site.page("groups/a/x.md", "# X\n\n![A \"leaf\"](leaf.png) [for all](F%C3%BCr%20alle.txt)");
    site.build();
    let html = whole(&site);
    let picture =
        html.split("<img src=\"data:image/png;base64,").nth(1).expect("the picture").split('"').next().unwrap();
    let picture = data_encoding::BASE64.decode(picture.as_bytes()).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.ends_with(b"IEND\xaeB`\x82"));
    assert!(html.contains("alt=\"A “leaf”\" width=\"1\" height=\"1\">"), "{html}");
    assert!(html.contains("<a href=\"data:text/plain;base64,d29yZHM=\" download=\""), "{html}");
    assert!(html.contains(".txt\">for all</a>") && !html.contains("not in this document"), "{html}");
}

#[test]
fn what_finds_no_room_is_told_where_it_stood() {
    let site = practice();
    file(&site, "groups/a/long.pdf", &pdf(3 * MIB, 1));
    file(&site, "groups/a/small.txt", b"words");
    for n in 0..17 {
        site.page(&format!("groups/a/{n}.md"), &format!("# {n}\n\n[the long one](long.pdf), [a small one](small.txt)"));
    }
    site.build();
    let html = whole(&site);
    let count = |part: &str| html.matches(part).count();
    assert_eq!(count("<small>(not in this document:)</small> <a>the long one</a>"), 17);
    assert_eq!(count("\">a small one</a>"), 17);
    assert_eq!(count("1 file is not in this document"), 1);
}
