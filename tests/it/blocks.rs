//! What members can answer in a page: what its document carries, and what its author is told.

use heldspace::block::{Asks, Block};
use scraper::{Html, Selector};

use crate::{reader::Reader, site::TestSite};

/// A practice with Anna and Ben in a group, and their cards.
struct Practice {
    site: TestSite,
    cards: Vec<crate::site::Card>,
}

impl Practice {
    /// With these lines at the end of `site.toml`.
    fn with(answers: &str) -> Self {
        let site = TestSite::empty().group("grief");
        let path = site.path("site.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("# therapist = \"Your name, and your title\"", "therapist = \"Ines Halloran, LCSW\"");
        let zone = text.lines().find(|line| line.contains("time_zone = ")).unwrap().to_owned();
        let text = text.replace(&zone, "time_zone = \"America/New_York\"");
        std::fs::write(&path, format!("{text}\n{answers}")).unwrap();
        let cards = ["anna", "ben"].map(|name| site.member(name, &["grief"])).to_vec();
        Self { site, cards }
    }

    /// The document that Anna (0) or Ben (1) has of the page in this file, written anew.
    fn document(&self, file: &str, text: &str, reader: usize) -> String {
        self.site.page(file, &format!("+++\ntitle = \"Asked\"\n+++\n{text}"));
        self.site.build();
        let reader = Reader::unlock(&self.site.store(), &self.cards[reader]).unwrap();
        reader.pages(&self.site.store()).into_iter().find(|(title, _)| title == "Asked").expect("the page is there").1
    }
}

/// The blocks in a document, as the viewer finds them.
fn blocks(html: &str) -> Vec<Block> {
    let found = Html::parse_document(html);
    let ask = Selector::parse("div.ask[data-block]").unwrap();
    found.select(&ask).map(|ask| serde_json::from_str(ask.attr("data-block").unwrap()).unwrap()).collect()
}

const ASKING: &str = r#"
Dear {{ member.name }},

```reply
title = "After Tuesday"
prompt = "{{ member.name }}, what stays with you?"
closes = 2026-12-01T18:00
```

- In a list:

  ~~~poll
  prompt = "When?"
  options = [2026-12-03T18:30, 2026-12-04, "Neither <b>\"of them\"</b>"]
  shows = "tally"
  read = "on Friday."
  ~~~

<div class="ask" data-block="{}">Not one of ours.</div>
"#;

#[test]
fn blocks_reach_members_as_data_and_as_words() {
    let site = Practice::with("[answers]\nread = \"by Thursday evening\"\n");
    let html = site.document("groups/grief/asked.md", ASKING, 0);
    insta::assert_snapshot!(&html[html.find("<p>Dear").unwrap()..html.find("</main>").unwrap()]);
    let blocks = blocks(&html);
    let ids: Vec<_> = blocks.iter().map(|block| block.id.as_str()).collect();
    assert_eq!(ids, ["reply", "poll"], "an author's own HTML makes no block");
    // 18:00 in New York.
    assert_eq!(blocks[0].closes, Some(1_796_166_000));
    assert!(matches!(&blocks[0].asks, Asks::Reply { prompt: Some(prompt) } if prompt == "anna, what stays with you?"));
    let ben = Reader::unlock(&site.site.store(), &site.cards[1]).unwrap().pages(&site.site.store());
    assert!(ben.iter().any(|(_, html)| html.contains("ben, what stays with you?")));
}
