//! `member export`: everything a person was given; sealed; and for somebody else without what names others.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use crate::{
    clock::{DAY, START, build_at, joined},
    pty::Pty,
    site::{TestSite, files_below},
};

fn practice() -> TestSite {
    let site = TestSite::empty().group("g");
    joined(&site, "ann", &["g"]);
    joined(&site, "ben", &["g"]);
    site
}

fn record(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("record.json")).unwrap()).unwrap()
}

fn export(site: &TestSite, more: &[&str]) -> (std::path::PathBuf, Value) {
    let folder = site.path("out");
    let told = site.ok(&[&["member", "export", "ann", folder.to_str().unwrap(), "--json"], more].concat());
    (folder, serde_json::from_str(&told).unwrap())
}

#[test]
fn everything_that_was_given_is_there_with_its_days() {
    let site = practice();
    site.page("groups/g/plan.md", "# Plan\n\nFor {{ member.name }}: <em>one</em>.")
        .page("members/ben/own.md", "# Own\n\nBen’s.");
    build_at(&site, START);
    site.page("groups/g/plan.md", "# Plan\n\nFor {{ member.name }}: two.");
    build_at(&site, START + DAY);
    let (folder, told) = export(&site, &[]);
    assert_eq!((told["versions"].as_u64(), &told["disclosure"]), (Some(2), &Value::Null));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("pages/1.html"))), (0o700, 0o600));
    let record = record(&folder);
    let versions = record["versions"].as_array().unwrap();
    assert_eq!((&versions[0]["opened"], &record["log_until"]), (&Value::Null, &Value::Null), "no log denies nothing");
    assert_eq!(
        (&versions[0]["from"], &versions[0]["until"]),
        (&"2026-11-25T00:00:00Z".into(), &"2026-11-26T00:00:00Z".into())
    );
    assert_eq!((&versions[1]["until"], record["person"]["name"].as_str()), (&Value::Null, Some("ann")));
    let page = |n| fs::read_to_string(folder.join(format!("pages/{n}.html"))).unwrap();
    assert!(page(1).contains("For ann: <em>one</em>.") && page(2).contains("For ann: two."));
    assert!(page(1).contains("default-src 'none'") && page(1).contains("--paper"));
    for (path, bytes) in files_below(&folder) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Ben") && !text.contains("ben"), "{path} names somebody else");
    }
    assert!(fs::read_to_string(folder.join("record.csv")).unwrap().lines().count() == 3);
}

#[test]
fn what_a_person_had_stays_in_their_record_after_a_new_card_and_after_they_left() {
    let site = practice();
    site.page("groups/g/plan.md", "# Plan\n\nOne.");
    build_at(&site, START);
    site.ok(&["member", "rekey", "ann", "--yes", "--json"]);
    build_at(&site, START + DAY);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    site.build();
    let (folder, _) = export(&site, &[]);
    let record = record(&folder);
    let versions = record["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 1, "{record}");
    assert!(versions[0]["until"].is_string());
}

#[test]
fn a_folder_that_is_not_empty_is_refused_and_nothing_half_made_is_left() {
    let site = practice();
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let folder = site.path("out");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine"), "words").unwrap();
    let (code, said) = site.fails(&["member", "export", "ann", folder.to_str().unwrap()]);
    assert!(code == 1 && said.contains("Nothing was overwritten"), "{code} {said}");
    assert_eq!(files_below(&folder), [("mine".to_owned(), b"words".to_vec())]);
    fs::remove_file(folder.join("mine")).unwrap();
    for entry in fs::read_dir(site.path(".heldspace/record")).unwrap() {
        fs::write(entry.unwrap().path(), "age").unwrap();
    }
    let (_, said) = site.fails(&["member", "export", "ann", folder.to_str().unwrap()]);
    assert!(said.contains("a part of the practice's record") && said.contains("from a backup"), "{said}");
    let stray = fs::read_dir(site.root()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    assert!(!stray.into_iter().any(|name| name.starts_with(".heldspace-")));
    assert!(files_below(&folder).is_empty());
}

#[test]
fn hostile_titles_and_names_stay_text() {
    let site = TestSite::empty();
    let name = format!("<script>alert(1)</script>../{}", "x".repeat(170));
    site.ok(&["member", "add", "ann", "--name", &name, "--email", "a@example.org", "--json"]);
    site.page("members/ann/a.md", "+++\ntitle = \"=1+1 <script>../../x</script>\"\n+++\nText.");
    site.build();
    let (folder, _) = export(&site, &[]);
    let index = fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(!index.contains("<script") && index.contains("href=\"pages/1.html\""), "{index}");
    assert!(fs::read_to_string(folder.join("record.csv")).unwrap().contains("'=1+1"));
    let paths: Vec<_> = files_below(&folder).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["index.html", "pages/1.html", "record.csv", "record.json"]);
}

#[test]
fn for_somebody_else_what_names_others_is_kept_back_and_it_is_on_record_first() {
    let site = practice();
    site.page("groups/g/she.md", "+++\ntitle = \"She\"\nnames = [\"ben\"]\n+++\nHer turn.");
    site.ok(&[
        "consent",
        "add",
        "ben",
        "--naming",
        "content/groups/g",
        "--how",
        "signed form",
        "--recorded-by",
        "Ines",
    ]);
    site.build();
    fs::remove_file(site.path("content/groups/g/she.md")).unwrap();
    let group = site.path("content/groups/g/group.toml");
    fs::write(&group, "part2 = true\n".to_owned() + &fs::read_to_string(&group).unwrap()).unwrap();
    // An exception does not count for somebody outside.
    let who = "+++\ntitle = \"Who\"\nnot_names = { Ben = \"a mountain\" }\n+++\nBEN’s turn, bending.";
    site.page("groups/g/plan.md", "# Plan\n\nText.").page("groups/g/who.md", who);
    site.build();
    let args =
        ["--for-third-party", "--to", "County Court", "--basis", "order 26-113", "--recorded-by", "Ines", "--yes"];
    let (folder, told) = export(&site, &args);
    assert_eq!(
        (told["versions"].as_u64(), told["disclosure"].as_u64()),
        (Some(1), Some(2)),
        "after the consent to notices"
    );
    let withheld: Vec<_> = told["withheld"].as_array().unwrap().iter().map(|it| it["file"].as_str().unwrap()).collect();
    assert_eq!(withheld, ["content/groups/g/she.md", "content/groups/g/who.md"], "also what is gone by now");
    let notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";
    for file in ["index.html", "pages/1.html", "record.json", "NOTICE.txt"] {
        assert!(fs::read_to_string(folder.join(file)).unwrap().contains(notice), "{file}");
    }
    for (path, bytes) in files_below(&folder) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(
            !text.contains("ben’s")
                && !text.contains("who.md")
                && !text.contains(">who<")
                && !text.contains("her turn"),
            "{path}"
        );
    }
    let listed = site.ok(&["disclosures", "list", "ann"]);
    assert!(
        listed.contains("County Court") && listed.contains("order 26-113") && listed.contains("1 version"),
        "{listed}"
    );
    let own = site.path("own");
    site.ok(&["member", "export", "ann", own.to_str().unwrap()]);
    assert!(record(&own)["disclosures"][0]["to"] == "County Court" && !own.join("NOTICE.txt").exists());
}

