//! Rendering: who was looked at, what a value may become, what HTML may stay.

use std::time::{Duration, Instant};

use heldspace::{
    content::Survey,
    render::{Rendering, Theme, open_site},
};
use scraper::{ElementRef, Html};

use crate::draft::{Draft, SITE};

/// Whether each member gets their own copy of a page with this text, in a theme with a few pieces to include.
fn looks(text: &str) -> bool {
    let site = Draft::new()
        .file("content/library/x.md", format!("+++\ntitle = \"X\"\n+++\n{text}"))
        .file("themes/default/plain.md", "Nothing about anyone.")
        .file("themes/default/greeting.md", "Dear {{ member.name }},")
        .file("themes/default/outer.md", "{% include \"greeting.md\" %}")
        .file(
            "themes/default/macros.md",
            "{% macro plain() %}Hi{% endmacro %}{% macro hi(who) %}Hi {{ who.name }}{% endmacro %}",
        );
    match site.rendered("content/library/x.md").unwrap_or_else(|mistakes| panic!("{mistakes}")) {
        Rendering::Same(_) => false,
        Rendering::Each(pages) => {
            assert_eq!(pages.keys().collect::<Vec<_>>(), ["anna", "ben"]);
            true
        }
    }
}

#[test]
fn looking_at_the_member_is_noticed_wherever_it_happens() {
    for text in [
        "{{ member.name }}",
        "{{ member }}",
        "{% if member.name == 'Anna' %}A{% endif %}",
        "{% if member is defined %}A{% endif %}",
        "{% if 'grief' in member.groups %}A{% endif %}",
        "{% for group in member.groups %}{{ group }}{% endfor %}",
        "{% for key in member %}{{ key }}{% endfor %}",
        "{% set who = member %}A",
        "{% with who = member %}{{ who.name }}{% endwith %}",
        "{% set x %}{{ member.name }}{% endset %}A",
        "{% macro hi() %}{{ member.name }}{% endmacro %}{{ hi() }}",
        "{% from 'macros.md' import hi %}{{ hi(member) }}",
        "{% import 'macros.md' as m %}{{ m.hi(member) }}",
        "{% include 'greeting.md' %}",
        "{% include 'outer.md' %}",
        "{% include ['missing.md', 'greeting.md'] %}",
        "{% include 'greet' ~ 'ing.md' %}",
        "{{ (member.name|length) > 100 }}",
        "{{ [member.name, 'x']|join(', ') }}",
        "{{ 'a' if member.groups|length > 9 else 'b' }}",
        "{% filter trim %}{{ member.name }}{% endfilter %}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ member.name }}{% endcall %}",
        "{{ dict(a=member)|length }}",
        "{% block a %}{{ member.name }}{% endblock %}",
        "{% raw %}{{ member.name }}{% endraw %}{{ member.name }}",
    ] {
        assert!(looks(text), "{text}");
    }
}

#[test]
fn a_page_that_does_not_look_is_rendered_once() {
    for text in [
        "No template at all",
        "{{ practice.name }}",
        "{% if false %}{{ member.name }}{% endif %}",
        "{% for x in [] %}{{ member.name }}{% endfor %}",
        "{# member #} {## {{ member.name }} ##}",
        "{% raw %}{{ member.name }}{% endraw %}",
        "{% include 'plain.md' %}",
        "{% if false %}{% include 'greeting.md' %}{% endif %}",
        "{% from 'macros.md' import plain %}{{ plain() }}",
        "{% set member = 'me' %}{{ member }}",
        "`member.name` {{ 'member.name' }}",
        "{{ true or member.name }}",
    ] {
        assert!(!looks(text), "{text}");
    }
}

#[test]
fn the_layout_counts_too() {
    let layout = "<html><body>{{ content|safe }}{% include 'foot.html' %}</body></html>";
    let site = Draft::new().file("themes/default/page.html", layout).file("content/library/x.md", "# X");
    let same = |site: &Draft| matches!(site.rendered("content/library/x.md").unwrap(), Rendering::Same(_));
    let site = site.file("themes/default/foot.html", "{{ practice.name }}");
    assert!(same(&site));
    let site = site.file("themes/default/foot.html", "{{ member.name }}");
    assert!(!same(&site));
}

