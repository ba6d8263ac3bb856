//! The theme: a practice's colours and logo, and built-in files written out to be changed.

use std::fs;

use serde_json::Value;

use crate::{
    draft::{Draft, SITE},
    site::{TestSite, files_below},
};

fn public(site: &TestSite, ending: &str) -> Vec<String> {
    let files =
        site.store_files().into_iter().filter(|(path, _)| path.starts_with("public/") && path.ends_with(ending));
    files.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn the_practices_colours_reach_open_pages_sealed_pages_and_the_viewer_and_are_no_inline_style() {
    let site = TestSite::empty();
    site.page("library/a.md", "+++\ntitle = \"A\"\npublic = true\n+++\nText.");
    let file = site.path("site.toml");
    let text = fs::read_to_string(&file).unwrap();
    let theme = "name = \"default\"";
    assert_eq!(text.matches(theme).count(), 1);
    fs::write(
        &file,
        text.replace(theme, &format!("{theme}\n[theme.colours]\naccent = \"#4A2F6F\"\naccent_dark = \"#cbb8ea\"\n")),
    )
    .unwrap();
    site.build();
    let styles = public(&site, ".css");
    assert_eq!(styles.len(), 3, "open.css, page.css, viewer.css");
    for css in styles {
        let day = css.find("@media screen{:root{--accent:#4a2f6f").unwrap();
        let night = css.find("@media screen and (prefers-color-scheme:dark){:root{--accent:#cbb8ea").unwrap();
        assert!(day < night && css[..day].contains("--accent:"), "what comes last counts");
        assert_eq!(css[day..].matches("--accent:").count(), 2);
    }
    assert!(public(&site, ".html").iter().all(|html| !html.contains("style=") && !html.contains("<style")));
}

#[test]
fn colours_that_can_not_be_read_or_are_none_are_mistakes() {
    let told = |lines: &str| {
        Draft::empty().file("site.toml", format!("{SITE}[theme]\nname = \"default\"\n{lines}")).mistakes().to_string()
    };
    let both =
        |day: &str, night: &str| told(&format!("[theme.colours]\naccent = \"{day}\"\naccent_dark = \"{night}\"\n"));
    assert!(both("#777777", "#cbb8ea").contains("#777777 is hard to read: 3."), "{}", both("#777777", "#cbb8ea"));
    assert!(both("#4a2f6f", "#4a2f6f").contains("choose a lighter one"));
    assert!(both("red;}*{}", "#cbb8ea").contains("`red;}*{}` is no colour"));
    assert!(told("[theme.colours]\naccent = \"#4a2f6f\"\n").contains("`accent_dark` is missing"));
    assert!(told("colours = { acent = \"#4a2f6f\" }\n").contains("did you mean `accent`?"));
    assert!(told("logo = \"leaf.svg\"\n").contains("the theme has no `leaf.svg`"));
    assert!(
        told("logo = \"../secret.png\"\n").contains("not a logo") && told("logo = \"a.html\"\n").contains("not a logo")
    );
}

#[test]
fn a_logo_stands_above_open_pages_alone() {
    let site = TestSite::empty();
    site.page("library/a.md", "+++\ntitle = \"A\"\npublic = true\n+++\nText.");
    let file = site.path("site.toml");
    let text = fs::read_to_string(&file).unwrap();
    let theme = "name = \"default\"";
    assert_eq!(text.matches(theme).count(), 1);
    fs::write(&file, text.replace(theme, &format!("{theme}\nlogo = \"leaf.svg\"\n"))).unwrap();
    fs::create_dir_all(site.path("themes/default")).unwrap();
    fs::write(site.path("themes/default/leaf.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    site.build();
    let files = site.store_files();
    let html = |path: &str| String::from_utf8(files.iter().find(|(file, _)| file == path).unwrap().1.clone()).unwrap();
    let page = html("public/library/a/index.html");
    let at = page.split("<img class=\"logo\" src=\"/").nth(1).unwrap().split('"').next().unwrap();
    assert!(files.iter().any(|(file, _)| *file == format!("public/{at}")), "{at}");
    assert!(!html("public/l.html").contains("leaf"), "the page that links lead to names no practice");
}

#[test]
fn built_in_files_are_written_out_once_and_never_over_ones_own() {
    let site = TestSite::empty();
    site.page("library/a.md", "+++\ntitle = \"A\"\npublic = true\n+++\nText.");
    site.build();
    let before = site.store_files();
    let list = || -> Value { serde_json::from_str(&site.ok(&["theme", "list", "--json"])).unwrap() };
    let own = |list: &Value| list["files"].as_array().unwrap().iter().filter(|file| file["own"] == true).count();
    assert_eq!(own(&list()), 0);
    site.ok(&["theme", "eject", "open.css", "new/agenda.md"]);
    assert_eq!(own(&list()), 2);
    fs::write(site.path("themes/default/open.css"), "/* mine */").unwrap();
    let (code, said) = site.fails(&["theme", "eject", "open.css", "page.css"]);
    assert!(
        code != 0 && said.contains("open.css is already there") && !site.path("themes/default/page.css").exists(),
        "{said}"
    );
    let (code, said) = site.fails(&["theme", "eject", "../site.toml"]);
    assert!(code == 2 && said.contains("page.html"), "{said}");
    site.ok(&["theme", "eject"]);
    assert_eq!(fs::read_to_string(site.path("themes/default/open.css")).unwrap(), "/* mine */");
    assert_eq!(own(&list()), list()["files"].as_array().unwrap().len());
    site.build();
    assert!(public(&site, ".css").iter().any(|css| css == "/* mine */"));
    fs::remove_file(site.path("themes/default/open.css")).unwrap();
    site.build();
    let page =
        |files: Vec<(String, Vec<u8>)>| files.into_iter().find(|(path, _)| path == "public/library/a/index.html");
    assert!(page(site.store_files()) == page(before), "written out and not changed, they look as the built-in ones do");
}

#[test]
fn nothing_is_written_behind_a_link() {
    for link in ["themes", "themes/default", "themes/default/new"] {
        let (site, elsewhere) = (TestSite::empty(), tempfile::tempdir().unwrap());
        fs::create_dir_all(site.path(link).parent().unwrap()).unwrap();
        let _ = fs::remove_dir_all(site.path(link));
        std::os::unix::fs::symlink(elsewhere.path(), site.path(link)).unwrap();
        let (code, said) = site.fails(&["theme", "eject"]);
        assert!(code != 0 && said.contains(&format!("{link} is a symbolic link")), "{said}");
        assert!(files_below(elsewhere.path()).is_empty(), "{link}");
        assert!(!site.path("themes/default/page.css").exists(), "and nothing beside it");
    }
}

/// A file that can be replaced can't be left out, whatever it is: `theme list` names what a practice can have of its own.
#[test]
fn every_file_of_the_theme_can_be_replaced_alone() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "+++\ntitle = \"A\"\npublic = true\n+++\nText.").page("library/b.md", "# B");
    let list: Value = serde_json::from_str(&site.ok(&["theme", "list", "--json"])).unwrap();
    for name in list["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()) {
        site.ok(&["theme", "eject", name]);
        let path = site.path("themes/default").join(name);
        let marked = fs::read_to_string(&path).unwrap() + "\nMARKED\n";
        fs::write(&path, marked).unwrap();
        if name.starts_with("new/") {
            site.ok(&["new", name.trim_start_matches("new/").trim_end_matches(".md"), name, "--member", "ann"]);
            let file = site.path("content/members/ann").read_dir().unwrap().map(|entry| entry.unwrap().path());
            let mut made = file.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
            let made = made.next().unwrap();
            assert!(fs::read_to_string(&made).unwrap().contains("MARKED"), "{name}");
            fs::remove_file(made).unwrap();
        } else {
            assert!(site.build()["release"].is_u64(), "{name} changes what is published");
        }
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn tags_stand_in_the_open_list_as_text() {
    let page = |tags: &str| format!("+++\ntitle = \"A\"\npublic = true\ntags = {tags}\n+++\nText.\n");
    let site = Draft::new().file("content/library/a.md", page("[\"sleep\", \"<b>\", \"sleep\"]"));
    let list = site.document("library/index.html");
    assert!(list.contains("<p class=\"tags\">sleep · &lt;b&gt;</p>"), "{list}");
    let told = |tags: &str| Draft::new().file("content/library/a.md", page(tags)).mistakes().to_string();
    assert!(told(&format!("[\"{}\"]", "x".repeat(41))).contains("a.md:4:9: a tag of more than 40 characters"));
    let many: Vec<_> = (0..13).map(|n| n.to_string()).collect();
    assert!(told(&format!("{many:?}")).contains("a.md:4:8: more than 12 tags"));
}

#[test]
fn the_open_list_has_its_pages_by_subject_too() {
    let page =
        |title: &str, tags: &str| format!("+++\ntitle = \"{title}\"\npublic = true\ntags = {tags}\n+++\nText.\n");
    let site = Draft::new()
        .file("content/library/a.md", page("At night", "[\"sleep\", \"<b>\"]"))
        .file("content/library/b.md", page("A letter", "[\"grief\", \"sleep\"]"));
    let list = site.document("library/index.html");
    let subjects: Vec<&str> =
        list.split("<summary>").skip(1).map(|rest| rest.split("</details>").next().unwrap()).collect();
    let [b, grief, sleep] = subjects.as_slice() else { panic!("{list}") };
    assert!(
        b.starts_with("&lt;b&gt;</summary>") && grief.starts_with("grief<") && sleep.starts_with("sleep<"),
        "{list}"
    );
    let link = |of: &str, name: &str, title: &str| of.contains(&format!("<a href=\"/library/{name}/\">{title}</a>"));
    assert!(link(sleep, "a", "At night") && link(sleep, "b", "A letter"), "{sleep}");
    assert!(link(grief, "b", "A letter") && !link(grief, "a", "At night"), "{grief}");
    let plain = Draft::new().file("content/library/a.md", "+++\npublic = true\n+++\n# A");
    assert!(!plain.document("library/index.html").contains("subject"));
}

#[test]
fn a_theme_that_would_show_nothing_or_is_nothing_is_told_at_its_file() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "+++\ntitle = \"A\"\npublic = true\n+++\nText <b>bold</b>.")
        .page("library/b.md", "# B\n\nText.");
    let folder = site.path("themes/default");
    fs::create_dir_all(&folder).unwrap();
    let told = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        let output = site.run(&["check"]);
        fs::remove_file(folder.join(name)).unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let empty = "does not show what stands in a page";
    for name in ["page.html", "open.html"] {
        assert!(told(name, "<h1>{{ title }}</h1>").contains(&format!("themes/default/{name}: {empty}")), "{name}");
        assert!(told(name, "<h1>{{ title }}</h1>{{ content }}").contains(empty), "shown as code: {name}");
        let whole = told(name, "<h1>{{ title }}</h1>{{ content|safe }}");
        assert!(!whole.contains("error") && whole.contains("No mistakes"), "{whole}");
        let said = told(name, "{{ page.titel }}{{ content|safe }}");
        assert!(said.contains(":1:4: there is no `page.titel`") && said.contains("did you mean `title`?"), "{said}");
        let said = told(name, "{{ content|safe }}{{ colour }}");
        assert!(said.contains("built-in files of a theme use: audience, content"), "{said}");
    }
    let said = told("pagee.html", "x");
    assert!(
        said.contains("themes/default/pagee.html: nothing uses this file") && said.contains("`page.html`"),
        "{said}"
    );
    assert!(!told("leaf.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").contains("nothing uses"));
    let site_toml = fs::read_to_string(site.path("site.toml")).unwrap();
    for (name, good, kind) in
        [("logo.png", &b"\x89PNG\r\n\x1a\n\0"[..], "PNG"), ("logo.svg", b"<?xml version=\"1.0\"?><svg/>", "SVG")]
    {
        let named = site_toml.replace("name = \"default\"", &format!("name = \"default\"\nlogo = \"{name}\""));
        fs::write(site.path("site.toml"), named).unwrap();
        let said = told(name, "hello");
        assert!(said.contains(&format!("themes/default/{name}: no {kind} picture")), "{said}");
        fs::write(folder.join(name), good).unwrap();
        assert!(site.run(&["check"]).status.success(), "{name}");
        fs::remove_file(folder.join(name)).unwrap();
    }
}
