//! What an author's HTML must never become, compared as a browser would parse it.

use heldspace::render::commonmark;
use proptest::prelude::*;
use scraper::{ElementRef, Html};

use crate::draft::Draft;

const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\"\tonerror\n=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<img src=https://evil.example/t.png>",
    "<img srcset=\"https://evil.example/t.png 2x\">",
    "<img src=\"&#104;ttps://evil.example/t.png\">",
    "<img src=\"\\\\evil.example\\t.png\">",
    "<img src=\"ht\ntps://evil.example/t.png\">",
    "![x](//evil.example/t.png)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"javascript:alert(1)\"></object><embed src=//evil.example>",
    "<form action=//evil.example><input name=q><button formaction=javascript:alert(1)>x</button></form>",
    "<input type=image src=//evil.example/t.png onfocus=alert(1) autofocus>",
    "<input type=text name=pass>",
    "<textarea autofocus onfocus=alert(1)></textarea><select><option>x</select>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt&colon;alert(1)\">x</a>",
    "<a href=\"vbscript:x\">x</a><a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"https://fine.example\" target=_blank ping=//evil.example onclick=alert(1) style=x>x</a>",
    "[x](javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "[x](JAVASCRIPT&#58;alert(1))",
    "<style>@import '//evil.example';</style>",
    "<p style=\"background:url(//evil.example)\">x</p>",
    "<link rel=stylesheet href=//evil.example><base href=//evil.example><meta http-equiv=refresh content=0>",
    "<body onload=alert(1)><html manifest=//evil.example>",
    "<video poster=//evil.example src=//evil.example><source src=//evil.example></video><audio src=//evil.example>",
    "<table background=//evil.example><td background=//evil.example>x</table>",
    "<div class=\"help number\" id=help>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<x onclick=alert(1)>x</x><p/onclick=alert(1)>x",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
    "<title><img src=x onerror=alert(1)></title><plaintext><xmp><script>alert(1)</script>",
    "`<script>`\n\n    <script>alert(1)</script>\n",
    "\"><script>alert(1)</script>",
    "## x {onclick=alert(1) style=x .help #help}",
    "\u{0}<scr\u{0}ipt>alert(1)</script>",
];

#[test]
fn no_attack_survives_the_sanitiser() {
    for attack in ATTACKS {
        for text in [
            (*attack).to_owned(),
            format!("<div>\n{attack}\n</div>"),
            format!("- a {attack} b"),
            format!("| a |\n|--|\n| {attack} |"),
        ] {
            harmless(&commonmark(&text));
        }
    }
}

/// Fails if the HTML, as a browser parses it, holds anything that a page must not.
fn harmless(html: &str) {
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
    let parsed = Html::parse_fragment(html);
    for element in parsed.root_element().descendants().filter_map(ElementRef::wrap) {
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
            let site = Draft::empty().file("content/library/x.md", format!("# X\n\n{text}"));
            drop(site.rendered("content/library/x.md"));
        }
    }
}