#[test]
fn everyone_gets_their_own_words_and_nobody_elses() {
    let site = Draft::new()
        .file("content/groups/grief/x.md", "# For {{ member.name }}\n\nText")
        .file("content/groups/empty/group.toml", "title = \"Empty\"\nmembers = []")
        .file("content/groups/empty/x.md", "# For {{ member.name }}");
    let Ok(Rendering::Each(pages)) = site.rendered("content/groups/grief/x.md") else { panic!("looked") };
    let titles: Vec<_> = pages.iter().map(|(member, page)| (member.as_str(), page.title())).collect();
    assert_eq!(titles, [("anna", "For Anna"), ("ben", "For Ben")]);
    let Ok(Rendering::Each(pages)) = site.rendered("content/groups/empty/x.md") else { panic!("looked") };
    assert!(pages.is_empty());
}

/// Names that are markup, a template, a script, or an escape somewhere.
const NAMES: &[&str] = &[
    "{{ practice.name }}",
    "{% include 'page.html' %}",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**bold** _em_ ~~del~~ `code`",
    "](javascript:alert(1)) [x",
    "![x](https://evil.example/x.png)",
    "javascript:alert(1)",
    "//evil.example",
    "../../secret",
    "..",
    "# heading",
    "- item",
    "a | b | c",
    "```poll```",
    "<!-- --> ]]>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    " onmouseover=alert(1) ",
    "&lt;b&gt; &amp;amp; &#60;",
    "[^note] [ref]",
    "\\",
    "{#id .class}",
    "O’Brien & Søn",
    "\u{E000}\u{E010}aA\u{E011}",
    "https://evil.example/",
];

/// Every place of Markdown and HTML that a value can land in.
const PLACES: &str = r#"
Text {{ practice.therapist }}, *em {{ practice.therapist }}*, `code {{ practice.therapist }}`.

## Heading {{ practice.therapist }}

- {{ practice.therapist }}
- [ ] {{ practice.therapist }}

> {{ practice.therapist }}

| a | b |
|---|:-:|
| {{ practice.therapist }} | x |

    {{ practice.therapist }}

```
{{ practice.therapist }}
```

[{{ practice.therapist }}](https://fine.example/{{ practice.therapist }}/x "{{ practice.therapist }}")

[q](https://fine.example/?q={{ practice.therapist }})

<p title="{{ practice.therapist }}" id={{ practice.therapist }}>raw {{ practice.therapist }}</p>

Inline <span title='{{ practice.therapist }}'>{{ practice.therapist }}</span> <a href="https://fine.example/" title={{ practice.therapist }}>a</a>

{% set x %}Set **{{ practice.therapist }}**{% endset %}{{ x }} {{ "a" ~ x ~ practice.therapist }}

{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(practice.therapist) }}
"#;

#[test]
fn a_name_is_never_markup() {
    let plain = outline(&place("Anna"));
    for name in NAMES {
        let document = place(name);
        assert_eq!(outline(&document), plain, "{name}");
        let text: String = Html::parse_document(&document).root_element().text().collect();
        let shown = text.matches(name.trim()).count();
        assert!(shown >= 17, "{name} is shown {shown} times in\n{text}");
        for href in values(&document, "href") {
            let ours = href.starts_with(['/', '#']) && !href.starts_with("//") || href == "tel:988";
            assert!(ours || href.starts_with("https://fine.example/"), "{href}");
        }
    }
}

/// [`PLACES`] with a therapist of this name, as an open page.
fn place(name: &str) -> String {
    let site = SITE.replace("\"Ines\"", &serde_json::to_string(name).unwrap());
    // Nobody else here is called so.
    Draft::empty()
        .file("site.toml", site)
        .file("content/library/x.md", format!("+++\ntitle = \"X\"\npublic = true\n+++\n{PLACES}"))
        .document("library/x/index.html")
}

/// The elements of a document, with the names of their attributes.
fn outline(document: &str) -> Vec<String> {
    let document = Html::parse_document(document);
    let elements = document.root_element().descendants().filter_map(ElementRef::wrap);
    elements
        .map(|element| {
            let mut attributes: Vec<_> = element.value().attrs().map(|(name, _)| name).collect();
            attributes.sort_unstable();
            format!("{} {}", element.value().name(), attributes.join(" "))
        })
        .collect()
}

/// The values of all attributes of this name.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let html = Html::parse_document(html);
    let elements = html.root_element().descendants().filter_map(ElementRef::wrap);
    elements.filter_map(|element| element.attr(attribute)).map(str::to_owned).collect()
}

