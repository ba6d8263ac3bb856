//! Builds at a time of the test's own choosing, so that nobody waits.

use heldspace::{
    content::read_pages,
    practice::{Home, HomeError, Practice},
    publish::{Done, Sources},
    record::Record,
    render::Theme,
    store::Store,
    wire::UnixTime,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::site::{Card, TestSite};

pub const HOUR: UnixTime = 3600;
pub const DAY: UnixTime = 24 * HOUR;
/// 2026-11-25 00:00 UTC, a Wednesday.
pub const START: UnixTime = 1_795_564_800;

/// The day that a time lies in, in UTC.
pub fn date(time: UnixTime) -> Date {
    Timestamp::from_second(time.try_into().unwrap()).unwrap().to_zoned_datetime(TimeZone::UTC).date()
}

/// Someone who is in these groups from [`START`] on, whatever the day on which the tests run.
pub fn joined(site: &TestSite, name: &str, groups: &[&str]) -> Card {
    let card = site.member(name, &[]);
    for group in groups {
        site.ok(&["member", "join", name, group, "--on", &date(START).to_string()]);
    }
    card
}

/// `build --yes`, by a clock that shows `now`.
pub fn build_at(site: &TestSite, now: UnixTime) -> Done {
    let home = Home::of(site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    std::fs::create_dir_all(site.store()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let practice = Practice { today: date(now), ..Practice::read(site.root()).unwrap() };
        let (pages, theme) = (read_pages(&practice).unwrap(), Theme::read(&practice).unwrap());
        let store = Store::open(&site.store()).unwrap();
        let record = Record::read(&home, &keys).unwrap();
        let sources = Sources {
            practice: &practice,
            pages: &pages,
            theme: &theme,
            keys: &keys,
            home: &home,
            store: &store,
            record: &record,
            is_aside: false,
        };
        let publication = sources.publication(now, &|| ()).await.unwrap();
        publication.commit(&|_, _| ()).await.unwrap()
    })
}
