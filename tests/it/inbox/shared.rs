//! What a group sees of a closed question: numbers, counted once, of those who were told so; never a name or a word.

use std::{collections::BTreeMap, fs};

use heldspace::{
    clock,
    practice::{Home, HomeError},
    preview::{Door, Knock, Room},
    publish::Past,
    wire::{Answer, Said, SigningKey, Value},
};

use super::world::{Sender, new_id, now, sync};
use crate::{
    clock::{DAY, date},
    pty::Pty,
    reader::Reader,
    site::{Card, TestSite, files_below},
};

const PEOPLE: [&str; 6] = ["maya", "colm", "rosa", "leon", "grete", "aisha"];

/// A day as a page has it.
fn day(from_today: i64) -> String {
    date(now().checked_add_signed(from_today * DAY.cast_signed()).unwrap()).to_string()
}

fn poll(closes: &str) -> String {
    format!(
        "+++\ntitle = \"Asked\"\n+++\nPlease choose.\n\n```poll\nprompt = \"Which evening?\"\n\
         options = [\"Tuesday\", \"Wednesday\"]\nshows = \"tally\"\ncloses = {closes}\n```\n"
    )
}

fn check_in(shows: &str, closes: &str) -> String {
    format!(
        "+++\ntitle = \"Asked\"\n+++\nPlease answer.\n\n```checkin\n{shows}\ncloses = {closes}\n[[question]]\nask = \"Sleep?\"\n\
         kind = \"scale\"\nlow = \"none\"\nhigh = \"deep\"\n[[question]]\nask = \"Anything else?\"\nkind = \"text\"\n```\n"
    )
}

const SHOWN: &str = "+++\ntitle = \"Result\"\n+++\nThank you all.\n\n```results\nof = \"asked.md\"\n```\n";

/// A group of which all are asked, and are to see what comes of it.
struct Group {
    site: TestSite,
    cards: Vec<Card>,
}

impl Group {
    fn asked(page: &str) -> Self {
        let site = TestSite::empty().group("tuesday");
        let path = site.path("site.toml");
        let text = fs::read_to_string(&path).unwrap();
        let zone = text.lines().find(|line| line.contains("time_zone = ")).unwrap().to_owned();
        fs::write(&path, text.replace(&zone, "time_zone = \"Etc/UTC\"")).unwrap();
        let cards = PEOPLE.map(|name| site.member(name, &["tuesday"])).to_vec();
        site.page("groups/tuesday/asked.md", page).page("groups/tuesday/result.md", SHOWN);
        site.build();
        Self { site, cards }
    }

    fn sender(&self, person: usize) -> Sender {
        Sender::unlock(&self.site, &self.cards[person])
    }

    /// Sends an answer, three days ago by the device's clock.
    fn says(&self, person: usize, block: &str, said: Said) -> Answer {
        let sender = self.sender(person);
        let answer = Answer { time: now() - 3 * DAY, ..sender.answer("Asked", block, said) };
        sender.send(&answer);
        answer
    }

    fn votes(&self, person: usize, option: &str) -> Answer {
        self.says(person, "poll", Said::Poll { chosen: vec![option.to_owned()] })
    }

    fn checks_in(&self, person: usize, sleep: f64) -> Answer {
        let words = Value::Text(format!("secret of {}", PEOPLE[person]));
        let items = BTreeMap::from([("sleep".into(), Value::Number(sleep)), ("anything-else".into(), words)]);
        self.says(person, "checkin", Said::Checkin { items })
    }

    fn sync_and_build(&self) -> serde_json::Value {
        sync(&self.site);
        self.site.build()
    }

    /// What the page with the result says to someone, as its HTML.
    fn seen_by(&self, person: usize) -> String {
        let reader = Reader::unlock(&self.site.store(), &self.cards[person]).unwrap();
        let pages = reader.pages(&self.site.store());
        pages.into_iter().find(|(title, _)| title == "Result").expect("the page is there").1
    }

