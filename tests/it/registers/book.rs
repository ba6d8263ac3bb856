//! A register is a text that only grows, and is whole at any time.

use std::{fs, process::Stdio};

use super::{json, practice};

const REGISTER: &str = "content/members/ann/register.toml";

#[test]
fn entries_are_added_and_no_byte_before_them_changes() {
    let site = practice();
    site.ok(&["consent", "add", "ann", "--notices", "--how", "signed form"]);
    let first = fs::read(site.path(REGISTER)).unwrap();
    // By hand, with a comment, a carriage return and no line end.
    let own = b"\r\n# Hers \xe2\x80\x94 in my words\n[[hold]]\nid = 7\nsince = 2026-01-02\nreason = 'Complaint'\nrecorded = \"2026-01-02T10:00:00+01:00\"\nrecorded_by = \"Ines\" # me";
    fs::write(site.path(REGISTER), [&first[..], own].concat()).unwrap();
    let mut before = fs::read(site.path(REGISTER)).unwrap();
    for (n, args) in [
        &["consent", "revoke", "ann", "1", "--yes"][..],
        &["consent", "add", "ann", "--notices", "--how", "in session"],
        &["disclosures", "add", "ann", "--to", "T", "--what", "W", "--purpose", "P", "--basis", "B"],
        &["hold", "ann", "--release", "--yes"],
        &["hold", "ann", "--reason", "Another"],
    ]
    .into_iter()
    .enumerate()
    {
        site.ok(args);
        let after = fs::read(site.path(REGISTER)).unwrap();
        assert!(after.starts_with(&before) && after.len() > before.len(), "{args:?}");
        assert!(String::from_utf8_lossy(&after).contains(&format!("\nid = {}\n", n + 8)), "the next number, from 7 on");
        before = after;
    }
}

#[test]
fn a_broken_register_is_pointed_at_and_left_alone() {
    let site = practice();
    site.ok(&["consent", "add", "ann", "--notices", "--how", "signed form"]);
    let good = fs::read_to_string(site.path(REGISTER)).unwrap();
    let entry = "recorded = \"2026-01-02T10:00:00Z\"\nrecorded_by = \"I\"\n";
    for (text, what) in [
        ("[[consent".to_owned(), "register.toml:"),
        (good.replace("how = ", "hwo = "), "unknown key `hwo`"),
        (good.replace("id = 1\n", "id = 0\n"), "`id` is a number from 1"),
        (good.replace("email", "letter"), "no channel that heldspace has"),
        (good.replace("\"self\"", "\"myself\""), "known are: self, guardian, both"),
        (good.replace("\"self\"", "\"guardian\""), "`guardian` is missing"),
        (good.replace("\"notices\"", "\"all\""), "known are: notices, naming"),
        (good.replace("given = 2", "given = \"x2"), "register.toml:"),
        (good.replace("recorded_by", "recordedby"), "`recorded_by` is missing"),
        (format!("{good}{good}"), "another entry has this number"),
        (
            format!("{good}[[revoked]]\nid = 2\nconsent = 9\non = 2026-01-02\n{entry}"),
            "there is no consent 9 in this file",
        ),
        (format!("{good}[[disclosure]]\nid = 2\non = 2026-01-02\n{entry}"), "`purpose` is missing"),
        (format!("{good}[[hold]]\nid = 2\nsince = 2026-01-02\n{entry}"), "`reason` is missing"),
        (format!("{good}[[consents]]\nid = 2\n{entry}"), "unknown key `consents`"),
        (
            format!(
                "{good}[[consent]]\nid = 2\nto = \"naming\"\npage = \"content/../x/y\"\ngiven = 2026-01-02\nhow = \"f\"\nby = \"self\"\n{entry}"
            ),
            "no page that somebody can be named in",
        ),
    ] {
        fs::write(site.path(REGISTER), &text).unwrap();
        let (code, said) = site.fails(&["hold", "ann", "--reason", "R"]);
        assert!(code == 3 && said.contains(what) && said.contains("register.toml:"), "{text}\n{said}");
        assert_eq!(fs::read_to_string(site.path(REGISTER)).unwrap(), text);
        assert!(site.fails(&["build", "--yes"]).1.contains(what));
    }
}

#[test]
fn a_register_that_is_a_link_or_too_large_is_not_followed_nor_grown() {
    let site = practice();
    let elsewhere = site.path("elsewhere.toml");
    fs::write(&elsewhere, "").unwrap();
    std::os::unix::fs::symlink(&elsewhere, site.path(REGISTER)).unwrap();
    let (code, said) = site.fails(&["hold", "ann", "--reason", "R"]);
    assert!(code == 3 && said.contains("symbolic link") && fs::read(&elsewhere).unwrap().is_empty(), "{said}");
    fs::remove_file(site.path(REGISTER)).unwrap();
    let full = format!("#{}\n", "x".repeat((1 << 20) - 20));
    fs::write(site.path(REGISTER), &full).unwrap();
    let (code, said) = site.fails(&["hold", "ann", "--reason", "R"]);
    assert!(code == 1 && said.contains("is full"), "{said}");
    assert_eq!(fs::read_to_string(site.path(REGISTER)).unwrap(), full);
}