/// The body of `content/library/x.md` with this text, as members' pages have it too.
fn open(text: &str) -> String {
    let site = Draft::new().file("content/library/x.md", format!("+++\ntitle = \"X\"\npublic = true\n+++\n{text}"));
    let document = site.document("library/x/index.html");
    let (_, article) = document.split_once("<h1>X</h1>\n").unwrap();
    article.split_once("\n</article>").unwrap().0.trim().to_owned()
}

#[test]
fn each_feature_of_markdown_has_its_html() {
    insta::assert_snapshot!(open(include_str!("../sites/markdown.md")));
}

#[test]
fn what_a_value_could_break_stays_whole() {
    assert_eq!(open("{{ 'a\\n\\n# b' }}"), "<p>a\n\n# b</p>");
    assert_eq!(open("{{ '\\u202e' ~ '\\u0007x' }}"), "<p>\u{FFFD}\u{FFFD}x</p>");
    assert_eq!(open("{{ 3 }} {{ true }} {{ [1, 'a'] }}"), "<p>3 True [1, 'a']</p>");
    assert_eq!(open("## A {{ 'x' }} b\n\n## A b"), "<h2 id=\"a-b\">A x b</h2>\n<h2 id=\"a-b-1\">A b</h2>");
    assert_eq!(open("<https://a.example/{{ 'b c' }}>"), open("[https://a.example/b c](https://a.example/b%20c)"));
    assert_eq!(open("\u{E000}\u{E011} {{ 'x' }}"), "<p>\u{E000}\u{E011} x</p>");
    // A captured block is its author's Markdown, with the values in it still values.
    let block = "{% set x %}**a** {{ '**b**' }}{% endset %}{{ x }} {{ x ~ '*c*' }}";
    assert_eq!(open(block), "<p><strong>a</strong> **b** <strong>a</strong> **b***c*</p>");
}

#[test]
fn a_value_alone_is_no_address() {
    for text in
        ["[x]({{ 'javascript:alert(1)' }})", "![x]({{ '//evil.example/x.png' }})", "<a href={{ '//evil' }}>x</a>"]
    {
        let site = Draft::new().file("content/library/x.md", format!("# X\n\n{text}\n"));
        assert_eq!(site.mistakes().len(), 1, "{text}");
    }
}

