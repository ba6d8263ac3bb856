//! `consent add`, `revoke` and `list`, with everything that can be said wrongly.

use super::{days_ago, json, practice, today};

#[test]
fn a_consent_is_given_listed_and_revoked() {
    let site = practice();
    let added = json(&site.ok(&[
        "consent",
        "add",
        "ann",
        "--notices",
        "--how",
        "signed form",
        "--given",
        &days_ago(3),
        "--json",
    ]));
    assert_eq!((&added["member"], &added["consent"]), (&"ann".into(), &1.into()));
    let listed = json(&site.ok(&["consent", "list", "ann", "--json"]));
    let of = |key: &str| listed[0][key].clone();
    assert_eq!(
        (of("to"), of("state"), of("channel"), of("wording")),
        ("notices".into(), "standing".into(), "email".into(), "1".into())
    );
    assert_eq!((of("given"), of("by"), of("recorded_by")), (days_ago(3).into(), "self".into(), "Ines".into()));
    let (code, said) = site.fails(&["consent", "revoke", "ann", "1"]);
    assert!(code == 2 && said.contains("--yes"), "{said}");
    site.ok(&["consent", "revoke", "ann", "1", "--yes"]);
    let listed = json(&site.ok(&["consent", "list", "--json"]));
    assert_eq!((&listed[0]["state"], &listed[0]["since"]), (&"revoked".into(), &today().to_string().into()));
    let shown = site.ok(&["consent", "list"]);
    assert!(shown.contains("revoked since") && shown.contains("ben  no consent to notices"), "{shown}");
    assert_eq!(site.fails(&["consent", "revoke", "ann", "1", "--yes"]).0, 4);
}

#[test]
fn the_wording_in_use_and_a_guardian_stand_in_it() {
    let site = practice();
    let settings = std::fs::read_to_string(site.path("site.toml")).unwrap();
    std::fs::write(site.path("site.toml"), format!("{settings}\n[consent]\nwording = \"2026-03\"\n")).unwrap();
    site.ok(&["consent", "add", "ann", "--notices", "--how", "form", "--by", "both", "--guardian", "=Mo"]);
    site.ok(&["consent", "add", "ann", "--notices", "--how", "form", "--wording", "old"]);
    let listed = json(&site.ok(&["consent", "list", "ann", "--json"]));
    assert_eq!(
        (&listed[0]["wording"], &listed[0]["by"], &listed[0]["guardian"]),
        (&"2026-03".into(), &"both".into(), &"=Mo".into())
    );
    assert_eq!(listed[1]["wording"], "old");
    let table = site.ok(&["consent", "list", "--csv"]);
    assert!(table.starts_with("member,name,") && table.lines().count() == 3, "{table}");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_word_on_what_would() {
    let site = practice();
    site.page("groups/g/a.md", "# A\n\nText.");
    let tomorrow = days_ago(-1);
    let add = |more: &[&str]| site.fails(&[&["consent", "add", "ann"], more].concat());
    for (args, what) in [
        (&["--how", "form"][..], "--notices"),
        (&["--notices"], "--how"),
        (&["--notices", "--naming", "content/groups/g", "--how", "f"], "cannot be used with"),
        (&["--notices", "--how", "f", "--given", &tomorrow], "still to come"),
        (&["--notices", "--how", "f", "--given", "0099-01-01"], "no day that anyone"),
        (&["--notices", "--how", "f", "--given", "24.11.2026"], "--given"),
        (&["--notices", "--how", "f", "--by", "mother"], "known are: self, guardian, both"),
        (&["--notices", "--how", "f", "--by", "guardian"], "--guardian"),
        (&["--notices", "--how", "f", "--guardian", "Mo"], "--by guardian"),
        (&["--notices", "--how", "f", "--expires", "2030-01-01"], "cannot be used with"),
        (&["--naming", "content/groups/g/b.md", "--how", "f"], "that is there"),
        (&["--naming", "content/groups", "--how", "f"], "that is there"),
        (&["--naming", "../content/groups/g", "--how", "f"], "that is there"),
        (&["--naming", "/etc/passwd/x/y", "--how", "f"], "that is there"),
        (&["--naming", "content/groups/g", "--how", "f", "--expires", "2020-01-01"], "before it began"),
    ] {
        let (code, said) = add(args);
        assert!(code == 2 && said.contains(what), "{args:?}: {said}");
    }
    assert!(!site.path("content/members/ann/register.toml").exists());
    assert!(site.fails(&["consent", "add", "amn", "--notices", "--how", "f"]).1.contains("There are: ann, ben."));
    assert!(site.fails(&["consent", "revoke", "ann", "1", "--yes"]).1.contains("No consent is on record"));
    site.ok(&["consent", "add", "ann", "--notices", "--how", "f"]);
    let (code, said) = site.fails(&["consent", "revoke", "ann", "2", "--yes"]);
    assert!(code == 2 && said.contains("On record are: 1."), "{said}");
    let (code, said) = site.fails(&["consent", "revoke", "ann", "1", "--on", "2020-01-01", "--yes"]);
    assert!(code == 2 && said.contains("before it began"), "{said}");
}

#[test]
fn part_2_asks_for_every_element() {
    let site = practice();
    site.page("groups/g/a.md", "# A\n\nText.");
    let part2 = |yes: bool| {
        let group = site.path("content/groups/g/group.toml");
        std::fs::write(group, format!("title = \"G\"\nmembers = [\"ann\", \"ben\"]\npart2 = {yes}\n")).unwrap();
    };
    let elements = [
        &["--person", "Ann Example"][..],
        &["--discloses", "Larch Lane"],
        &["--what", "That she is in the group"],
        &["--recipients", "The members of the group"],
        &["--purpose", "A goodbye"],
        &["--revocable"],
        &["--expires", "2999-12-31"],
    ];
    let add = |left_out: Option<usize>| {
        let mut args = vec!["consent", "add", "ann", "--naming", "content/groups/g/a.md", "--how", "signed form"];
        let given = elements.iter().enumerate().filter(|(n, _)| Some(*n) != left_out);
        args.extend(given.flat_map(|(_, element)| *element));
        args
    };
    part2(true);
    for (n, element) in elements.iter().enumerate() {
        let (code, said) = site.fails(&add(Some(n)));
        assert!(
            code == 2
                && said.contains("2.31(a)")
                && said.contains(element[0])
                && said.contains(&format!("({})", n + 1)),
            "{said}"
        );
        assert!(elements.iter().filter(|other| said.contains(other[0])).count() == 1, "only what is missing: {said}");
    }
    site.ok(&add(None));
    // Elsewhere, page, date and how are enough.
    part2(false);
    site.ok(&["consent", "add", "ann", "--naming", "content/groups/g/", "--how", "in session"]);
    let listed = json(&site.ok(&["consent", "list", "ann", "--json"]));
    assert_eq!((&listed[0]["purpose"], &listed[0]["revocable"]), (&"A goodbye".into(), &true.into()));
    assert_eq!((&listed[1]["page"], &listed[1]["expires"]), (&"content/groups/g".into(), &serde_json::Value::Null));
}
