//! What the preview holds in memory for whoever looks: one reading of the folder, and the outlook from it.
//!
//! A saved file makes a new reading at once; the page that is shown is rendered from it when the browser asks, and the
//! outlook for everyone follows behind.

use std::{
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::civil::Date;
use tokio::{
    runtime::Handle,
    sync::{Notify, watch},
    task::block_in_place,
};

use super::{
    ahead::Ahead,
    outlook::Outlook,
    reading::{Reading, Sound},
};
use crate::{
    content::Page,
    publish::{Past, PublishError},
};

/// A browser asks again after this time, whether anything changed or not.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// The preview's memory.
pub struct Room {
    root: PathBuf,
    pub(super) first: Option<String>,
    today: Box<dyn Fn() -> Date + Send + Sync>,
    now: Mutex<Now>,
    told: watch::Sender<u64>,
    /// For what somebody waits for: looking through everything has the other threads, and would keep this from its turn.
    quick: rayon::ThreadPool,
    /// There is a reading that was not looked through yet.
    unchecked: Notify,
}

/// One moment of it.
#[derive(Clone)]
pub(super) struct Now {
    pub(super) number: u64,
    /// Counts readings.
    read: u64,
    pub(super) past: Arc<Past>,
    /// The newest reading, and the newest in which at most single pages are wrong.
    reading: Arc<Reading>,
    sound: Option<Arc<Reading>>,
    pub(super) outlook: Arc<Outlook>,
    /// What could not be read last.
    pub(super) trouble: Option<String>,
    /// Why changes are not told any more.
    pub(super) blind: Option<String>,
}

impl Now {
    pub(super) fn sound(&self) -> Option<&Sound> {
        self.sound.as_ref()?.sound.as_ref()
    }

    pub(super) fn is_checked(&self) -> bool {
        self.outlook.of == self.read
    }
}

impl Room {
    /// Takes the folder in. `first` is the member whose list is shown first; `today` tells the day.
    pub async fn open(
        root: PathBuf,
        past: Past,
        first: Option<String>,
        today: impl Fn() -> Date + Send + Sync + 'static,
    ) -> Result<Self, PublishError> {
        let past = Arc::new(past);
        let reading = Arc::new(Reading::of(&root, today(), &past).await?);
        let sound = reading.sound.is_some().then(|| Arc::clone(&reading));
        let outlook = Arc::default();
        let now = Now { number: 1, read: 1, past, reading, sound, outlook, trouble: None, blind: None };
        let (told, _) = watch::channel(1);
        let unchecked = Notify::new();
        unchecked.notify_one();
        let quick = rayon::ThreadPoolBuilder::new().build().expect("threads can be had");
        Ok(Self { root, first, today: Box::new(today), now: Mutex::new(now), told, quick, unchecked })
    }

    pub(super) fn now(&self) -> Now {
        self.now.lock().expect("nothing panics while it holds this").clone()
    }

    fn change(&self, change: impl FnOnce(&mut Now)) {
        let mut now = self.now.lock().expect("nothing panics while it holds this");
        change(&mut now);
        now.number += 1;
        self.told.send_replace(now.number);
    }

    /// Takes the folder in anew.
    pub fn read(&self) {
        let past = self.now().past;
        self.take_in(Ok(past));
    }

    /// The same, with what was given since.
    pub async fn recall(&self) {
        let past = self.now().past.again(&self.root).await.map(Arc::new);
        self.take_in(past);
    }

    fn take_in(&self, past: Result<Arc<Past>, PublishError>) {
        let taken = match past {
            Ok(past) => {
                let reading = self.at_once(Reading::of(&self.root, (self.today)(), &past));
                reading.map(|reading| (past, reading))
            }
            Err(error) => Err(error),
        };
        match taken {
            Err(error) => self.trouble(error.to_string()),
            Ok((past, reading)) => self.change(|now| {
                let reading = Arc::new(reading);
                now.read += 1;
                now.trouble = None;
                now.past = past;
                if reading.sound.is_some() {
                    now.sound = Some(Arc::clone(&reading));
                }
                now.reading = reading;
            }),
        }
        self.unchecked.notify_one();
    }

    /// Does something that somebody waits for, whatever else is under way.
    fn at_once<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let here = Handle::current();
        block_in_place(|| self.quick.install(|| here.block_on(work)))
    }

    /// The outlook of some pages alone, from a reading that was not looked through yet.
    pub(super) fn fresh(&self, now: &Now, is_wanted: impl Fn(&Page) -> bool) -> Result<Option<Outlook>, PublishError> {
        let Some(sound) = &now.reading.sound else { return Ok(None) };
        let pages: Vec<Page> = sound.pages.iter().filter(|page| is_wanted(page)).cloned().collect();
        self.at_once(Outlook::of(sound, &pages, &now.reading, &now.past, &now.outlook)).map(Some)
    }

    /// The outlook of a page that nobody gets yet, alone.
    pub(super) fn ahead(&self, now: &Now, ahead: &Ahead) -> Result<Option<Outlook>, PublishError> {
        let (Some(sound), Some(page)) = (&now.reading.sound, &ahead.page) else { return Ok(None) };
        let alone = Reading { mistakes: Vec::new(), sound: None };
        let pages = std::slice::from_ref(page);
        self.at_once(Outlook::of(sound, pages, &alone, &now.past, &now.outlook)).map(Some)
    }

    /// Something can't be read.
    pub fn trouble(&self, what: String) {
        self.change(|now| now.trouble = Some(what));
    }

    /// Changes are not told any more.
    pub fn blind(&self, why: String) {
        self.change(|now| now.blind = Some(why));
    }

    /// Whether a new day has come: it decides what is given, too.
    pub fn is_of_yesterday(&self) -> bool {
        self.now().sound().is_some_and(|sound| sound.practice.today != (self.today)())
    }

    /// Looks through every reading, one after the other, without end.
    pub async fn check_all(&self) {
        loop {
            self.unchecked.notified().await;
            block_in_place(|| Handle::current().block_on(self.check()));
        }
    }

    /// Looks through the newest reading.
    pub async fn check(&self) {
        let now = self.now();
        let outlook = match &now.reading.sound {
            Some(sound) => Outlook::of(sound, &sound.pages, &now.reading, &now.past, &now.outlook).await,
            None => Ok(Outlook { mistakes: now.reading.mistakes.clone(), ..(*now.outlook).clone() }),
        };
        match outlook {
            Err(error) => self.trouble(error.to_string()),
            Ok(outlook) => self.change(|kept| kept.outlook = Arc::new(Outlook { of: now.read, ..outlook })),
        }
    }

    /// Waits for something newer than what the browser has, for a while.
    pub async fn newer_than(&self, number: u64) {
        let mut told = self.told.subscribe();
        let _ = tokio::time::timeout(LONGEST_WAIT, told.wait_for(|now| *now > number)).await;
    }
}
