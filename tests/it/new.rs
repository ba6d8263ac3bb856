//! `new`: a draft in the right folder, from templates that a practice can change; for one or for each; never over a file.

use std::fs;

use heldspace::{clock::today, content::Survey};
use jiff::ToSpan;
use serde_json::Value;

use crate::{
    pty::Pty,
    reader::Reader,
    site::{TestSite, files_below},
};

fn made(site: &TestSite, args: &[&str]) -> Vec<String> {
    let told: Value = serde_json::from_str(&site.ok(&[&["new", "--json"], args].concat())).unwrap();
    assert_eq!(told["draft"], true);
    told["made"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned()).collect()
}

fn read(site: &TestSite, file: &str) -> String {
    fs::read_to_string(site.path(file)).unwrap()
}

/// Takes the line out that keeps a page back.
fn ready(site: &TestSite, files: &[String]) {
    for file in files {
        let text = read(site, file);
        let kept: Vec<_> = text.lines().filter(|line| !line.starts_with("draft")).collect();
        fs::write(site.path(file), kept.join("\n")).unwrap();
    }
}

#[test]
fn every_kind_makes_a_draft_that_is_a_whole_page_once_it_is_ready() {
    let site = TestSite::empty().group("g");
    let card = site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    let today = today();
    let mut files = Vec::new();
    for args in [
        &["page", "Sleeping \"badly\"", "--library"][..],
        &["exercise", "Five breaths", "--library", "--public"],
        &["agenda", "--group", "g", "--date", "2026-12-01"],
        &["summary", "--group", "g"],
        &["message", "A changed room", "--to", "ann", "--to", "ben"],
        &["progress", "--member", "ann"],
        &["checkin", "--member", "ann"],
    ] {
        files.extend(made(&site, args));
    }
    assert_eq!(files[0], "content/library/sleeping-badly.md");
    assert_eq!(files[2], "content/groups/g/2026-12-01-agenda.md");
    assert!(files[5].starts_with(&format!("content/members/ann/{today}-")), "{}", files[5]);
    assert!(read(&site, &files[1]).contains("public = true") && !read(&site, &files[0]).contains("date"));
    assert!(read(&site, &files[4]).contains("to = [\"ann\", \"ben\"]"));
    site.build();
    assert!(Reader::unlock(&site.store(), &card).unwrap().pages(&site.store()).is_empty(), "drafts go to nobody");
    ready(&site, &files);
    site.build();
    let pages = Reader::unlock(&site.store(), &card).unwrap().pages(&site.store());
    assert_eq!(pages.len(), 6, "all but the open one: {pages:?}");
    let (_, message) = pages.iter().find(|(title, _)| title == "A changed room").unwrap();
    assert!(message.contains("Dear ann,"), "the page's own braces are looked at for each reader: {message}");
    assert!(pages.iter().all(|(_, html)| !html.contains("Between these braces") && !html.contains("{#")));
}

/// The file of the one agenda that was made.
fn next_agenda(site: &TestSite) -> String {
    let files = files_below(&site.path("content/groups/g"));
    files.into_iter().map(|(file, _)| file).find(|file| file.ends_with("-agenda.md")).unwrap()
}

#[test]
fn an_agenda_is_for_the_next_session_where_the_schedule_says_it() {
    let site = TestSite::empty().group("g");
    let (code, said) = site.fails(&["new", "agenda", "--group", "g"]);
    assert!(code == 2 && said.contains("--date") && said.contains("schedule"), "{said}");
    site.page("groups/g/group.toml", "title = \"G\"\nmembers = []\nschedule = \"Tuesdays at six\"\n");
    let said = String::from_utf8(site.run(&["new", "agenda", "--group", "g"]).stderr).unwrap();
    assert!(said.contains("the next Tuesday"), "{said}");
    let file = "content/groups/g".to_owned() + "/" + &next_agenda(&site);
    let (practice, _) = Survey::read(site.root()).finish().unwrap();
    let next = (0..7).map(|n| practice.today + n.days()).find(|day| day.strftime("%A").to_string() == "Tuesday");
    assert!(read(&site, &file).contains(&format!("date = {}\n", next.unwrap())), "{}", read(&site, &file));
}

