//! Files as other machines write them: line ends, byte-order marks, encodings; and what differs between readers of one page.

use crate::{draft::Draft, reader::Reader, site::TestSite};

const PAGE: &str = "+++\ntitle = \"Sleep\"\ndate = 2026-11-24\npublic = true\n+++\n\n## Two\n\nA line\nand another.\n\n- [ ] one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";

fn html(bytes: impl AsRef<[u8]>) -> String {
    Draft::new().file("content/library/x.md", bytes).document("library/x/index.html")
}

#[test]
fn a_page_is_the_same_whatever_machine_wrote_it() {
    let plain = html(PAGE);
    assert!(plain.contains("<h2") && plain.contains("<table"), "{plain}");
    let crlf = PAGE.replace('\n', "\r\n");
    let yaml =
        "---\ntitle: Sleep\ndate: 2026-11-24\npublic: true\n---\n".to_owned() + PAGE.split_once("+++\n\n").unwrap().1;
    for (name, written) in [
        ("Windows", crlf.clone()),
        ("Notepad, with its mark", format!("\u{FEFF}{crlf}")),
        ("an old Mac", PAGE.replace('\n', "\r")),
        ("both kinds in one file", PAGE.replacen('\n', "\r\n", 7)),
        ("spaces behind the fences", PAGE.replace("+++\n", "+++  \n")),
        ("a tab behind the fences", PAGE.replace("+++\n", "+++\t\r\n")),
        ("no end of the last line", PAGE.trim_end().to_owned()),
        ("YAML on Windows", yaml.replace('\n', "\r\n")),
    ] {
        assert_eq!(html(&written), plain, "{name}");
    }
}

#[test]
fn what_is_not_utf_8_is_refused_in_plain_words() {
    let utf16 = |unit: fn(u16) -> [u8; 2]| PAGE.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let told = |bytes: Vec<u8>| Draft::new().file("content/library/x.md", bytes).mistakes().to_string();
    let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    for bytes in [[&[0xFF, 0xFE], &little[..]].concat(), [&[0xFE, 0xFF], &big[..]].concat(), little, big] {
        let told = told(bytes);
        assert!(told.contains("UTF-16") && told.contains("encoding UTF-8") && told.lines().count() == 2, "{told}");
    }
    assert!(told(b"+++\ntitle = \"Caf\xe9\"\n+++\n".to_vec()).contains("not UTF-8 text (line 2)"));
}

#[test]
fn names_with_backslashes_are_no_folders_of_anyone() {
    let told = |to: &str| {
        let page = format!("+++\ntitle = \"X\"\nto = ['{to}']\n+++\n");
        Draft::new().file("content/messages/x.md", page).mistakes().to_string()
    };
    for to in [r"members\anna", r"..\anna", r"anna\", "../anna", "Anna"] {
        assert!(told(to).contains("content/messages/x.md:3:7: there is no member"), "{to}: {}", told(to));
    }
    assert!(told("Anna").contains("did you mean `anna`?"));
}

/// Each page is for Anna and Ben; what stands in a condition is for Anna alone.
#[test]
fn whoever_is_not_meant_finds_no_trace_of_it() {
    let site = TestSite::empty().group("grief").group("sleep");
    let cards = [site.member("anna", &["grief", "sleep"]), site.member("ben", &["grief"])];
    let texts = [
        "{% if member.name == \"nobody\" %}x{% endif %}",
        "{% if \"sleep\" in member.groups %}\nSECRET\n{% endif %}",
        "{% if member.name == \"anna\" %}**SECRET**{% endif %}",
        "{% if \"sleep\" in member.groups %}\n## SECRET\n\n- SECRET[^1]\n\n[^1]: SECRET\n{% endif %}",
        "{% set word = \"SECRET\" if \"sleep\" in member.groups else \"\" %}{{ word }}",
        "{## SECRET in a comment, for nobody ##}{% if \"sleep\" in member.groups %}SECRET{% endif %}",
        "{% if \"sleep\" not in member.groups %}{% else %}[SECRET](https://secret.example.org){% endif %}",
    ];
    for (n, text) in texts.iter().enumerate() {
        let page = format!("+++\ntitle = \"X\"\norder = {n}\n+++\nBefore.\n\n{text}\n\nAfter.\n");
        site.page(&format!("groups/grief/{n}.md"), &page);
    }
    site.build();
    let [anna, ben] = cards.map(|card| {
        let reader = Reader::unlock(&site.store(), &card).unwrap();
        let orders = reader.entries(&site.store()).into_iter().map(|entry| entry.order.unwrap());
        let documents =
            reader.pages(&site.store()).into_iter().map(|(_, html)| html.split_whitespace().collect::<String>());
        orders.zip(documents).collect::<std::collections::BTreeMap<_, _>>()
    });
    assert_eq!((anna.len(), ben.len()), (texts.len(), texts.len()));
    for (order, text) in (0..).zip(texts).skip(1) {
        assert!(anna[&order].contains("SECRET"), "{text}");
        assert_eq!(ben[&order], ben[&0], "{text}");
    }
}

#[test]
fn a_misspelt_field_of_a_condition_is_an_error_wherever_it_stands() {
    for (text, hint) in [
        ("{% if member.grops %}x{% endif %}", "did you mean `groups`?"),
        ("{% if \"grief\" in member.group %}x{% endif %}", "did you mean `groups`?"),
        ("{% if membr.name == \"Anna\" %}x{% endif %}", "did you mean `member`?"),
        ("{% if false %}{% elif member.nam %}x{% endif %}", "did you mean `name`?"),
        ("{% for group in member.gruops %}x{% endfor %}", "did you mean `groups`?"),
    ] {
        let told = Draft::new().file("content/groups/grief/x.md", format!("# X\n\n{text}\n")).mistakes().to_string();
        assert!(told.starts_with("content/groups/grief/x.md:3:") && told.contains(hint), "{text}: {told}");
    }
}