#[test]
fn killed_at_any_moment_it_leaves_a_register_that_reads() {
    let site = practice();
    for round in 0..24_u64 {
        let args = ["disclosures", "add", "ann", "--to", "T", "--what", "W", "--purpose", "P", "--basis", "B"];
        let mut command = site.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // From before the first system call to after the last.
        let begun = std::time::Instant::now();
        while begun.elapsed() < std::time::Duration::from_millis(round) && command.try_wait().unwrap().is_none() {}
        command.kill().unwrap();
        command.wait().unwrap();
        let before = fs::read(site.path(REGISTER)).unwrap_or_default();
        site.ok(&args);
        assert!(fs::read(site.path(REGISTER)).unwrap().starts_with(&before));
    }
    let listed = json(&site.ok(&["disclosures", "list", "ann", "--json"]));
    assert!((24..=48).contains(&listed.as_array().unwrap().len()));
}

#[test]
fn somebody_has_to_put_it_on_record() {
    let site = crate::site::TestSite::empty();
    site.member("ann", &[]);
    let (code, said) = site.fails(&["hold", "ann", "--reason", "R"]);
    assert!(code == 2 && said.contains("--recorded-by") && said.contains("therapist = "), "{said}");
    site.ok(&["hold", "ann", "--reason", "R", "--recorded-by", "Jo"]);
    assert_eq!(json(&site.ok(&["hold", "--list", "--json"]))[0]["recorded_by"], "Jo");
    let recorded = json(&site.ok(&["hold", "--list", "--json"]))[0]["recorded"].as_str().unwrap().to_owned();
    assert!(recorded.parse::<jiff::Timestamp>().is_ok(), "{recorded}");
}

#[test]
fn what_could_not_be_shown_is_not_put_on_record() {
    let site = practice();
    for odd in ["", " ", "a\nb", "\u{1b}]0;evil\u{7}", "a\u{202e}b", &"x".repeat(1001)] {
        let (code, said) = site.fails(&["hold", "ann", "--reason", odd]);
        assert!(code == 2 && said.contains("--reason") && !said.contains('\u{1b}'), "{said}");
    }
    assert!(!site.path(REGISTER).exists());
}

#[test]
fn a_hold_stands_until_it_is_released() {
    let site = practice();
    let held = || {
        let practice = heldspace::practice::Practice::read(site.root()).unwrap();
        practice.members["ann"].is_held()
    };
    assert!(!held());
    site.ok(&["hold", "ann", "--reason", "Complaint"]);
    assert!(held());
    assert_eq!(site.fails(&["hold", "ann", "--reason", "Again"]).0, 4);
    let (code, said) = site.fails(&["hold", "ann", "--release"]);
    assert!(code == 2 && said.contains("--yes") && held(), "{said}");
    site.ok(&["hold", "ann", "--release", "--yes"]);
    assert!(!held() && site.ok(&["hold", "--list"]).contains("Complaint"));
    assert_eq!(site.fails(&["hold", "ann", "--release", "--yes"]).0, 4);
    assert_eq!(site.fails(&["hold", "ann"]).0, 2);
    assert!(site.fails(&["hold", "amn", "--reason", "R"]).1.contains("There are: ann, ben."));
}

#[test]
fn years_of_keeping_are_a_number() {
    let site = practice();
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    let years = || heldspace::practice::Practice::read(site.root()).map(|practice| practice.site.record.keep_years);
    assert_eq!(years().unwrap(), None);
    for (line, kept) in
        [("7", Some(7)), ("1", Some(1)), ("100", Some(100)), ("0", None), ("101", None), ("\"7\"", None)]
    {
        fs::write(site.path("site.toml"), format!("{settings}\n[record]\nkeep_years = {line}\n")).unwrap();
        assert_eq!(years().ok().flatten(), kept, "{line}");
    }
    fs::write(site.path("site.toml"), format!("{settings}\n[record]\nkeep_year = 7\n")).unwrap();
    assert!(years().unwrap_err().to_string().contains("keep_years"));
}

#[test]
fn the_page_on_registers_shows_registers() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/registers.md")).unwrap();
    let blocks: Vec<&str> = page.split("\n```").skip(1).step_by(2).collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        let (kind, text) = block.split_once('\n').unwrap();
        let file = if kind == "toml agreements" { "register.toml" } else { "content/members/anna/register.toml" };
        let site = crate::draft::Draft::new().file(file, text);
        let read = heldspace::practice::Practice::read(site.root()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let register = &read.members["anna"].register;
        let entries =
            read.agreements.len() + register.consents.len() + register.disclosures.len() + register.holds.len();
        assert!(entries > 0 && !register.is_held(), "{text}");
    }
}