#[test]
fn the_hour_of_a_session_is_written_down_and_one_that_can_not_be_is_refused() {
    let site = TestSite::empty().group("g");
    site.time_zone("");
    let year = today().year();
    let next = format!("{}-06-03 18:30", year + 1);
    let at = |at: &str| ["new", "agenda", "--group", "g", "--at", at].map(str::to_owned);
    let fails = |args: &[String]| site.fails(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let (code, said) = fails(&at(&next));
    assert!(code == 2 && said.contains("time_zone = \"America/New_York\""), "{said}");
    site.time_zone("time_zone = \"America/New_York\"");
    for (hour, why) in [
        ("2020-06-03 18:30", "that session is over"),
        (&*format!("{}-06-03 18:30", year + 3), "more than 2 years away"),
        ("2027-03-14 02:30", "clocks go forward over it"),
        ("3 June at six", "write a day and an hour"),
        ("2026-06-03", "write a day and an hour"),
    ] {
        let (code, said) = fails(&at(hour));
        assert!(code == 2 && said.contains(why), "{hour}: {said}");
    }
    let (code, said) = site.fails(&["new", "agenda", "--group", "g", "--at", &next, "--minutes", "3"]);
    assert!(code == 2 && said.contains("5..=1440"), "{said}");
    assert_eq!(files_below(&site.path("content/groups/g")).len(), 1, "nothing but group.toml");
    let files = made(&site, &["agenda", "--group", "g", "--at", &next]);
    let text = read(&site, &files[0]);
    let front = format!("date = {day}\nsession = {day}T18:30:00\nminutes = 90\n", day = &next[..10]);
    assert!(files[0].starts_with(&format!("content/groups/g/{}", &next[..10])) && text.contains(&front), "{text}");
    ready(&site, &files);
    let files = made(&site, &["page", "The hour", "--library", "--at", &next, "--minutes", "45"]);
    let text = read(&site, &files[0]);
    assert!(text.contains("minutes = 45\n") && !text.contains("date ="), "{text}");
    ready(&site, &files);
    site.build();
}

#[test]
fn what_is_there_is_never_overwritten_and_all_of_it_is_named() {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    site.member("kim", &["g"]);
    site.page("library/sleep.md", "# Mine");
    let (code, said) = site.fails(&["new", "page", "Sleep", "--library"]);
    assert!(code == 2 && said.contains("content/library/sleep.md"), "{said}");
    for name in ["ben", "kim"] {
        site.page(&format!("members/{name}/2026-12-01-how.md"), "# Mine");
    }
    let before = files_below(&site.path("content"));
    let (_, said) = site.fails(&["new", "progress", "How", "--for-each", "g", "--date", "2026-12-01", "--yes"]);
    assert!(said.contains("members/ben/2026-12-01-how.md") && said.contains("members/kim/2026"), "{said}");
    assert_eq!(files_below(&site.path("content")), before, "nothing was written for ann either");
}

#[test]
fn what_a_kill_left_is_taken_as_written_and_the_rest_is_made() {
    let site = TestSite::empty().group("g");
    for name in ["ann", "ben", "kim"] {
        site.member(name, &["g"]);
    }
    let args = ["new", "progress", "How", "--for-each", "g", "--date", "2026-12-01", "--yes"];
    site.ok(&args);
    let whole = files_below(&site.path("content"));
    for name in ["ben", "kim"] {
        fs::remove_file(site.path(&format!("content/members/{name}/2026-12-01-how.md"))).unwrap();
    }
    let output = site.run(&args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("just as they would be written: 1 page."), "{said}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("Made 2 drafts."));
    assert_eq!(files_below(&site.path("content")), whole);
    // Once everything is there, it says so; and what somebody has written on stands in the way.
    assert_eq!(site.fails(&args).1.matches("2026-12-01-how.md").count(), 3);
    fs::remove_file(site.path("content/members/ben/2026-12-01-how.md")).unwrap();
    site.page("members/kim/2026-12-01-how.md", "# Mine");
    let (code, said) = site.fails(&args);
    assert!(code == 2 && said.contains("kim/2026") && !said.contains("ann/2026"), "{said}");
    assert!(said.contains("--member instead of --for-each"), "{said}");
}

#[test]
fn nothing_is_written_where_a_folder_leads_elsewhere() {
    let site = TestSite::empty();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::create_dir_all(site.path("content/messages")).unwrap();
    fs::remove_dir(site.path("content/library")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), site.path("content/library")).unwrap();
    let (code, said) = site.fails(&["new", "page", "Sleep", "--library"]);
    assert!(code == 1 && said.contains("content/library is a symbolic link"), "{said}");
    assert!(files_below(elsewhere.path()).is_empty());
}

#[test]
fn one_for_each_member_takes_what_a_table_knows_and_it_stays_text() {
    let site = TestSite::empty().group("g");
    let ann = site.member("ann", &["g"]);
    let ben = site.member("ben", &["g"]);
    site.member("zed", &[]);
    let hostile =
        "{{ practice.therapist }} {% raw %} {## x ##} <b>b</b> **no** [a](https://e.org) `c` &amp; ![](x.png)";
    let csv = format!("Member;Goals;Next steps;Email\nann;\"- {hostile}\n1. two\n\n# three\";walk;a@x.org\nben;;;\n");
    fs::write(site.path("goals.csv"), csv).unwrap();
    let data = site.path("goals.csv");
    let args = ["progress", "How far", "--for-each", "g", "--data", data.to_str().unwrap(), "--date", "2026-12-01"];
    let (code, said) = site.fails(&[&["new"], &args[..]].concat());
    assert!(code == 2 && said.contains("--yes"), "it asks: {said}");
    let output = site.run(&[&["new", "--yes", "--json"], &args[..]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("makes nothing of: email"), "{said}");
    let files: Vec<_> = ["ann", "ben"].map(|name| format!("content/members/{name}/2026-12-01-how-far.md")).into();
    ready(&site, &files);
    site.build();
    let page = |card| Reader::unlock(&site.store(), card).unwrap().pages(&site.store()).remove(0).1;
    let html = scraper::Html::parse_document(&page(&ann));
    let text: String = html.root_element().text().collect();
    for shown in [
        "{{ practice.therapist }} {% raw %} {## x ##} <b>b</b> **no** [a](https://e.org) `c` &amp;",
        "1. two",
        "# three",
        "walk",
    ] {
        assert!(text.contains(shown), "{shown:?} in {text}");
    }
    let any = |css: &str| html.select(&scraper::Selector::parse(css).unwrap()).count();
    assert_eq!((any("main b, main a, main code, main img, main li, main strong"), any("main h2")), (0, 3), "{text}");
    assert!(!page(&ben).contains("walk"));
    assert!(!site.path("content/members/out").join("2026-12-01-how-far.md").exists());
}

#[test]
fn toml_gives_values_too_with_a_title_and_a_day_for_each() {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    let data = site.path("data.toml");
    fs::write(&data, "[ann]\ntitle = \"For Ann \\\"A\\\"\"\ndate = 2026-12-02\ngoals = 3\n[ben]\n").unwrap();
    let files = made(&site, &["progress", "--for-each", "g", "--data", data.to_str().unwrap(), "--yes"]);
    assert_eq!(files[0], "content/members/ann/2026-12-02-for-ann-a.md");
    let text = read(&site, &files[0]);
    assert!(text.contains("title = 'For Ann \"A\"'\ndate = 2026-12-02\n") && text.contains("\n3\n"), "{text}");
    ready(&site, &files);
    site.build();
}

/// Each table, and what is said of it: by row and column, all at once.
#[test]
fn every_mistake_of_a_table_is_told_where_it_stands() {
    let site = TestSite::empty().group("g");
    site.member("ann", &["g"]);
    site.member("ben", &["g"]);
    site.member("zed", &[]);
    let cases: [(&str, &str, &[&str]); 8] = [
        (
            "a.csv",
            "member,date\nann,soon\nanna,\nann,\n",
            &[
                "a.csv:2:2",
                "“soon” is no date",
                "a.csv:3:1",
                "did you mean `ann`",
                "a.csv:4:1",
                "twice",
                "no row for `ben`",
            ],
        ),
        ("b.csv", "name,goal\nann,x\n", &["the column `member` is missing"]),
        ("c.csv", "member,goal,goal,2nd\nann,1,2,3\nben,,,\n", &["“goal” is there twice", "“2nd” is no name"]),
        ("d.csv", "member,goal\nann,=1+1\nben,x,y\n", &["d.csv:2:2", "a formula", "“y” stands under no column's name"]),
        ("e.csv", "member,title\nann,{{ x }}\nben,\n", &["e.csv:2:2", "can't be a title"]),
        (
            "f.toml",
            "goal = 1\n[ann]\ngoal = 1.5\n[out]\n",
            &["f.toml:1:1", "is nobody in this group", "f.toml:3:8", "a number with a fraction", "nothing for `ben`"],
        ),
        ("g.toml", "[ann\n", &["g.toml:1:"]),
        ("h.toml", "ann = 1\n[ben]\ndate = \"x\"\n", &["values without a member", "h.toml:3:8", "is no date"]),
    ];
    let before = files_below(&site.path("content"));
    for (name, text, expected) in cases {
        fs::write(site.path(name), text).unwrap();
        let file = site.path(name);
        let (code, said) =
            site.fails(&["new", "progress", "--for-each", "g", "--data", file.to_str().unwrap(), "--yes"]);
        assert_eq!(code, 3, "{said}");
        for part in expected {
            assert!(said.contains(part), "{name}: {part:?} in {said}");
        }
    }
    assert_eq!(files_below(&site.path("content")), before);
}

#[test]
fn a_practice_has_templates_of_its_own_and_their_mistakes_are_told() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    let template = |name: &str, text: &str| {
        fs::create_dir_all(site.path("themes/default/new")).unwrap();
        fs::write(site.path("themes/default/new").join(name), text).unwrap();
    };
    template(
        "letter.md",
        "+++\ntitle = \"Dear << name >>\"\nsummary = \"From << therapist >>\"\norder = 3\ndraft = false\n+++\nHi <<name>>, {{ member.name }}.\n",
    );
    let file = made(&site, &["letter", "--member", "ann"]).remove(0);
    let text = read(&site, &file);
    assert!(
        text.contains("title = \"Dear ann\"") && text.contains("order = 3\n") && text.contains("draft = true"),
        "{text}"
    );
    assert!(text.ends_with("+++\n\nHi ann, {{ member.name }}.\n"), "{text}");
    ready(&site, &[file]);
    site.build();
    for (text, expected) in [
        ("+++\ntitle = \"x\"\n+++\n\nHi <<nmae>>\n", &["bad.md:5:6", "there is no `nmae`", "did you mean `name`?"][..]),
        ("+++\ntitle = \"<<nmae>>\"\n+++\n", &["in its front matter: there is no `nmae`"]),
        ("+++\ntitle = \n+++\n", &["bad.md:2:", "write TOML"]),
        ("+++\ntitle = \"x\"\nsummary = <<name>>\n+++\n", &["bad.md:3:", "in quotes here, and between << and >>"]),
        ("+++\ntitle = \"x\"\nsummary = {{ name }}\n+++\n", &["bad.md:3:", "in quotes here, and between << and >>"]),
        ("+++\ntitle = \"x\"\n", &["bad.md:1:1", "has no end"]),
        ("---\ntitle: x\n---\n", &["bad.md:1:1", "YAML"]),
        ("+++\ntitle = \"x\"\n+++\n<% if name %>\n", &["bad.md:"]),
        (
            "+++\ntitle = \"x\"\n+++\n<% for a in range(100000) %><% for b in range(100000) %><% endfor %><% endfor %>",
            &["bad.md:"],
        ),
    ] {
        template("bad.md", text);
        let (code, said) = site.fails(&["new", "bad", "--member", "ann"]);
        assert!(code == 3 && expected.iter().all(|part| said.contains(part)), "{text:?}: {said}");
    }
    let (code, said) = site.fails(&["new", "../bad", "X", "--member", "ann"]);
    assert!(code == 2 && said.contains("agenda, bad, checkin") && said.contains("letter"), "{said}");
}

#[test]
fn whom_it_is_for_is_one_place_that_is_there() {
    let site = TestSite::empty().group("g");
    site.member("ann", &[]);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    let before = files_below(&site.path("content"));
    for (args, expected) in [
        (&["page", "X"][..], "--library"),
        (&["page", "X", "--library", "--group", "g"], "cannot be used with"),
        (&["page", "X", "--group", "gg"], "There are: g"),
        (&["page", "X", "--member", "anna"], "There are: ann"),
        (&["message", "X", "--to", "ann"], "was closed"),
        (&["page", "X", "--group", "g", "--public"], "cannot be used with"),
        (&["progress", "--for-each", "g", "--yes"], "nobody is in"),
        (&["page", "{{ x }}", "--library"], "braces"),
        (&["page", "a\u{202e}b", "--library"], "can't be shown"),
        (&["page", "--library"], "needs a title"),
    ] {
        let (code, said) = site.fails(&[&["new"], args].concat());
        assert!(code == 2 && said.contains(expected), "{args:?}: {said}");
    }
    assert_eq!(files_below(&site.path("content")), before);
}

#[test]
fn the_editor_opens_the_file_on_a_terminal_and_its_failure_leaves_it_there() {
    let site = TestSite::empty();
    let log = site.path("opened");
    let editor = format!("echo opened > {} && test -f", log.display());
    let (went_well, said) =
        Pty::run(site.root(), &["new", "page", "It's a $(page)", "--library"], &[("EDITOR", &editor)]).end();
    assert!(went_well && log.exists(), "{said}");
    let (went_well, said) = Pty::run(site.root(), &["new", "page", "Two", "--library"], &[("VISUAL", "false")]).end();
    assert!(!went_well && said.contains("editor") && said.contains("two.md"), "{said}");
    assert!(site.path("content/library/two.md").exists());
    fs::remove_file(&log).unwrap();
    let without = ["new", "page", "Three", "--library", "--no-edit"];
    assert!(Pty::run(site.root(), &without, &[("EDITOR", &editor)]).end().0 && !log.exists());
    site.command(&["new", "page", "Four", "--library"]).env("EDITOR", &editor).output().unwrap();
    assert!(!log.exists(), "off a terminal no editor is opened");
    let none = [("EDITOR", ""), ("VISUAL", " ")];
    let (went_well, said) = Pty::run(site.root(), &["new", "page", "Five", "--library"], &none).end();
    assert!(went_well && said.contains("export EDITOR=nano"), "{said}");
    let (_, said) = Pty::run(site.root(), &["new", "page", "Six", "--library", "--no-edit"], &none).end();
    assert!(!said.contains("export EDITOR"), "{said}");
}

#[test]
fn titles_in_any_script_do_not_meet_in_one_file_and_nobody_gets_two_copies() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    let mut files = Vec::new();
    for title in ["שלום עולם", "痛み", "はじめに"] {
        files.extend(made(&site, &["page", title, "--library"]));
    }
    files.extend(made(&site, &["message", "Hello", "--to", "ann", "--to", "ann"]));
    assert!(read(&site, &files[3]).contains("to = [\"ann\"]\n"), "{}", read(&site, &files[3]));
    for file in &files {
        let text = read(&site, file).replace("+++\n\n", "+++\n\nWords.\n\n");
        fs::write(site.path(file), text).unwrap();
    }
    ready(&site, &files);
    site.build();
    let pages = Reader::unlock(&site.store(), &card).unwrap().pages(&site.store());
    assert_eq!(pages.len(), 4, "a file name of any letters is a page like others");
}
