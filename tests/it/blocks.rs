//! What members can answer in a page: what its document carries, and what its author is told.

use heldspace::block::{Asks, Block, Question};
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

const ANSWERS: &str = r#"
[answers]
hours = "Monday to Friday, 9 to 5"
window = "24 hours"
[answers.line]
name = "Larch Lane"
number = "(413) 555-0142"
[answers.stand_in]
name = "Dana Roe"
email = "dana@example.org"
"#;

const KEY: &str = "key = \"heldspace-standin-18p4wp0g8gytnk4kntt39haelpx8z06j27efc2jfl4576ek0qeg3se7pvtdf0ymzqhv84pl2t3hwgfm5shprhuqkcdsrgz7kh2w8mp7sya74vt\"\n";

#[test]
fn an_instrument_that_may_tell_of_danger_brings_help_with_it() {
    let site = Practice::with(&format!("{ANSWERS}{KEY}"));
    let text = "```checkin\ninstrument = \"phq-9\"\nrepeats = \"every 2 weeks\"\ndue = 2026-12-03\n```\n";
    let html = site.document("members/anna/asked.md", text, 0);
    let [block] = blocks(&html).try_into().expect("one block");
    assert_eq!((block.id.as_str(), block.repeats), ("checkin", Some(14)));
    let readers = "Ines Halloran reads this, with your name; so can Dana Roe, who stands in for Ines Halloran. No other \
        member sees it. Nobody reads it straight away. Nobody watches these answers as they come in. Somebody looks at \
        them: Monday to Friday, 9 to 5.";
    assert_eq!(block.readers, readers);
    let Asks::Checkin { instrument, intro, items, danger: Some(danger), .. } = block.asks else { panic!("no danger") };
    assert_eq!(instrument.as_deref(), Some("phq-9"));
    assert!(intro.unwrap().ends_with("following problems? Please answer by Thursday 3 December 2026."));
    assert_eq!(items.iter().filter(|item| item.safety).map(|item| item.id.as_str()).collect::<Vec<_>>(), ["9"]);
    assert_eq!((danger.hours.as_str(), danger.window.as_str()), ("Monday to Friday, 9 to 5", "within 24 hours"));
    let lines: Vec<_> = danger.lines.iter().map(|line| line.number.as_str()).collect();
    assert_eq!(lines, ["988", "911", "413-555-0142"], "the practice's own line last");
    // On paper, too.
    assert!(html.contains("<p>Larch Lane: 413-555-0142</p>"), "{html}");
    // A stand-in without a key opens nothing, and stands in for nobody.
    let path = site.site.path("site.toml");
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace(KEY, "")).unwrap();
    let (code, said) = site.site.fails(&["build", "--yes"]);
    assert!(code == 3 && said.contains("asked.md:") && said.contains("heldspace standin add"), "{said}");
    let reply = "```reply\n```\n";
    let [block] = blocks(&site.document("members/anna/asked.md", reply, 0)).try_into().expect("one block");
    assert!(block.readers.starts_with("Ines Halloran reads this, with your name. No other"), "{}", block.readers);
}

#[test]
fn a_practice_asks_by_the_names_of_its_own_instruments() {
    let site = Practice::with("");
    let own = "title = \"Sleep\"\nversion = \"1\"\nlanguage = \"en\"\nlicense = \"ours\"\nsource = \"Ines\"\n\
        [[item]]\nask = \"How many hours?\"\nkind = \"number\"\nunit = \"hours\"\nfrom = 0\nto = 24.5\n";
    std::fs::create_dir(site.site.path("instruments")).unwrap();
    std::fs::write(site.site.path("instruments/sleep.toml"), own).unwrap();
    let html = site.document("groups/grief/asked.md", "```checkin\ninstrument = \"sleep\"\n```\n", 1);
    let [block] = blocks(&html).try_into().expect("one block");
    let Asks::Checkin { items, danger: None, .. } = block.asks else { panic!("no check-in") };
    assert_eq!(items[0].asks, Question::Number { from: Some(0.0), to: Some(24.5), unit: Some("hours".into()) });
    // A link to words elsewhere is not followed.
    std::os::unix::fs::symlink("/etc/hostname", site.site.path("instruments/other.toml")).unwrap();
    let (_, said) = site.site.fails(&["check"]);
    assert!(said.contains("instruments/other.toml: a symbolic link"), "{said}");
}

/// Values that would end a string, a table, an attribute or an element, were they put in before all of these were read.
#[test]
fn a_name_in_a_block_is_never_more_than_a_name() {
    const NAMES: [&str; 4] =
        ["\"\nseveral = true\nid = \"x", "\"]\n```\n\n<script>", "\\u0022", "'&quot;<b>{{ practice }}"];
    for name in NAMES {
        let site = Practice::with("");
        let path = site.site.path("site.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let name = name.replace('\n', " ");
        let therapist = toml_edit::value(&name).to_string();
        std::fs::write(&path, text.replace("\"Ines Halloran, LCSW\"", therapist.trim())).unwrap();
        let text = "```poll\nprompt = \"With {{ practice.therapist }}?\"\noptions = [\"{{ practice.therapist }}\", \"no\"]\n```\n";
        let [block] = blocks(&site.document("groups/grief/asked.md", text, 0)).try_into().expect("one block");
        let Asks::Poll { prompt, options, several: false } = block.asks else { panic!("another block") };
        assert_eq!((prompt, options[0].label.as_str(), options.len()), (format!("With {name}?"), name.as_str(), 2));
    }
}

#[test]
fn a_member_export_says_blocks_in_words() {
    let site = Practice::with("");
    site.document("groups/grief/asked.md", "```done\nlabel = \"Three breaths, twice a day\"\n```\n", 0);
    let out = site.site.path("out");
    site.site.ok(&["member", "export", "anna", out.to_str().unwrap()]);
    let files = crate::site::files_below(&out);
    let said = |(_, bytes): &&(String, Vec<u8>)| {
        String::from_utf8_lossy(bytes).contains("<li>Three breaths, twice a day</li>")
    };
    assert!(files.iter().any(|file| said(&file)));
}
