//! Files that go with a page: sealed with it, read by its readers, and nothing of where they came from.

use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path};

use heldspace::seal::{AttachmentEntry, Entry, Identity};
use img_parts::{Bytes, ImageEXIF, jpeg::Jpeg};

use crate::{
    draft::Draft,
    markers::{MARKER, holds_marker},
    pictures,
    reader::{Reader, open_object},
    site::{Card, TestSite},
};

const PART: usize = 4 * 1024 * 1024;

/// A PDF as far as anyone looks, of this many bytes that do not repeat.
pub fn pdf(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = b"%PDF-1.4\n".to_vec();
    while bytes.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_be_bytes());
    }
    bytes.truncate(length);
    bytes
}

pub fn entries(site: &TestSite, card: &Card) -> Vec<Entry> {
    Reader::unlock(&site.store(), card).expect("the card unlocks").entries(&site.store())
}

/// What a browser makes of it: parts opened, held against their digests, joined, cut.
pub fn opened(site: &TestSite, attachment: &AttachmentEntry) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in &attachment.parts {
        bytes.extend(open_object(&site.store(), part).expect("a part opens"));
    }
    bytes.truncate(usize::try_from(attachment.length).unwrap());
    bytes
}

pub fn file(site: &TestSite, path: &str, bytes: &[u8]) {
    let path = site.path("content").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_was_sealed_opens_as_it_was_in_as_many_parts_as_it_takes() {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    let lengths = [9, 300_000, PART - 1, PART, PART + 1, 2 * PART + 7];
    let files: Vec<Vec<u8>> = lengths.iter().zip(1..).map(|(length, seed)| pdf(*length, seed)).collect();
    let mut text = "# Sheets\n".to_owned();
    for (n, bytes) in files.iter().enumerate() {
        file(&site, &format!("groups/a/sheet {n}.pdf"), bytes);
        text.extend(["\n[sheet](sheet%20", &n.to_string(), ".pdf)\n"]);
    }
    site.page("groups/a/x.md", &text);
    site.build();
    let entry = entries(&site, &card).remove(0);
    let parts: Vec<_> = entry.attachments.iter().map(|attachment| attachment.parts.len()).collect();
    assert_eq!(parts, [1, 1, 1, 1, 2, 3]);
    for (n, attachment) in entry.attachments.iter().enumerate() {
        assert_eq!(
            (attachment.name.as_str(), attachment.media_type.as_str()),
            (&*format!("sheet {n}.pdf"), "application/pdf")
        );
        assert!(opened(&site, attachment) == files[n], "sheet {n}");
    }
    // Building again seals nothing, and a verified host has nothing to mend.
    let again = site.build();
    assert_eq!(again["release"], serde_json::Value::Null, "{again}");
    let verified: serde_json::Value =
        serde_json::from_str(&site.ok(&["build", "--yes", "--json", "--verify"])).unwrap();
    assert_eq!(verified["mended"], 0);
}

#[test]
fn a_spoiled_part_is_found_and_mended() {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    file(&site, "groups/a/sheet.pdf", &pdf(PART + 9, 3));
    site.page("groups/a/x.md", "# X\n\n[sheet](sheet.pdf)");
    site.build();
    let attachment = entries(&site, &card).remove(0).attachments.remove(0);
    let path = site.store().join("objects").join(attachment.parts[1].name.to_string());
    fs::write(&path, b"age-encryption.org/v1\nspoiled").unwrap();
    assert!(open_object(&site.store(), &attachment.parts[1]).is_none());
    let done: serde_json::Value = serde_json::from_str(&site.ok(&["build", "--yes", "--json", "--verify"])).unwrap();
    assert_eq!(done["mended"], 1);
    assert!(opened(&site, &attachment) == pdf(PART + 9, 3));
}

/// The objects that each of two members reads, of a file in this folder, with this way to share.
fn shared(folder: &str, length: usize, share: Option<&str>) -> bool {
    let site = TestSite::empty().group("a");
    let (ann, ben) = (site.member("ann", &["a"]), site.member("ben", &["a"]));
    if let Some(share) = share {
        let path = site.path("site.toml");
        let text = fs::read_to_string(&path).unwrap();
        let changed = text.replace("share = \"library\"", &format!("share = \"{share}\""));
        assert!(changed != text);
        fs::write(path, changed).unwrap();
    }
    file(&site, &format!("{folder}/sheet.pdf"), &pdf(length, 5));
    let to = if folder == "messages" { "+++\nto = [\"ann\", \"ben\"]\n+++\n" } else { "" };
    site.page(&format!("{folder}/x.md"), &format!("{to}# X\n\n[sheet](sheet.pdf)"));
    site.build();
    let names =
        |card| -> BTreeSet<_> { entries(&site, card)[0].attachments[0].parts.iter().map(|part| part.name).collect() };
    let (ann, ben) = (names(&ann), names(&ben));
    assert!(ann == ben || ann.is_disjoint(&ben));
    ann == ben
}

#[test]
fn large_files_of_the_library_are_sealed_once_and_nothing_else_unless_it_is_asked_for() {
    assert!(shared("library", 300_000, None));
    assert!(!shared("library", 256 * 1024, None), "small ones are sealed for each");
    assert!(!shared("groups/a", 300_000, None), "the store alone does not tell who shares a group");
    assert!(!shared("library", 300_000, Some("none")));
    assert!(shared("groups/a", 300_000, Some("all")));
    assert!(!shared("messages", 300_000, Some("all")), "nobody learns who else a message went to");
}

#[test]
fn no_other_members_key_opens_an_attachment() {
    let site = TestSite::empty().group("a").group("b");
    let cards = [("ann", "a"), ("ben", "b")].map(|(name, group)| site.member(name, &[group]));
    for place in ["groups/a", "groups/b", "members/ann", "library"] {
        file(&site, &format!("{place}/sheet.pdf"), &pdf(5000, 7));
        site.page(&format!("{place}/x.md"), &format!("# {place}\n\n[sheet](sheet.pdf)"));
    }
    site.build();
    let [ann, ben] = cards.map(|card| entries(&site, &card));
    let keys = |entries: &[Entry]| -> Vec<Identity> {
        let objects = entries.iter().flat_map(Entry::objects);
        objects
            .map(|object| serde_json::to_value(object).unwrap()["identity"].as_str().unwrap().parse().unwrap())
            .collect()
    };
    let count = |entries: &[Entry]| entries.iter().map(|entry| entry.attachments.len()).sum::<usize>();
    assert_eq!((count(&ann), count(&ben)), (3, 2));
    for (mine, theirs) in [(&ann, &ben), (&ben, &ann)] {
        for part in theirs.iter().flat_map(|entry| &entry.attachments).flat_map(|attachment| &attachment.parts) {
            let sealed = fs::read(site.store().join("objects").join(part.name.to_string())).unwrap();
            assert!(keys(theirs).iter().any(|key| key.open(&sealed, 1 << 28).is_ok()));
            assert!(!keys(mine).iter().any(|key| key.open(&sealed, 1 << 28).is_ok()), "the same file, sealed for each");
        }
    }
}

#[test]
fn no_marker_in_a_file_or_its_name_is_in_the_store() {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    let text = format!("{MARKER} {}", "words ".repeat(1000));
    file(&site, &format!("groups/a/{MARKER}.txt"), text.as_bytes());
    site.page("groups/a/x.md", &format!("# X\n\n[{MARKER}]({MARKER}.txt)"));
    site.build();
    for (path, bytes) in site.store_files() {
        assert!(!path.contains(MARKER) && !holds_marker(&bytes), "in {path}");
    }
    let entry = entries(&site, &card).remove(0);
    assert_eq!(opened(&site, &entry.attachments[0]), text.as_bytes());
    let document = String::from_utf8(open_object(&site.store(), &entry.object).unwrap()).unwrap();
    assert!(!document.contains(".txt"), "a document names no file: {document}");
}

#[test]
fn a_changed_file_is_a_changed_page_and_what_nobody_has_goes() {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    file(&site, "groups/a/sheet.pdf", &pdf(5000, 1));
    site.page("groups/a/x.md", "# X\n\n[sheet](sheet.pdf)");
    site.build();
    let before = entries(&site, &card).remove(0);
    file(&site, "groups/a/sheet.pdf", &pdf(5000, 2));
    let output = site.run(&["build", "--yes"]);
    assert!(output.status.success());
    let now = entries(&site, &card).remove(0);
    assert!(now.id == before.id && now.object.digest != before.object.digest);
    assert!(now.attachments[0].id != before.attachments[0].id);
    assert!(opened(&site, &now.attachments[0]) == pdf(5000, 2));
    // An hour later nothing of the old one is left.
    let unlisted = site.path(".heldspace/unlisted.json");
    let since = fs::read_to_string(&unlisted).unwrap();
    let old = before.attachments[0].parts[0].name.to_string();
    assert!(since.contains(&old), "{since}");
}

#[test]
fn a_picture_goes_without_what_the_camera_wrote() {
    let secret = b"GPS-52.5200N-13.4050E";
    let plain = pictures::jpeg();
    let mut with = Jpeg::from_bytes(Bytes::from(plain)).unwrap();
    with.set_exif(Some(pictures::exif(6, secret).into()));
    let comment = img_parts::jpeg::JpegSegment::new_with_contents(
        img_parts::jpeg::markers::COM,
        Bytes::from_static(b"a comment about Maya"),
    );
    with.segments_mut().insert(0, comment);
    let mut bytes = with.encoder_bytes();
    bytes.extend(b"a film behind the picture");
    assert!(contains(&bytes, secret));

    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    file(&site, "groups/a/leaf.JPG", &bytes);
    file(&site, "groups/a/words.png", &pictures::png_with_text("Author: Ines"));
    site.page("groups/a/x.md", "# X\n\n![A leaf](leaf.JPG)\n\n![Words](words.png)");
    site.build();
    let entry = entries(&site, &card).remove(0);
    let [leaf, words] = entry.attachments.as_slice() else { panic!("two files") };
    let given = opened(&site, leaf);
    for trace in [&secret[..], b"comment", b"film", b"Exif\0\0II"] {
        assert!(!contains(&given, trace), "{}", String::from_utf8_lossy(trace));
    }
    let exif = Jpeg::from_bytes(Bytes::from(given)).unwrap().exif().expect("which way up it is stays");
    let exif = exif::Reader::new().read_raw(exif.to_vec()).unwrap();
    let fields: Vec<_> = exif.fields().map(|field| (field.tag, field.value.get_uint(0))).collect();
    assert_eq!(fields, [(exif::Tag::Orientation, Some(6))]);
    let given = opened(&site, words);
    assert!(!contains(&given, b"Ines") && !contains(&given, b"tEXt") && given.ends_with(b"IEND\xaeB`\x82"));
    // Turned by a quarter, 3 by 2 is seen as 2 by 3.
    let document = String::from_utf8(open_object(&site.store(), &entry.object).unwrap()).unwrap();
    assert!(document.contains("alt=\"A leaf\" width=\"2\" height=\"3\">"), "{document}");
}

fn ends(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}

trait Encoded {
    fn encoder_bytes(self) -> Vec<u8>;
}

impl Encoded for Jpeg {
    fn encoder_bytes(self) -> Vec<u8> {
        self.encoder().bytes().to_vec()
    }
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn an_open_page_brings_its_files_stripped_and_they_go_with_it() {
    let site = TestSite::empty();
    file(&site, "library/Ein Bild.png", &pictures::png_with_text("Author: Ines"));
    file(&site, "library/痛み.pdf", &pdf(900, 1));
    site.page("library/x.md", "+++\npublic = true\n+++\n# X\n\n![Words](Ein%20Bild.png) [sheet](痛み.pdf)");
    site.build();
    let open = |site: &TestSite| -> Vec<(String, Vec<u8>)> {
        let files = site.store_files().into_iter();
        files.filter(|(path, _)| path.starts_with("public/library/x/") && !path.contains("index.html")).collect()
    };
    let files = open(&site);
    let [(picture, bytes), (sheet, _)] = files.as_slice() else {
        panic!("{:?}", files.iter().map(|f| &f.0).collect::<Vec<_>>())
    };
    assert!(picture.starts_with("public/library/x/ein-bild.") && ends(picture, "png"), "{picture}");
    assert!(sheet.starts_with("public/library/x/file.") && ends(sheet, "pdf"), "{sheet}");
    assert!(!contains(bytes, b"Ines"));
    let page = fs::read_to_string(site.store().join("public/library/x/index.html")).unwrap();
    assert!(page.contains(&picture["public".len()..]) && page.contains(&sheet["public".len()..]), "{page}");
    site.page("library/x.md", "+++\npublic = true\n+++\n# X\n\nNothing.");
    site.build();
    assert!(open(&site).is_empty(), "at once, like the page");
}

#[test]
fn links_in_the_disk_and_pipes_are_not_followed() {
    let site = Draft::new().file("outside.pdf", pdf(100, 1)).file("content/library/x.md", "# X\n\n[a](linked.pdf)");
    symlink(site.root().join("outside.pdf"), site.root().join("content/library/linked.pdf")).unwrap();
    assert!(site.mistakes().to_string().contains("symbolic link"));
    let site = Draft::new().file("elsewhere/a.pdf", pdf(100, 1)).file("content/library/x.md", "# X\n\n[a](in/a.pdf)");
    symlink(site.root().join("elsewhere"), site.root().join("content/library/in")).unwrap();
    assert!(site.mistakes().to_string().contains("symbolic link"));
    let site = Draft::new().file("content/library/x.md", "# X\n\n[a](pipe.pdf)");
    let pipe = site.root().join("content/library/pipe.pdf");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    assert!(site.mistakes().to_string().contains("not a regular file"));
}

#[test]
fn a_name_in_another_spelling_of_the_disk_is_the_same_file() {
    // What a Mac's disk makes of "ä", and what an editor writes.
    let site = Draft::new()
        .file("content/library/a\u{308}pfel.pdf", pdf(100, 1))
        .file("content/library/x.md", "# X\n\n[a](%C3%A4pfel.pdf)");
    assert_eq!(site.mistakes().to_string(), "");
}

#[test]
fn a_file_has_its_limits() {
    let site = Draft::new()
        .file("content/library/x.md", "# X\n\n[a](big.pdf) [b](empty.pdf)")
        .file("content/library/empty.pdf", "");
    let big = fs::File::create(site.root().join("content/library/big.pdf")).unwrap();
    big.set_len(100 * 1024 * 1024 + 1).unwrap();
    let told = site.mistakes().to_string();
    assert!(told.contains("`content/library/big.pdf` is larger than 100 MiB"), "{told}");
    assert!(told.contains("`content/library/empty.pdf` is empty"), "{told}");
    let mut site = Draft::new();
    let mut text = "# X\n".to_owned();
    for n in 0..51 {
        site = site.file(&format!("content/library/{n}.txt"), n.to_string());
        text.extend(["\n[a](", &n.to_string(), ".txt)\n"]);
    }
    assert!(site.file("content/library/x.md", text).mistakes().to_string().contains("more than 50 files"));
}

#[test]
fn names_that_are_hostile_stay_names() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    let name = "\"><script>alert(1)<!--.txt";
    if fs::write(site.path("content/library").join(name), "words").is_err() {
        return;
    }
    site.page("library/x.md", "# X\n\n[a](<%22%3E%3Cscript%3Ealert(1)%3C!--.txt>)");
    site.build();
    let entry = entries(&site, &card).remove(0);
    assert_eq!(entry.attachments[0].name, name);
    let document = String::from_utf8(open_object(&site.store(), &entry.object).unwrap()).unwrap();
    assert!(!document.contains("script"), "{document}");
}

#[test]
fn who_left_keeps_the_files_as_they_were_and_a_new_card_brings_them() {
    let site = TestSite::empty().group("a");
    site.member("ann", &["a"]);
    file(&site, "groups/a/sheet.pdf", &pdf(PART + 5, 1));
    site.page("groups/a/x.md", "# X\n\n[sheet](sheet.pdf)");
    site.build();
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    let entry = entries(&site, &card).remove(0);
    assert!(opened(&site, &entry.attachments[0]) == pdf(PART + 5, 1));
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "2099-01-01", "--yes"]);
    file(&site, "groups/a/sheet.pdf", &pdf(PART + 5, 2));
    site.build();
    let kept = entries(&site, &card).remove(0);
    assert!(kept.object.digest == entry.object.digest);
    assert!(opened(&site, &kept.attachments[0]) == pdf(PART + 5, 1), "as it was");
    // Those keep their files too whose place is taken by another card.
    let card: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    let kept = entries(&site, &card).remove(0);
    assert!(opened(&site, &kept.attachments[0]) == pdf(PART + 5, 1), "sealed anew from what was given");
}

