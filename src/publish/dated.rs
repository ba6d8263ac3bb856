//! What the days in the front matter do: what waits for its day, what goes out late, what is over, and when that next changes.
//!
//! In: the pages and the practice's day. Out: [`Dated`], for the plan. It decides nothing: who is given a page on which day is
//! decided where the pages are rendered for their readers.

use std::{collections::HashSet, path::Path};

use jiff::civil::Date;
use serde::Serialize;

use super::{Reader, wanted::Wanting};
use crate::{
    content::{Audience, Page, Standing, address},
    practice::Practice,
    wire::PageId,
};

/// What the days say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Dated {
    /// Given to nobody before its day.
    pub waiting: Vec<DatedPage>,
    /// Given by this build, after the day on which it was to be there.
    pub late: Vec<DatedPage>,
    /// Given by this build, after the session that they are about.
    pub past: Vec<DatedPage>,
    /// Taken back by this build, since its last day is over.
    pub over: Vec<DatedPage>,
    /// The next day on which a build changes something, if nothing is written till then.
    pub next: Option<Date>,
}

/// A page, and its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatedPage {
    pub file: String,
    pub title: String,
    /// Who it is for, as its author would say it.
    pub audience: String,
    pub on: Date,
}

impl Dated {
    pub(super) fn of(wanting: &Wanting<'_>, readers: &[Reader]) -> Self {
        let (practice, today) = (wanting.practice, wanting.practice.today);
        let known = Known::of(wanting, readers);
        let mut dated = Self::waiting_among(wanting.pages.iter(), practice);
        for page in wanting.pages {
            match (page.term.on(today), page.term.publish_on) {
                (Standing::Over(last), _) if known.is_given(page) => {
                    dated.over.push(DatedPage::new(page, practice, last));
                }
                (Standing::There, Some(first)) if first < today && known.is_first_given_now(page) => {
                    dated.late.push(DatedPage::new(page, practice, first));
                }
                _ => {}
            }
            let session = page.session.as_ref().map(|session| session.begins.date());
            if let Some(day) = session.filter(|day| *day < today && known.is_first_given_now(page)) {
                dated.past.push(DatedPage::new(page, practice, day));
            }
        }
        dated
    }

    /// What waits among some pages, and the next day that matters to any of them.
    pub fn waiting_among<'a>(pages: impl Iterator<Item = &'a Page> + Clone, practice: &Practice) -> Self {
        let waits = |page: &Page| match page.term.on(practice.today) {
            Standing::Waits(first) => Some(DatedPage::new(page, practice, first)),
            _ => None,
        };
        let mut waiting: Vec<_> = pages.clone().filter_map(waits).collect();
        waiting.sort_by(|a, b| (a.on, &a.file).cmp(&(b.on, &b.file)));
        let next = pages.filter_map(|page| page.term.next_change(practice.today)).min();
        Self { waiting, next, ..Self::default() }
    }
}

impl DatedPage {
    fn new(page: &Page, practice: &Practice, on: Date) -> Self {
        let file = page.file.display().to_string();
        let heading =
            || page.text().lines().find_map(|line| line.strip_prefix("# ")).map(|text| text.trim().to_owned());
        let title = page.title.clone().or_else(heading).unwrap_or_else(|| file.clone());
        Self { file, title, audience: audience(&page.audience, practice), on }
    }
}

/// For the author alone: with names.
fn audience(audience: &Audience, practice: &Practice) -> String {
    let name = |folder: &String| practice.members.get(folder).map_or(folder, |member| &member.name).clone();
    match audience {
        Audience::Open => "everyone on the open web".to_owned(),
        Audience::Library => "every member".to_owned(),
        Audience::Group(group) => practice.groups.get(group).map_or(group, |group| &group.title).clone(),
        Audience::Member(member) => name(member),
        Audience::Message(to) => to.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}

/// What is given now, and what is about to be.
struct Known<'a> {
    wanting: &'a Wanting<'a>,
    ids: HashSet<PageId>,
    files: HashSet<&'a Path>,
}

impl<'a> Known<'a> {
    fn of(wanting: &'a Wanting<'a>, readers: &'a [Reader]) -> Self {
        let files = readers.iter().flat_map(|reader| &reader.pages).map(|page| page.file.as_path()).collect();
        Self { wanting, ids: wanting.given.pages(), files }
    }

    fn is_given(&self, page: &Page) -> bool {
        match page.audience {
            Audience::Open => {
                let path = address(page).map(|address| format!("{address}/index.html"));
                path.is_some_and(|path| self.wanting.given.open.contains_key(&path))
            }
            _ => self.any_id(page, |id| self.ids.contains(&id)),
        }
    }

    fn is_first_given_now(&self, page: &Page) -> bool {
        let is_wanted = page.audience == Audience::Open || self.files.contains(page.file.as_path());
        is_wanted && !self.is_given(page) && !self.any_id(page, |id| self.wanting.record.first_given(&id).is_some())
    }

    /// A message has another id in each mailbox.
    fn any_id(&self, page: &Page, is_it: impl Fn(PageId) -> bool) -> bool {
        self.wanting.given.mailboxes.keys().any(|mailbox| is_it(self.wanting.page_id(page, mailbox)))
    }
}