    /// The same, as text alone; no name and no word of anyone is in it.
    fn result(&self) -> String {
        let html = self.seen_by(0);
        let named: Vec<_> = PEOPLE.iter().filter(|person| html.contains(**person)).collect();
        assert!(named.is_empty(), "{named:?} in {html}");
        assert!(!html.contains("secret"), "{html}");
        assert_eq!(html, self.seen_by(1), "all see the same");
        text(&html)
    }

    /// The same, as a preview shows it to the therapist.
    fn previewed(&self) -> String {
        let home = Home::of(self.site.root());
        let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
        let door = Door::new(1);
        let path = door.url().strip_prefix("http://127.0.0.1:1").unwrap().to_owned();
        let knock = Knock { path: &path, host: Some("127.0.0.1:1"), ..Knock::default() };
        let admitted = door.admit(&knock).unwrap().0;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let page = runtime.block_on(async {
            let past = Past::read(self.site.root(), Some(keys)).await.unwrap();
            let room = Room::open(self.site.root().to_owned(), past, None, clock::today).await.unwrap();
            room.check().await;
            room.page(PEOPLE[0], "content/groups/tuesday/result.md", &admitted).unwrap()
        });
        text(&page.html.unwrap())
    }

    fn has_frozen(&self) -> bool {
        self.site.path(".heldspace/results.log").exists()
    }

    fn rewrites(&self, text: &str) {
        self.site.page("groups/tuesday/asked.md", text);
    }
}