#[test]
fn an_export_has_the_files_as_they_were_given_and_one_for_somebody_else_has_none() {
    let site = TestSite::empty().group("a");
    site.member("ann", &["a"]);
    site.member("ben", &["a"]);
    file(&site, "groups/a/Für alle.txt", b"first");
    file(&site, "groups/a/leaf.png", &pictures::png_with_text("Author: Ines"));
    site.page("groups/a/x.md", "# X\n\n![A leaf](leaf.png) and [words](F%C3%BCr%20alle.txt), [more](y.md)")
        .page("groups/a/y.md", "# Y\n\nText.");
    site.build();
    file(&site, "groups/a/Für alle.txt", b"second");
    site.build();
    let out = site.path("out");
    site.ok(&["member", "export", "ann", out.to_str().unwrap(), "--json"]);
    let record: serde_json::Value = serde_json::from_slice(&fs::read(out.join("record.json")).unwrap()).unwrap();
    let of_x: Vec<_> =
        record["versions"].as_array().unwrap().iter().filter(|version| version["title"] == "X").collect();
    let mut words = BTreeSet::new();
    for version in &of_x {
        let files = version["attachments"].as_array().unwrap();
        let path = |n: usize| files[n]["file"].as_str().unwrap();
        words.insert(fs::read(out.join(path(1))).unwrap());
        assert!(!contains(&fs::read(out.join(path(0))).unwrap(), b"Ines"));
        let page = fs::read_to_string(out.join(version["page"].as_str().unwrap())).unwrap();
        for n in [0, 1] {
            assert!(page.contains(&format!("\"{}\"", path(n).trim_start_matches("pages/"))), "{page}");
        }
        assert!(!page.contains("data-"), "{page}");
    }
    assert_eq!(words, BTreeSet::from([b"first".to_vec(), b"second".to_vec()]));
    let court = site.path("court");
    site.ok(&[
        "member",
        "export",
        "ann",
        court.to_str().unwrap(),
        "--for-third-party",
        "--to",
        "Court",
        "--basis",
        "order",
        "--recorded-by",
        "Ines Halloran",
        "--yes",
        "--json",
    ]);
    let files = crate::site::files_below(&court);
    let others = files.iter().filter(|(path, _)| path.starts_with("pages/") && !ends(path, "html"));
    assert_eq!(others.count(), 0);
}

