//! The suite of `CommonMark` 0.31.2, example by example, compared as parsed HTML after the sanitiser.

use std::{fs, path::Path};

use heldspace::render::commonmark;
use scraper::{ElementRef, Html, Node};

/// Where the sanitiser takes something out that the specification's HTML has, and why. An example that is listed here
/// and comes out as the specification says is a failure too: then the list is wrong.
const DIFFERENCES: &[(&str, &[usize])] = &[
    ("the language of code is not kept: nothing colours it", &[24, 34, 142, 143, 144, 146]),
    ("elements that Markdown never makes are taken out", &[150, 163, 201, 491, 524, 536, 613, 614, 615, 617]),
    ("attributes and classes that Markdown never makes are taken out", &[152, 153, 154, 164, 169, 616]),
    ("scripts, styles and fields to type in are taken out", &[170, 171, 172, 173, 176, 178]),
    ("comments and CDATA are taken out", &[626, 629]),
    ("pictures of the host are taken out", &[572, 574, 575, 579, 581, 582, 583, 584, 585, 586, 587, 588, 589, 591]),
    ("links lead where members can follow: http, https, mailto, tel", &[596, 598, 599, 601]),
];

#[test]
fn every_example_comes_out_as_specified_or_as_explained() {
    let examples = examples();
    assert_eq!(examples.len(), 652);
    let listed = |number| DIFFERENCES.iter().any(|(_, numbers)| numbers.contains(&number));
    let mut wrong = Vec::new();
    for (n, Example { markdown, html }) in examples.iter().enumerate() {
        let ours = commonmark(markdown);
        let same = shape(&ours) == shape(html);
        if same == listed(n + 1) {
            wrong.push(format!("{}: same: {same}\n{markdown}---\n{html}---\n{ours}\n", n + 1));
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

struct Example {
    markdown: String,
    html: String,
}

/// The examples of `spec.txt`, in order.
fn examples() -> Vec<Example> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web/node_modules/commonmark-spec/spec.txt");
    let text = fs::read_to_string(&file).unwrap_or_else(|_| {
        panic!("{} is not there: run `npm ci --ignore-scripts --prefix tests/web`", file.display());
    });
    let text = text.split("<!-- END TESTS -->").next().unwrap().replace('→', "\t");
    let fence = "`".repeat(32);
    let begin = format!("\n{fence} example\n");
    let example = |block: &str| {
        // An empty half leaves the `.` at the beginning, or the fence right behind it.
        let block = format!("\n{}", block.split(&format!("\n{fence}")).next().unwrap());
        let (markdown, html) = block.split_once("\n.").unwrap();
        let half = |text: &str| text.strip_prefix('\n').map_or_else(String::new, |text| format!("{text}\n"));
        Example { markdown: half(markdown), html: half(html) }
    };
    text.split(&begin).skip(1).map(example).collect()
}

/// Elements, attributes and text in order; white space counts in `<pre>` alone.
fn shape(html: &str) -> Vec<String> {
    let mut shape = Vec::new();
    add(Html::parse_fragment(html).root_element(), false, &mut shape);
    shape
}

fn add(element: ElementRef<'_>, pre: bool, shape: &mut Vec<String>) {
    let pre = pre || element.value().name() == "pre";
    shape.push(open(element));
    for child in element.children() {
        if let Some(element) = ElementRef::wrap(child) {
            add(element, pre, shape);
        } else if let Node::Text(text) = child.value() {
            let text = if pre { text.to_string() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
            if !text.is_empty() {
                shape.push(text);
            }
        }
    }
    shape.push(format!("</{}>", element.value().name()));
}

/// The sanitiser adds `rel` to every link; that is no difference.
fn open(element: ElementRef<'_>) -> String {
    let attributes = element.value().attrs().filter(|(name, _)| *name != "rel");
    let mut attributes: Vec<_> = attributes.map(|(name, value)| format!(" {name}={value:?}")).collect();
    attributes.sort();
    format!("<{}{}>", element.value().name(), attributes.concat())
}
