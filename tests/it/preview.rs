//! `preview`: what the next build would give, as each member would see it; live, for its author alone.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use heldspace::{
    preview::{Door, Knock, Preview, Room},
    publish::Past,
};
use serde_json::Value;

use crate::{
    clock::{DAY, START, build_at, joined},
    gate::client::{Client, Reply},
    reader::Reader,
    site::{Card, TestSite, files_below},
};

/// Longer than any change takes to be seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The real program; ended when dropped.
struct Previewed {
    child: Child,
    address: SocketAddr,
    token: String,
}

impl Previewed {
    fn of(site: &TestSite) -> Self {
        Self::with(site, &[])
    }

    fn with(site: &TestSite, options: &[&str]) -> Self {
        let mut command = site.command(&[&["preview", "--json"], options].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = serde_json::from_str::<Value>(&line).unwrap()["url"].as_str().unwrap().to_owned();
        let (host, token) = url.strip_prefix("http://").unwrap().trim_end_matches('/').split_once('/').unwrap();
        Self { child, address: host.parse().unwrap(), token: token.to_owned() }
    }

    fn ask(&self, asked: &str, fields: &str) -> Reply {
        let request = format!("GET /{}/{asked} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", self.token, self.address);
        Client::connect(self.address).ask(&request)
    }

    fn json(&self, asked: &str) -> Value {
        let reply = self.ask(asked, "");
        assert_eq!(reply.status, 200, "{asked}");
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Waits until everything was looked through and `is_so` holds of it.
    fn until(&self, is_so: impl Fn(&Self, &Value) -> bool) -> Value {
        let (begin, mut number) = (Instant::now(), 0);
        loop {
            let state = self.json(&format!("state?after={number}"));
            if state["is_checked"] == true && is_so(self, &state) {
                return state;
            }
            assert!(begin.elapsed() < PATIENCE, "it never came about: {state}");
            number = state["number"].as_u64().unwrap();
        }
    }

    fn mistakes(&self, count: usize) -> Vec<Value> {
        let state = self.until(|_, state| state["mistakes"].as_array().unwrap().len() == count);
        state["mistakes"].as_array().unwrap().clone()
    }

    fn html(&self, member: &str, file: &str) -> Option<String> {
        self.json(&format!("page?as={member}&file={file}"))["html"].as_str().map(str::to_owned)
    }

    fn titles(&self, member: &str) -> Vec<String> {
        let list = self.json(&format!("list?as={member}"));
        let entries = list["view"]["entries"].as_array().unwrap();
        entries.iter().map(|entry| entry["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Whether what a member reads has come to have this in it.
    fn comes_to_say(&self, member: &str, file: &str, text: &str) {
        self.until(|preview, _| preview.html(member, file).is_some_and(|html| html.contains(text)));
    }
}

impl Drop for Previewed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PLAN: &str = "content/groups/g/plan.md";

fn practice() -> (TestSite, Card) {
    let site = TestSite::empty().group("g");
    let card = joined(&site, "ann", &["g"]);
    site.member("ben", &[]);
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.name }}.\n")
        .page("library/all.md", "# For all\n\nText.\n")
        .page("members/ben/own.md", "# For Ben\n\nText.\n");
    (site, card)
}

/// A release of some days ago, when ann was in the group from its beginning.
fn given_before(site: &TestSite) {
    fs::write(site.path("content/groups/g/group.toml"), "title = \"G\"\nmembers = [\"ann\"]\n").unwrap();
    build_at(site, START - 5 * DAY);
}

#[test]
fn the_door_lets_in_whoever_has_the_token_and_nobody_that_a_page_elsewhere_sends() {
    let door = Door::new(4711);
    let url = door.url();
    let path = url.strip_prefix("http://127.0.0.1:4711").unwrap();
    assert_eq!(path.len(), 34, "128 bits: {path}");
    let list = format!("{path}list");
    let good = Knock { path: &list, host: Some("127.0.0.1:4711"), ..Knock::default() };
    let is_in = |knock: Knock<'_>| door.admit(&knock).is_some();
    assert_eq!(door.admit(&good).unwrap().1, "list");
    assert!(is_in(Knock { host: Some("localhost:4711"), ..good }));
    assert!(is_in(Knock { site: Some("same-origin"), origin: Some("http://127.0.0.1:4711"), ..good }));
    assert!(is_in(Knock { site: Some("none"), ..good }));
    for host in [
        None,
        Some(""),
        Some("evil.example:4711"),
        Some("127.0.0.1"),
        Some("127.0.0.1:4712"),
        Some("127.0.0.1:4711.evil"),
    ] {
        assert!(!is_in(Knock { host, ..good }), "{host:?}");
    }
    for origin in ["null", "http://evil.example", "https://127.0.0.1:4711", "http://127.0.0.1:4712"] {
        assert!(!is_in(Knock { origin: Some(origin), ..good }), "{origin}");
    }
    for site in ["cross-site", "same-site", "", "none, none"] {
        assert!(!is_in(Knock { site: Some(site), ..good }), "{site}");
    }
    // The file that opens the browser leads to the first page, and to nothing else.
    let led = Knock { site: Some("cross-site"), mode: Some("navigate"), dest: Some("document"), ..good };
    assert!(is_in(Knock { path, ..led }) && !is_in(led));
    assert!(!is_in(Knock { path, dest: Some("iframe"), ..led }), "it is put into no other page");
    let mut wrong = list.clone().into_bytes();
    wrong[5] ^= 1;
    let wrong = String::from_utf8(wrong).unwrap();
    for path in ["", "/", "/list", "//list", &list[..33], &list[1..], &wrong, "/ä".repeat(16).as_str()] {
        assert!(!is_in(Knock { path, ..good }), "{path}");
    }
    assert_ne!(Door::new(1).url(), Door::new(1).url());
}

#[test]
fn without_the_token_or_from_elsewhere_there_is_nothing_and_no_word_why() {
    let (site, _) = practice();
    let preview = Previewed::of(&site);
    assert!(preview.address.ip().is_loopback());
    let good = preview.ask("state", "");
    assert_eq!(good.status, 200);
    assert_eq!(good.header("cache-control"), Some("no-store"));
    assert_eq!(good.header("referrer-policy"), Some("no-referrer"));
    let policy = good.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let ask = |line: &str, host: &str, fields: &str| {
        Client::connect(preview.address).ask(&format!("{line} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n")).without_date()
    };
    let (own, token) = (preview.address.to_string(), &preview.token);
    let refused = ask("GET /", &own, "");
    assert_eq!((refused.status, refused.body.as_slice()), (404, &b"Nothing here.\n"[..]));
    let state = format!("GET /{token}/state");
    for (line, host, fields) in [
        ("GET /state", own.as_str(), ""),
        ("GET /00000000000000000000000000000000/state", &own, ""),
        (&state, "evil.example", ""),
        (&state, &own, "Origin: http://evil.example\r\n"),
        (&state, &own, "Sec-Fetch-Site: cross-site\r\n"),
        (&format!("GET /{token}/nothing"), &own, ""),
        (&format!("POST /{token}/state"), &own, ""),
        (&format!("GET /{token}/list?as=nobody"), &own, ""),
        (&format!("GET /{token}/worker.js"), &own, ""),
        (&format!("GET /{token}/../site.toml"), &own, ""),
    ] {
        assert_eq!(ask(line, host, fields), refused, "{line} {host} {fields}");
    }
}

#[test]
fn what_it_shows_is_what_the_key_opens_after_the_build() {
    let (site, card) = practice();
    site.page("library/b.md", "# Zebra\n\nText.\n");
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    let titles = preview.titles("ann");
    let plan = preview.html("ann", PLAN).unwrap();
    assert!(plan.contains("Hello ann."));
    assert_eq!(preview.html("ben", PLAN), None, "it is not theirs");
    assert_eq!(preview.html("nobody", PLAN), None);
    site.build();
    let pages = Reader::unlock(&site.store(), &card).unwrap().pages(&site.store());
    assert_eq!(pages.iter().map(|(title, _)| title.clone()).collect::<Vec<_>>(), titles, "in the same order");
    let (_, document) = pages.iter().find(|(title, _)| title == "Plan").unwrap();
    assert_eq!(document.trim_end(), plan, "to the byte");
}

#[test]
fn every_way_of_saving_is_seen() {
    let (site, _) = practice();
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    site.page("groups/g/plan.md", "# Plan\n\nWritten in place.\n");
    preview.comes_to_say("ann", PLAN, "Written in place.");
    fs::write(site.path("content/groups/g/.plan.md.swp"), "# Plan\n\nSaved by rename.\n").unwrap();
    fs::rename(site.path("content/groups/g/.plan.md.swp"), site.path(PLAN)).unwrap();
    preview.comes_to_say("ann", PLAN, "Saved by rename.");
    // A folder that comes with files in it, and one that goes.
    let folder = tempfile::tempdir_in(site.root()).unwrap();
    for n in 0..40 {
        fs::create_dir_all(folder.path().join("new/deep")).unwrap();
        fs::write(folder.path().join(format!("new/deep/p{n}.md")), format!("# Deep {n}\n\nText.\n")).unwrap();
    }
    fs::rename(folder.path().join("new"), site.path("content/library/new")).unwrap();
    preview.until(|preview, _| preview.titles("ben").len() == 42);
    site.page("library/new/deep/p7.md", "# Deep 7\n\nChanged below a new folder.\n");
    preview.comes_to_say("ben", "content/library/new/deep/p7.md", "Changed below a new folder.");
    fs::remove_dir_all(site.path("content/library/new")).unwrap();
    preview.until(|preview, _| preview.titles("ben").len() == 2);
    // A theme that was not there before; whoever is in a group.
    fs::create_dir_all(site.path("themes/default")).unwrap();
    fs::write(site.path("themes/default/page.css"), "body { background: url(\"leaf.svg\") }").unwrap();
    fs::write(site.path("themes/default/leaf.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    let state = preview.until(|preview, state| {
        let style = preview.ask(state["page_style"].as_str().unwrap(), "");
        style.body.starts_with(b"body { background: url(\"leaf.")
    });
    let style = preview.ask(state["page_style"].as_str().unwrap(), "");
    let leaf = String::from_utf8(style.body).unwrap().split('"').nth(1).unwrap().to_owned();
    fs::write(site.path("themes/default/page.css"), "body { color: red }").unwrap();
    preview
        .until(|preview, state| preview.ask(state["page_style"].as_str().unwrap(), "").body == b"body { color: red }");
    let leaf = preview.ask(&format!("assets/{leaf}"), "");
    assert_eq!((leaf.status, leaf.header("content-type")), (200, Some("image/svg+xml")));
    site.ok(&["member", "join", "ben", "g", "--with-history"]);
    preview.until(|preview, _| preview.html("ben", PLAN).is_some());
}

#[test]
fn a_mistake_is_shown_at_its_line_and_takes_nothing_else_away() {
    let (site, _) = practice();
    let preview = Previewed::with(&site, &["--as", "ann"]);
    assert_eq!(preview.until(|_, _| true)["first"], "ann");
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.nam }}.\n");
    let mistake = &preview.mistakes(1)[0];
    assert_eq!((&mistake["file"], mistake["line"].as_u64()), (&Value::from(PLAN), Some(3)), "{mistake}");
    let marked = &mistake["marked"];
    assert_eq!(marked["line"], "Hello {{ member.nam }}.");
    assert_eq!((marked["before"].as_u64(), marked["marked"].as_u64()), (Some(9), Some(10)), "{marked}");
    assert!(mistake["hint"].as_str().unwrap().contains("name"), "{mistake}");
    // The page as it was, and said so; the others go on.
    let shown = preview.json(&format!("page?as=ann&file={PLAN}"));
    assert!(shown["html"].as_str().unwrap().contains("Hello ann.") && shown["is_stale"] == true, "{shown}");
    assert_eq!(shown["mistakes"].as_array().unwrap().len(), 1);
    site.page("library/all.md", "# For all\n\nStill live.\n");
    preview.comes_to_say("ben", "content/library/all.md", "Still live.");
    // A second one, in the front matter of another page.
    site.page("members/ben/own.md", "+++\ntilte = \"x\"\n+++\n# For Ben\n\nNew text.\n");
    assert_eq!(preview.mistakes(2)[1]["file"], "content/members/ben/own.md");
    assert!(!preview.html("ben", "content/members/ben/own.md").unwrap().contains("New text."));
    site.page("members/ben/own.md", "# For Ben\n\nMended.\n");
    site.page("groups/g/plan.md", "# Plan\n\nMended too.\n");
    preview.mistakes(0);
    assert!(preview.html("ann", PLAN).unwrap().contains("Mended too."));
    assert_eq!(preview.json(&format!("page?as=ann&file={PLAN}"))["is_stale"], false);
}

#[test]
fn a_mistake_in_the_practices_own_files_leaves_the_last_good_state() {
    let (site, _) = practice();
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    fs::create_dir_all(site.path("themes/default")).unwrap();
    for (file, wrong) in [
        ("site.toml", "nonsense = "),
        ("content/groups/g/group.toml", "title = \"G\"\nmembers = [\"anna\"]\n"),
        ("content/members/ann/member.toml", "name = 1\n"),
        ("themes/default/page.html", "{% if %}"),
    ] {
        let before = fs::read(site.path(file)).ok();
        fs::write(site.path(file), wrong).unwrap();
        let state = preview.until(|_, state| state["mistakes"].as_array().unwrap().iter().any(|it| it["file"] == file));
        let mistake = state["mistakes"].as_array().unwrap().iter().find(|it| it["file"] == file).unwrap();
        assert!(mistake["line"].is_u64() && mistake["marked"].is_object(), "{mistake}");
        assert!(preview.html("ann", PLAN).unwrap().contains("Hello ann."), "{file}");
        assert_eq!(preview.titles("ann").len(), 2, "{file}");
        match before {
            Some(before) => fs::write(site.path(file), before).unwrap(),
            None => fs::remove_file(site.path(file)).unwrap(),
        }
        preview.mistakes(0);
    }
}

#[test]
fn it_starts_where_something_is_wrong_already() {
    let (site, _) = practice();
    let before = fs::read(site.path("site.toml")).unwrap();
    fs::write(site.path("site.toml"), "nonsense = ").unwrap();
    let preview = Previewed::of(&site);
    assert!(!preview.until(|_, _| true)["mistakes"].as_array().unwrap().is_empty());
    assert_eq!(preview.ask("matrix", "").status, 404);
    fs::write(site.path("site.toml"), before).unwrap();
    preview.until(|preview, _| preview.html("ann", PLAN).is_some());
    assert_eq!(preview.titles("ann").len(), 2);
}

#[test]
fn who_sees_what_is_a_row_for_each_page_with_drafts_below() {
    let (site, _) = practice();
    site.page("library/open.md", "+++\npublic = true\n+++\n# Open\n\nText.\n");
    site.page("groups/g/later.md", "+++\ndraft = true\n+++\nNot yet.\n");
    site.page("groups/g/notes/mine.md", "# Mine\n\nNever.\n");
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    let matrix = preview.json("matrix");
    assert_eq!(matrix["members"], serde_json::json!(["ann", "ben"]));
    let row = |file: &str| {
        let rows = matrix["rows"].as_array().unwrap();
        rows.iter().find(|row| row["file"] == file).map(|row| row["cells"].clone())
    };
    assert_eq!(row(PLAN).unwrap(), serde_json::json!(["reads", "no"]));
    assert_eq!(row("content/library/all.md").unwrap(), serde_json::json!(["reads", "reads"]));
    assert_eq!(row("content/members/ben/own.md").unwrap(), serde_json::json!(["no", "reads"]));
    assert_eq!(matrix["rows"].as_array().unwrap().len(), 3, "nothing of the author's own, and no open page");
    let not_yet = serde_json::json!([
        { "file": "content/groups/g/later.md", "why": "a draft", "members": ["ann"], "is_open": false }
    ]);
    assert_eq!(matrix["not_yet"], not_yet);
    let open: Vec<_> =
        matrix["open"].as_array().unwrap().iter().map(|page| (&page["path"], &page["is_missing"])).collect();
    assert!(open.contains(&(&"library/open/index.html".into(), &false.into())), "{matrix}");
    assert_eq!(open.last(), Some(&(&"404.html".into(), &true.into())), "named as what it is, and last");
    let open = preview.json("page?as=&file=library/open/index.html");
    assert!(open["html"].as_str().unwrap().contains("<h1"), "{open}");
    assert_eq!(preview.json("page?as=&file=../site.toml")["html"], Value::Null);
}

#[test]
fn its_lists_have_the_practices_colours_as_the_viewer_does() {
    let (site, _) = practice();
    let file = site.path("site.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let colours = "name = \"default\"\ncolours = { accent = \"#234567\", accent_dark = \"#cdefff\" }";
    std::fs::write(&file, text.replace("name = \"default\"", colours)).unwrap();
    let preview = Previewed::of(&site);
    let style = preview.ask("viewer.css", "").body;
    site.build();
    let published = site
        .store_files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("public/") && path.rsplit('.').next() == Some("css"));
    let published: Vec<_> = published.map(|(_, bytes)| bytes).collect();
    assert!(String::from_utf8_lossy(&style).contains("#234567") && published.contains(&style));
}

#[test]
fn an_open_page_that_is_not_there_yet_is_shown_as_it_will_be_with_its_files() {
    let (site, _) = practice();
    site.page("library/draft.md", "+++\ndraft = true\npublic = true\n+++\n# Soon\n\nWords and [a file](a.txt).\n");
    site.page("library/waits.md", "+++\npublic = true\npublish_on = 2999-01-01\n+++\n# Later\n\nText.\n");
    site.page("library/index.md", "+++\ndraft = true\npublic = true\n+++\n# Welcome\n\nNew front.\n");
    std::fs::write(site.path("content/library/a.txt"), "words").unwrap();
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    let page = |name: &str| preview.json(&format!("page?as=&file=content/library/{name}.md"));
    for (name, why, says) in [
        ("draft", "a draft", "Words and"),
        ("waits", "from 2999-01-01 on", "Later"),
        ("index", "a draft", "New front."),
    ] {
        let seen = page(name);
        assert!(seen["html"].as_str().unwrap().contains(says) && seen["not_yet"] == why, "{seen}");
        let listed = preview.json("open");
        let listed = listed["not_yet"]
            .as_array()
            .unwrap()
            .iter()
            .find(|page| page["file"] == format!("content/library/{name}.md"));
        assert!(
            listed.is_some_and(|page| page["why"] == why
                && page["is_open"] == true
                && page["members"] == serde_json::json!([])),
            "{listed:?}"
        );
    }
    let html = page("draft")["html"].as_str().unwrap().to_owned();
    let file = html.split("href=\"/library/draft/").nth(1).unwrap().split('"').next().unwrap();
    let got = preview.ask(&format!("library/draft/{file}"), "");
    assert_eq!((got.status, got.body.as_slice()), (200, &b"words"[..]));
    assert!(
        preview.json("open")["pages"].as_array().unwrap().iter().all(|page| page["path"] != "library/draft/index.html")
    );
    assert!(!preview.json("page?as=&file=index.html")["html"].as_str().unwrap().contains("New front."));
    // A mistake in it is told with it, and the page that stands in its place is not taken for it.
    site.page("library/index.md", "+++\ndraft = true\npublic = true\n+++\n# Welcome\n\n{{ member.name }}\n");
    preview.until(|_, _| page("index")["mistakes"].as_array().is_some_and(|found| !found.is_empty()));
    assert_eq!(page("index")["html"], Value::Null);
    assert_eq!(preview.json("state?after=0")["mistakes"].as_array().unwrap().len(), 0);
    // One for members is no open page.
    site.page("groups/g/draft.md", "+++\ndraft = true\n+++\n# Draft\n\nText.\n");
    preview.until(|_, _| page("../groups/g/draft")["not_yet"] == Value::Null);
    assert_eq!(preview.json("page?as=&file=content/groups/g/draft.md")["html"], Value::Null);
}

#[test]
fn what_nobody_gets_yet_is_shown_as_it_will_be_and_is_in_nobodys_list() {
    let (site, _) = practice();
    site.page("groups/g/draft.md", "+++\ndraft = true\n+++\n# Draft\n\nHello {{ member.name }}, [a file](a.txt).\n");
    site.page("groups/g/waits.md", "+++\npublish_on = 2999-01-01\n+++\n# Waits\n\nHello {{ member.name }}.\n");
    std::fs::write(site.path("content/groups/g/a.txt"), "words").unwrap();
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    let page = |member: &str, name: &str| preview.json(&format!("page?as={member}&file=content/groups/g/{name}.md"));
    for (name, why) in [("draft", "a draft"), ("waits", "from 2999-01-01 on")] {
        let seen = page("ann", name);
        assert!(seen["html"].as_str().unwrap().contains("Hello ann") && seen["not_yet"] == why, "{seen}");
        assert_eq!(page("ben", name)["html"], Value::Null, "it is not meant for ben");
    }
    let id = page("ann", "draft")["entry"]["attachments"][0]["id"].as_str().unwrap().to_owned();
    let file = preview.ask(&format!("file?as=ann&file=content/groups/g/draft.md&id={id}"), "");
    assert_eq!((file.status, file.body.as_slice()), (200, &b"words"[..]));
    assert!(preview.titles("ann").iter().all(|title| title != "Draft" && title != "Waits"));
    // What is wrong with a draft is told with it, and stops nothing.
    site.page("groups/g/draft.md", "+++\ndraft = true\n+++\n# Draft\n\nHello {{ member.nam }}.\n");
    preview
        .until(|_, _| page("ann", "draft")["mistakes"][0]["hint"].as_str().is_some_and(|hint| hint.contains("name")));
    assert_eq!(preview.json("state?after=0")["mistakes"].as_array().unwrap().len(), 0);
}

#[test]
fn without_keys_it_says_what_it_cannot_know_and_with_them_it_knows() {
    let (site, _) = practice();
    given_before(&site);
    site.page("groups/g/late.md", "# Late\n\nText.\n");
    site.ok(&["member", "join", "ben", "g"]);
    let cell = |preview: &Previewed, file: &str| {
        preview.until(|_, _| true);
        let rows = preview.json("matrix")["rows"].clone();
        rows.as_array().unwrap().iter().find(|row| row["file"] == file).unwrap()["cells"][1].clone()
    };
    let with = Previewed::of(&site);
    assert_eq!(cell(&with, PLAN), "no", "it was given before they came");
    assert_eq!(with.until(|_, _| true)["is_sure"], true);
    let keys = files_below(&site.path(".heldspace")).into_iter().find(|(name, _)| name.starts_with("keys.")).unwrap().0;
    fs::rename(site.path(".heldspace").join(&keys), site.path("elsewhere")).unwrap();
    let without = Previewed::of(&site);
    assert_eq!(without.until(|_, _| true)["is_sure"], false);
    assert_eq!(cell(&without, PLAN), "unsure");
    assert_eq!(without.json("list?as=ben")["unsure"], serde_json::json!(["content/groups/g/late.md", PLAN]));
    assert_eq!(without.json("list?as=ann")["unsure"], serde_json::json!([]));
    assert_eq!(without.titles("ann").len(), 3, "what does not rest on the past is known");
    fs::rename(site.path("elsewhere"), site.path(".heldspace").join(&keys)).unwrap();
}

#[test]
fn who_has_no_mailbox_is_shown_and_told_of() {
    let (site, _) = practice();
    let file = site.path("content/members/ben/member.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.split("[mailbox]").next().unwrap()).unwrap();
    let preview = Previewed::of(&site);
    let state = preview.until(|_, _| true);
    assert_eq!(state["members"][1], serde_json::json!({ "folder": "ben", "name": "ben", "reads": false }));
    let list = preview.json("list?as=ben");
    assert!(list["notes"][0].as_str().unwrap().contains("member rekey ben"), "{list}");
    assert_eq!(preview.titles("ben").len(), 2);
}

#[test]
fn what_is_given_meanwhile_is_taken_into_account() {
    let (site, _) = practice();
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    given_before(&site);
    // As old as the release now, so not for whoever comes later.
    site.ok(&["member", "join", "ben", "g"]);
    preview.until(|preview, _| {
        let list = preview.json("list?as=ben");
        list["view"]["release"].as_u64().unwrap() > 1 && preview.html("ben", PLAN).is_none()
    });
}

/// With the program's own parts, since a system that tells of no changes can't be had here.
#[test]
fn whoever_is_told_of_no_changes_is_told_that_and_can_look_again() {
    let (site, _) = practice();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let past = runtime.block_on(Past::read(site.root(), None)).unwrap();
    let room = Room::open(site.root().to_owned(), past, None, heldspace::clock::today);
    let server = runtime.block_on(async { Preview::bind(0, room.await.unwrap()).await.unwrap() });
    let url = server.url();
    let (host, token) = url.strip_prefix("http://").unwrap().trim_end_matches('/').split_once('/').unwrap();
    let (address, token) = (host.parse().unwrap(), token.to_owned());
    runtime.spawn(server.run(Err("too many watches".to_owned()), std::future::pending()));
    let ask = |line: &str| {
        let request = format!("{line} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
        Client::connect(address).ask(&request)
    };
    let state = |after: u64| -> Value {
        serde_json::from_slice(&ask(&format!("GET /{token}/state?after={after}")).body).unwrap()
    };
    let settled = |is_so: &dyn Fn(&Value) -> bool| {
        let mut now = state(0);
        while now["is_checked"] != true || !is_so(&now) {
            now = state(now["number"].as_u64().unwrap());
        }
        now
    };
    assert_eq!(settled(&|now| now["blind"] != Value::Null)["blind"], "too many watches");
    site.page("groups/g/plan.md", "# Plan\n\nHello {{ member.nam }}.\n");
    assert_eq!(ask(&format!("POST /{token}/again")).status, 200);
    settled(&|now| now["mistakes"].as_array().unwrap().len() == 1);
}

#[test]
fn it_writes_nothing_and_is_no_part_of_a_publication() {
    let (site, _) = practice();
    site.build();
    let before = files_below(site.root());
    let preview = Previewed::of(&site);
    preview.until(|_, _| true);
    preview.html("ann", PLAN).unwrap();
    let script = preview.ask("preview.js", "").body;
    let page = preview.ask("", "").body;
    drop(preview);
    assert!(files_below(site.root()) == before, "a file was made, changed or removed");
    assert!(script.len() > 1000 && page.len() > 500);
    for (path, bytes) in site.store_files() {
        assert!(!path.contains("preview") && bytes != script && bytes != page, "{path}");
    }
    // Nor where nothing was built yet.
    let (site, _) = practice();
    let _ = fs::remove_dir_all(site.store());
    let before = files_below(site.root());
    Previewed::of(&site).until(|_, _| true);
    assert!(files_below(site.root()) == before && !site.store().exists());
}

#[test]
fn two_at_once_and_an_orderly_end() {
    let (site, _) = practice();
    let (one, mut two) = (Previewed::of(&site), Previewed::of(&site));
    assert_ne!(one.token, two.token);
    let strange = format!("GET /{}/state HTTP/1.1\r\nHost: {}\r\n\r\n", one.token, two.address);
    assert_eq!(Client::connect(two.address).ask(&strange).status, 404, "each has its own");
    // While somebody waits for a change, too.
    let number = two.until(|_, _| true)["number"].as_u64().unwrap();
    let mut waiting = Client::connect(two.address);
    waiting.send(format!("GET /{}/state?after={number} HTTP/1.1\r\nHost: {}\r\n\r\n", two.token, two.address));
    std::process::Command::new("kill").args(["-INT", &two.child.id().to_string()]).status().unwrap();
    assert!(two.child.wait().unwrap().success());
    assert_eq!(one.ask("state", "").status, 200);
    let port = one.address.port().to_string();
    let (code, said) = site.fails(&["preview", "--port", &port]);
    assert!(code == 1 && said.contains("can't listen") && said.contains("--port"), "{said}");
    assert!(site.fails(&["preview", "--as", "anne"]).1.contains("ann"));
}

#[test]
fn the_browser_is_opened_without_the_token_in_anyones_sight() {
    let (site, _) = practice();
    let seen = tempfile::tempdir().unwrap();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tools");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut child = site
        .command(&["preview", "--open"])
        .env("PATH", path)
        .env("SEEN", seen.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = out.next().unwrap().unwrap().split_whitespace().last().unwrap().to_owned();
    let begin = Instant::now();
    let told = seen.path().join("told");
    while !told.exists() && begin.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let token = url.trim_end_matches('/').rsplit('/').next().unwrap();
    let args = fs::read_to_string(&told).unwrap();
    assert!(!args.contains(token), "{args}");
    assert!(fs::read_to_string(seen.path().join("given")).unwrap().contains(&url));
    assert_eq!(fs::read_to_string(seen.path().join("mode")).unwrap().trim(), "600");
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!Path::new(args.trim()).exists(), "the file goes with it");
}