/// What a document says.
fn text(html: &str) -> String {
    let text: Vec<_> = scraper::Html::parse_document(html).root_element().text().map(str::to_owned).collect();
    text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

const AWAITED: &str =
    "Which evening? The result will stand here once the question is closed and counted. Answers are taken until";
const TALLY: &str = "Which evening? 3 people answered. Answer People Tuesday 2 Wednesday 1";

/// Three who vote, and what was counted of it.
fn counted() -> (Group, Answer) {
    let group = Group::asked(&poll(&day(-1)));
    let first = group.votes(0, "tuesday");
    group.votes(1, "tuesday");
    group.votes(2, "wednesday");
    (group, first)
}

#[test]
fn a_tally_is_there_once_the_poll_is_closed_and_answers_were_fetched_and_not_before() {
    let (group, _) = counted();
    // Closed, and not fetched since.
    let built = group.site.build();
    assert_eq!(built["uncounted"][0]["block"], "poll", "{built}");
    assert!(group.result().contains(AWAITED) && !group.has_frozen(), "{}", group.result());
    let told = group.site.ok(&["diff"]);
    assert!(told.contains("`poll` in content/groups/tuesday/asked.md is closed, and waits to be counted"), "{told}");

    sync(&group.site);
    // What only looks tells what would be, and counts nothing for good.
    let told = group.site.ok(&["diff"]);
    assert!(
        told.contains(
            "Numbers of `poll` in content/groups/tuesday/asked.md, shown in content/groups/tuesday/result.md to aisha"
        ),
        "{told}"
    );
    assert!(told.contains("  Tuesday: 2\n  Wednesday: 1\n  answered: 3"), "{told}");
    group.site.ok(&["check"]);
    // Nobody has agreed.
    group.site.fails(&["build"]);
    assert!(!group.has_frozen() && group.result().contains(AWAITED));

    let built = group.site.build();
    assert_eq!(
        built["results"][0]["numbers"]["counts"],
        serde_json::json!([["Tuesday", 2], ["Wednesday", 1]]),
        "{built}"
    );
    assert!(group.result().contains(TALLY), "{}", group.result());
    let log = fs::read(group.site.path(".heldspace/results.log")).unwrap();
    assert!(!String::from_utf8_lossy(&log).contains("Tuesday"), "it is sealed");
    // Nothing is counted twice, and nothing is written where nothing changed.
    assert_eq!(group.site.build()["release"], serde_json::Value::Null);
    assert_eq!(fs::read(group.site.path(".heldspace/results.log")).unwrap(), log);
}

#[test]
fn the_therapist_sees_the_numbers_first_and_a_no_counts_nothing() {
    let (group, _) = counted();
    sync(&group.site);
    // What they look at shows what members would see.
    assert!(group.previewed().contains(TALLY), "{}", group.previewed());
    let mut build = Pty::run(group.site.root(), &["build"], &[]);
    build.expect("and final from then on:");
    build.expect("Tuesday: 2");
    build.expect("Publish this?");
    build.press("n\r");
    let (is_done, said) = build.end();
    assert!(!is_done, "{said}");
    assert!(!group.has_frozen() && group.result().contains(AWAITED), "{}", group.result());
    // What came till they agree is counted.
    group.votes(3, "wednesday");
    group.sync_and_build();
    assert!(group.result().contains("4 people answered. Answer People Tuesday 2 Wednesday 2"), "{}", group.result());
}

#[test]
fn as_long_as_a_poll_is_open_nothing_is_counted() {
    let group = Group::asked(&poll(&day(1)));
    group.votes(0, "tuesday");
    let built = group.sync_and_build();
    assert_eq!(built["uncounted"], serde_json::json!([]));
    assert!(group.result().contains(AWAITED) && !group.has_frozen());
    // An earlier closing counts once members were told of it, and answers were fetched after that day.
    group.rewrites(&poll(&day(-1)));
    assert_eq!(group.site.build()["uncounted"][0]["waits_for"], "build");
    assert!(group.result().contains(AWAITED) && !group.has_frozen(), "{}", group.result());
    group.site.build();
    assert!(group.result().contains("1 person answered."), "{}", group.result());
}

#[test]
fn nothing_changes_the_numbers_any_more() {
    let (group, first) = counted();
    // Too late by every clock, and changed or taken back too late: what stood at closing counts.
    let sender = group.sender(0);
    let late = |said| Answer { replaces: Some(first.id), ..sender.answer("Asked", "poll", said) };
    sender.send(&late(Said::Poll { chosen: vec!["wednesday".into()] }));
    sender.send(&late(Said::Withdrawn {}));
    let colm = group.sender(4);
    colm.send(&colm.answer("Asked", "poll", Said::Poll { chosen: vec!["wednesday".into()] }));
    // Somebody else's hand, and words in the place of an option.
    let forged = Answer { id: new_id(), ..group.votes(5, "grete has said it") };
    let aisha = group.sender(5);
    let recipients = aisha.recipients();
    let other = SigningKey::from_bytes(&[7; 32]);
    let sealed = heldspace::seal::SealedAnswer::seal(
        &Answer { said: Said::Poll { chosen: vec!["tuesday".into()] }, ..forged },
        &other,
        &recipients.iter().collect::<Vec<_>>(),
    );
    aisha.lay(aisha.mailbox(), &sealed);
    group.sync_and_build();
    let result = group.result();
    assert!(result.contains("4 people answered. Answer People Tuesday 2 Wednesday 1"), "{result}");

    // Written before closing by its own clock, and fetched long after.
    group.votes(3, "wednesday");
    let page = group.sender(0).answer("Asked", "poll", Said::Withdrawn {});
    group.sender(0).send(&Answer { time: now() - 2 * DAY, replaces: Some(first.id), ..page });
    let frozen = |group: &Group| {
        group.sync_and_build();
        group.result()
    };
    assert_eq!(frozen(&group), result);
    group.rewrites(&poll(&day(3)));
    assert_eq!(frozen(&group), result);
    group.rewrites(&poll(&day(-1)).replace("Wednesday", "Thursday").replace("Which evening?", "Which day?"));
    assert_eq!(frozen(&group), result);
    group.site.ok(&["member", "leave", "rosa", "tuesday", "--keep-until", "now"]);
    assert_eq!(frozen(&group), result);
    // Without the block there is nothing to point at; and the same id again has the same numbers.
    group.rewrites("+++\ntitle = \"Asked\"\n+++\nPlease choose.\n");
    let (_, said) = group.site.fails(&["build", "--yes"]);
    assert!(said.contains("asked.md` asks nothing"), "{said}");
    group.site.page("groups/tuesday/result.md", "+++\ntitle = \"Result\"\n+++\nLater.\n");
    group.site.build();
    group.rewrites(&poll(&day(-1)));
    group.site.page("groups/tuesday/result.md", SHOWN);
    assert_eq!(frozen(&group), result);
}

#[test]
fn numbers_are_those_that_were_given_on_whatever_machine() {
    let (group, _) = counted();
    sync(&group.site);
    let before = files_below(&group.site.path(".heldspace"));
    group.site.build();
    let result = group.result();
    let log = group.site.path(".heldspace/results.log");
    let frozen = fs::read(&log).unwrap();
    // One that took over what was given, and has counted nothing.
    fs::remove_file(&log).unwrap();
    group.votes(3, "wednesday");
    group.sync_and_build();
    assert_eq!(group.result(), result);
    // One that was cut short after it had counted.
    fs::remove_dir_all(group.site.path(".heldspace")).unwrap();
    for (path, bytes) in before {
        let path = group.site.path(".heldspace").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    let keys = group.site.path(".heldspace/keys.json");
    fs::set_permissions(keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    fs::write(&log, &frozen).unwrap();
    group.votes(3, "wednesday");
    group.sync_and_build();
    assert_eq!(group.result(), result);
}

#[test]
fn fewer_than_five_say_nothing_and_it_stays_at_that() {
    const NOTHING: &str = "Fewer than five people answered; so nothing is shown, and it stays at that.";
    let group = Group::asked(&check_in("shows = \"rollup\"", &day(-1)));
    (0..4).for_each(|person| drop(group.checks_in(person, 5.0)));
    group.sync_and_build();
    assert!(group.result().contains(NOTHING), "{}", group.result());
    group.checks_in(4, 5.0);
    group.sync_and_build();
    assert!(group.result().contains(NOTHING), "{}", group.result());
}

#[test]
fn a_check_in_is_told_all_together_and_without_words() {
    let group = Group::asked(&check_in("shows = \"rollup\"", &day(-1)));
    [2.0, 4.0, 6.0, 8.0].iter().enumerate().for_each(|(person, sleep)| drop(group.checks_in(person, *sleep)));
    let first = group.checks_in(4, 10.0);
    let again = Answer { id: new_id(), time: first.time + 60, replaces: Some(first.id), ..first.clone() };
    let items = BTreeMap::from([("sleep".into(), Value::Number(7.0))]);
    group.sender(4).send(&Answer { said: Said::Checkin { items }, ..again });
    // No answer to what was asked.
    group.checks_in(5, 1e9);
    group.sync_and_build();
    let result = group.result();
    let expected = "6 people answered. Question All together Sleep? 0 (none) to 10 (deep) 5.4, on average";
    assert!(result.contains(expected) && !result.contains("Anything else"), "{result}");
    let promise = "the group may see how all answered together, without names, and only if five or more answer";
    let asked = Reader::unlock(&group.site.store(), &group.cards[0]).unwrap().pages(&group.site.store());
    assert!(asked.iter().any(|(_, html)| html.contains(promise)), "it was said before the form");
}

#[test]
fn who_was_not_told_beforehand_is_not_counted() {
    let group = Group::asked(&check_in("shows = \"rollup\"", &day(1)));
    group.site.page("groups/tuesday/result.md", "+++\ntitle = \"Result\"\n+++\nLater.\n");
    group.rewrites(&check_in("", &day(-1)));
    group.site.build();
    (0..4).for_each(|person| drop(group.checks_in(person, 5.0)));
    group.rewrites(&check_in("shows = \"rollup\"", &day(-1)));
    group.site.page("groups/tuesday/result.md", SHOWN);
    group.site.build();
    (4..6).for_each(|person| drop(group.checks_in(person, 5.0)));
    group.sync_and_build();
    assert!(group.result().contains("Fewer than five people answered"), "{}", group.result());
}
