//! Promise 1: nothing leaves in clear. Marker words in every place a therapist writes, looked for in everything that
//! leaves the machine or is kept beside the content.

use crate::site::{TestSite, files_below};

pub const MARKER: &str = "zqxmarker";

pub fn practice() -> TestSite {
    let site = TestSite::empty();
    let marked = |what: &str| format!("{MARKER}{what}");
    site.ok(&["group", "add", &marked("folder"), "--title", &marked("title")]);
    let (name, email, group) = (marked("name"), format!("{MARKER}@example.org"), marked("folder"));
    site.ok(&["member", "add", &marked("member"), "--name", &name, "--email", &email, "--group", &group, "--json"]);
    let page = |title: &str| {
        format!(
            "+++\ntitle = \"{MARKER}{title}\"\nid = \"{MARKER}id{title}\"\n+++\n## {MARKER}heading\n\n{MARKER}text {{{{ member.name }}}}\n"
        )
    };
    site.page(&format!("library/{MARKER}-file.md"), &page("a"))
        .page(&format!("groups/{MARKER}folder/{MARKER}-file.md"), &page("b"))
        .page(&format!("members/{MARKER}member/{MARKER}-file.md"), &page("c"))
        .page(
            &format!("messages/{MARKER}-file.md"),
            &page("d").replacen("+++", &format!("+++\nto = [\"{MARKER}member\"]"), 1),
        )
        .page(&format!("groups/{MARKER}folder/notes/{MARKER}.md"), "# zqxmarker own note");
    site
}

/// The marker, in any of the spellings it could slip out in.
pub fn holds_marker(bytes: &[u8]) -> bool {
    let hex = data_encoding::HEXLOWER.encode(MARKER.as_bytes());
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    [MARKER, &hex, "enf4bwfya2vy", "pxeg1hcmtlc", "6cxhtyxjrzx"].iter().any(|spelling| text.contains(spelling))
}

fn unpacked(path: &str, bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut out = Vec::new();
    let ending = path.rsplit('.').next();
    if ending == Some("gz") {
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    } else if ending == Some("br") {
        brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).unwrap();
    }
    out
}

#[test]
fn no_marker_word_is_in_the_store_or_the_state() {
    let site = practice();
    site.build();
    let files = files_below(&site.path(".heldspace"));
    assert!(files.iter().any(|(path, _)| path.starts_with("store/objects/")));
    for (path, bytes) in &files {
        assert!(!path.to_lowercase().contains(MARKER), "in the name {path}");
        assert!(!holds_marker(bytes) && !holds_marker(&unpacked(path, bytes)), "in {path}");
    }
}

#[test]
fn the_search_would_find_it() {
    assert!(holds_marker(b"..ZQXmarker.."));
    assert!(holds_marker(data_encoding::BASE64.encode(b"zqxmarkername").as_bytes()));
    assert!(holds_marker(data_encoding::BASE64.encode(b"xzqxmarkername").as_bytes()));
    assert!(holds_marker(data_encoding::BASE64.encode(b"xxzqxmarkername").as_bytes()));
    assert!(holds_marker(data_encoding::HEXLOWER.encode(b"zqxmarker").as_bytes()));
}

#[test]
fn counts_on_standard_output_name_nobody() {
    let site = practice();
    let printed = site.ok(&["build", "--yes", "--json"]);
    assert!(!holds_marker(printed.as_bytes()), "{printed}");
}

#[test]
fn what_holds_secrets_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let site = practice();
    site.build();
    let mode = |path: &str| std::fs::metadata(site.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".heldspace"), 0o700);
    assert_eq!(mode(".heldspace/keys.json"), 0o600);
    assert_eq!(mode(".heldspace/keyrings"), 0o700);
    assert_eq!(mode(".heldspace/store"), 0o700);
    std::fs::set_permissions(site.path(".heldspace/keys.json"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_, said) = site.fails(&["build", "--yes"]);
    assert!(said.contains("chmod 600"), "{said}");
}

#[test]
fn the_passphrase_of_a_card_is_kept_nowhere() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.build();
    for (path, bytes) in files_below(site.root()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&card.passphrase), "in {path}");
    }
}
