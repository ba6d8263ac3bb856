//! The command, and what `build` says of the same.

use serde_json::Value;

use crate::site::TestSite;

#[test]
fn it_says_all_at_once_and_its_exit_code_tells() {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    site.page("groups/g/x.md", "# X\n\nText.");
    assert!(site.ok(&["check"]).contains("Nothing is wrong in 1 page."));
    site.page("groups/g/x.md", "# X\n\n### Y\n\nText.");
    assert!(site.ok(&["check"]).contains("remark: content/groups/g/x.md:3:1: a heading of level 3"));
    let (code, said) = site.fails(&["check", "--strict"]);
    assert!(code == 3 && said.contains("1 remark"), "{said}");
    site.page("groups/g/x.md", "# X\n\n### Y\n\nAnn, {{ member.nmae }}").page("groups/g/y.md", "# Y\n\nAnn was here.");
    let (code, said) = site.fails(&["check"]);
    assert!(code == 3 && said.contains("x.md:5:9: there is no `member.nmae`"), "{said}");
    assert!(said.contains("y.md:3:1: names ann to ben\n    3 | Ann was here.\n      | ^^^\n"), "{said}");
    let output = site.run(&["check", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), told["mistakes"].as_array().unwrap().len()), (Some(3), 2));
    assert_eq!(told["mistakes"][1]["line"], 3);
}

#[test]
fn nobody_gets_a_page_that_names_others() {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    site.page("groups/g/x.md", "# X\n\n### Y\n\nText.").page("members/ben/y.md", "# Y\n\nAsk Ann.");
    let (code, said) = site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("content/members/ben/y.md:3:5: names ann to ben"), "{said}");
    assert!(site.fails(&["send", "--yes"]).0 != 0 && !site.store().join("indexes").exists());
    site.page("members/ben/y.md", "+++\nnot_names = { Ann = \"a ship\" }\n+++\n# Y\n\nAsk Ann.");
    let said = String::from_utf8(site.run(&["build", "--yes"]).stderr).unwrap();
    assert!(said.contains("1 remark: `heldspace check`") && !said.contains("heading"), "{said}");
    assert!(site.store().join("indexes").exists());
}
