//! Nobody is named to others: each hard case is found where the file says, and nothing else is.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use heldspace::content::Mistake;
use serde::Deserialize;

use crate::draft::{Draft, SITE};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    members: BTreeMap<String, String>,
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    acts_for: BTreeMap<String, String>,
    #[serde(default)]
    closed: Vec<String>,
    #[serde(default)]
    agreed: Vec<String>,
    #[serde(default)]
    site: String,
    #[serde(default)]
    beside: BTreeMap<String, String>,
    file: Option<String>,
    text: String,
    found: Vec<String>,
}

const CONSENT: &str = r#"
[[consent]]
id = 1
to = "naming"
page = "content/groups/g"
given = 2026-01-01
how = "form"
by = "self"
recorded = "2026-01-01T12:00:00+00:00"
recorded_by = "Ines"
"#;

#[test]
fn each_hard_case_is_found_where_it_stands() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/names/cases.toml");
    let cases: Cases = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert!(cases.case.len() > 25, "the cases are gone");
    let failed: Vec<String> = cases.case.iter().filter_map(difference).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn difference(case: &Case) -> Option<String> {
    let told = case.draft().mistakes();
    let found: Vec<String> = told.iter().map(marked).collect();
    let is_other = told.iter().any(|mistake| !mistake.what.contains("names"));
    (found != case.found || is_other)
        .then(|| format!("--- {}\n{found:?} instead of\n{:?}\n{told}", case.what, case.found))
}

impl Case {
    fn draft(&self) -> Draft {
        let mut everyone = vec!["ben"];
        let mut draft = Draft::empty().member("ben", "Ben").file("site.toml", format!("{SITE}{}", self.site));
        if self.text.contains("practice.therapist") {
            draft = draft.file("site.toml", SITE.replace("\"Ines\"", "\"Ines Roth\""));
        }
        for (folder, name) in &self.members {
            draft = draft.file(&format!("content/members/{folder}/member.toml"), self.member(folder, name));
            if self.agreed.contains(folder) {
                draft = draft.file(&format!("content/members/{folder}/register.toml"), CONSENT);
            }
            everyone.push(folder);
        }
        let has_title =
            ["#", "+++", "---"].iter().any(|begin| self.text.starts_with(begin)) && !self.text.starts_with("##");
        let text = if has_title { self.text.clone() } else { format!("# T\n\n{}", self.text) };
        let page = Path::new(self.file.as_deref().unwrap_or("content/groups/g/x.md"));
        for (name, text) in &self.beside {
            draft = draft.file(page.with_file_name(name).to_str().unwrap(), text);
        }
        draft.group("g", "Tuesdays", &everyone).file(page.to_str().unwrap(), text)
    }

    fn member(&self, folder: &str, name: &str) -> String {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let mut text = format!("name = {}\nemail = \"{folder}@example.org\"\n", quoted(name));
        if let Some(also) = self.also.get(folder) {
            writeln!(text, "also = {}", serde_json::to_string(also).unwrap()).unwrap();
        }
        if let Some(whom) = self.acts_for.get(folder) {
            writeln!(text, "acts_for = \"{whom}\"").unwrap();
        }
        if self.closed.iter().any(|closed| closed == folder) {
            text += "closed = 2026-01-01\n";
        }
        text
    }
}

/// Line, column, and what the carets stand under.
fn marked(mistake: &Mistake) -> String {
    let (Some(line), Some(column)) = (mistake.line, mistake.column) else { return "whole".to_owned() };
    let shown = mistake.to_string();
    let mut lines = shown.lines().skip(1);
    let (text, carets) = (lines.next().unwrap(), lines.next().unwrap());
    let start = carets.chars().position(|c| c == '^').unwrap();
    let marked: String = text.chars().skip(start).take(carets.matches('^').count()).collect();
    format!("{line}:{column} {marked}")
}

#[test]
fn what_is_said_of_it_tells_how_many_and_what_to_do() {
    let site = Draft::new().member("maya", "Maya").group("g", "Maya’s evening", &["anna", "ben", "maya"]);
    let site =
        site.file("content/groups/g/x.md", "# T\n\nAsk Maya.").file("content/members/ben/x.md", "# T\n\nAsk Maya.");
    let told = site.mistakes().to_string();
    for part in [
        "content/groups/g/x.md:3:5: names Maya to 2 others\n    3 | Ask Maya.\n      |     ^^^^\n   take the name out; or, if maya has agreed",
        "content/members/ben/x.md:3:5: names Maya to Ben\n",
        "content/groups/g/group.toml:1:10: the title of this group names Maya to 2 others\n",
        "not_names = { Maya = \"what it is\" }",
    ] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
}

#[test]
fn a_page_that_fails_for_one_reader_names_that_reader() {
    let text = "# T\n\n{% if member.name == 'Ben' %}{{ member.colour }}{% endif %}{{ member.name }}";
    let told = Draft::new().file("content/groups/grief/x.md", text).mistakes().to_string();
    assert!(told.contains(":3:33: for Ben: there is no `member.colour`"), "{told}");
    let told = Draft::new().file("content/groups/grief/x.md", "# T\n\n{{ member.colour }}").mistakes().to_string();
    assert!(told.contains(":3:4: there is no `member.colour`"), "{told}");
}
