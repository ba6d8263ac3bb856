//! `member add --from`: whatever a spreadsheet saves is read, or refused as a whole and by its place; cards come first.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    reader::Reader,
    site::{Card, TestSite},
};

const SHEETS: &str = "tests/sites/rosters";

fn practice() -> TestSite {
    let site = TestSite::empty().group("tuesday").group("grief");
    site.member("maya", &["tuesday"]);
    site
}

fn roster(site: &TestSite, bytes: impl AsRef<[u8]>) -> String {
    let path = site.path("roster.csv");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Adds everyone; what was said as data.
fn add(site: &TestSite, bytes: impl AsRef<[u8]>, more: &[&str]) -> Value {
    let file = roster(site, bytes);
    let args = [&["member", "add", "--from", &file, "--yes", "--json"], more].concat();
    serde_json::from_str(&site.ok(&args)).unwrap()
}

/// Each roster is refused as the report beside it says. With `UPDATE=1` in the environment the reports are written anew.
#[test]
fn each_mistake_of_a_spreadsheet_is_told_as_the_file_beside_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(SHEETS);
    let mut sheets: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    sheets.retain(|path| path.extension().is_some_and(|end| end == "csv"));
    sheets.sort();
    assert!(sheets.len() > 15, "the rosters are gone");
    let site = practice();
    for sheet in sheets {
        let (code, told) = site.fails(&["member", "add", "--from", sheet.to_str().unwrap(), "--yes", "--json"]);
        let told = told.replace(&format!("{}/", folder.display()), "");
        let expected = sheet.with_extension("expected");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        assert_eq!(code, 3, "{told}");
        assert_eq!(told, fs::read_to_string(&expected).unwrap_or_default(), "{}", sheet.display());
    }
    assert_eq!(site.path("content/members").read_dir().unwrap().count(), 1, "nothing is half made");
}

