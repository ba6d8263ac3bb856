//! What an author's HTML must never become, compared as a browser would parse it.

use heldspace::render::commonmark;
use proptest::prelude::*;
use scraper::{ElementRef, Html};

use crate::draft::Draft;

/// The attacks; `tests/web/attacks.test.mjs` shows the same ones to a browser.
fn attacks() -> Vec<String> {
    serde_json::from_str(include_str!("../vectors/xss.json")).unwrap()
}

/// What becomes of a page's text in a practice: its HTML, or nothing where the page is refused with a mistake.
fn rendered(text: &str) -> Option<String> {
    let site = Draft::empty()
        .file("themes/default/open.html", "<html><body><main>{{ content|safe }}</main></body></html>")
        .file("content/library/x.md", format!("+++\ntitle = \"X\"\npublic = true\n+++\n{text}"));
    let file =
        site.open().ok()?.into_iter().find(|file| file.path == "library/x/index.html").expect("the page is there");
    Some(String::from_utf8(file.bytes).unwrap())
}

#[test]
fn no_attack_survives_the_sanitiser() {
    let mut shown = 0;
    for attack in attacks() {
        for text in [
            attack.clone(),
            format!("<div>\n{attack}\n</div>"),
            format!("- a {attack} b"),
            format!("| a |\n|--|\n| {attack} |"),
            format!("{attack} {{{{ practice.name }}}} {attack}"),
            format!("> - {attack}\n\n[^1]\n\n[^1]: {attack}"),
        ] {
            harmless(&commonmark(&text));
            if let Some(html) = rendered(&text) {
                harmless_page(&html);
                shown += 1;
            }
        }
    }
    assert!(shown > 150, "only {shown} were no mistake");
}

/// Fails if anything in the page is harmful, or stands where the theme did not put it.
fn harmless_page(html: &str) {
    let parsed = Html::parse_document(html);
    let body = parsed.select(&scraper::Selector::parse("body").unwrap()).next().unwrap();
    let inside: Vec<_> = body.child_elements().collect();
    assert!(matches!(inside.as_slice(), [main] if main.value().name() == "main"), "{html}");
    harmless_below(body, html);
}

/// Fails if the HTML, as a browser parses it, holds anything that a page must not.
fn harmless(html: &str) {
    harmless_below(Html::parse_fragment(html).root_element(), html);
}

fn harmless_below(root: ElementRef<'_>, html: &str) {
    const REFUSED: [&str; 25] = [
        "script",
        "style",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "form",
        "button",
        "textarea",
        "select",
        "option",
        "template",
        "noscript",
        "link",
        "base",
        "meta",
        "video",
        "audio",
        "source",
        "frame",
        "frameset",
        "title",
        "xmp",
        "plaintext",
    ];
    for element in root.descendants().filter_map(ElementRef::wrap) {
        assert!(!REFUSED.contains(&element.value().name()), "{html}");
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && !name.contains([':', '<']), "{html}");
            let bare: String = value.chars().filter(|c| *c > ' ').collect::<String>().to_lowercase();
            match name {
                "href" => assert!(!["javascript:", "data:", "vbscript:"].iter().any(|s| bare.starts_with(s)), "{html}"),
                "src" => assert!(!bare.contains("evil") && !bare.contains(':'), "{html}"),
                "class" => {
                    assert!(bare.is_empty() || bare.starts_with("align-") || bare.starts_with("footnote-"), "{html}");
                }
                "type" => assert_eq!((element.value().name(), value), ("input", "checkbox"), "{html}"),
                "disabled" | "checked" => assert_eq!(element.value().name(), "input", "{html}"),
                "id" | "title" | "alt" | "rel" | "lang" | "dir" | "start" | "open" | "colspan" | "width" => {}
                other => panic!("{other} in {html}"),
            }
        }
        if element.value().name() == "input" {
            assert!(element.attr("disabled").is_some(), "{html}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_renders_without_a_script(text in "(?s).{0,200}", tags in "[<>/a-z =\"'&;#\\-!\\[\\]()*`|{}%\n]{0,200}") {
        for text in [&text, &tags] {
            harmless(&commonmark(text));
            if let Some(html) = rendered(text) {
                harmless_page(&html);
            }
        }
    }
}
