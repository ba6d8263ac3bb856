//! A block as its element: the data for the viewer, and the same in plain words for paper, files and whoever reads without it.

use std::fmt::Write as _;

use crate::block::{Asks, Block, Choice, Item, Question};

/// How one answers, said where one can't.
const HOW: &str = "To answer, open this page with your link.";

/// The element.
///
/// # Panics
/// Never: a block is JSON.
pub(super) fn element(block: &Block) -> String {
    let data = serde_json::to_string(block).expect("a block is JSON");
    let mut html = format!("<div class=\"ask\" data-block=\"{}\">", escaped(&data));
    if let Some(title) = &block.title {
        let _ = write!(html, "<p><strong>{}</strong></p>", escaped(title));
    }
    match &block.asks {
        Asks::Reply { prompt } => prose(&mut html, prompt.as_deref()),
        Asks::Poll { prompt, options, .. } => {
            prose(&mut html, Some(prompt));
            choices(&mut html, options);
        }
        Asks::Checkin { intro, items, notes, danger, .. } => {
            prose(&mut html, intro.as_deref());
            html += "<ol>";
            for asked in items {
                item(&mut html, asked);
            }
            html += "</ol>";
            for note in notes {
                prose(&mut html, Some(note));
            }
            for line in danger.iter().flat_map(|danger| &danger.lines) {
                let hours = line.hours.as_ref().map(|hours| format!(" ({hours})")).unwrap_or_default();
                prose(&mut html, Some(&format!("{}: {}{hours}", line.name, line.number)));
            }
        }
        Asks::Agenda { prompts } => {
            html += "<ol>";
            for prompt in prompts {
                let _ = write!(html, "<li>{}</li>", escaped(&prompt.label));
            }
            html += "</ol>";
        }
        Asks::Done { label } => {
            let _ = write!(html, "<ul class=\"options\"><li>{}</li></ul>", escaped(label));
        }
    }
    if !matches!(block.asks, Asks::Done { .. }) {
        let _ = write!(html, "<p class=\"how\">{HOW}</p>");
    }
    html + "</div>"
}

/// What the parts of a block are called in answers.
pub(super) fn ids(block: &Block) -> Vec<String> {
    let of = |options: &[Choice]| options.iter().map(|option| option.id.clone()).collect::<Vec<_>>();
    let mut ids = vec![block.id.to_string()];
    match &block.asks {
        Asks::Reply { .. } | Asks::Done { .. } => {}
        Asks::Poll { options, .. } => ids.extend(of(options)),
        Asks::Agenda { prompts } => ids.extend(prompts.iter().map(|prompt| prompt.id.clone())),
        Asks::Checkin { items, .. } => {
            for item in items {
                ids.push(item.id.clone());
                if let Question::Choice { options, .. } = &item.asks {
                    ids.extend(of(options));
                }
            }
        }
    }
    ids
}

fn prose(html: &mut String, text: Option<&str>) {
    if let Some(text) = text {
        let _ = write!(html, "<p>{}</p>", escaped(text));
    }
}

fn choices(html: &mut String, options: &[Choice]) {
    *html += "<ul class=\"options\">";
    for option in options {
        let _ = write!(html, "<li>{}</li>", escaped(&option.label));
    }
    *html += "</ul>";
}

fn item(html: &mut String, item: &Item) {
    let _ = write!(html, "<li>{}", escaped(&item.label));
    match &item.asks {
        Question::Choice { options, .. } => choices(html, options),
        Question::Scale { from, to, low, high } => {
            let end = |number, words: &Option<String>| match words {
                Some(words) => format!("{number} ({words})"),
                None => format!("{number}"),
            };
            let _ = write!(html, "<p>{} – {}</p>", escaped(&end(*from, low)), escaped(&end(*to, high)));
        }
        Question::Number { unit, .. } => prose(html, unit.as_deref()),
        Question::Text {} => {}
    }
    *html += "</li>";
}

/// For text and for quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        block::{Danger, Line, Prompt},
        render::among_others,
    };

    fn block(asks: Asks) -> Block {
        let (id, readers) = ("a".parse().unwrap(), "Ines \"reads\" this.".into());
        Block { version: 1, id, title: Some("<T>".into()), closes: None, repeats: None, readers, asks }
    }

    #[test]
    fn among_other_pages_the_words_stay_and_the_data_goes() {
        let html =
            element(&block(Asks::Agenda { prompts: vec![Prompt { id: "p".into(), label: "What & why?".into() }] }));
        let stays = among_others(&html, "v1-");
        let words = "<p><strong>&lt;T&gt;</strong></p><ol><li>What &amp; why?</li></ol>";
        let how = "<p class=\"how\">To answer, open this page with your link.</p>";
        assert_eq!(stays, format!("<div class=\"ask\">{words}{how}</div>"));
    }

    #[test]
    fn every_kind_of_question_is_said() {
        let item = |id: &str, asks| Item { id: id.into(), label: format!("Ask {id}"), asks, safety: false };
        let option = |id: &str| Choice { id: id.into(), label: format!("Option {id}"), value: None };
        let scale = Question::Scale { from: 0, to: 10, low: Some("low".into()), high: None };
        let items = vec![
            item("1", scale),
            item("2", Question::Choice { options: vec![option("a"), option("b")], several: false }),
            item("3", Question::Number { from: None, to: None, unit: Some("hours".into()) }),
            item("4", Question::Text {}),
        ];
        let line = Line { name: "Lifeline".into(), number: "988".into(), hours: Some("day and night".into()) };
        let danger = Some(Danger { hours: "h".into(), window: "w".into(), lines: vec![line] });
        let (intro, notes) = (Some("Intro".into()), vec!["Note".into()]);
        let asked = block(Asks::Checkin { instrument: None, intro, items, notes, danger });
        let html = element(&asked);
        let expected = "<p>Intro</p><ol><li>Ask 1<p>0 (low) – 10</p></li><li>Ask 2<ul class=\"options\"><li>Option a</li>\
            <li>Option b</li></ul></li><li>Ask 3<p>hours</p></li><li>Ask 4</li></ol><p>Note</p>\
            <p>Lifeline: 988 (day and night)</p><p class=\"how\">";
        assert!(html.contains(expected), "{html}");
        assert_eq!(ids(&asked), ["a", "1", "2", "a", "b", "3", "4"]);
        assert!(!element(&block(Asks::Done { label: "Done".into() })).contains("To answer"));
    }
}
