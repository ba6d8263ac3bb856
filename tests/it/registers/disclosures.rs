//! The accounting of disclosures: what 45 CFR 164.528(b)(2) wants, and nothing left out.

use super::{days_ago, json, practice};

fn add(site: &crate::site::TestSite, member: &str, to: &str, on: &str) {
    let what = ["--what", "Dates of attendance", "--purpose", "Subpoena 26-113", "--basis", "45 CFR 164.512(e)"];
    site.ok(&[&["disclosures", "add", member, "--to", to, "--on", on][..], &what].concat());
}

#[test]
fn each_disclosure_is_listed_by_day_with_all_that_was_said() {
    let site = practice();
    add(&site, "ann", "County Court", "2026-03-02");
    add(&site, "ann", "=cmd()", "2026-01-05");
    add(&site, "ben", "Dr. Okafor", "2026-02-01");
    let basis = ["--what", "W", "--purpose", "P", "--basis", "B", "--address", "12 Mill Street"];
    site.ok(&[&["disclosures", "add", "ben", "--to", "Insurer", "--on", "2026-02-02"][..], &basis].concat());
    let all = json(&site.ok(&["disclosures", "list", "--json"]));
    let to: Vec<&str> = all.as_array().unwrap().iter().map(|row| row["to"].as_str().unwrap()).collect();
    assert_eq!(to, ["=cmd()", "County Court", "Dr. Okafor", "Insurer"]);
    assert_eq!(
        (&all[1]["on"], &all[1]["purpose"], &all[1]["address"]),
        (&"2026-03-02".into(), &"Subpoena 26-113".into(), &serde_json::Value::Null)
    );
    assert_eq!(all[3]["address"], "12 Mill Street");
    let between = ["disclosures", "list", "--since", "2026-02-01", "--until", "2026-03-01", "--json"];
    assert_eq!(json(&site.ok(&between)).as_array().unwrap().len(), 2);
    let table = site.ok(&["disclosures", "list", "ann", "--csv"]);
    assert!(table.contains("'=cmd()") && !table.contains("Insurer"), "{table}");
    assert!(site.ok(&["disclosures", "list", "ann", "--since", "2026-04-01"]).contains("No disclosure"));
}

#[test]
fn one_that_says_too_little_is_refused() {
    let site = practice();
    let whole = ["--to", "T", "--what", "W", "--purpose", "P", "--basis", "B"];
    for n in 0..4 {
        let mut args = vec!["disclosures", "add", "ann"];
        args.extend(whole.chunks(2).enumerate().filter(|(m, _)| *m != n).flat_map(|(_, pair)| pair));
        let (code, said) = site.fails(&args);
        assert!(code == 2 && said.contains(whole[2 * n]), "{said}");
    }
    let (code, said) = site.fails(&[&["disclosures", "add", "ann", "--on", &days_ago(-1)][..], &whole].concat());
    assert!(code == 2 && said.contains("still to come"), "{said}");
    assert!(!site.path("content/members/ann/register.toml").exists());
}