#[test]
fn a_folder_a_pipe_and_a_huge_file_are_refused_at_once() {
    let site = practice();
    let pipe = site.path("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let huge = site.path("huge.csv");
    fs::File::create(&huge).unwrap().set_len(50 << 20).unwrap();
    for (path, said) in [
        (site.path("content"), "not a plain file"),
        (pipe, "not a plain file"),
        (huge, "too large"),
        (site.path("none.csv"), "no such file"),
    ] {
        let (_, told) = site.fails(&["member", "add", "--from", path.to_str().unwrap(), "--yes", "--json"]);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn whatever_is_called_csv_is_read() {
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(
            "name\temail\tgroups\r\nZoë\tzoe@example.org\ttuesday grief\r\n".encode_utf16().flat_map(u16::to_le_bytes),
        )
        .collect();
    let texts: [&[u8]; 7] = [
        "\u{feff}name,email,groups\r\nZoë,zoe@example.org,tuesday|grief\r\n".as_bytes(),
        "sep=;\r\nName; E-Mail ;Groups\r\nZoë;mailto:zoe@example.org;\"tuesday;grief\"\r\n".as_bytes(),
        "email\tname\tgroups\rZoe Z. <zoe@example.org>\tZoë\ttuesday grief\r".as_bytes(),
        &utf16,
        "name,email,groups,,\n\u{a0}Zoë\u{200b},zoe@example.org,Tuesday grief,,\n,,,,\n,,,,\n\n".as_bytes(),
        "\"name\",\"email\",\"groups\"\n\"Zoë\",\"zoe@example.org\",\"tuesday; grief\"".as_bytes(),
        "name,email,groups,since,consent,consent_date,consent_by,notices\nZoë,zoe@example.org,tuesday grief,all,signed form,2026-11-24,self,YES\n".as_bytes(),
    ];
    for text in texts {
        let site = practice();
        let cards = add(&site, text, &["--recorded-by", "Ines"]);
        assert_eq!(cards[0]["member"], "zoe", "{:?}", String::from_utf8_lossy(text));
        let list: Value = serde_json::from_str(&site.ok(&["member", "list", "--json"])).unwrap();
        assert_eq!(list[1]["name"], "Zoë");
        assert_eq!(list[1]["email"], "zoe@example.org");
        assert_eq!(list[1]["groups"], serde_json::json!(["grief", "tuesday"]));
    }
}

#[test]
fn a_whole_group_gets_cards_that_open_and_a_roster_that_grew_can_be_given_again() {
    let site = practice();
    site.page("groups/grief/one.md", "# One\n\nText.");
    let text = "name,email,notices,language,acts_for\nAnna,anna@example.org,no,de,\nBen B.,ben@example.org,,,\nMaya,maya@example.org,,,\n";
    let text = text.replace("Maya,", "maya,");
    let cards: Vec<Card> = serde_json::from_value(add(&site, &text, &["--group", "grief"])).unwrap();
    assert_eq!(cards.len(), 2, "maya is a member already");
    site.build();
    for card in &cards {
        let reader = Reader::unlock(&site.store(), card).expect("the card unlocks");
        assert!(reader.pages(&site.store()).iter().any(|(title, _)| title == "One"));
    }
    let member = fs::read_to_string(site.path("content/members/anna/member.toml")).unwrap();
    assert!(member.contains("language = \"de\"") && member.contains("notices = false"), "{member}");
    let page = site.path("cards.html");
    let grown = format!("{text}Cam,cam@example.org,,,\nCam's mother,mother@example.org,,,cam\n");
    let done = add(&site, &grown, &["--cards", page.to_str().unwrap()]);
    assert_eq!(done["added"], serde_json::json!(["cam", "cams-mother"]));
    assert_eq!(done["known"].as_array().unwrap().len(), 3);
    assert!(fs::read_to_string(&page).unwrap().matches("class=\"card\"").count() == 2);
    let again = add(&site, &grown, &[]);
    assert_eq!(again["added"], serde_json::json!([]), "and nothing is made twice");
}

#[test]
fn cards_that_nobody_would_see_are_not_made_and_no_file_is_written_over() {
    let site = practice();
    let file = roster(&site, "name,email\nAnna,anna@example.org\nBen,ben@example.org\n");
    let (_, told) = site.fails(&["member", "add", "--from", &file, "--yes"]);
    assert!(told.contains("--cards cards.html"), "{told}");
    assert!(!told.contains("Anna") && !told.contains("anna@"), "names are for a terminal alone: {told}");
    let page = site.path("cards.html");
    fs::write(&page, "mine").unwrap();
    let (_, told) = site.fails(&["member", "add", "--from", &file, "--yes", "--cards", page.to_str().unwrap()]);
    assert!(told.contains("already there"), "{told}");
    let (_, told) = site.fails(&["member", "add", "--from", &file, "--cards", site.path("c.html").to_str().unwrap()]);
    assert!(told.contains("--yes"), "{told}");
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
    assert_eq!(site.path("content/members").read_dir().unwrap().count(), 1);
}

#[test]
fn after_a_kill_the_same_roster_adds_the_rest() {
    let site = practice();
    let text = "name,email\nAnna,anna@example.org\nBen,ben@example.org\n";
    add(&site, text, &[]);
    // As a kill would leave it: the folder was made, its file was not.
    fs::remove_file(site.path("content/members/ben/member.toml")).unwrap();
    fs::write(site.path("content/members/ben/.heldspace-x"), "half").unwrap();
    let cards: Vec<Card> = serde_json::from_value(add(&site, text, &[])).unwrap();
    assert_eq!(cards.len(), 1);
    site.build();
    assert!(Reader::unlock(&site.store(), &cards[0]).is_some());
}

#[test]
fn everyone_gets_a_new_card_and_old_cards_die() {
    let site = practice();
    let cards: Vec<Card> =
        serde_json::from_value(add(&site, "name,email\nAnna,anna@example.org\nBen,ben@example.org\n", &[])).unwrap();
    site.ok(&["member", "close", "ben", "--reason", "left", "--keep-until", "now", "--yes"]);
    site.build();
    let output = site.run(&["member", "rekey", "--all", "--yes", "--json"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("keys rotate"), "the order after a theft is told");
    let new: Vec<Card> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(new.len(), 2, "anna and maya; ben was closed");
    assert!(Reader::unlock(&site.store(), &cards[0]).is_some(), "until the next release");
    site.build();
    assert!(Reader::unlock(&site.store(), &cards[0]).is_none());
    assert!(new.iter().all(|card| Reader::unlock(&site.store(), card).is_some()));
    let words = site.words_file();
    site.ok(&["keys", "rotate", "--words-file", words.to_str().unwrap()]);
    let page = site.path("cards.html");
    let output = site.run(&["member", "rekey", "--all", "--yes", "--json", "--cards", page.to_str().unwrap()]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("keys rotate"), "it was done");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("passphrase"), "what is in the file is printed nowhere");
}

#[test]
fn a_card_on_paper_is_its_owners_alone_and_escapes_names() {
    let site = practice();
    let page = site.path("card.html");
    let to = page.to_str().unwrap();
    let add = ["member", "add", "x", "--name", "<b>X</b> & Co", "--email", "x@example.org", "--card", to, "--json"];
    let card: Card = serde_json::from_str(&site.ok(&[&add[..], &["--with-name"]].concat())).unwrap();
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("&lt;b&gt;X") && !html.contains("<b>X"));
    assert_eq!(html.matches(&format!("Card {}", &card.mailbox[..4])).count(), 2, "on both halves");
    let words = card.passphrase.split(' ').all(|word| html.contains(&format!("<li>{word}</li>")));
    assert!(words && html.contains(card.link.split('#').nth(1).unwrap()));
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&page).unwrap().permissions()) & 0o777, 0o600);
    assert!(site.ok(&["member", "list"]).contains(&format!("card {}", &card.mailbox[..4])));
    let (_, told) = site.fails(&["member", "rekey", "x", "--yes", "--card", to]);
    assert!(told.contains("already there"), "{told}");
    let other = site.path("other.html");
    site.ok(&["member", "rekey", "x", "--yes", "--json", "--card", other.to_str().unwrap()]);
    assert!(!fs::read_to_string(other).unwrap().contains("&amp; Co"), "no name unless it is wished");
}

