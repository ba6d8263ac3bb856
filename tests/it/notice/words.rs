//! The check: everything that would give something away, at its place, and nothing that would not.

use heldspace::notice::{Cause, CheckError, check};

use super::world::{MAIL, World, page};
use crate::draft::{Draft, SITE};

/// What the check says about a practice with this `site.toml`, in which Anna can read "Holding on".
fn said(site: &str) -> Result<usize, String> {
    let draft = Draft::empty()
        .member("anna", "Anna Lindqvist")
        .member("zoe", "Zoë")
        .member("ty", "Ty")
        .member("it", "It")
        .group("tuesday", "Living with it", &["anna"])
        .file("site.toml", site);
    let mut world = World::of(draft);
    world.give("anna", page(1, "Holding on", "library"));
    let plan = world.plan(Cause::New);
    check(&world.practice, &plan).map(|allowed| allowed.len()).map_err(|error: CheckError| error.to_string())
}

fn with_text(subject: &str, body: &str) -> Result<usize, String> {
    said(&format!("{SITE}{MAIL}[notice.text.en]\nsubject = \"{subject}\"\nbody = \"\"\"\n{body}\n{{link}}\n\"\"\"\n"))
}

#[test]
fn neutral_words_pass() {
    assert_eq!(said(&format!("{SITE}{MAIL}")), Ok(0));
    assert_eq!(with_text("Something for you", "Hello! It is here:"), Ok(0));
    // Parts of words, and what only looks alike.
    assert_eq!(with_text("The gallery is planning", "Annals of a classroom, and discussion"), Ok(0));
}

#[test]
fn words_that_tell_are_found_in_each_language() {
    for marked in [
        "Your THERAPY page",
        "counselling",
        "counselor",
        "grief",
        "recovery",
        "the clinic",
        "mental",
        "group therapy",
        "AA",
        "sober",
        "Group-Therapist",
        "psychology",
        "PTSD",
        "terapia",
        "Terapéutico",
        "duelo",
        "adicción",
        "clinica",
        "psicóloga",
        "salud",
        "recaída",
        "ｔｈｅｒａｐｙ",
    ] {
        assert!(with_text(marked, "x").is_err(), "{marked} in the subject");
        assert!(with_text("x", marked).is_err(), "{marked} in the text");
        let named = MAIL.replace("\"Pages\"", &format!("\"{marked}\""));
        assert!(said(&format!("{SITE}{named}")).is_err(), "{marked} in the name");
    }
}

#[test]
fn names_and_titles_are_found_however_they_are_written() {
    for (text, secret) in [
        ("Dear ANNA", "a member's name"),
        ("for lindqvist.", "a member's name"),
        ("zoe", "a member's name"),
        ("ZOË!", "a member's name"),
        ("Hello Ty", "a member's name"),
        ("living  WITH it", "the name of a group"),
        ("on Tuesday", "the name of a group"),
        ("Holding on: new", "the title of a page"),
        ("the larch", "your practice's name"),
        ("Ines writes", "your own name"),
    ] {
        let said = with_text("x", text).unwrap_err();
        assert!(said.contains(secret) && said.contains("site.toml:"), "{text}: {said}");
    }
}

#[test]
fn senders_and_hosts_are_looked_into_and_numbers_are_not() {
    let from = |address: &str| said(&format!("{SITE}{}", MAIL.replace("pages@example.org", address)));
    for address in ["grief@example.org", "a@mygriefgroup.org", "ines@example.org", "x@larch-lane.org", "aa@example.org"]
    {
        assert!(from(address).unwrap_err().contains("the sender's address"), "{address}");
    }
    let links = |url: &str| said(&format!("{}{MAIL}", SITE.replace("https://pages.example.org", url)));
    for url in [
        "https://therapy.example.org",
        "https://larchlane.org",
        "https://anna.example.org",
        "https://recoverynow.org:8443",
    ] {
        assert!(links(url).unwrap_err().contains("the address in the link"), "{url}");
    }
    for url in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "https://192.0.2.7"] {
        assert_eq!(links(url), Ok(0), "{url}");
    }
}

#[test]
fn all_reasons_come_at_once_with_place_and_remedy() {
    let error = said(&format!(
        "{SITE}{}[notice.text.en]\nsubject = \"Grief, Anna\"\nbody = \"\"\"\nHi,\nrecovery {{link}}\n\"\"\"\n",
        MAIL.replace("\"Pages\"", "\"The clinic\"")
    ))
    .unwrap_err();
    for part in [
        "the subject holds \"grief\"",
        "the subject holds \"Anna\"",
        "the text holds \"recover\"",
        "the sender's name holds \"clinic\"",
        "site.toml:18:11",
        "allow = [\"grief\"] under [notice]",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn own_words_are_added_and_what_is_allowed_is_told() {
    let site = |extra: &str| {
        format!(
            "{SITE}{MAIL}[notice]\n{extra}\n[notice.text.en]\nsubject = \"Orchard, session\"\nbody = \"{{link}}\"\n"
        )
    };
    let error = said(&site("words = [\"orchard*\"]")).unwrap_err();
    assert!(error.contains("\"orchard\"") && error.contains("\"session\""), "{error}");
    assert_eq!(said(&site("words = [\"orchard*\"]\nallow = [\"Session\", \"orchard\"]")), Ok(2));
}

#[test]
fn a_name_in_our_own_text_says_what_to_do() {
    let draft = Draft::empty().member("card", "Card").file("site.toml", format!("{SITE}{MAIL}"));
    let mut world = World::of(draft);
    world.give("card", page(1, "One", "library"));
    let error = check(&world.practice, &world.plan(Cause::New)).unwrap_err().to_string();
    assert!(error.contains("the text that comes with heldspace (en) holds \"Card\""), "{error}");
    assert!(error.contains("[notice.text.") && error.contains("allow = [\"Card\"]"), "{error}");
}
