//! Nothing leaves for a host or a mail server that nobody has an agreement with.

use std::fs;

use heldspace::{
    explain::Explain,
    practice::{
        Practice,
        register::{Service, needs},
    },
};
use jiff::civil::{Date, date};

use super::{days_ago, json, practice};
use crate::{
    draft::{Draft, SITE},
    site::TestSite,
};

const HOST: &str = "[host]\naddress = \"https://pages.example.invalid\"\n";
const MAIL: &str = "[mail]\nfrom = \"pages@example.org\"\nserver = \"mail.example.invalid\"\nsecurity = \"starttls\"\n";
const BOTH: [Service; 2] = [Service::Host, Service::Mail];

fn add(site: &TestSite, text: &str) {
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), format!("{settings}\n{text}")).unwrap();
}

fn agree(site: &TestSite, service: &str) {
    site.ok(&["agreement", "add", "Example", "--service", service, "--kind", "baa", "--signed", &days_ago(0)]);
}

#[test]
fn publishing_sending_and_telling_need_an_agreement() {
    let site = practice();
    add(&site, &format!("{HOST}{MAIL}"));
    site.page("library/a.md", "# A\n\nText.");
    site.build();
    let refused = |command: &str, service: &str| {
        let (code, said) = site.fails(&[command, "--yes"]);
        let mends = format!("`heldspace agreement add NAME --service {service} --kind baa --signed DATE`");
        assert!(code == 4 && said.contains(&mends), "{command}: {said}");
    };
    refused("publish", "host");
    refused("send", "host");
    refused("notify", "mail");
    agree(&site, "host");
    // Past the agreement: now it is the host that does not answer.
    let (_, said) = site.fails(&["publish", "--yes"]);
    assert!(!said.contains("agreement") && said.contains("pages.example.invalid"), "{said}");
    refused("send", "mail");
    refused("notify", "mail");
    agree(&site, "mail");
    let notified = site.run(&["notify", "--yes"]);
    assert!(notified.status.success(), "nobody has agreed to notices: {}", String::from_utf8_lossy(&notified.stderr));
    site.ok(&["agreement", "end", "1", "--yes"]);
    let (code, said) = site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("Agreement 1, with Example, ended on"), "{said}");
    refused("notify", "host");
}

#[test]
fn it_holds_from_the_day_it_was_signed_to_its_last() {
    let agreement = |more: &str| {
        format!(
            "[[agreement]]\nid = 1\nname = \"E\"\nservice = \"host\"\nkind = \"qsoa\"\nsigned = 2026-03-01\n{more}recorded = \"2026-03-01T10:00:00Z\"\nrecorded_by = \"I\"\n"
        )
    };
    let ended =
        "[[ended]]\nid = 2\nagreement = 1\non = 2026-06-01\nrecorded = \"2026-06-01T10:00:00Z\"\nrecorded_by = \"I\"\n";
    let holds = |text: &str, day: Date| {
        let site = Draft::empty().file("site.toml", format!("{SITE}{HOST}")).file("register.toml", text);
        let practice = Practice { today: day, ..Practice::read(site.root()).unwrap() };
        needs(&practice, &[Service::Host]).is_ok()
    };
    let open = agreement("");
    assert_eq!(
        [date(2026, 2, 28), date(2026, 3, 1), date(2030, 1, 1)].map(|day| holds(&open, day)),
        [false, true, true]
    );
    let until = agreement("ends = 2026-05-31\n");
    let days = [date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1)];
    assert_eq!(days.map(|day| holds(&until, day)), [true, true, false], "its last day counts");
    let cut = format!("{open}{ended}");
    let days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)];
    assert_eq!(days.map(|day| holds(&cut, day)), [true, false, false], "the day it ended does not");
    let renewed = format!("{cut}{}", open.replace("id = 1", "id = 3").replace("03-01\n", "07-01\n"));
    assert_eq!([date(2026, 6, 15), date(2026, 7, 1)].map(|day| holds(&renewed, day)), [false, true]);
}

#[test]
fn a_server_on_this_machine_and_a_folder_of_the_practice_need_none() {
    let needed = |text: &str| {
        let site = Draft::empty().file("site.toml", format!("{SITE}{text}"));
        std::os::unix::fs::symlink("/tmp", site.root().join("leads-away")).unwrap();
        needs(&Practice::read(site.root()).unwrap(), &BOTH).err().map(|error| error.exit_code())
    };
    for text in [
        "",
        "[host]\nfolder = \"not/there/yet\"\n",
        "[host]\naddress = \"http://127.0.0.1:8080\"\n",
        "[host]\naddress = \"https://localhost:8443\"\n",
        "[host]\naddress = \"http://[::1]:8080\"\n",
        "[mail]\nfrom = \"a@example.org\"\nfolder = \"outbox\"\n",
    ] {
        assert_eq!(needed(text), None, "{text}");
    }
    for text in [
        HOST,
        MAIL,
        "[host]\nfolder = \"/mnt/host\"\n",
        "[host]\nfolder = \"../host\"\n",
        "[host]\nfolder = \"leads-away/host\"\n",
        "[mail]\nfrom = \"a@example.org\"\nserver = \"localhost\"\nsecurity = \"starttls\"\n",
        "[host]\naddress = \"https://127.0.0.1.example.org\"\n",
        "[host]\naddress = \"https://localhost.example.org\"\n",
    ] {
        assert_eq!(needed(text), Some(4), "{text}");
    }
    let own = "[[agreement]]\nid = 1\nservice = \"host\"\nkind = \"own\"\nrecorded = \"2026-03-01T10:00:00Z\"\nrecorded_by = \"I\"\n";
    let site = Draft::empty().file("site.toml", format!("{SITE}{HOST}")).file("register.toml", own);
    assert!(needs(&Practice::read(site.root()).unwrap(), &BOTH).is_ok());
}