#[test]
fn consents_and_days_of_joining_go_where_they_belong() {
    let site = practice();
    let text = "name,email,groups,since,consent,consent_date,consent_by,guardian\n\
                Anna,anna@example.org,grief,all,signed form,2026-11-20,,\n\
                Ben,ben@example.org,grief,2026-11-01,in session,,both,Berta B.\n\
                Cam,cam@example.org,grief,,,,,\n";
    site.page("groups/grief/one.md", "# One\n\nText.");
    let (code, told) = site.fails(&["member", "add", "--from", &roster(&site, text), "--yes", "--json"]);
    assert!(code == 2 && told.contains("--recorded-by"), "whoever records it has a name: {told}");
    add(&site, text, &["--recorded-by", "Ines"]);
    let file = |path: &str| fs::read_to_string(site.path(path)).unwrap();
    let anna = file("content/members/anna/register.toml");
    assert!(anna.contains("signed form") && anna.contains("2026-11-20") && anna.contains("Ines"), "{anna}");
    let ben = file("content/members/ben/register.toml");
    assert!(ben.contains("both") && ben.contains("Berta B."), "{ben}");
    assert!(!site.path("content/members/cam/register.toml").exists());
    let group = file("content/groups/grief/group.toml");
    let lines: Vec<&str> = group.split("[[joined]]").skip(1).collect();
    assert!(lines[0].contains("\"anna\"") && !lines[0].contains("sees_from"), "{group}");
    assert!(lines[1].contains("\"ben\"") && lines[1].contains("sees_from = 2026-11-01"), "{group}");
    assert!(lines[2].contains("\"cam\"") && lines[2].contains("sees_from"), "{group}");
    let both = "name,email,consent,consent_by\nDee,dee@example.org,signed form,guardian\n";
    let (code, told) = site.fails(&["member", "add", "--from", &roster(&site, both), "--yes", "--json"]);
    assert!(code == 3 && told.contains("the column `guardian` is empty here"), "a guardian has a name: {told}");
}
