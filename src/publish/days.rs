//! Which of a group's pages someone sees who joined it later than it began.
//!
//! A page belongs to the day that its author gave it (`date`), else to the day on which it was first given; or to `publish_on`,
//! where that is earlier. Where the day it was given is not known any more (another machine gave it) and the author named none, it
//! counts as older than anyone's joining: what was said before someone came is not theirs.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::Wanting;
use crate::{
    clock::day_of,
    content::{Audience, Mistake, Page},
    practice::{Group, Member, Practice, Sight},
    seal::Entry,
    wire::{MailboxId, PageId},
};

/// The days of all pages.
pub(super) struct Days<'a> {
    wanting: &'a Wanting<'a>,
    /// Everything that is given to anyone now.
    given: HashSet<PageId>,
}

impl<'a> Days<'a> {
    pub(super) fn of(wanting: &'a Wanting<'a>) -> Self {
        Self { wanting, given: wanting.given.pages() }
    }

    /// Whether a page that is for this member is from their days.
    pub(super) fn shows(&self, page: &Page, member: &Member) -> bool {
        let Audience::Group(group) = &page.audience else { return true };
        let practice = self.wanting.practice;
        let sight = practice.groups.get(group).and_then(|group| group.sight(&member.folder, practice.today));
        match sight {
            None => false,
            Some(Sight::Everything) => true,
            Some(sight) => {
                page.for_newcomers
                    || self.of_page(page).is_some_and(|day| sight.covers(day))
                    || self.is_theirs(page, member)
            }
        }
    }

    fn of_page(&self, page: &Page) -> Option<Date> {
        if page.date.is_some() {
            return page.date;
        }
        let (id, record) = (self.id(page), self.wanting.record);
        // SECURITY: the earlier one counts. A first day that is written into an old page shows it to nobody who came since.
        let earlier = |day: Date| Some(page.term.publish_on.map_or(day, |first| first.min(day)));
        // A page that was renamed is as old as what stands in it.
        match record.first_given(&id).into_iter().chain(record.first_written(&page.digest())).min() {
            Some(time) => day_of(time).and_then(earlier),
            None if self.given.contains(&id) => page.term.publish_on,
            None => page.term.publish_on.or(Some(self.wanting.practice.today)),
        }
    }

    /// Whether it stands in their own list already, and how they came by it is not known any more.
    fn is_theirs(&self, page: &Page, member: &Member) -> bool {
        let id = self.id(page);
        let is_unknown = self.wanting.record.first_given(&id).is_none_or(|time| time == 0);
        let Audience::Group(group) = &page.audience else { return false };
        let has_left = self.wanting.practice.groups[group].left.iter().any(|left| left.member == member.folder);
        let given = &self.wanting.given.mailboxes;
        let has = |mailbox: &MailboxId| {
            given.get(mailbox).is_some_and(|given| given.entries.iter().any(|entry| entry.id == id))
        };
        is_unknown && !has_left && page.date.is_none() && member.mailboxes().any(has)
    }

    /// A page of a group has the same id for all.
    fn id(&self, page: &Page) -> PageId {
        self.wanting.page_id(page, &MailboxId::from_bytes([0; 16]))
    }

    /// Pages that nobody sees, because all who are in the group joined after their day.
    pub(super) fn unread(&self) -> Vec<PathBuf> {
        let practice = self.wanting.practice;
        let is_unread = |page: &&Page| {
            let readers = page.audience.readers(practice);
            page.is_there(practice.today)
                && !readers.is_empty()
                && !readers.iter().any(|member| self.shows(page, member))
        };
        self.wanting.pages.iter().filter(is_unread).map(|page| page.file.clone()).collect()
    }

    /// SECURITY: whoever writes a name into `members` by hand, of a group that was there before, would show that person all
    /// that was said before they came. So they are asked what they mean.
    pub(super) fn strangers(&self) -> Vec<Mistake> {
        let groups = self.wanting.practice.groups.values();
        groups.flat_map(|group| self.strangers_in(group)).collect()
    }

    fn strangers_in(&self, group: &Group) -> Vec<Mistake> {
        let is_of_group = |page: &&Page| matches!(&page.audience, Audience::Group(of) if *of == group.folder);
        let pages: HashSet<PageId> = self.wanting.pages.iter().filter(is_of_group).map(|page| self.id(page)).collect();
        let given = &self.wanting.given.mailboxes;
        let record = self.wanting.record;
        let has_any = |id: &MailboxId| {
            let listed = |entries: &[Entry]| entries.iter().any(|entry| pages.contains(&entry.id));
            given.get(id).is_some_and(|given| listed(&given.entries)) || record.gave(id, &pages)
        };
        let is_begun = given.keys().any(has_any) || pages.iter().any(|page| record.first_given(page).is_some());
        if !is_begun {
            return Vec::new();
        }
        let by_hand = group.members.iter().filter(|member| {
            let member = &self.wanting.practice.members[*member];
            group.sight(&member.folder, self.wanting.practice.today) == Some(Sight::Everything)
                && !group.has_joined(&member.folder)
                && !member.mailboxes().any(has_any)
        });
        by_hand.map(|member| stranger(group, member)).collect()
    }
}

/// Whether only the record can tell if a page is from someone's days.
pub(super) fn rests_on_the_past(page: &Page, member: &Member, practice: &Practice) -> bool {
    let Audience::Group(group) = &page.audience else { return false };
    let sight = practice.groups.get(group).and_then(|group| group.sight(&member.folder, practice.today));
    matches!(sight, Some(Sight::From(_))) && page.date.is_none() && !page.for_newcomers
}

fn stranger(group: &Group, member: &str) -> Mistake {
    let file = Path::new("content/groups").join(&group.folder).join("group.toml");
    let what = format!("`{member}` was added by hand, to a group that has older pages");
    let hint = format!(
        "`heldspace member join {member} {}` shows them its pages from today on; with --with-history, the older ones too",
        group.folder
    );
    Mistake::whole(file, what, hint)
}