#[test]
fn agreements_are_listed_with_what_they_are() {
    let site = practice();
    agree(&site, "backup");
    site.ok(&["agreement", "add", "--service", "host", "--kind", "own", "--note", "In the cellar"]);
    site.ok(&["agreement", "end", "1", "--on", "2999-01-01", "--yes"]);
    let listed = json(&site.ok(&["agreement", "list", "--json"]));
    assert_eq!(
        (&listed[0]["name"], &listed[0]["in_force"], &listed[0]["ended"]),
        (&"Example".into(), &true.into(), &"2999-01-01".into())
    );
    assert_eq!((&listed[1]["kind"], &listed[1]["name"]), (&"own".into(), &serde_json::Value::Null));
    assert_eq!(listed[1]["place"], serde_json::Value::Null);
    let shown = site.ok(&["agreement", "list"]);
    assert!(shown.contains("in force until 2999-01-01") && shown.contains("In the cellar"), "{shown}");
    assert_eq!(site.fails(&["agreement", "end", "1", "--yes"]).0, 4);
}

#[test]
fn an_agreement_that_says_too_little_is_refused() {
    let site = practice();
    for (args, what) in [
        (&["--service", "host", "--kind", "baa", "--signed", "2026-01-01"][..], "with whom"),
        (&["E", "--service", "host", "--kind", "baa"], "--signed"),
        (&["E", "--service", "hosting", "--kind", "baa"], "known are: host, mail, backup, other"),
        (&["E", "--service", "host", "--kind", "nda"], "known are: baa, qsoa, dpa, own"),
        (&["E", "--service", "host", "--kind", "baa", "--signed", &days_ago(-1)], "still to come"),
        (
            &["E", "--service", "host", "--kind", "baa", "--signed", "2026-01-02", "--ends", "2026-01-01"],
            "before it began",
        ),
    ] {
        let (code, said) = site.fails(&[&["agreement", "add"], args].concat());
        assert!(code == 2 && said.contains(what), "{args:?}: {said}");
    }
    assert!(!site.path("register.toml").exists());
    let (code, said) = site.fails(&["agreement", "end", "3", "--yes"]);
    assert!(code == 2 && said.contains("No agreement is on record"), "{said}");
    for (text, what) in [
        ("[[agreement]]\nid = 1\n", "`service` is missing"),
        ("[[agreement]]\nservice = \"host\"\nkind = \"baa\"\n", "`signed` is missing"),
        ("[[agreements]]\n", "unknown key `agreements`"),
    ] {
        fs::write(site.path("register.toml"), text).unwrap();
        let (code, said) = site.fails(&["agreement", "list"]);
        assert!(code == 3 && said.contains(what) && said.contains("register.toml:"), "{said}");
    }
}

#[test]
fn naming_a_host_elsewhere_asks_for_the_agreement_until_there_is_one() {
    let site = practice();
    let named = |place: &str| site.ok(&["host", "add", place]).contains("heldspace agreement add");
    assert!(named("https://pages.example.invalid") && !named("http://127.0.0.1:8080") && !named("elsewhere"));
    agree(&site, "host");
    assert!(!named("https://pages.example.invalid"));
}

#[test]
fn an_agreement_about_one_server_does_not_count_for_another() {
    let site = practice();
    add(&site, &format!("{HOST}{MAIL}"));
    for service in ["host", "mail"] {
        agree(&site, service);
    }
    let listed = json(&site.ok(&["agreement", "list", "--json"]));
    assert_eq!(
        (&listed[0]["place"], &listed[1]["place"]),
        (&"pages.example.invalid".into(), &"mail.example.invalid".into())
    );
    assert!(needs(&Practice::read(site.root()).unwrap(), &BOTH).is_ok());
    let settings = fs::read_to_string(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), settings.replace("pages.example.invalid", "other.example.invalid")).unwrap();
    let (code, said) = site.fails(&["publish", "--yes"]);
    assert!(code == 4 && said.contains("Agreement 1, with Example, is for pages.example.invalid."), "{said}");
    let more = ["agreement", "add", "Other", "--service", "host", "--kind", "baa", "--place", "OTHER.example.invalid"];
    site.ok(&[&more[..], &["--signed", &days_ago(0)]].concat());
    assert!(needs(&Practice::read(site.root()).unwrap(), &BOTH).is_ok());
}
