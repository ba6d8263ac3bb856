//! What time does: indexes a week old are issued anew, tickets end after nine weeks, and what nothing lists any more goes
//! an hour later. The clock is an argument here, so nobody waits.

use crate::{
    clock::{DAY, HOUR, START, build_at},
    reader::{Reader, record},
    site::TestSite,
};

#[test]
fn nothing_is_written_until_an_index_is_a_week_old() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    assert_eq!(build_at(&site, START).release, Some(START));
    let before = site.store_files();
    assert_eq!(build_at(&site, START + 7 * DAY - 1).release, None);
    assert_eq!(site.store_files(), before);
    let week = build_at(&site, START + 7 * DAY);
    assert_eq!((week.release, week.sealed, week.kept), (Some(START + 7 * DAY), 0, 1));
    let index = Reader::unlock(&site.store(), &card).unwrap().index(&site.store()).unwrap();
    assert_eq!(index.issued, START + 7 * DAY);
}

#[test]
fn a_release_only_grows_even_when_the_clock_went_back() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    build_at(&site, START);
    site.page("library/a.md", "# A\n\nOther text.");
    assert_eq!(build_at(&site, START - 30 * DAY).release, Some(START + 1));
}

#[test]
fn a_notices_ticket_ends_nine_weeks_after_its_week_began_and_the_cards_never() {
    let site = TestSite::empty();
    let card = site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.");
    build_at(&site, START);
    let link = |text: &str| -> heldspace::wire::Link { text.trim().split_once('#').unwrap().1.parse().unwrap() };
    let (notice, card) = (link(&site.link("ann")), link(&card.link));
    let monday = START - 2 * DAY;
    let end = monday + 63 * DAY;
    for now in [START, end - DAY, end - 1] {
        build_at(&site, now);
        assert!(record(&site.store(), &notice).unwrap().admits(&notice.ticket, now), "{now}");
    }
    build_at(&site, end);
    let record = record(&site.store(), &notice).unwrap();
    assert!(!record.admits(&notice.ticket, end) && record.admits(&card.ticket, end + 1000 * DAY));
}

#[test]
fn what_nothing_lists_any_more_goes_with_the_first_publication_an_hour_later() {
    let site = TestSite::empty();
    site.member("ann", &[]);
    site.page("library/a.md", "# A\n\nText.").page("library/b.md", "# B\n\nText.");
    build_at(&site, START);
    let objects = |site: &TestSite| site.store_files().iter().filter(|(path, _)| path.starts_with("objects/")).count();
    assert_eq!(objects(&site), 2);
    std::fs::remove_file(site.path("content/library/b.md")).unwrap();
    build_at(&site, START + DAY);
    assert_eq!(objects(&site), 2, "it may still be on its way to someone");
    site.page("library/c.md", "# C\n\nText.");
    build_at(&site, START + DAY + HOUR - 1);
    assert_eq!(objects(&site), 3);
    site.page("library/d.md", "# D\n\nText.");
    build_at(&site, START + DAY + HOUR);
    assert_eq!(objects(&site), 3, "a, c and d");
    let indexes = site.store_files().iter().filter(|(path, _)| path.starts_with("indexes/")).count();
    assert_eq!(indexes, 3, "the newest, and two that were replaced within the hour; the first is gone");
}