#[test]
fn links_lead_to_pages_by_number_and_the_index_says_which() {
    let site = TestSite::empty().group("a");
    let card = site.member("ann", &["a"]);
    site.page(
        "groups/a/x.md",
        "# X\n\n## Here\n\n[y](y.md#part-two), [z](../../library/z.md), [y again](./y.md), [me](x.md#here)",
    )
    .page("groups/a/y.md", "# Y\n\n## Part two")
    .page("library/z.md", "+++\npublic = true\n+++\n# Z");
    site.build();
    let entries = entries(&site, &card);
    let [x, y] = ["X", "Y"].map(|title| entries.iter().find(|entry| entry.title == title).unwrap());
    assert_eq!(x.links, [y.id]);
    let document = String::from_utf8(open_object(&site.store(), &x.object).unwrap()).unwrap();
    for part in [
        "<a data-page=\"0\" data-place=\"part-two\">y</a>",
        "<a href=\"/library/z/\">z</a>",
        "<a data-page=\"0\">y again</a>",
        "<a href=\"#here\">me</a>",
    ] {
        assert!(document.contains(part), "{part} in {document}");
    }
    assert!(!document.contains(".md"), "a document names no file");
}

#[test]
fn a_files_name_names_nobody_however_the_link_is_written() {
    let site = TestSite::empty().group("a");
    site.member("maya", &["a"]);
    site.member("ben", &["a"]);
    file(&site, "groups/a/maya.txt", b"words");
    for link in
        ["<a href=maya.txt>sheet</a>", "<A HREF='maya.txt'>sheet</A>", "[sheet](m%61ya.txt)", "[s][s]\n\n[s]: maya.txt"]
    {
        site.page("groups/a/x.md", &format!("# X\n\n{link}"));
        let (code, said) = site.fails(&["build", "--yes"]);
        assert!(code == 3 && said.contains("names maya to ben"), "{link}: {said}");
    }
}

#[test]
fn a_link_that_leads_elsewhere_is_a_change_that_is_asked_for() {
    let site = TestSite::empty().group("a");
    site.member("ann", &["a"]);
    site.page("groups/a/x.md", "# X\n\n[more](y.md)").page("groups/a/y.md", "# Y").page("groups/a/z.md", "# Z");
    site.build();
    site.page("groups/a/x.md", "# X\n\n[more](z.md)");
    let (code, said) = site.fails(&["build"]);
    assert!(code == 2 && said.contains("Changed: 1 page"), "{said}");
}
