//! Members see that their answers arrived, with the next release.

use serde_json::Value;

use super::world::{practice, sync};

#[test]
fn the_next_index_confirms_what_arrived_and_a_build_without_news_writes_nothing() {
    let (site, maya, colm) = practice();
    let answers: Vec<_> = ["one", "two"].map(|text| maya.reply(text)).into();
    for answer in &answers {
        maya.send(answer);
    }
    assert_eq!(site.build()["release"], Value::Null, "what was not fetched confirms nothing");
    sync(&site);
    let built = site.run(&["build", "--yes"]);
    let said = String::from_utf8(built.stderr).unwrap();
    assert!(said.contains("2 answers confirmed"), "{said}");
    let mut expected: Vec<_> = answers.iter().map(|answer| answer.id.to_string()).collect();
    let mut received = maya.received();
    expected.sort();
    received.sort();
    assert_eq!(received, expected);
    assert_eq!(colm.received(), Vec::<String>::new());
    let files = site.store_files();
    assert_eq!(site.build()["release"], Value::Null);
    assert_eq!(site.store_files(), files);
    // What was set aside is confirmed to nobody.
    maya.lay(colm.mailbox(), &maya.seal(&maya.reply("swapped")));
    sync(&site);
    assert_eq!(site.build()["release"], Value::Null);
}

#[test]
fn a_machine_that_has_not_fetched_takes_no_receipt_back() {
    let (site, maya, _) = practice();
    let answer = maya.reply("one");
    maya.send(&answer);
    sync(&site);
    site.build();
    std::fs::remove_file(site.path(".heldspace/inbox.log")).unwrap();
    assert_eq!(site.build()["release"], Value::Null);
    assert_eq!(maya.received(), [answer.id.to_string()]);
}