#[test]
fn nesting_without_end_neither_crashes_nor_hangs() {
    let deep = 10_000;
    let start = Instant::now();
    for text in [
        ">".repeat(deep),
        "> ".repeat(deep) + "x",
        "[".repeat(deep),
        "![".repeat(deep),
        "[".repeat(deep) + &"](x)".repeat(deep),
        "*a **b ".repeat(deep),
        "*".repeat(deep) + "a" + &"*".repeat(deep),
        "- ".repeat(deep) + "x",
        (0..400).flat_map(|n| ["  ".repeat(n), "- x\n".to_owned()]).collect(),
        "<div>".repeat(deep),
        "<b>".repeat(deep),
        "</div>".repeat(deep) + &"<i>".repeat(deep),
        "`a``".repeat(deep),
        "|".repeat(deep) + "\n" + &"|-".repeat(deep) + "|\n" + &"|".repeat(deep),
        "[^a]".repeat(deep) + "\n\n[^a]: x",
        "&amp".repeat(deep / 10),
        "{{ ".to_owned() + &"(".repeat(deep) + " }}",
        "{{ ".to_owned() + &"[".repeat(deep) + " }}",
        "{% if true %}".repeat(deep),
        "{{ ".to_owned() + &"not ".repeat(deep) + "true }}",
        "{{ ".to_owned() + &"not ".repeat(199) + "true }}",
        "{{ ".to_owned() + &"-".repeat(790) + "1 }}",
        "{{ a".to_owned() + &".b".repeat(390) + " }}",
        "{{ 1".to_owned() + &"+1".repeat(390) + " }}",
        "{{ 1".to_owned() + &"|d".repeat(390) + " }}",
        "{{ 1".to_owned() + &" if 1".repeat(150) + " }}",
        "{{ ".to_owned() + &"1 if 0 else ".repeat(66) + " }}",
        "{% if 1 %}".repeat(deep) + &"{% endif %}".repeat(deep),
        "{% if 1 %}".to_owned() + &"{% elif 1 %}".repeat(deep) + "{% endif %}",
        "{% if 1 %}".to_owned() + &"{% elif 1 %}".repeat(99) + "{% endif %}",
        "{% set x %}".repeat(deep) + &"{% endset %}".repeat(deep),
        "{% for a in b recursive %}".repeat(deep),
    ] {
        let site = Draft::new().file("content/library/x.md", format!("# X\n\n{text}"));
        drop(site.rendered("content/library/x.md"));
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn the_open_site_is_the_same_on_every_run() {
    let site = || {
        Draft::new()
            .file(
                "content/library/b.md",
                "+++\ntitle = \"B\"\npublic = true\ndate = 2026-01-02\nsummary = \"S\"\n+++\n",
            )
            .file("content/library/Deep Folder/a.md", "+++\ntitle = \"A\"\npublic = true\norder = 1\n+++\n")
            .file("content/library/index.md", "+++\ntitle = \"Front\"\npublic = true\n+++\nWelcome")
            .file("content/library/members.md", "# For members")
            .file("themes/default/leaf.svg", "<svg/>")
    };
    let [one, two] = [site(), site()].map(|site| site.open().unwrap());
    assert!(one == two);
    let paths: Vec<_> = one.iter().map(|file| file.path.as_str()).collect();
    let digits = |path: &str| path.split('.').nth(1).is_some_and(|hex| hex.len() == 16);
    assert!(paths.iter().filter(|path| path.starts_with("assets/")).all(|path| digits(path)), "{paths:?}");
    let documents: Vec<_> = paths.iter().filter(|path| !path.starts_with("assets/")).copied().collect();
    let expected =
        ["404.html", "index.html", "library/b/index.html", "library/deep-folder/a/index.html", "library/index.html"];
    assert_eq!(documents, expected);
    let text = |path: &str| {
        let file = one.iter().find(|file| file.path == path).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    assert!(text("index.html").contains("<p>Welcome</p>"));
    let list = text("library/index.html");
    assert!(list.find("/library/deep-folder/a/").unwrap() < list.find("/library/b/").unwrap(), "{list}");
    assert!(!list.contains("members"), "{list}");
}

#[test]
fn where_nothing_is_the_practice_is_not_named() {
    let site = Draft::new();
    let practice = Survey::read(site.root()).practice;
    let nothing = site.document("404.html");
    assert!(nothing.contains("no page at this address"), "{nothing}");
    assert!(!nothing.contains(&practice.site.practice.name), "{nothing}");
}

#[test]
fn a_page_runs_the_way_its_language_does() {
    for (language, direction) in [("en", "ltr"), ("he", "rtl"), ("ar-EG", "rtl"), ("FA", "rtl"), ("arn", "ltr")] {
        let site = SITE.replace("language = \"en\"", &format!("language = \"{language}\""));
        let site = Draft::new().file("site.toml", site);
        let expected = format!("<html lang=\"{language}\" dir=\"{direction}\">");
        assert!(site.document("index.html").contains(&expected), "{language}");
    }
}

#[test]
fn each_table_has_a_box_and_nobody_elses_box_pretends() {
    let html = open("| a |\n|---|\n| 1 |\n\n<div role=\"alert\" tabindex=\"5\">x</div>\n");
    assert!(html.contains("<div class=\"table\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>"), "{html}");
    assert!(html.contains("<div>x</div>"), "{html}");
}

#[test]
fn a_footnote_has_a_way_back_if_anything_leads_to_it() {
    let html = open("One[^a-b] and again[^a-b].\n\n[^a-b]: Said.\n\n[^c]: Never.\n");
    assert_eq!(html.matches("id=\"ref-fn-a-b\"").count(), 1, "{html}");
    assert_eq!(html.matches("href=\"#ref-").count(), 1, "{html}");
    assert!(html.contains("<p>Said. <a href=\"#ref-fn-a-b\" aria-label=\"Back to the text\""), "{html}");
}

#[test]
fn the_theme_is_replaced_file_by_file() {
    let site = Draft::new()
        .file("site.toml", format!("{SITE}[theme]\nname = \"blue\"\n"))
        .file("themes/blue/list.html", "<img src=\"{{ asset('leaf.svg') }}\">{{ title }}")
        .file("themes/blue/leaf.svg", "<svg/>")
        .file("themes/blue/page.css", "p {}");
    let practice = Survey::read(site.root()).practice;
    let theme = Theme::read(&practice).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let files = open_site(&[], &practice, &theme).unwrap().files;
    assert!(files.iter().any(|file| format!("/{}", file.path) == theme.page_style() && file.bytes == b"p {}"));
    let list = site.document("library/index.html");
    assert!(list.starts_with("<img src=\"/assets/leaf."), "{list}");
    assert!(site.document("index.html").contains("Lifeline"));
}