#[test]
fn without_a_basis_or_an_answer_nothing_is_given() {
    let site = practice();
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let folder = site.path("out");
    let args = [
        "member",
        "export",
        "ann",
        folder.to_str().unwrap(),
        "--for-third-party",
        "--to",
        "Court",
        "--recorded-by",
        "I",
    ];
    let (code, said) = site.fails(&args);
    assert!(code == 2 && said.contains("--basis"), "{said}");
    let (_, said) = site.fails(&[&args[..], &["--basis", "order"]].concat());
    assert!(said.contains("--yes"), "{said}");
    assert!(!folder.exists() && site.ok(&["disclosures", "list", "ann"]).contains("No disclosure"));
}

#[test]
fn a_sealed_one_opens_with_a_stock_age_and_its_six_words() {
    let site = practice();
    site.page("library/a.md", "# A\n\nSome words. [Down](#part)\n\n## Part");
    site.build();
    let (sealed, out) = (site.path("record.age"), site.path("record.html"));
    let told: Value =
        serde_json::from_str(&site.ok(&["member", "export", "ann", "--sealed", sealed.to_str().unwrap(), "--json"]))
            .unwrap();
    let mut age = Pty::of(&["age", "--decrypt", "--output", out.to_str().unwrap(), sealed.to_str().unwrap()]);
    age.expect("passphrase");
    age.press(&format!("{}\r", told["words"].as_str().unwrap()));
    assert!(age.end().0);
    let html = fs::read_to_string(out).unwrap();
    for part in ["Some words.", "href=\"#v1-part\"", "id=\"v1-part\"", "href=\"#v1\"", "id=\"v1\""] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let (code, said) = site.fails(&["member", "export", "ann", "--sealed", sealed.to_str().unwrap()]);
    assert!(code == 1 && said.contains("already there"), "{said}");
}

#[test]
fn on_a_terminal_the_basis_is_asked_for_and_stands_in_what_is_given() {
    let site = practice();
    site.page("library/a.md", "# A\n\nSome words.");
    site.build();
    let folder = site.path("for-court");
    let args = [
        "member",
        "export",
        "ann",
        folder.to_str().unwrap(),
        "--for-third-party",
        "--to",
        "County Court",
        "--recorded-by",
        "Ines",
    ];
    let mut asked = Pty::run(site.root(), &args, &[]);
    asked.expect("What allows it");
    asked.press("\r");
    asked.expect("Without a basis nothing is given");
    asked.press("Order 12 of May\r");
    asked.expect("make the export?");
    asked.press("y\r");
    assert!(asked.end().0);
    let index = fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(index.contains("for County Court") && index.contains("Given on the basis of: Order 12 of May."), "{index}");
    assert!(site.ok(&["disclosures", "list", "ann"]).contains("Order 12 of May"));
}
