//! What the days in the front matter ask for: a build whose day has come, and pages that go soon.
//!
//! Without the keys nobody here knows who has what: it goes by the day of the last release on this machine.

use jiff::{ToSpan, civil::Date};

use super::{Finding, Patient, Weight};
use crate::{
    clock::{day_of, spoken},
    content::{Page, Standing},
    practice::HomeError,
};

/// How far ahead a last day is told.
const SOON: i64 = 7;
/// As many files as one finding names.
const NAMED: usize = 5;

impl Patient<'_> {
    pub(super) fn dates(&self) -> Result<Vec<Finding>, HomeError> {
        let Some(last) = self.home.released()?.and_then(|released| day_of(released.issued)) else {
            return Ok(Vec::new());
        };
        let today = self.practice.today;
        let coming = |page: &&Page| page.term.has_come(last, today);
        let is_over = |page: &Page, day: Date| matches!(page.term.on(day), Standing::Over(_));
        let going = |page: &&Page| page.is_there(last) && is_over(page, today);
        let soon = today.saturating_add(SOON.days());
        let ending = |page: &&Page| page.is_there(today) && is_over(page, soon);
        let build = "`heldspace build`, which shows what it gives and what it takes back";
        let found = [
            self.about(coming, Weight::Stops, "wait for a day that has come", build),
            self.about(going, Weight::Stops, "should be taken back: their last day is over", build),
            self.about(
                ending,
                Weight::Look,
                "will be over within a week",
                "nothing, if that is meant; `heldspace build` takes each back after its `expires_on`",
            ),
        ];
        Ok(found.into_iter().flatten().collect())
    }

    fn about(&self, is_it: impl Fn(&&Page) -> bool, weight: Weight, what: &str, mend: &str) -> Option<Finding> {
        let pages: Vec<&Page> = self.pages.iter().filter(is_it).collect();
        let named = pages.iter().take(NAMED).map(|page| named(page)).collect::<Vec<_>>().join(", ");
        let more = pages.len().checked_sub(NAMED).filter(|more| *more > 0);
        let more = more.map(|more| format!(", and {more} more")).unwrap_or_default();
        (!pages.is_empty()).then(|| Finding::new(weight, format!("pages that {what}: {named}{more}"), mend))
    }
}

fn named(page: &Page) -> String {
    let days = [("from", page.term.publish_on), ("until", page.term.expires_on)];
    let days = days.into_iter().filter_map(|(word, day)| Some(format!("{word} {}", spoken(day?))));
    format!("{} ({})", page.file.display(), days.collect::<Vec<_>>().join(" "))
}
